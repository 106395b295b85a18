import { constants } from 'node:os';
import { isatty } from 'node:tty';

export const isWindows = process.platform === 'win32';

/** What runs a shell line: the program, its arguments and the spawn options it needs. */
export function shell(line: string): { file: string; args: string[]; windowsVerbatimArguments?: boolean } {
  return isWindows
    ? { file: 'cmd.exe', args: ['/d', '/s', '/c', `"${line}"`], windowsVerbatimArguments: true }
    : { file: '/bin/sh', args: ['-c', line] };
}

/** 128 + the signal's number, as shells have it; 1 for a signal that this system lacks. */
export function signalExitCode(signal: NodeJS.Signals): number {
  const number = constants.signals[signal];
  return number === undefined ? 1 : 128 + number;
}

/** Sends the signal to a process, or to a group (negative). False when it is gone or not ours. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Call it last before the exit: where the terminal has gone, Node's own exit aborts with a native stack
 * (it cannot restore the terminal's mode), so the process ends as SIGHUP ends it (129 for a shell).
 * Returns in every other case.
 */
export function endIfTerminalGone(): void {
  if (isWindows) return;
  const gone = (process.stdout.isTTY && !isatty(1)) || (process.stderr.isTTY && !isatty(2));
  if (!gone) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

export const linux = process.platform === 'linux';
