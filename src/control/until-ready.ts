import { setTimeout as sleep } from 'node:timers/promises';
import { DevstartError } from '../errors.ts';
import type { Instance } from './answers.ts';
import type { RunClient } from './client.ts';
import type { Target } from './names.ts';

/** Milliseconds. */
const POLL = 50;
/** For which what is stopped may just be started again by somebody else. */
const STARTED_WITHIN = 10_000;

/**
 * Waits until all that is meant is ready: it was seen to be, and whoever listens on its port now is its own process. Of
 * several those that are stopped are left out.
 * @param deadline performance.now()
 * @returns its instances
 * @throws DevstartError READY_TIMEOUT; START_FAILED where one of them has failed, or all are stopped; NOT_FOUND; NO_ANSWER
 */
export async function untilReady(
  client: RunClient,
  { app, instance }: Omit<Target, 'run'>,
  deadline: number,
): Promise<Instance[]> {
  const late = Math.min(deadline, performance.now() + STARTED_WITHIN);
  for (;;) {
    const rows = (await client.call('instances', { query: { check: true } })).filter(
      (row) =>
        (app === undefined || row.app === app) && (instance === undefined || row.instance === instance),
    );
    const failed = rows.find(({ status }) => status === 'failed');
    if (failed) {
      throw new DevstartError('START_FAILED', `${failed.name} has failed`, {
        hint: `devstart logs ${failed.name} shows its output.`,
      });
    }
    const waited = rows.filter(({ status }) => status !== 'ready' && status !== 'stopped');
    const ready = rows.some(({ status }) => status === 'ready');
    if (ready && waited.length === 0) return rows;
    if (rows.length > 0 && !ready && waited.length === 0 && performance.now() > late) {
      const names = rows.map(({ name }) => name).join(', ');
      throw new DevstartError('START_FAILED', `${names} ${rows.length > 1 ? 'are' : 'is'} stopped`, {
        hint: `devstart start ${rows[0]?.app} starts ${rows.length > 1 ? 'them' : 'it'} again.`,
      });
    }
    if (performance.now() > deadline) {
      const what = waited.map(({ name, status, port, waiting = status }) =>
        status === 'unready'
          ? `${name} (who answers on port ${port} is no process of its own)`
          : `${name} (${waiting})`,
      );
      throw new DevstartError('READY_TIMEOUT', `not ready in time: ${what.join(', ')}`, {
        hint: 'devstart logs shows what it has printed.',
      });
    }
    await sleep(POLL);
  }
}
