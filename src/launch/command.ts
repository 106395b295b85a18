import { type ChildProcess, spawn } from 'node:child_process';
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
      child = spawn(file, args, { cwd, env, stdio: 'inherit', ...windows });
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
