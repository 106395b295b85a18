import type { InstancePlan } from '../plan/types.ts';
import type { Proc } from '../system/processes.ts';
import { askListeners, type Listener } from './asked.ts';
import { pause } from './checks.ts';
import { viewPorts } from './ownership.ts';

/** Milliseconds. */
const FIRST_POLL = 200;
const SLOWEST_POLL = 5000;
/** The same listeners for so long are all that it has, for now. */
const SETTLED = 1000;
/** Without any listener it counts as started after this. */
const PATIENCE = 10_000;
/** Who listens so long after the start is no part of it. */
const LOOKS_FOR = 10 * 60_000;

export interface AsItStandsContext {
  plan: InstancePlan;
  hosts: readonly string[];
  signal: AbortSignal;
  /** The instance's living processes. */
  processes(): Proc[];
  /** Called when it counts as started, with what listens by then, and again when that has changed. */
  found(listeners: Listener[]): Promise<void>;
  /** Milliseconds; for tests. */
  patience?: number | undefined;
}

/**
 * Looks for the listeners of a command that is run as it stands: those of its own processes, and those that its files
 * publish for it. Ends with the signal, or when nothing more is to be expected.
 */
export async function watchAsItStands(context: AsItStandsContext): Promise<void> {
  const { plan, hosts, signal, processes, found, patience = PATIENCE } = context;
  const wanted = plan.publishes ?? [];
  const began = performance.now();
  let seen: string | undefined;
  let since = began;
  let told: string | undefined;
  let poll = FIRST_POLL;
  while (!signal.aborted && performance.now() - began < LOOKS_FOR) {
    // What is published for containers is the engine's socket.
    const view = await viewPorts({
      wanted,
      processes,
      wide: true,
      trusting: wanted.length > 0,
      hosts,
      glance: true,
    });
    const ports = [...new Set([...view.ours, ...view.elsewhere])].sort((a, b) => a - b);
    const now = performance.now();
    if (ports.join() !== seen) {
      seen = ports.join();
      since = now;
      poll = FIRST_POLL;
    }
    const settled = ports.length > 0 ? now - since >= SETTLED : now - began >= patience && told === undefined;
    if (settled && seen !== told) {
      told = seen;
      const listeners = await askListeners(ports, hosts);
      if (signal.aborted) return;
      await found(listeners);
    }
    if (told === seen) poll = Math.min(SLOWEST_POLL, poll * 1.5);
    await pause(poll, signal);
  }
}
