import assert from 'node:assert/strict';
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { reservePorts } from '../../src/ports/reserve.ts';
import { isAlive, type Proc, readProcess } from '../../src/system/processes.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const server = path.join(here, 'server.mjs');
const program = path.join(here, '../../bin/devstart.cjs');
const driver = path.join(here, 'driver.ts');

/** Fails a wait that would never end; no test waits for time to pass. */
export const PATIENCE = 60_000;

/** A `--json` object or a RunEvent. */
// biome-ignore lint/suspicious/noExplicitAny: events of all types are read by tests
export type Told = { type: string } & Record<string, any>;

/** A fixture server that has dialled back. */
export interface Link {
  name: string;
  pid: number;
  argv: string[];
  env: Record<string, string | undefined>;
  cwd: string;
  /** Sends a command of server.mjs and waits for its answer. */
  tell(action: string, options?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Sends it without an answer: exit, die. */
  order(action: string, options?: Record<string, unknown>): void;
  /** The server has ended. */
  gone: Promise<void>;
}

/** A program under test. */
export interface Launched {
  child: ChildProcess;
  events: Told[];
  stdout(): string;
  stderr(): string;
  /** The first event of the type (and predicate), past or to come. */
  waitFor(type: string, matches?: (event: Told) => boolean): Promise<Told>;
  /** Resolves once stdout holds the text. */
  waitForText(text: string): Promise<void>;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface SpawnOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** The test reads `child.stdout` itself. */
  ownReader?: boolean;
  /** The test writes to `child.stdin`. */
  stdin?: 'pipe';
  /** What starts it: `unshare …`, `chroot …`. */
  under?: readonly string[];
}

/** Fails after a while, saying what was waited for. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  more: () => string = () => '',
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE} ms\n${more()}`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Looks again and again until it holds, for what tells nobody. Fails after a while. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const late = Date.now() + PATIENCE; !(await holds()); await sleep(20)) {
    assert.ok(Date.now() < late, `not within ${PATIENCE} ms: ${what}`);
  }
}

/** A temporary project with its own state folder; when the test ends nothing of it may be left. */
export class Rig {
  readonly dir: string;
  readonly home: string;
  readonly mark = `RIG_MARK=${randomUUID()}`;
  readonly #ports: number[] = [];
  readonly #marked = new Map<number, Proc>();
  readonly #links: Link[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #launched: Launched[] = [];
  readonly #socketPath: string;
  readonly #listener: Server;
  #arrived: (() => void)[] = [];
  readonly #endings: (() => void)[] = [];

  constructor(dir: string, socketPath: string) {
    this.dir = path.join(dir, 'project');
    this.home = path.join(dir, 'home');
    this.#socketPath = socketPath;
    this.#listener = createServer((socket) => this.#accept(socket)).listen(socketPath);
  }

