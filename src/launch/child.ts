import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { InstanceId } from '../config/instance-id.ts';
import type { OutputSink, StreamName } from '../output/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { leader, shell } from '../system/platform.ts';
import { pipesOf, readProcess, type TreeRoot } from '../system/processes.ts';
import { environmentOf } from './environment.ts';
import type { Handing } from './handover.ts';

/** How the leader ended; `error`: it could not be started at all. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: NodeJS.ErrnoException;
}

/** Milliseconds without a byte, with room in the sink, after which a pipe counts as drained. */
const IDLE = 100;
const POLL = 20;

/** One process of a server, the leader of a session of its own, and its pipes: its output goes to the sink. */
export class Child {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** By what all its processes are recognised. */
  readonly root: TreeRoot | undefined;
  readonly exited: Promise<Exit>;
  /** After the exit: all its output is with the sink, or an idle heir holds the pipes open. */
  readonly quiet: Promise<void>;
  /** The pipes are closed. */
  readonly closed: Promise<void>;
  readonly #process: ChildProcess | undefined;
  readonly #output: OutputSink;
  #lastByte = 0;
  #released = false;
  #abandoned = false;

  /** Never throws: what cannot be started has ended with an `error`. */
  constructor(
    plan: InstancePlan,
    runId: string,
    inherited: Record<string, string | undefined>,
    output: OutputSink,
    life: number,
    handing?: Handing,
  ) {
    const { env, marks } = environmentOf(plan, runId, inherited, life, handing);
    this.#output = output;
    let child: ChildProcess;
    try {
      child = handing ? startHanded(plan, env, handing) : start(plan, env);
    } catch (error) {
      // Arguments that no process can have: a NUL byte, too long a list.
      this.exited = Promise.resolve({ code: null, signal: null, error: error as NodeJS.ErrnoException });
      this.quiet = this.closed = Promise.resolve();
      return;
    }
    this.#process = child;
    this.pid = child.pid;
    this.root = child.pid ? rootOf(child.pid, marks, handing?.inodes) : undefined;
    this.#read(plan.id);
    // It stays open, unused: watchers (esbuild, tailwind) end when their stdin does.
    child.stdin?.on('error', () => {});
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }));
      child.once('exit', (code, signal) => {
        this.#lastByte = performance.now();
        resolve({ code, signal });
      });
    });
    this.closed = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => {
        this.abandon();
        if (child.pid === undefined) resolve();
      });
    });
    this.closed.then(output.onDrain(() => this.#readOn()));
    this.quiet = this.exited.then(() => this.#drained());
  }

  /** Its processes are gone: what holds the pipes open now is not ours, so close them once they are idle. */
  release(): void {
    this.#released = true;
  }

  /**
   * Somebody has the other end of its pipes, be he seen or not: closed they are told to be by the system itself. Of a
   * pipe that waits to be read on nothing is known.
   */
  get held(): boolean {
    return this.#streams.some((stream) => !stream.closed && !stream.isPaused());
  }

  /** Its pipes were closed by us, with somebody at their other end. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Closes the pipes now, whatever they hold. */
  abandon(): void {
    this.#abandoned = this.#streams.some((stream) => !stream.closed);
    for (const stream of this.#streams) stream.destroy();
  }

  /** Bytes for its stdin; false: it takes no more now, nothing of them was taken. */
  input(data: Buffer): boolean {
    const stdin = this.#process?.stdin;
    if (!stdin?.writable || stdin.writableNeedDrain) return false;
    stdin.write(data);
    return true;
  }

  get #streams(): Readable[] {
    return [this.#process?.stdout, this.#process?.stderr].filter((stream) => stream != null);
  }

  #read(id: InstanceId): void {
    for (const name of ['stdout', 'stderr'] satisfies StreamName[]) {
      const stream = this.#process?.[name];
      stream?.on('data', (chunk: Buffer) => {
        this.#lastByte = performance.now();
        if (!this.#output.write(id, name, chunk)) stream.pause();
      });
      stream?.on('close', () => this.#output.end(id, name));
      stream?.on('error', () => {});
    }
  }

  #readOn(): void {
    for (const stream of this.#streams) {
      if (!stream.isPaused()) continue;
      stream.resume();
      // What has waited in the pipe is yet to come.
      this.#lastByte = performance.now();
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        // There may be room already, and the pipe not be read on yet.
        const held = this.#output.full || this.#streams.some((stream) => stream.isPaused());
        if (held || performance.now() - this.#lastByte < IDLE) return;
        resolve();
        if (this.#released) {
          clearInterval(timer);
          this.abandon();
        }
      }, POLL);
      this.closed.then(() => {
        clearInterval(timer);
        resolve();
      });
    });
  }
}

/**
 * Read at once, before the server can have put other files in their place, and once for all who need it.
 * @param shared sockets that others have as well: nobody is known by them
 */
const rootOf = (pid: number, marks: string[], shared: readonly number[] = []): TreeRoot => ({
  pid,
  start: readProcess(pid)?.start,
  marks,
  pipes: pipesOf(pid).filter((pipe) => !shared.some((inode) => pipe === `socket:[${inode}]`)),
});

/** With descriptors of its own, or as somebody else. */
function startHanded(
  { cwd }: InstancePlan,
  env: NodeJS.ProcessEnv,
  { argv, stdio, ids }: Handing,
): ChildProcess {
  const [file, ...args] = argv;
  return spawn(file, args, {
    cwd,
    env,
    ...leader,
    ...ids,
    stdio: ['pipe', 'pipe', 'pipe', ...stdio.map((fd) => fd ?? ('ignore' as const))],
  });
}

function start(plan: InstancePlan, env: NodeJS.ProcessEnv): ChildProcess {
  const options = {
    cwd: plan.cwd,
    env,
    ...leader,
  } satisfies SpawnOptions;
  if (plan.command.kind === 'shell') {
    const { file, args, ...windows } = shell(plan.command.line);
    return spawn(file, args, { ...options, ...windows });
  }
  const [file, ...args] = plan.command.argv;
  return spawn(file, args, options);
}
