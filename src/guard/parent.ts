import { adoptsOrphans, leadsGroup, readJob, readSleeps, readStdin } from '../system/jobs.ts';

export interface ParentOptions {
  /** The variable `_`, where bash and zsh leave the program's path: nohup's stays there. */
  underscore?: string | undefined;
  /** Milliseconds. Default 500. */
  every?: number;
}

/** Milliseconds until the first look: by then a shell that waits for us sleeps. */
const FIRST = 100;
const SHELLS: ReadonlySet<string> = new Set(['sh', 'dash', 'ash', 'bash', 'zsh', 'ksh', 'mksh', 'fish']);

/**
 * Calls back once when the process that started us has died and we did not run in the background: a shell that was
 * killed sends nothing. Whoever puts us in the background may end before us. Node forgets that nohup ignores SIGHUP,
 * so that is told by other signs. Holds nothing open. @returns what ends the watch
 */
export function watchParent(onGone: () => void, { underscore = '', every = 500 }: ParentOptions): () => void {
  const parent = process.ppid;
  // 1: it has gone before we could look, or a container's first process, with which all ends.
  if (!adoptsOrphans || parent <= 1 || /(^|\/)nohup$/.test(underscore)) return () => {};
  let looked = false;
  let atShell: string | undefined;
  // At once: for its last command a shell may make way.
  let background = sleepsOf(parent) !== undefined && hasShellsNull(parent);
  let timer = setTimeout(check, FIRST).unref();

  function check(): void {
    if (process.ppid !== parent) {
      // Not even the first look: a script's last act was to start us.
      if (looked && !background && (readJob() || !leadsGroup())) onGone();
      return;
    }
    const now = sleepsOf(parent);
    if (!looked) atShell = now;
    // A shell that waits for us in the foreground does nothing else.
    if (atShell !== undefined && now !== atShell) background = true;
    const job = readJob();
    if (job?.group === process.pid) background = job.foreground !== process.pid;
    looked = true;
    timer = setTimeout(check, every).unref();
  }

  return () => clearTimeout(timer);
}

/** How often the shell has gone to sleep; undefined where the parent is none, or the system does not tell. */
function sleepsOf(pid: number): string | undefined {
  const sleeps = readSleeps(pid);
  return sleeps && SHELLS.has(sleeps.name) ? sleeps.times : undefined;
}

/** A shell without job control gives a background process a /dev/null of its own for stdin. */
function hasShellsNull(parent: number): boolean {
  const [ours, theirs] = [readStdin(process.pid), readStdin(parent)];
  if (ours?.file !== '/dev/null' || !theirs) return false;
  return theirs.file !== ours.file || theirs.mode !== ours.mode;
}
