import { groupExists, sendSignal, signalGroup } from '../system/platform.ts';
import { isAlive, type Proc, type TreeRoot } from '../system/processes.ts';
import { findTree, nearTree } from '../system/tree.ts';
import { endAll } from './end-all.ts';

export interface Terminator {
  /**
   * The signal to all, SIGKILL to what is left after `graceMs`; resolves with what could not be ended.
   * Calls coalesce; none of the tree is left when it resolves with nothing.
   */
  end(signal: NodeJS.Signals, graceMs: number): Promise<Proc[]>;
  /** SIGKILL to all, now; an `end` under way goes on from there. */
  killNow(): void;
  /** The living processes, all of them. */
  processes(): Proc[];
  /** Its first process and those below it, at little cost: never more than `processes`, often as much. */
  near(): Proc[];
  /** Is anything of it alive? Cheaper than `processes`. */
  alive(): boolean;
  /** A signal to all that is no end: SIGSTOP, SIGCONT. */
  tell(signal: NodeJS.Signals): void;
}

/** Ends an instance's processes, all of them: `root` says how they are recognised. */
export function createTerminator(root: TreeRoot): Terminator {
  return new TreeTerminator(root);
}

class TreeTerminator implements Terminator {
  #root: TreeRoot;
  #known: Proc[] = [];
  #forced = false;
  #groupKilled = false;
  #ending: Promise<Proc[]> | undefined;

  constructor(root: TreeRoot) {
    this.#root = root;
  }

  end(signal: NodeJS.Signals, grace: number): Promise<Proc[]> {
    this.#ending ??= endAll({
      find: this.processes,
      ask: this.#asker(signal),
      kill: (procs) => this.#kill(procs),
      grace,
      forced: () => this.#forced,
    })
      .then(({ left }) => left)
      .finally(() => {
        this.#ending = undefined;
      });
    return this.#ending;
  }

  killNow(): void {
    this.#forced = true;
    this.#kill(this.processes());
  }

  /** Handed on by itself, too. */
  readonly processes = (): Proc[] => {
    // Nobody outlives SIGKILL: what is left of a hidden group then has ended, and is not collected yet.
    const found = findTree(this.#root, this.#known);
    this.#known = found.filter(({ start }) => start !== '' || !this.#groupKilled);
    const { pid } = this.#root;
    // Once nobody is in them, the group's and session's number may be another's.
    const isIn = (proc: Proc) => this.#isMember(proc) || proc.sid === pid;
    if (pid !== undefined && !this.#known.some(isIn) && !groupExists(pid))
      this.#root = { ...this.#root, pid: undefined };
    return this.#known;
  };

  /** Remembered like the others: one that moves on is ours still. */
  readonly near = (): Proc[] => {
    const { pid, start } = this.#root;
    const found = pid === undefined || start === undefined ? [] : nearTree(pid, start);
    const fresh = found.filter(
      (proc) => !this.#known.some((one) => one.pid === proc.pid && one.start === proc.start),
    );
    this.#known = [...this.#known, ...fresh];
    return found;
  };

  alive(): boolean {
    return this.#known.some(isAlive) || this.processes().length > 0;
  }

  tell(signal: NodeJS.Signals): void {
    for (const proc of this.processes()) send(proc, signal);
  }

  #isMember({ pgid }: Proc): boolean {
    return pgid === this.#root.pid;
  }

  #kill(procs: readonly Proc[]): void {
    const { pid } = this.#root;
    if (pid !== undefined && procs.some((proc) => this.#isMember(proc)))
      this.#groupKilled = signalGroup(pid, 'SIGKILL');
    for (const proc of procs) if (!this.#isMember(proc) && isAlive(proc)) sendSignal(proc.pid, 'SIGKILL');
  }

  /** The group gets its signal at once, so that no member sees another die first, and only once. */
  #asker(signal: NodeJS.Signals): (procs: readonly Proc[]) => void {
    let groupAsked = false;
    return (procs) => {
      const members = procs.filter((proc) => this.#isMember(proc));
      const { pid: group } = this.#root;
      if (group !== undefined && members.length > 0 && !groupAsked) signalGroup(group, signal);
      else for (const { pid, start } of members) if (start !== '') sendSignal(pid, signal);
      groupAsked ||= members.length > 0;
      for (const proc of procs) {
        if (!this.#isMember(proc) && isAlive(proc)) sendSignal(proc.pid, 'SIGTERM');
        if (proc.stopped) send(proc, 'SIGCONT');
      }
    };
  }
}

/** To all of its group where the process is hidden. */
function send({ pid, start }: Proc, signal: NodeJS.Signals): void {
  if (start === '') signalGroup(pid, signal);
  else sendSignal(pid, signal);
}
