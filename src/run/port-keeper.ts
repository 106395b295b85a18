import { setTimeout as sleep } from 'node:timers/promises';
import type { PortKey } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import type { Exit } from '../launch/child.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { findOwners } from '../ports/holders/owner.ts';
import { describeOwner } from '../ports/holders/words.ts';
import { viewPorts } from '../ready/ownership.ts';
import { saysPortTaken } from '../ready/taken.ts';
import type { Verdict } from '../ready/watch.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** How often an instance gets another port before the run gives up. */
const MAX_THEFTS = 3;

export type Stolen = Extract<Verdict, { kind: 'stolen' }>;
type Drift = Extract<Verdict, { kind: 'drift' }>;

export interface PortKeeper {
  /** Did this life end because a port was another's? */
  stolenAtExit(
    instance: Instance,
    life: Life,
    verdict: Verdict,
    exit: Exit,
    quiet: Promise<void>,
    patience: number,
  ): Promise<Stolen | undefined>;
  /** Another port for the stolen one, told to everyone. False: an error was told instead. */
  replace(instance: Instance, stolen: Stolen): Promise<boolean>;
  /** The port where it really listens, told to everyone. False: an error was told instead. */
  adopt(instance: Instance, drift: Drift): Promise<boolean>;
}

interface KeeperInput {
  deps: RunDeps;
  apply(plan: LaunchPlan, cause: Instance, reason: string): void;
  stopped(): boolean;
}

/** Looks after the ports when the start has gone another way than the plan. */
export function createPortKeeper(input: KeeperInput): PortKeeper {
  const { output } = input.deps;
  return {
    stolenAtExit: (...life) => stolenAtExit(output, ...life),
    replace: (...theft) => replace(input, ...theft),
    adopt: (...drift) => adopt(input, ...drift),
  };
}

async function stolenAtExit(
  output: RunDeps['output'],
  { id, plan }: Instance,
  { terminator }: Life,
  verdict: Verdict,
  exit: Exit,
  quiet: Promise<void>,
  patience: number,
): Promise<Stolen | undefined> {
  if (verdict.kind === 'stolen') return verdict;
  if (verdict.kind === 'timeout' || verdict.kind === 'drift' || exit.signal) return undefined;
  const entries = Object.entries(plan.ports) as [PortKey, number][];
  const wanted = entries.map(([, port]) => port);
  if (wanted.length === 0) return undefined;
  const processes = () => terminator?.processes() ?? [];
  const { foreign } = await viewPorts({ wanted, processes, wide: false, trusting: false, hosts: LOOPBACKS });
  // What it said last may still be on its way.
  await Promise.race([quiet, sleep(patience)]);
  const lines = output.lastLines(id, 60);
  const found = entries.find(([, port]) => foreign.has(port) || saysPortTaken(lines, port));
  return found && { kind: 'stolen', key: found[0], port: found[1] };
}

async function replace(
  { deps, apply, stopped }: KeeperInput,
  instance: Instance,
  { key, port }: Stolen,
): Promise<boolean> {
  const { id, plan } = instance;
  const holder = (await findOwners([port])).get(port)?.[0] ?? {};
  const tell = (using?: number) =>
    deps.emit({ type: 'stolen', id, port, holder, ...(using === undefined ? {} : { using }) });
  const held = `Port ${port} was taken by ${describeOwner(holder)} before ${plan.label} could listen on it`;
  try {
    const next = instance.thefts < MAX_THEFTS ? await deps.ports?.replace(id, key) : undefined;
    if (stopped()) return false;
    if (next) {
      instance.thefts++;
      apply(next, instance, `port ${port} of ${plan.label} was taken`);
      tell(instance.plan.ports[key]);
      return true;
    }
    tell();
    const message = instance.thefts < MAX_THEFTS ? held : `${held}, for the ${MAX_THEFTS + 1}th time`;
    const hint =
      'End what holds it, ask for another port, or let devstart choose (auto:START-END, no --strict-port).';
    deps.emit({ type: 'error', code: 'PORT_STOLEN', message, hint });
  } catch (error) {
    if (!(error instanceof DevstartError)) throw error;
    tell();
    const { code, message, hint } = error;
    deps.emit({ type: 'error', code, message: `${held}: ${message}`, ...(hint ? { hint } : {}) });
  }
  return false;
}

async function adopt(
  { deps, apply, stopped }: KeeperInput,
  instance: Instance,
  { key, expected, port }: Drift,
): Promise<boolean> {
  const { id, plan } = instance;
  const hint = driftHint(instance, port);
  const next = await deps.ports?.adopt(id, key, port);
  if (stopped()) return false;
  if (next) {
    apply(next, instance, `${plan.label} listens on port ${port}, not ${expected}`);
    deps.emit({ type: 'drift', id, port, expected, hint });
    return true;
  }
  const message = `${plan.label} listens on port ${port} and not on ${expected}, which it was given`;
  deps.emit({ type: 'error', code: 'PORT_DRIFT', message, hint });
  return false;
}

/** The flag or the config line that would mend it. */
function driftHint({ plan: { app, roles, framework } }: Instance, port: number): string {
  const flag = roles.length === 1 ? `--${roles[0]}-port ${port}` : `--port ${app}=${port}`;
  const how =
    framework === undefined
      ? 'Let it read PORT, or write {port} into its command'
      : 'Write {port} into its command';
  return `${how} in the config; or keep it there with ${flag}.`;
}
