import { constants } from 'node:os';

export const isWindows = process.platform === 'win32';

/** A local socket is a file; else (Windows) it is a pipe with a name of its own. */
export const socketsAreFiles = !isWindows;

/** A child can inherit a listening socket. */
export const socketsAreInherited = !isWindows;

/** Who waits for connections on an inherited socket can be seen: see `serving.ts`. */
export const servingIsSeen = process.platform === 'linux';

/** Spawn options of a process that leads a group and session of its own, where the system has them. */
export const leader = { detached: !isWindows, windowsHide: true } as const;

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

/** Sends the signal to a process. False when it is gone or not ours. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Sends the signal to every process of the leader's group; on Windows, which has none, it ends the leader's tree. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  if (!isWindows) return sendSignal(-leaderPid, signal);
  if (signal !== 'SIGCONT' && signal !== 'SIGSTOP') void taskkill(leaderPid, signal === 'SIGKILL');
  return true;
}

async function taskkill(pid: number, force: boolean): Promise<void> {
  const { spawn } = await import('node:child_process');
  const args = ['/PID', String(pid), '/T', ...(force ? ['/F'] : [])];
  spawn('taskkill', args, { stdio: 'ignore', windowsHide: true }).on('error', () => {});
}

/** Is there a process with this pid, ours or another user's? */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Has the group that this process leads, or led, any process? What has ended and is not collected yet counts. */
export const groupExists = (leaderPid: number): boolean => exists(isWindows ? leaderPid : -leaderPid);

/**
 * Call it last before the exit: where the terminal has gone, Node's own exit aborts with a native stack
 * (it cannot restore the terminal's mode), so the process ends as SIGHUP ends it (129 for a shell).
 * Returns in every other case.
 */
export function endIfTerminalGone(): void {
  if (isWindows || !(process.stdout.isTTY || process.stderr.isTTY)) return;
  // It takes streams and sockets along, which a command that prints into a pipe has no need of.
  const { isatty } = process.getBuiltinModule('node:tty');
  const gone = (process.stdout.isTTY && !isatty(1)) || (process.stderr.isTTY && !isatty(2));
  if (!gone) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
