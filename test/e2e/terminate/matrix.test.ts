// Every manner of a server against every end of a run, with the built program and real processes: nothing is alive
// afterwards, the port is free, the exit code is right, and every byte that the server has printed is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Misbehaving, misbehave } from '../../rig/misbehaving.ts';

const FOR_EVER = -1;
/** 240 kB: more than a pipe holds. */
const LINES = 3000;
/** 2 MB: more than all buffers between the server and the reader hold. */
const FLOOD = 25_000;
/** Characters that are read of a server that prints for ever. */
const MUCH = 50_000_000;
/** Seconds. */
const GRACE = 0.4;
/** Of the launcher, kB. */
const MEMORY = 100_000;

interface Manner {
  /** Of behaviour.py. */
  name: string;
  /** What it prints. Default LINES, and FLOOD before a reader that stalls. */
  lines?: number;
  /** Its own exit code, when it is asked to stop and when it ends by itself. */
  exits?: number;
}

const manners: Manner[] = [
  { name: 'exits 0', exits: 0 },
  { name: 'exits 3', exits: 3 },
  { name: 'ignores INT' },
  { name: 'ignores TERM' },
  { name: 'forks twice' },
  { name: 'own session' },
  { name: 'own group' },
  { name: 'self-daemonizes' },
  { name: '200 children' },
  { name: 'prints for ever', lines: FOR_EVER },
  // Few lines, so that the half character gets into a stalled pipe.
  { name: 'half a character', lines: 100 },
  { name: 'never ready' },
  { name: 'ready, then hangs' },
];

interface End {
  name: string;
  options?: { killTimeout?: number; shell?: boolean };
  run(all: Misbehaving, manner: Manner): Promise<void>;
}

/** The server prints, and as much of it has been read as it prints (or MUCH). */
async function print({ print, shown }: Misbehaving, { lines = LINES }: Manner): Promise<void> {
  print(lines);
  await shown(lines === FOR_EVER ? MUCH : lines * 79);
}

/** When devstart has ended, nothing waits to be ended any more. */
async function ended(all: Misbehaving, code: number): Promise<void> {
  assert.equal(await all.exitCode(), code);
  await all.rig.assertNothingLeft();
}

const bySignal = (name: string, signal: NodeJS.Signals, code: number): End => ({
  name,
  async run(all, manner) {
    await print(all, manner);
    all.child.kill(signal);
    await ended(all, code);
    all.assertAllShown();
  },
});

/** The most that it has ever had in memory, kB. */
function peakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

const ends: End[] = [
  // At a terminal, with its process group: keys.test.ts.
  bySignal('Ctrl-C', 'SIGINT', 130),
  bySignal('TERM', 'SIGTERM', 143),
  bySignal('HUP', 'SIGHUP', 129),
  {
    // A grace that no test waits for. The second gives up what is not read yet.
    name: 'Ctrl-C twice',
    options: { killTimeout: 1000 },
    async run(all, manner) {
      await print(all, manner);
      all.child.kill('SIGINT');
      await all.said('stopping');
      all.child.kill('SIGINT');
      await ended(all, 130);
    },
  },
  {
    // What the launcher has read and not written yet is lost with it.
    name: 'KILL of the launcher',
    async run(all, manner) {
      await print(all, manner);
      all.child.kill('SIGKILL');
      await all.alone();
      await all.rig.assertNothingLeft();
    },
  },
  {
    name: 'KILL of its parent shell',
    options: { shell: true },
    async run(all, manner) {
      await print(all, manner);
      await sleep(250); // the first look at the parent
      all.child.kill('SIGKILL');
      // Its output ends with devstart: the shell's own code is no news.
      await all.exitCode();
      await all.rig.assertNothingLeft();
      all.assertAllShown();
      await all.said('stopping: the process that started devstart has gone');
      const { status } = JSON.parse(await readFile(path.join(all.rig.dir, '.ports.json'), 'utf8'));
      assert.equal(status, 'stopped');
    },
  },
  {
    // devstart finds out when it has something to show.
    name: 'closed stdout',
    async run(all, { lines = LINES }) {
      all.closeReader();
      all.print(lines);
      await ended(all, 0);
    },
  },
  {
    name: 'stalled stdout',
    async run(all, { lines = FLOOD, exits }) {
      all.print(lines, exits);
      await all.stalled();
      const memory = peakMemory(all.launcher);
      assert.ok(memory < MEMORY, `${memory} kB`);
      if (exits === undefined) {
        all.child.kill('SIGTERM');
        await all.alone(all.launcher);
      }
      all.readOn();
      await ended(all, exits ?? 143);
      all.assertAllShown();
    },
  },
];

async function cell(t: TestContext, manner: Manner, { options, run }: End): Promise<void> {
  const all = await misbehave(t, { manner: manner.name, killTimeout: GRACE, ...options });
  if (manner.name !== 'never ready') await all.said('ready in');
  await run(all, manner);
}

// Most of a cell is waiting for what it is about.
describe('the matrix', { concurrency: 6, skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  for (const end of ends) {
    for (const manner of manners) test(`${end.name}: ${manner.name}`, (t) => cell(t, manner, end));
  }
});
