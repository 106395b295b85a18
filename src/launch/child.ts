import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { OutputSink, StreamName } from '../output/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { standardFiles } from '../system/descriptors.ts';
import { isWindows, shell } from '../system/platform.ts';
import { readProcess } from '../system/processes.ts';
import type { TreeRoot } from '../system/tree.ts';
import { environmentOf } from './environment.ts';

/** How the leader ended; `error`: it could not be started at all. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: NodeJS.ErrnoException;
}

/** One running server: its process and its two pipes. */
export interface Instance {
  /** Undefined when it could not be started. */
  pid: number | undefined;
  root: TreeRoot | undefined;
  exited: Promise<Exit>;
  /** After the exit: all its output is with the sink, or an idle heir holds the pipes open. */
  quiet: Promise<void>;
  /** The pipes are closed. */
  closed: Promise<void>;
  /** Its processes are gone: what holds the pipes open now is not ours, so close them once they are idle. */
  release(): void;
  /** Closes the pipes now, whatever they hold. */
  abandon(): void;
  /** Bytes for its stdin; false: it takes no more now, nothing of them was taken. */
  input(data: Buffer): boolean;
}

/** Milliseconds without a byte, with room in the sink, after which a pipe counts as drained. */
const IDLE = 100;
const POLL = 20;

/** Starts the server as leader of a session of its own; its output goes to the sink. Never throws. */
export function spawnInstance(
  plan: InstancePlan,
  runId: string,
  inherited: Record<string, string | undefined>,
  output: OutputSink,
): Instance {
  const { env, marks } = environmentOf(plan, runId, inherited);
  let child: ChildProcess;
  try {
    child = start(plan, env);
  } catch (error) {
    // Arguments that no process can have: a NUL byte, too long a list.
    const failed: Exit = { code: null, signal: null, error: error as NodeJS.ErrnoException };
    const settled = Promise.resolve();
    return {
      pid: undefined,
      root: undefined,
      exited: Promise.resolve(failed),
      quiet: settled,
      closed: settled,
      release: () => {},
      abandon: () => {},
      input: () => false,
    };
  }

  let lastByte = 0;
  let released = false;
  const streams = [child.stdout, child.stderr];
  const destroy = () => {
    for (const stream of streams) stream?.destroy();
  };

  for (const name of ['stdout', 'stderr'] satisfies StreamName[]) {
    const stream = child[name];
    stream?.on('data', (chunk: Buffer) => {
      lastByte = Date.now();
      if (!output.write(plan, name, chunk)) stream.pause();
    });
    stream?.on('close', () => output.end(plan, name));
    stream?.on('error', () => {});
  }
  const endDrain = output.onDrain(() => {
    for (const stream of streams) {
      if (!stream?.isPaused()) continue;
      stream.resume();
      // What has waited in the pipe is yet to come.
      lastByte = Date.now();
    }
  });
  // It stays open, unused: watchers (esbuild, tailwind) end when their stdin does.
  child.stdin?.on('error', () => {});

  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => {
      lastByte = Date.now();
      resolve({ code, signal });
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => {
      destroy();
      if (child.pid === undefined) resolve();
    });
  });
  closed.then(endDrain);
  const quiet = exited.then(
    () =>
      new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          // There may be room already, and the pipe not be read on yet.
          const held = output.full || streams.some((stream) => stream?.isPaused());
          if (held || Date.now() - lastByte < IDLE) return;
          resolve();
          if (released) {
            clearInterval(timer);
            destroy();
          }
        }, POLL);
        closed.then(() => {
          clearInterval(timer);
          resolve();
        });
      }),
  );

  const root = child.pid ? rootOf(child.pid, marks) : undefined;
  return {
    pid: child.pid,
    root,
    exited,
    quiet,
    closed,
    release: () => {
      released = true;
    },
    abandon: destroy,
    input(data) {
      const { stdin } = child;
      if (!stdin?.writable || stdin.writableNeedDrain) return false;
      stdin.write(data);
      return true;
    },
  };
}

/** Read at once, before the server can have put other files in their place. */
function rootOf(pid: number, marks: string[]): TreeRoot {
  const pipes = standardFiles(pid).filter((file) => file.startsWith('socket:'));
  return { pid, start: readProcess(pid)?.start, marks, pipes };
}

function start(plan: InstancePlan, env: NodeJS.ProcessEnv): ChildProcess {
  const options = {
    cwd: plan.cwd,
    env,
    detached: !isWindows,
    windowsHide: true,
  } satisfies SpawnOptions;
  if (plan.command.kind === 'shell') {
    const { file, args, ...windows } = shell(plan.command.line);
    return spawn(file, args, { ...options, ...windows });
  }
  const [file, ...args] = plan.command.argv;
  return spawn(file, args, options);
}
