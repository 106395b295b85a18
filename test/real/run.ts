/** The built program as a child of the test: its events, its end, what it must not leave. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../rig/at-end.ts';
import { environment, MINUTE, type Project } from './support.ts';

const program = fileURLToPath(new URL('../../bin/devstart.cjs', import.meta.url));

/** One line of `--json`. */
export interface Event {
  type: string;
  [key: string]: unknown;
}

/** The `up` event's part that the tests look at. */
export interface Up extends Event {
  ports: { backend?: number; frontend?: number };
  urls: { backend?: string; frontend?: string };
  corsOrigins: string[];
}

/** The ports that devstart would choose now, by `--dry-run --json`. */
export async function plannedPorts({ root, home }: Project): Promise<number[]> {
  const run = new Run({ root, home }, ['--dry-run', '--json']);
  assert.equal(await run.exit(MINUTE), 0, run.tail());
  const [plan] = run.events as unknown as { ports: Record<string, number> }[];
  assert.ok(plan?.ports, 'no plan on stdout');
  return Object.values(plan.ports);
}

/** Starts devstart with `--json`; what still runs when the test ends is killed. */
export function start(
  t: TestContext,
  at: Pick<Project, 'root' | 'home'>,
  args: string[] = [],
  env = {},
): Run {
  const run = new Run(at, ['--json', ...args], env);
  atEnd(t, () => run.kill());
  return run;
}

export class Run {
  readonly child: ChildProcess;
  readonly events: Event[] = [];
  readonly home: string;
  #stderr = '';
  #wake: () => void = () => {};
  #changed = Promise.resolve();
  readonly #closed: Promise<number | null>;

  constructor(
    { root, home }: Pick<Project, 'root' | 'home'>,
    args: string[],
    env: Record<string, string> = {},
    /** What starts it. */
    command: [string, ...string[]] = [process.execPath, program],
  ) {
    this.home = home;
    const [file, ...first] = command;
    this.child = spawn(file, [...first, ...args], {
      cwd: root,
      env: { ...environment, ...env, DEVSTART_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#arm();
    const { stdout, stderr } = this.child;
    assert.ok(stdout && stderr);
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const lines = createInterface({ input: stdout }).on('line', (line) => {
      this.events.push(parse(line));
      this.#arm();
    });
    const drained = once(lines, 'close');
    this.#closed = once(this.child, 'close').then(async ([code, signal]) => {
      await drained;
      this.#arm();
      return signal === null ? code : null;
    });
  }

  /** Lets those who wait look again. */
  #arm(): void {
    this.#wake();
    const { promise, resolve } = deferred();
    this.#changed = promise;
    this.#wake = resolve;
  }

  /** The first event, past or to come, that fits. Fails when the run ends or `ms` pass before. */
  async event(type: string, fits: (event: Event) => boolean = () => true, ms = 3 * MINUTE): Promise<Event> {
    const timeout = AbortSignal.timeout(ms);
    const expired = once(timeout, 'abort');
    let ended = false;
    void this.#closed.then(() => {
      ended = true;
    });
    for (;;) {
      const changed = this.#changed;
      const found = this.events.find((event) => event.type === type && fits(event));
      if (found) return found;
      assert.ok(!ended, `devstart ended before "${type}"\n${this.tail()}`);
      assert.ok(!timeout.aborted, `no "${type}" in ${ms} ms\n${this.tail()}`);
      await Promise.race([changed, this.#closed, expired]);
    }
  }

  async up(): Promise<Up> {
    return (await this.event('up')) as Up;
  }

  /** The exit code when it has ended and all its output is read; null after a signal. */
  async exit(ms = MINUTE): Promise<number | null> {
    const timeout = AbortSignal.timeout(ms);
    return await Promise.race([
      this.#closed,
      once(timeout, 'abort').then(() => assert.fail(`still running after ${ms} ms\n${this.tail()}`)),
    ]);
  }

  /** Interrupts as Ctrl-C does and gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    return await this.exit();
  }

  /** The last resort of a failed test: everything that carries this run's DEVSTART_HOME. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    for (const { pid } of descendants(this.home)) process.kill(pid, 'SIGKILL');
  }

  tail(): string {
    const last = this.events.slice(-60).map((event) => JSON.stringify(event));
    return [...last, this.#stderr].join('\n');
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function parse(line: string): Event {
  try {
    return JSON.parse(line);
  } catch {
    return { type: 'NOT JSON', line };
  }
}

/** Live processes with this DEVSTART_HOME in their environment: a run's launcher and all that it started. */
export function descendants(home: string): { pid: number; run: string | undefined; command: string }[] {
  const found = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const variables = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      if (!variables.includes(`DEVSTART_HOME=${home}`)) continue;
      const run = variables.find((one) => one.startsWith('DEVSTART_RUN='))?.slice('DEVSTART_RUN='.length);
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      found.push({ pid: Number(name), run, command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Right after the exit, with no grace: no process of the run, no listener on its ports. */
export async function assertNothingLeft(run: Run, { ports }: Up): Promise<void> {
  assert.deepEqual(descendants(run.home), [], 'processes left');
  for (const port of Object.values(ports)) {
    for (const host of ['127.0.0.1', '::1']) {
      const socket = net.connect({ port, host });
      const error = await once(socket, 'connect').then(
        () => undefined,
        (reason: NodeJS.ErrnoException) => reason.code,
      );
      socket.destroy();
      assert.match(error ?? 'connected', /ECONNREFUSED|EADDRNOTAVAIL/, `port ${port} on ${host}`);
    }
  }
}