  static async create(t: TestContext): Promise<Rig> {
    const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'devstart-rig-')));
    const rig = new Rig(dir, path.join(dir, 's'));
    const { mkdir } = await import('node:fs/promises');
    await Promise.all([mkdir(rig.dir), mkdir(rig.home)]);
    t.after(async () => {
      try {
        await rig.#close();
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    });
    return rig;
  }

  /** The environment of everything that the rig starts. */
  get env(): Record<string, string | undefined> {
    const [name = '', value] = this.mark.split('=');
    // npm's variables would have devstart take a second signal within 250 ms for npm's echo of the first.
    const foreign = /^(_|FORCE_COLOR|NODE_OPTIONS|NODE_TEST_CONTEXT|npm_.*|BACKEND_.*|FRONTEND_.*|CORS_.*)$/;
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)));
    return {
      ...inherited,
      [name]: value,
      RIG_SOCKET: this.#socketPath,
      DEVSTART_HOME: this.home,
      NO_COLOR: '1',
    };
  }

  /** Undoes what the test holds itself, before the rig looks whether anything is left. */
  atEnd(undo: () => void): void {
    this.#endings.push(undo);
  }

  /** The argv of a fixture server that dials back under this name. */
  server(name: string, ...args: string[]): [string, ...string[]] {
    return [process.execPath, server, name, ...args];
  }

  /** The port must be free when the test ends. */
  owns(port: number): void {
    this.#ports.push(port);
  }

  /** Ports that are free and that the system hands to nobody else meanwhile, all different. */
  async freePorts(count: number): Promise<number[]> {
    const ports = await reservePorts(count, {});
    this.#ports.push(...ports);
    return ports;
  }

  /** The next fixture server of that name that has not been asked for yet. */
  async link(name: string): Promise<Link> {
    const find = async (): Promise<Link> => {
      for (;;) {
        const index = this.#links.findIndex((link) => link.name === name);
        if (index !== -1) return this.#links.splice(index, 1)[0] as Link;
        await new Promise<void>((resolve) => this.#arrived.push(resolve));
      }
    };
    return within(`hello of ${name}`, find(), () => this.#launched.map((one) => one.stderr()).join('\n'));
  }

  /** The built program; with `--json` its events are read from stdout. */
  spawnDevstart(args: string[], options: SpawnOptions = {}): Launched {
    return this.#launch([program, ...args], options, args.includes('--json') ? 'stdout' : undefined);
  }

  /** `startRun` alone, with a plan of the test's own: events come on stderr, output on stdout. */
  spawnDriver(plan: object, options: SpawnOptions = {}): Launched {
    return this.#launch(['--import', 'tsx', driver, JSON.stringify(plan)], options, 'stderr');
  }

  #launch(args: string[], options: SpawnOptions, eventsOn: 'stdout' | 'stderr' | undefined): Launched {
    const [file = '', ...more] = [...(options.under ?? []), process.execPath, ...args];
    const child = spawn(file, more, {
      cwd: options.cwd ?? (args.includes(driver) ? path.join(here, '../..') : this.dir),
      env: { ...this.env, ...options.env },
      stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
    }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
    const text = { stdout: '', stderr: '' };
    const events: Told[] = [];
    let changed: (() => void)[] = [];
    const change = () => {
      const waiting = changed;
      changed = [];
      for (const wake of waiting) wake();
    };
    for (const name of ['stdout', 'stderr'] as const) {
      if (name === 'stdout' && options.ownReader) continue;
      child[name].setEncoding('utf8').on('data', (data: string) => {
        text[name] += data;
        change();
      });
      if (name !== eventsOn) continue;
      createInterface({ input: child[name] }).on('line', (line) => {
        if (line.startsWith('{')) events.push(JSON.parse(line));
        change();
      });
    }
    const until = async <T>(look: () => T | undefined): Promise<T> => {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => changed.push(resolve));
      }
    };
    const all = () => `events: ${JSON.stringify(events)}\nstdout: ${text.stdout}\nstderr: ${text.stderr}`;
    const launched: Launched = {
      child,
      events,
      stdout: () => text.stdout,
      stderr: () => text.stderr,
      waitFor: (type, matches = () => true) =>
        within(
          `event ${type}`,
          until(() => events.find((event) => event.type === type && matches(event))),
          all,
        ),
      waitForText: (wanted) =>
        within(
          `text ${JSON.stringify(wanted)}`,
          until(() => text.stdout.includes(wanted) || undefined).then(() => {}),
          all,
        ),
      exit: new Promise((resolve) => {
        child.once(options.ownReader ? 'exit' : 'close', (code, signal) => resolve({ code, signal }));
      }),
    };
    this.#launched.push(launched);
    return launched;
  }

  /** Waits for the end and returns the exit code. */
  async exitCode(launched: Launched): Promise<number | null> {
    const { code } = await within('exit', launched.exit, launched.stderr);
    return code;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const answers = new Map<number, (answer: Record<string, unknown>) => void>();
    const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {});
    let next = 0;
    const order: Link['order'] = (action, options = {}) => {
      socket.write(`${JSON.stringify({ id: next++, do: action, ...options })}\n`);
    };
    createInterface({ input: socket }).on('line', (line) => {
      const { hello, id, ...rest } = JSON.parse(line);
      if (hello === undefined) {
        answers.get(id)?.(rest);
        return;
      }
      this.#links.push({
        ...rest,
        name: hello,
        order,
        gone,
        tell: async (action, options) => {
          const id = next;
          const answer = new Promise<Record<string, unknown>>((resolve) => answers.set(id, resolve));
          order(action, options);
          const told = await within(`answer to ${action}`, answer);
          assert.equal(told.error, undefined);
          return told;
        },
      });
      const waiting = this.#arrived;
      this.#arrived = [];
      for (const wake of waiting) wake();
    });
  }

  /** Pids that carry the rig's mark in their environment, or did when they were looked at last. */
  async survivors(): Promise<number[]> {
    for (const name of await readdir('/proc').catch(() => [])) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      if (!environment.split('\0').includes(this.mark)) continue;
      const found = readProcess(Number(name));
      if (found) this.#marked.set(found.pid, found);
    }
    // What ends loses its environment before it lets go of its sockets, which its last thread does.
    for (const [pid, proc] of this.#marked) {
      const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
      if (threads.length < 2 && !isAlive(proc)) this.#marked.delete(pid);
    }
    return [...this.#marked.keys()];
  }

  /** Where nobody says when the last is gone. */
  async untilNothingLeft(): Promise<void> {
    await until('all have ended', async () => (await this.survivors()).length === 0);
    await this.assertNothingLeft();
  }

  /** Nothing is left of what the test started. */
  async assertNothingLeft(): Promise<void> {
    const left = await this.survivors();
    const told = left.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return `${pid} ${line.replaceAll('\0', ' ').slice(0, 200)}`;
    });
    assert.deepEqual(await Promise.all(told), [], 'processes are left');
    for (const port of this.#ports) {
      await new Promise<void>((resolve, reject) => {
        const probe = createServer().on('error', reject);
        probe.listen(port, () => probe.close(() => resolve()));
      });
    }
  }

  async #close(): Promise<void> {
    for (const undo of this.#endings) undo();
    const running = this.#launched.filter(
      ({ child }) => child.exitCode === null && child.signalCode === null,
    );
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ exit }) => exit));
    try {
      if (running.length === 0) await this.assertNothingLeft();
    } finally {
      for (const socket of this.#sockets) socket.destroy();
      this.#listener.close();
      for (const pid of await this.survivors()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // gone by itself
        }
      }
    }
  }
}
