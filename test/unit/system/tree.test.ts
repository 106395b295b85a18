import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { parseStat } from '../../../src/system/linux.ts';
import { leader } from '../../../src/system/platform.ts';
import { isAlive, type Proc, processTable, readProcess, readSame } from '../../../src/system/processes.ts';
import { parsePs } from '../../../src/system/ps.ts';
import { ancestorsOf, findTree, nearTree, withDescendants } from '../../../src/system/tree.ts';

/** `pid: parent`. */
const family = (parents: Record<number, number>, zombies: number[] = []): Proc[] =>
  Object.entries(parents).map(([pid, ppid]) => ({
    pid: Number(pid),
    ppid,
    pgid: 1,
    sid: 1,
    start: '1',
    zombie: zombies.includes(Number(pid)),
    stopped: false,
  }));

test('near: the first process and those that its first thread has started, at once', async (t) => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = child.pid as number;
  t.after(() => process.kill(-pid, 'SIGKILL'));
  const [sleeper] = await once(child.stdout, 'data');
  const { start = '' } = readProcess(pid) ?? {};
  const found = nearTree(pid, start).map((proc) => proc.pid);
  // A kernel may have no list of children: then the first alone.
  const listed = existsSync(`/proc/${pid}/task/${pid}/children`);
  assert.deepEqual(found, listed ? [pid, Number(sleeper)] : [pid]);
  assert.deepEqual(nearTree(pid, 'another start'), []);
});

test('descendants: parents first, each once, no dead ones and none below them', () => {
  const all = family({ 10: 1, 13: 12, 12: 10, 11: 10, 20: 1, 21: 20, 14: 11 }, [11]);
  const of = (...pids: number[]) =>
    withDescendants(
      all.filter(({ pid }) => pids.includes(pid)),
      all,
    ).map(({ pid }) => pid);
  const table: [number[], number[]][] = [
    [[10], [10, 12, 13]],
    [
      [12, 10],
      [10, 12, 13],
    ],
    [
      [10, 20],
      [10, 20, 12, 21, 13],
    ],
    [[13], [13]],
    [[], []],
  ];
  for (const [roots, expected] of table) {
    assert.deepEqual(of(...roots).sort(), expected.sort(), String(roots));
  }
  assert.deepEqual(of(10), [10, 12, 13]);
});

test('ancestors: from the parent up, as far as they are told of', () => {
  const all = family({ 10: 1, 12: 10, 13: 12, 30: 31, 31: 30 });
  assert.deepEqual(ancestorsOf(13, all), [12, 10, 1]);
  assert.deepEqual(ancestorsOf(99, all), []);
  assert.deepEqual(
    ancestorsOf(30, all),
    [31, 30],
    'a circle, from a list that was read while pids came round',
  );
});

test('a tree has who leads it, who is marked and who is below them; nobody where all have ended', async () => {
  const root = { start: undefined, marks: ['TREE_TEST=1'], pipes: [] };
  const led = spawn('/bin/sh', ['-c', 'sleep 600 & wait'], { ...leader, stdio: 'ignore' });
  const marked = spawn('sleep', ['600'], { stdio: 'ignore', env: { ...process.env, TREE_TEST: '1' } });
  const tree = () => findTree({ ...root, pid: led.pid }, []).map(({ pid }) => pid);
  try {
    while (tree().length < 3) await new Promise((done) => setImmediate(done));
    assert.ok([led.pid, marked.pid].every((pid) => tree().includes(pid ?? 0)));
  } finally {
    const ended = [led, marked].map((child) => once(child, 'exit'));
    process.kill(-(led.pid ?? 0), 'SIGKILL');
    marked.kill('SIGKILL');
    await Promise.all(ended);
  }
  assert.deepEqual(tree(), []);
});

test('/proc/PID/stat: the name may hold anything', () => {
  const rest = '0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 1';
  for (const name of ['node', 'a b', ') R 1 1 1', '((']) {
    const proc = parseStat(`17 (${name}) S 3 17 12 ${rest}`);
    assert.deepEqual(proc, {
      pid: 17,
      ppid: 3,
      pgid: 17,
      sid: 12,
      start: '4242',
      zombie: false,
      stopped: false,
    });
  }
  assert.equal(parseStat(`17 (x) Z 3 17 12 ${rest}`)?.zombie, true);
  assert.equal(parseStat(`17 (x) T 3 17 12 ${rest}`)?.stopped, true);
  assert.equal(parseStat(''), undefined);
});

test('ps: a line of macOS', () => {
  assert.deepEqual(parsePs('  501     1   501      0 Ss   Sat Nov 21 14:33:33 2026    '), {
    pid: 501,
    ppid: 1,
    pgid: 501,
    sid: 0,
    start: 'Sat Nov 21 14:33:33 2026',
    zombie: false,
    stopped: false,
  });
  assert.equal(parsePs('nonsense'), undefined);
});

test('a process is the same by pid and start', () => {
  const self = readProcess(process.pid);
  assert.ok(self);
  assert.equal(isAlive(self), true);
  assert.deepEqual(readSame(self.pid, self.start), self);
  assert.equal(readSame(self.pid, '1'), undefined);
  assert.equal(readSame(self.pid, ''), undefined);
  if (processTable.source === 'proc') assert.equal(isAlive({ ...self, start: '1' }), false);
});
