import type { Target } from '../ports/holders/free-plan.ts';
import { sendSignal } from '../system/platform.ts';
import { isAlive, listProcesses } from '../system/processes.ts';
import { mayEnd, withDescendants } from '../system/tree.ts';
import { type Ended, endAll } from './end-all.ts';

/** Milliseconds that a launcher may need beyond the grace of its own servers. */
const LAUNCHER = 3000;

/**
 * Ends a tree that is not ours: SIGTERM to the root and its descendants (of a run of devstart: to its launcher alone,
 * which ends its servers in order), SIGKILL to what is left after the grace. Each process is compared by its start
 * before each signal, and no group is signalled: others may be in it.
 */
export async function endTree({ root, procs, claim }: Target, graceMs: number): Promise<Ended> {
  let living = procs;
  const ended = await endAll({
    find() {
      living = withDescendants(living.filter(isAlive), listProcesses().filter(mayEnd));
      return living;
    },
    ask(asked) {
      for (const proc of claim ? asked.filter((one) => one === root) : asked) {
        sendSignal(proc.pid, 'SIGTERM');
        // A stopped process takes no signal until it goes on.
        if (proc.stopped) sendSignal(proc.pid, 'SIGCONT');
      }
    },
    kill(left) {
      for (const proc of left) if (isAlive(proc)) sendSignal(proc.pid, 'SIGKILL');
    },
    grace: graceMs + (claim ? LAUNCHER : 0),
    // A child that is started meanwhile is known by its parent alone, while that lives.
    rescan: 0,
  });
  return { ...ended, procs: [...new Set([...procs, ...ended.procs])] };
}
