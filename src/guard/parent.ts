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
  // 1: it has gone before we could look, or a container's first process, with which all ends.
  if (!adoptsOrphans || process.ppid <= 1 || /(^|\/)nohup$/.test(underscore)) return () => {};
  const watch = new ParentWatch(onGone, every);
  return () => watch.end();
}

class ParentWatch {
  readonly #parent = process.ppid;
  readonly #onGone: () => void;
  readonly #every: number;
  #looked = false;
  #atShell: string | undefined;
  #background: boolean;
  #timer: NodeJS.Timeout;

  constructor(onGone: () => void, every: number) {
    this.#onGone = onGone;
    this.#every = every;
    // At once: for its last command a shell may make way.
    this.#background = sleepsOf(this.#parent) !== undefined && hasShellsNull(this.#parent);
    this.#timer = setTimeout(() => this.#check(), FIRST).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    if (process.ppid !== this.#parent) {
      // Not even the first look: a script's last act was to start us.
      if (this.#looked && !this.#background && (readJob() || !leadsGroup())) this.#onGone();
      return;
    }
    const now = sleepsOf(this.#parent);
    if (!this.#looked) this.#atShell = now;
    // A shell that waits for us in the foreground does nothing else.
    if (this.#atShell !== undefined && now !== this.#atShell) this.#background = true;
    const job = readJob();
    if (job?.group === process.pid) this.#background = job.foreground !== process.pid;
    this.#looked = true;
    this.#timer = setTimeout(() => this.#check(), this.#every).unref();
  }
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
