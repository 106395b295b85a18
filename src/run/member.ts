import type { Exit, Instance } from '../launch/child.ts';
import type { ChildHandle } from '../launch/concurrently.ts';
import type { InstancePlan } from '../plan/types.ts';
import { signalExitCode } from '../system/platform.ts';
import type { Terminator } from '../terminate/terminate.ts';

/** An instance over all its lives. */
export interface Member {
  /** The same object for all lives; a port that moves changes what is in it. */
  readonly plan: InstancePlan;
  /** Undefined before its first start. */
  instance: Instance | undefined;
  terminator: Terminator | undefined;
  handle: ChildHandle | undefined;
  /** Ends the watch over the current life. */
  life: AbortController;
  /** Ends the wait before the next one. */
  delay: AbortController;
  /** Date.now() */
  startedAt: number;
  ready: boolean;
  /** For good. */
  ended: boolean;
  /** Why another life follows this one at once. */
  again: string | undefined;
  /** Restarts in a row. */
  restarts: number;
  /** How often a port of it was stolen. */
  thefts: number;
}

/** Another life. */
export interface Next {
  attempt: number;
  /** Milliseconds. */
  delay: number;
  reason: string;
}

export function createMember(plan: InstancePlan): Member {
  return {
    plan,
    instance: undefined,
    terminator: undefined,
    handle: undefined,
    life: new AbortController(),
    delay: new AbortController(),
    startedAt: 0,
    ready: false,
    ended: false,
    again: undefined,
    restarts: 0,
    thefts: 0,
  };
}

/** What names it in an event. */
export const identify = ({ plan: { app, instance } }: Member): { app: string; instance: number } => ({
  app,
  instance,
});

export const portsOf = ({ ports }: Pick<InstancePlan, 'ports'>): number[] => [
  ...new Set(Object.values(ports)),
];

/** The one that stands for the instance: its own, or the one that its URL names. */
export function mainPort({ ports, url }: InstancePlan): number {
  const named = Number(/:(\d+)$/.exec(url)?.[1]);
  return portsOf({ ports }).includes(named) ? named : (ports.own ?? ports.frontend ?? ports.backend ?? 0);
}

/** For people, and the exit code that the run gets from it. */
export function describeExit(
  { plan: { label } }: Member,
  { code, signal }: Exit,
  wasReady: boolean,
): { code: number; reason: string } {
  if (signal) return { code: signalExitCode(signal), reason: `${label} was ended by ${signal}` };
  if (code === 0 && !wasReady) return { code: 1, reason: `${label} ended before it was ready` };
  return { code: code ?? 1, reason: `${label} exited with code ${code}` };
}

/** Who waits for something among the members waits for the next change, and looks again. */
export function createChanges(): { tell(): void; next(): Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    tell() {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
  };
}
