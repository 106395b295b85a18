import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { openAgain } from '../system/files.ts';
import { sendSignal, shell, signalExitCode } from '../system/platform.ts';

/** A command that runs beside the servers, on our own terminal. */
export interface RunningCommand {
  /** Its exit code as a shell has it: 127 where it is missing, 126 where it may not be run, 128 + signal. */
  code: Promise<number>;
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts the command with our stdin, stdout and stderr, in our own process group: it is the foreground program.
 * One word with spaces in it is a shell line, as `"npm test && echo ok"`; several are a program and its arguments.
 */
export function runCommand(
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  onError: (message: string) => void,
): RunningCommand {
  const [first = '', ...others] = words;
  const line = others.length === 0 && /\s/.test(first);
  const { file, args, ...windows } = line ? shell(first) : { file: first, args: others };
  let child: ChildProcess | undefined;
  const code = new Promise<number>((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      onError(
        missing ? `the program ${first} was not found` : `${first} could not be started: ${error.message}`,
      );
      resolve(missing ? 127 : 126);
    };
    try {
      child = spawnBeside(file, args, { cwd, env, ...windows });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
      return;
    }
    child.on('error', fail);
    child.on('exit', (exitCode, signal) => resolve(signal ? signalExitCode(signal) : (exitCode ?? 1)));
  });
  return {
    code,
    signal: (signal) => void (child?.pid && child.exitCode === null && sendSignal(child.pid, signal)),
  };
}

/**
 * With our stdin, stdout and stderr. libuv makes what a child inherits blocking, for us as well where it is one open
 * file: a reader that reads no more would stop our own loop, on stderr, and on stdout where both are one. So of a pipe
 * the child gets another open file; what cannot be opened again is made non-blocking once more, as Node had made it.
 */
function spawnBeside(file: string, args: string[], options: SpawnOptions): ChildProcess {
  const again = [1, 2].map((fd) => (kindOf(fd) === 'pipe' ? openAgain(fd) : undefined));
  try {
    return spawn(file, args, { ...options, stdio: ['inherit', ...again.map((fd) => fd ?? 'inherit')] });
  } finally {
    for (const fd of again) if (fd !== undefined) closeSync(fd);
    if (kindOf(2) !== undefined && again.includes(undefined)) {
      const { _handle } = process.stderr as { _handle?: { setBlocking?(blocking: boolean): void } };
      _handle?.setBlocking?.(false);
    }
  }
}

function kindOf(fd: number): 'pipe' | 'socket' | undefined {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() ? 'pipe' : stats.isSocket() ? 'socket' : undefined;
  } catch {
    return undefined;
  }
}
