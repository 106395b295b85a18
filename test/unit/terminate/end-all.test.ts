import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Proc, readProcess } from '../../../src/system/processes.ts';
import { type Ending, endAll } from '../../../src/terminate/end-all.ts';

/** This very process lives, so it stands for one that does not end by itself. */
const self = readProcess(process.pid) as Proc;
/** Has ended. */
const gone: Proc = { ...self, pid: 2 ** 30, start: '1' };

/** What was done, with `lives` looks that find something. */
async function ended(found: Proc[][], more: Partial<Ending> = {}) {
  const done: string[] = [];
  const names = (procs: readonly Proc[]) => procs.map((proc) => (proc === self ? 'self' : 'gone')).join(' ');
  const result = await endAll({
    find: () => found.shift() ?? [],
    ask: (procs) => procs.length > 0 && done.push(`ask ${names(procs)}`),
    kill: (procs) => procs.length > 0 && done.push(`kill ${names(procs)}`),
    grace: 10_000,
    rescan: 0,
    ...more,
  });
  return { done, killed: result.killed, procs: names(result.procs), left: names(result.left) };
}

test('asks each once, whenever it was found, and ends when nothing is found', async () => {
  assert.deepEqual(await ended([[self], [self], [self, gone], [self, gone], [gone]]), {
    done: ['ask self', 'ask gone'],
    killed: false,
    procs: 'self gone',
    left: '',
  });
  assert.deepEqual(await ended([]), { done: [], killed: false, procs: '', left: '' });
});

test('kills after the grace, and when it is forced, what is there by then', async () => {
  const after = await ended([[self], [self], [self, gone]], { grace: 1 });
  assert.deepEqual(after.done, ['ask self', 'kill self', 'kill self gone']);
  assert.equal(after.killed, true);
  const forced = await ended([[self], [self]], { forced: () => true });
  assert.deepEqual(forced.done, ['kill self', 'kill self']);
});

test('gives up what SIGKILL does not end, and says what', async () => {
  const kept = await ended(Array(1000).fill([self]), { grace: 1, rescan: 1000 });
  assert.equal(kept.left, 'self');
  assert.ok(kept.done.filter((one) => one === 'kill self').length <= 4);
});
