import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listProcesses } from '../../src/system/processes.ts';
import { type Link, Rig, within } from './rig.ts';

const program = fileURLToPath(new URL('../../bin/devstart.cjs', import.meta.url));
const fixture = fileURLToPath(new URL('./behaviour.py', import.meta.url));

/** Bytes that behaviour.py writes at a time, and in a line. */
const BLOCK = 8000;
const WIDTH = 80;
const HALF = Buffer.from('half a €').subarray(0, -1).toString('latin1');
const PREFIX = '[api] ';

export interface MisbehavingOptions {
  /** Of behaviour.py. */
  manner: string;
  /** Seconds. */
  killTimeout: number;
  /** The test starts a shell, which waits for devstart. */
  shell?: boolean;
}

/** devstart with one behaviour.py, and a reader of its output. */
export interface Misbehaving {
  rig: Rig;
  /** devstart, or the shell that waits for it. */
  child: ChildProcess;
  /** devstart's pid. */
  launcher: number;
  server: Link;
  /** Has the server print so many numbered lines (for ever with -1), and end itself then. */
  print(lines: number, exit?: number): void;
  /** Resolves once the reader has had so many bytes. */
  shown(bytes: number): Promise<void>;
  /** Resolves once a line of devstart's own holds the text. */
  said(text: string): Promise<void>;
  /** Reads no more; resolves when the server cannot print either. */
  stalled(): Promise<void>;
  readOn(): void;
  closeReader(): void;
  /** Waits for the end of devstart and of its output. */
  exitCode(): Promise<number | null>;
  /** Resolves when nothing but this pid is alive. */
  alone(pid?: number): Promise<void>;
  /** Every byte that the server has printed has been shown, once and in order. */
  assertAllShown(): void;
}

let cells = process.pid * 37;

/** Below those that the kernel hands out: many cells run at once, and none may have another's. */
function nextPorts(): string {
  const first = 10_000 + (cells++ % 2000) * 10;
  return `auto:${first}-${first + 9}`;
}

export async function misbehave(
  t: TestContext,
  { manner, killTimeout, shell }: MisbehavingOptions,
): Promise<Misbehaving> {
  const rig = await Rig.create(t);
  const port = nextPorts();
  const counter = path.join(rig.dir, 'count');
  const command = ['python3', '-S', '-E', fixture, manner];
  const apps = [{ name: 'api', role: 'backend', command, port, env: { COUNT: counter } }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const args = [program, '--log-format', 'plain', '--kill-timeout', String(killTimeout)];
  const child = shell
    ? spawn('/bin/sh', ['-c', '"$0" "$@"; true', process.execPath, ...args], { cwd: rig.dir, env: rig.env })
    : spawn(process.execPath, args, { cwd: rig.dir, env: rig.env });
  child.stdin.end();
  const closed = once(child, 'close');
  const reader = createReader(child.stdout);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const patiently = <T>(what: string, promise: Promise<T>): Promise<T> =>
    within(what, promise, () => `${reader.own()}\n${stderr}`);
  const server = await patiently('hello', rig.link('api'));
  rig.owns(Number(server.env.PORT));
  const counted = () => (existsSync(counter) ? Number(readFileSync(counter, 'latin1')) : 0);

  return {
    rig,
    child,
    server,
    launcher: shell ? (listProcesses().find(({ ppid }) => ppid === child.pid)?.pid ?? 0) : (child.pid ?? 0),
    print(lines, exit) {
      reader.expect(lines, manner === 'half a character');
      server.order('print', { lines, ...(exit === undefined ? {} : { exit }) });
    },
    shown: (bytes) =>
      patiently(
        `${bytes} bytes`,
        reader.until(() => reader.bytes() >= bytes),
      ),
    said: (text) =>
      patiently(
        `line with ${text}`,
        reader.until(() => reader.own().includes(text)),
      ),
    async stalled() {
      child.stdout.pause();
      const steady = async () => {
        for (let before = -1; before !== counted() || before === 0; await sleep(150)) before = counted();
      };
      await patiently('stall', steady());
    },
    readOn: () => void child.stdout.resume(),
    closeReader: () => void child.stdout.destroy(),
    async exitCode() {
      const [code] = (await patiently('end', closed)) as [number | null];
      return code;
    },
    async alone(pid) {
      const gone = async () => {
        while ((await rig.survivors()).some((other) => other !== pid)) await sleep(20);
      };
      await patiently('end of all processes', gone());
    },
    assertAllShown() {
      const printed = counted();
      const [least, most] = [reader.visible(printed), reader.visible(printed + BLOCK)];
      assert.ok(
        reader.bytes() >= least && reader.bytes() <= most,
        `${reader.bytes()} shown of ${least} to ${most}`,
      );
    },
  };
}

/** Compares what is shown of the server with what it should be as it comes; line ends are not counted. */
function createReader(stdout: Readable) {
  let lines = 0;
  let half = false;
  /** Characters of the server that were shown. */
  let at = 0;
  let rest = '';
  let own = '';
  let waiting: (() => void)[] = [];

  /** The next characters that the server must have printed. */
  function next(length: number): string {
    const width = WIDTH - 1;
    const from = Math.floor(at / width);
    let text = '';
    for (let i = from; text.length < (at % width) + length && i !== lines; i++)
      text += String(i).padEnd(width, '.');
    if (half) text += HALF;
    return text.slice(at % width, (at % width) + length);
  }

  function take(line: string): void {
    if (!line.startsWith(PREFIX)) {
      own += `${line}\n`;
      return;
    }
    const text = line.slice(PREFIX.length);
    if (text !== next(text.length)) own += `WRONG at ${at}: ${line}, not ${next(text.length)}\n`;
    at += text.length;
  }

  stdout.setEncoding('latin1').on('data', (data: string) => {
    const found = (rest + data).split('\n');
    rest = found.pop() ?? '';
    for (const line of found) take(line);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  });
  stdout.on('end', () => rest && take(rest));
  stdout.on('error', () => {});

  return {
    expect(count: number, cut: boolean) {
      lines = count;
      half = cut;
    },
    /** How many characters are shown of so many bytes. */
    visible: (bytes: number) =>
      bytes - (lines < 0 ? Math.floor(bytes / WIDTH) : Math.min(lines, Math.floor(bytes / WIDTH))),
    bytes() {
      assert.doesNotMatch(own, /^WRONG/m);
      return at;
    },
    own: () => own,
    async until(holds: () => boolean) {
      while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}
