import { setTimeout as sleep } from 'node:timers/promises';
import { viewPorts } from '../ready/ownership.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** Milliseconds. */
const POLL = 100;
/**
 * A daemon that forks its way into the background may not be seen at once: so often nothing must be found, and its
 * pipes be closed, too.
 */
const LOOKS = 3;
const SOON = 5;
/** How long a server that has put itself into the background may take to listen. */
const PATIENCE = 10_000;

/**
 * The leader has exited with 0: resolves true when what it left behind listens on the instance's ports, after that
 * has ended, too (a daemon is its server all the same); false at once where nothing does.
 */
export async function goesOnInBackground(
  { plan }: Instance,
  { child, terminator }: Life,
  mayGoOn: () => boolean,
  { emit }: Pick<RunDeps, 'emit'>,
): Promise<boolean> {
  const wanted = Object.values(plan.ports);
  if (!terminator || plan.once || (wanted.length === 0 && !plan.opaque)) return false;
  const { processes } = terminator;
  const listens = async () => {
    // It may go on by whatever it has started.
    if (plan.opaque) return true;
    const view = await viewPorts({ wanted, processes, wide: false, trusting: false, hosts: LOOPBACKS });
    return view.ours.size > 0;
  };
  const deadline = performance.now() + PATIENCE;
  for (let empty = 0; ; ) {
    // Who listens is a long list on some machines: asked only where somebody is there.
    empty = terminator.alive() ? 0 : empty + 1;
    if (empty === 0 && (await listens())) break;
    if ((empty >= LOOKS && !child.held) || performance.now() > deadline || !mayGoOn()) return false;
    await sleep(empty > 0 ? SOON : POLL);
  }
  const message = `${plan.label} has put itself into the background: it is watched, and ended with the run.`;
  emit({ type: 'warning', code: 'BACKGROUND', message });
  while (terminator.alive() && mayGoOn()) await sleep(POLL);
  return true;
}
