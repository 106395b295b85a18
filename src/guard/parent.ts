import { readFileSync, readlinkSync } from 'node:fs';
import { readProcess } from '../system/processes.ts';

export interface ParentOptions {
  /** The variable `_`, where bash and zsh leave the program's path: nohup's stays there. */
  underscore?: string | undefined;
  /** Milliseconds. Default 500. */
  every?: number;
}

/** Milliseconds until the first look: by then a shell that waits for us sleeps. */
const FIRST = 100;
const linux = process.platform === 'linux';
const SHELLS: ReadonlySet<string> = new Set(['sh', 'dash', 'ash', 'bash', 'zsh', 'ksh', 'mksh', 'fish']);

/**
 * Calls back once when the process that started us has died and we did not run in the background: a shell that was
 * killed sends nothing. Whoever puts us in the background may end before us. Node forgets that nohup ignores SIGHUP,
 * so that is told by other signs. Holds nothing open. @returns what ends the watch
 */
export function watchParent(onGone: () => void, { underscore = '', every = 500 }: ParentOptions): () => void {
  const parent = process.ppid;
  // 1: it has gone before we could look, or a container's first process, with which all ends.
  if (process.platform === 'win32' || parent <= 1 || /(^|\/)nohup$/.test(underscore)) return () => {};
  let looked = false;
  let atShell: string | undefined;
  // At once: for its last command a shell may make way.
  let background = switches(parent) !== undefined && hasShellsNull(parent);
  let timer = setTimeout(look, FIRST).unref();

  function look(): void {
    if (process.ppid !== parent) {
      // Not even the first look: a script's last act was to start us.
      if (looked && !background && (linux || readProcess(process.pid)?.pgid !== process.pid)) onGone();
      return;
    }
    const now = switches(parent);
    if (!looked) atShell = now;
    // A shell that waits for us in the foreground does nothing else.
    if (atShell !== undefined && now !== atShell) background = true;
    if (linux && isJob()) background = !inForeground();
    looked = true;
    timer = setTimeout(look, every).unref();
  }

  return () => clearTimeout(timer);
}

/** How often the shell has gone to sleep; undefined where the parent is none, or the system does not tell. */
function switches(pid: number): string | undefined {
  const status = read(`/proc/${pid}/status`);
  const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';
  return SHELLS.has(name) ? /^voluntary_ctxt_switches:\t(\d+)$/m.exec(status)?.[1] : undefined;
}

/** A shell without job control gives a background process a /dev/null of its own for stdin. */
function hasShellsNull(parent: number): boolean {
  const ours = stdinOf('self');
  const theirs = stdinOf(String(parent));
  return ours?.startsWith('/dev/null ') === true && theirs !== undefined && ours !== theirs;
}

/** The file and whether it was opened for reading alone; Node has set other flags of its own. */
function stdinOf(who: string): string | undefined {
  try {
    const flags = /^flags:\t(\d+)$/m.exec(read(`/proc/${who}/fdinfo/0`))?.[1];
    return `${readlinkSync(`/proc/${who}/fd/0`)} ${Number.parseInt(flags ?? '', 8) & 3}`;
  } catch {
    return undefined;
  }
}

/** A job of its own: of an interactive shell, or by setsid. */
const isJob = (): boolean => readProcess(process.pid)?.pgid === process.pid;

/** The terminal's foreground job. Source: proc(5), tpgid of /proc/PID/stat; -1 without a terminal. */
function inForeground(): boolean {
  const stat = read('/proc/self/stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[5]) === process.pid;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
