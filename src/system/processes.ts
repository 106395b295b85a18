import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isWindows } from './platform.ts';

/** The words of each process's command line; one word, as `ps` gives it, where there is no /proc. Read once. */
export function commandLines(): (pid: number) => readonly string[] {
  const known = new Map<number, string[]>();
  const linux = process.platform === 'linux';
  if (!linux) {
    for (const line of ps(['-axo', 'pid=,command='])) {
      const [, pid, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      if (pid) known.set(Number(pid), [command]);
    }
  }
  return (pid) => {
    const found = known.get(pid) ?? (linux ? readCommand(pid) : []);
    known.set(pid, found);
    return found;
  };
}

function readCommand(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '').split('\0');
  } catch {
    return [];
  }
}

/** The process's parent, its parent and so on; the process itself is not among them. */
export function ancestorsOf(pid: number, processes: readonly Proc[]): number[] {
  const parents = new Map(processes.map((proc) => [proc.pid, proc.ppid]));
  const found: number[] = [];
  for (let at = parents.get(pid); at !== undefined && at > 0 && !found.includes(at); at = parents.get(at)) {
    found.push(at);
  }
  return found;
}

/** The user that each process runs as; undefined for one that is gone. */
export function uidsOf(pids: readonly number[]): (pid: number) => number | undefined {
  const known = new Map<number, number>();
  if (process.platform === 'linux') {
    for (const pid of pids) {
      const uid = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
      if (uid !== undefined) known.set(pid, uid);
    }
  } else if (pids.length > 0) {
    for (const line of ps(['-o', 'pid=,uid=', '-p', pids.join(',')])) {
      const [, pid, uid] = /^\s*(\d+)\s+(\d+)/.exec(line) ?? [];
      if (pid && uid) known.set(Number(pid), Number(uid));
    }
  }
  return (pid) => known.get(pid);
}

/** From /etc/passwd; who stands elsewhere (a directory service) has a number. */
export function userNames(): (uid: number) => string {
  const names = new Map<number, string>();
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name = '', , uid = ''] = line.split(':');
      if (/^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
    }
  } catch {
    // none here
  }
  return (uid) => names.get(uid) ?? `uid ${uid}`;
}

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
      // As UTF-8 it is one call into Node, a third faster than another encoding: a hundred runs are looked at.
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
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

const PS_FIELDS = 'pid=,ppid=,pgid=,sess=,stat=,lstart=';

/** Best effort: without `ps` the group alone is known. */
export function ps(args: string[]): string[] {
  try {
    const options = {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
      // `lstart` is a date in words: the same ones for whoever asks.
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    } satisfies ExecFileSyncOptions;
    return String(execFileSync('ps', args, options)).split('\n');
  } catch {
    return [];
  }
}

/** The process and its descendants, parents first. */
export function treeOf(root: Proc, processes: readonly Proc[]): Proc[] {
  const found = [root];
  for (const parent of found) {
    for (const proc of processes) {
      if (proc.ppid === parent.pid && !proc.zombie && !found.includes(proc)) found.push(proc);
    }
  }
  return found;
}
