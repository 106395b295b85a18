import { groupExists, sendSignal, signalGroup } from '../system/platform.ts';
import { isAlive, type Proc, type TreeRoot } from '../system/processes.ts';
import { findTree } from '../system/tree.ts';
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
  /** Is anything of it alive? Cheaper than `processes`. */
  alive(): boolean;
  /** A signal to all that is no end: SIGSTOP, SIGCONT. */
  tell(signal: NodeJS.Signals): void;
}

/** Ends an instance's processes, all of them: `initial` says how they are recognised. */
export function createTerminator(initial: TreeRoot): Terminator {
  let root = initial;
  let known: Proc[] = [];
  let forced = false;
  let groupKilled = false;
  let ending: Promise<Proc[]> | undefined;

  const isMember = ({ pgid }: Proc): boolean => pgid === root.pid;

  function scan(): Proc[] {
    // Nobody outlives SIGKILL: what is left of a hidden group then has ended, and is not collected yet.
    known = findTree(root, known).filter(({ start }) => start !== '' || !groupKilled);
    const { pid } = root;
    // Once nobody is in them, the group's and session's number may be another's.
    if (pid !== undefined && !known.some((proc) => isMember(proc) || proc.sid === pid) && !groupExists(pid)) {
      root = { ...root, pid: undefined };
    }
    return known;
  }

  function kill(procs: readonly Proc[]): void {
    if (root.pid !== undefined && procs.some(isMember)) groupKilled = signalGroup(root.pid, 'SIGKILL');
    for (const proc of procs) if (!isMember(proc) && isAlive(proc)) sendSignal(proc.pid, 'SIGKILL');
  }

  /** The group gets its signal at once, so that no member sees another die first, and only once. */
  function asker(signal: NodeJS.Signals): (procs: readonly Proc[]) => void {
    let groupAsked = false;
    return (procs) => {
      const members = procs.filter(isMember);
      if (root.pid !== undefined && members.length > 0 && !groupAsked) signalGroup(root.pid, signal);
      else for (const { pid, start } of members) if (start !== '') sendSignal(pid, signal);
      groupAsked ||= members.length > 0;
      for (const proc of procs) {
        if (!isMember(proc) && isAlive(proc)) sendSignal(proc.pid, 'SIGTERM');
        if (proc.stopped) send(proc, 'SIGCONT');
      }
    };
  }

  return {
    end(signal, grace) {
      ending ??= endAll({ find: scan, ask: asker(signal), kill, grace, forced: () => forced })
        .then(({ left }) => left)
        .finally(() => {
          ending = undefined;
        });
      return ending;
    },
    killNow() {
      forced = true;
      kill(scan());
    },
    processes: scan,
    alive: () => known.some(isAlive) || scan().length > 0,
    tell(signal) {
      for (const proc of scan()) send(proc, signal);
    },
  };
}

/** To all of its group where the process is hidden. */
function send({ pid, start }: Proc, signal: NodeJS.Signals): void {
  if (start === '') signalGroup(pid, signal);
  else sendSignal(pid, signal);
}
