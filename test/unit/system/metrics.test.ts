// What trees of processes use, against what the system says of them.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { measure, memoryKind, parseUsage, treesOf } from '../../../src/system/metrics.ts';
import type { Proc } from '../../../src/system/processes.ts';

const lines: [string, ReturnType<typeof parseUsage>][] = [
  [' 4711  2048   0:01.50 01:00', { pid: 4711, memory: 2 << 20, cpu: 1500, age: 60_000 }],
  ['1 1 1:02:03 2-03:04:05', { pid: 1, memory: 1024, cpu: 3_723_000, age: 183_845_000 }],
  ['ps: no such process', undefined],
];
for (const [line, expected] of lines) {
  test(`reads ${line}`, () => assert.deepEqual(parseUsage(line), expected));
}

const proc = (pid: number, ppid: number, pgid = pid): Proc => ({
  pid,
  ppid,
  pgid,
  sid: pgid,
  start: '1',
  zombie: false,
  stopped: false,
});

test('a tree is the leader’s group and all of its descendants', () => {
  const all = [proc(10, 1), proc(11, 10, 10), proc(12, 11), proc(13, 12), proc(20, 1), proc(21, 20)];
  const trees = treesOf(new Map([['a', { pid: 10, marks: [] }]]), all);
  assert.deepEqual(
    trees
      .get('a')
      ?.map(({ pid }) => pid)
      .sort(),
    [10, 11, 12, 13],
  );
});

/** A leader with a child that burns a core. */
async function burning(t: TestContext): Promise<{ child: ChildProcess; pids: number[]; file: string }> {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-metrics-'));
  const burn = "process.send?.(1); process.stdout.write('go'); for (;;);";
  const script = `const c = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(burn)}], {stdio: ['ignore', 'pipe', 'ignore']}); c.stdout.once('data', () => console.log(c.pid)); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => {
    process.kill(-(child.pid as number), 'SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const [told] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return { child, pids: [child.pid as number, Number(String(told))], file: path.join(dir, 'samples.json') };
}

const ticks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

test('the whole tree counts: memory as the kernel says it, CPU between two looks', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { child, pids, file } = await burning(t);
  const leaders = new Map([['api', { pid: child.pid as number, marks: [] }]]);
  const first = measure(leaders, file).get('api');
  assert.deepEqual(first?.pids.sort(), [...pids].sort());
  const pss = pids.reduce(
    (sum, pid) =>
      sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024,
    0,
  );
  assert.equal(memoryKind, 'PSS');
  assert.ok(Math.abs((first?.memory ?? 0) - pss) < 0.3 * pss, `${first?.memory} and ${pss}`);
  const rss = String(execFileSync('ps', ['-o', 'rss=', '-p', pids.join(',')]))
    .trim()
    .split(/\s+/)
    .reduce((sum, kB) => sum + Number(kB) * 1024, 0);
  assert.ok((first?.memory ?? 0) <= rss, 'no more than RSS');
  const begin = { at: performance.now(), ticks: pids.reduce((sum, pid) => sum + ticks(pid), 0) };
  // So much CPU time is the wait, however long the machine takes for it.
  while (
    pids.reduce((sum, pid) => sum + ticks(pid), 0) - begin.ticks < 30 ||
    performance.now() - begin.at < 550
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const used = (pids.reduce((sum, pid) => sum + ticks(pid), 0) - begin.ticks) * 10;
  const percent = (used / (performance.now() - begin.at)) * 100;
  const second = measure(leaders, file).get('api');
  assert.ok(Math.abs((second?.cpu ?? 0) - percent) < 0.4 * percent + 10, `${second?.cpu} and ${percent}`);
});

test('samples that are broken, of another boot, or cannot be written are none', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-metrics-'));
  const leaders = new Map([['me', { pid: process.pid, marks: [] }]]);
  try {
    for (const text of ['', '{}', '{"boot":"x","samples":[{"at":1,"cpu":{}}],"shares":{}}']) {
      writeFileSync(path.join(dir, 'samples.json'), text);
      assert.ok(measure(leaders, path.join(dir, 'samples.json')).has('me'));
    }
    assert.ok(measure(leaders, path.join(dir, 'no', 'samples.json')).has('me'));
  } finally {
    rmSync(dir, { recursive: true });
  }
});
