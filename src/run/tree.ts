import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isWindows } from '../platform.ts';

/** A process at one moment. The pid alone does not identify it, the pid and the start do. */
export interface Proc {
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  /** When it started, in the system's own words. */
  start: string;
  /** Ended, but not collected by its parent: gone for our purposes. */
  zombie: boolean;
  /** Stopped by SIGSTOP: handles no signal before SIGCONT. */
  stopped: boolean;
}

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

/** Source: proc(5), /proc/PID/stat. The name in brackets may hold anything, so fields count from its end. */
export function parseStat(text: string): Proc | undefined {
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const start = fields[19];
  if (close === -1 || start === undefined) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    start,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    stopped: fields[0] === 'T',
  };
}

/** A line of `ps -axo pid=,ppid=,pgid=,sess=,stat=,lstart=`; macOS has 0 or an address for the session. */
export function parsePs(line: string): Proc | undefined {
  const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.+)$/.exec(line);
  if (!found) return undefined;
  const [, pid, ppid, pgid, sid, state = '', start = ''] = found;
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid) || 0,
    start: start.trim(),
    zombie: state.startsWith('Z'),
    stopped: state.startsWith('T'),
  };
}

const linux = process.platform === 'linux';

/** The process as it is now; undefined when there is none. */
export function readProcess(pid: number): Proc | undefined {
  if (linux) {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return undefined;
    }
  }
  return ps(['-o', PS_FIELDS, '-p', String(pid)])
    .map(parsePs)
    .find((proc) => proc !== undefined);
}

/** Every process that may be seen. Empty where the system does not tell. */
export function listProcesses(): Proc[] {
  if (isWindows) return [];
  const found: Proc[] = [];
  if (linux) {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const proc = pid > 0 ? readProcess(pid) : undefined;
      if (proc) found.push(proc);
    }
    return found;
  }
  for (const line of ps(['-axo', PS_FIELDS])) {
    const proc = parsePs(line);
    if (proc) found.push(proc);
  }
  return found;
}

/** Is this very process (not another one with its pid) still running? */
export function isAlive(proc: Proc): boolean {
  if (!linux) {
    try {
      process.kill(proc.pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  }
  const now = readProcess(proc.pid);
  return now !== undefined && !now.zombie && now.start === proc.start;
}

/** What a process has as its fds 0 to 2; empty where the system does not tell. */
export function standardFiles(pid: number): string[] {
  if (!linux) return [];
  const found: string[] = [];
  for (const fd of [0, 1, 2]) {
    try {
      found.push(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // closed, gone, or another user's
    }
  }
  return found;
}

/**
 * The instance's living processes: its group, its session, their descendants, those seen before (`known`)
 * and every process that carries its marks or holds its pipes, wherever it has moved to.
 */
export function findTree(root: TreeRoot, known: readonly Proc[]): Proc[] {
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
  // `ps eww` appends the environment, separated by spaces, to the command.
  const pids = new Set<number>();
  for (const line of ps(['eww', '-axo', 'pid=,command='])) {
    if (marks.every((mark) => `${line} `.includes(` ${mark} `))) pids.add(Number.parseInt(line, 10));
  }
  return procs.filter((proc) => pids.has(proc.pid));
}

const PS_FIELDS = 'pid=,ppid=,pgid=,sess=,stat=,lstart=';

/** Best effort: without `ps` the group alone is known. */
function ps(args: string[]): string[] {
  try {
    const options = {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
    } satisfies ExecFileSyncOptions;
    return String(execFileSync('ps', args, options)).split('\n');
  } catch {
    return [];
  }
}
