import { setTimeout as sleep } from 'node:timers/promises';
import { DevstartError } from '../errors.ts';
import { claimant, knownProcess, livenessOf } from '../ports/claims/alive.ts';
import type { Whereabouts } from './reach.ts';
import { type RegisteredRun, registeredRuns } from './registry.ts';

/** Milliseconds that a run which has answered may take to be gone. */
const GONE_WITHIN = 10_000;
const POLL = 20;

/** Its record is the last but one to go: after it the process ends. Another namespace's cannot be seen. */
export function stillAlive({ run, record }: RegisteredRun, { home }: Whereabouts): boolean {
  if (registeredRuns(home).some((one) => one.run === run)) return true;
  const here = claimant();
  return record.pidns === here.pidns && livenessOf(record, here, knownProcess) !== 'dead';
}

/**
 * The process itself has ended: its ports, its files and its terminal are free.
 * @param signal nobody waits any more
 * @throws DevstartError STOP_FAILED
 */
export async function untilGone(run: RegisteredRun, from: Whereabouts, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + run.record.killTimeout * 2000 + GONE_WITHIN;
  while (!signal?.aborted && stillAlive(run, from)) {
    if (performance.now() > deadline) {
      throw new DevstartError('STOP_FAILED', `run ${run.run} (pid ${run.record.pid}) does not end`, {
        hint: `End it by hand: kill -9 ${run.record.pid}; devstart prune ends what it leaves.`,
      });
    }
    await sleep(POLL);
  }
}
