import { readFileSync } from 'node:fs';
import { standardFiles } from './descriptors.ts';
import { linux } from './platform.ts';
import { listProcesses, type Proc, ps } from './processes.ts';

/** What an instance's processes are recognised by. */
export interface TreeRoot {
  /** The leader of its process group and session. */
  pid: number;
  /** The leader's start; undefined when it was gone at once. */
  start: string | undefined;
  /** All of them in its environment: `DEVSTART_RUN=…`, `DEVSTART_APP=…`. */
  marks: string[];
  /** The server's ends of its three pipes (`socket:[4711]`): who holds one has inherited it. Linux only. */
  pipes: string[];
}

/** How often nothing is looked for while others fork. */
const LOOKS = 5;

/**
 * The instance's living processes: its group, its session, their descendants, those seen before (`known`)
 * and every process that carries its marks or holds its pipes, wherever it has moved to.
 */
export function findTree(root: TreeRoot, known: readonly Proc[]): Proc[] {
  for (let looks = 1; ; looks++) {
    const before = youngest();
    const found = look(root, known);
    // A process that forks and ends while the list is read is seen no more, its child not yet: a daemon on its way.
    if (found.length > 0 || looks === LOOKS || before === youngest()) return found;
  }
}

/** The last pid that was given away: as long as it stays, nothing has forked. Source: proc(5), /proc/loadavg. */
function youngest(): string | undefined {
  try {
    return linux ? readFileSync('/proc/loadavg', 'utf8').split(' ')[4] : undefined;
  } catch {
    return undefined;
  }
}

function look(root: TreeRoot, known: readonly Proc[]): Proc[] {
  const all = listProcesses().filter((proc) => !proc.zombie && proc.pid !== process.pid && proc.pid > 1);
  const leader = all.find((proc) => proc.pid === root.pid);
  // The leader's pid in another's hands: the group's number is another's, too.
  const recycled = leader !== undefined && root.start !== undefined && leader.start !== root.start;
  const ours = new Map<number, Proc>();
  const seen = new Map(known.map((proc) => [proc.pid, proc.start]));
  for (const proc of all) {
    const inGroup = !recycled && (proc.pgid === root.pid || proc.sid === root.pid || proc.pid === root.pid);
    if (inGroup || seen.get(proc.pid) === proc.start) ours.set(proc.pid, proc);
  }
  const marked = markedAmong(
    all.filter((proc) => !ours.has(proc.pid) && startedAfter(proc, root)),
    root,
  );
  for (const proc of marked) ours.set(proc.pid, proc);
  for (let grown = true; grown; ) {
    grown = false;
    for (const proc of all) {
      if (ours.has(proc.pid) || !ours.has(proc.ppid)) continue;
      ours.set(proc.pid, proc);
      grown = true;
    }
  }
  return [...ours.values()];
}

/** Spares reading the environment of what is older than the instance; only Linux's ticks compare. */
function startedAfter(proc: Proc, root: TreeRoot): boolean {
  return !linux || root.start === undefined || Number(proc.start) >= Number(root.start);
}

function markedAmong(procs: Proc[], { marks, pipes }: TreeRoot): Proc[] {
  if (procs.length === 0) return [];
  if (linux) {
    return procs.filter(({ pid }) => {
      if (standardFiles(pid).some((file) => pipes.includes(file))) return true;
      try {
        const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
        return marks.every((mark) => environment.includes(`\0${mark}\0`));
      } catch {
        return false; // gone, or another user's
      }
    });
  }
  // The environment stands behind the command, separated by spaces: -E on macOS, e elsewhere.
  const fields = ['-o', 'pid=,command='];
  const told = ps(['-axEww', ...fields]);
  const pids = new Set<number>();
  for (const line of told.length > 0 ? told : ps(['axeww', ...fields])) {
    if (marks.every((mark) => `${line} `.includes(` ${mark} `))) pids.add(Number.parseInt(line, 10));
  }
  return procs.filter((proc) => pids.has(proc.pid));
}
