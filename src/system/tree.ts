import { groupExists } from './platform.ts';
import {
  isAlive,
  listProcesses,
  type Proc,
  processTable,
  readProcess,
  readSame,
  type TreeRoot,
} from './processes.ts';

// Which processes belong together, or are ours.

/** How often nothing is looked for while others fork. */
const LOOKS = 5;

/** These processes and their living descendants, parents before their children. */
export const withDescendants = (roots: readonly Proc[], all: readonly Proc[]): Proc[] =>
  descendantsIn(all)(roots);

/** The same for many trees of one list. */
export function descendantsIn(all: readonly Proc[]): (roots: readonly Proc[]) => Proc[] {
  const children = new Map<number, Proc[]>();
  for (const proc of all) {
    if (proc.zombie) continue;
    const siblings = children.get(proc.ppid);
    if (siblings) siblings.push(proc);
    else children.set(proc.ppid, [proc]);
  }
  return (roots) => {
    const found = new Map(roots.map((proc) => [proc.pid, proc]));
    for (const { pid } of found.values()) {
      for (const child of children.get(pid) ?? []) if (!found.has(child.pid)) found.set(child.pid, child);
    }
    return [...found.values()];
  };
}

/**
 * The process and, below it, the children of first threads: what a look at every process would find in most trees, at
 * the price of these alone. Who is not among them may be there all the same.
 */
export function nearTree(pid: number, start: string): Proc[] {
  const first = readSame(pid, start);
  const found = first && !first.zombie ? [first] : [];
  for (const { pid } of found)
    for (const child of processTable.childrenOf(pid)) {
      const proc = readProcess(child);
      // Of a number that has been given away again since, the parent is another.
      if (proc?.ppid === pid && !proc.zombie) found.push(proc);
    }
  return found;
}

/** The process's parent, its parent and so on; the process itself is not among them. */
export function ancestorsOf(pid: number, all: readonly Proc[]): number[] {
  const parents = new Map(all.map((proc) => [proc.pid, proc.ppid]));
  const found: number[] = [];
  for (let at = parents.get(pid); at !== undefined && at > 0 && !found.includes(at); at = parents.get(at)) {
    found.push(at);
  }
  return found;
}

/**
 * The instance's living processes: its group, its session, their descendants, those seen before (`known`)
 * and every process that carries its marks or holds its pipes, wherever it has moved to. A group that exists, though
 * none of it is told of, is one process without a start.
 */
export function findTree(root: TreeRoot, known: readonly Proc[]): Proc[] {
  for (let looks = 1; ; looks++) {
    const before = processTable.lastPid();
    const found = findOnce(root, known);
    // A process that forks and ends while the list is read is seen no more, its child not yet: a daemon on its way.
    if (found.length > 0 || looks === LOOKS || before === processTable.lastPid()) return found;
  }
}

function findOnce(root: TreeRoot, known: readonly Proc[]): Proc[] {
  const all = listProcesses();
  // A list that lacks even us is no evidence that nothing lives.
  const found = all.some(({ pid }) => pid === process.pid)
    ? findAmong(all.filter(mayEnd), root, known)
    : known.filter((proc) => proc.start !== '' && isAlive(proc));
  const { pid } = root;
  // What has ended explains that the group exists, where other users' processes would be told of.
  const whole = all.some((proc) => proc.pid === 1);
  const isTold = all.some((proc) => proc.pgid === pid && (whole || !proc.zombie));
  if (pid !== undefined && !isTold && groupExists(pid)) {
    // Stopped as it may be.
    found.push({ pid, ppid: 0, pgid: pid, sid: pid, start: '', zombie: false, stopped: true });
  }
  return found;
}

/** It lives, and is neither the first process nor this one. */
export const mayEnd = ({ pid, zombie }: Proc): boolean => !zombie && pid > 1 && pid !== process.pid;

function findAmong(all: readonly Proc[], root: TreeRoot, known: readonly Proc[]): Proc[] {
  const leader = all.find(({ pid }) => pid === root.pid);
  // The leader's pid in another's hands: the group's number is another's, too.
  const recycled = leader !== undefined && root.start !== undefined && leader.start !== root.start;
  const seen = new Map(known.map((proc) => [proc.pid, proc.start]));
  const ours = new Set(
    all.filter(
      ({ pid, pgid, sid, start }) =>
        (root.pid !== undefined && !recycled && [pid, pgid, sid].includes(root.pid)) ||
        seen.get(pid) === start,
    ),
  );
  const marked = processTable.marked(
    all.filter((proc) => !ours.has(proc)),
    root,
  );
  return withDescendants([...ours, ...marked], all);
}
