import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { listListeners } from './listeners.ts';
import type { Listening, Proc, ProcessTable } from './process-table.ts';

// Linux: from /proc. Synchronous reads on purpose: thousands of tiny entries, each far below what a trip through the
// thread pool costs. As UTF-8 each is one call into Node, a third faster than another encoding.

export const procTable: ProcessTable = {
  source: 'proc',
  read: (pid) => parseStat(text(pid, 'stat')),
  readEach() {
    const known = new Map<number, Proc | undefined>();
    return (pid) => {
      if (!known.has(pid)) known.set(pid, procTable.read(pid));
      return known.get(pid);
    };
  },
  list: () => pids().flatMap((pid) => procTable.read(pid) ?? []),
  commandLines() {
    const known = new Map<number, string[]>();
    return (pid) => {
      const found = known.get(pid) ?? text(pid, 'cmdline').replace(/\0+$/, '').split('\0');
      known.set(pid, found);
      return found;
    };
  },
  uidsOf: () => (pid) => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid,
  marked: (procs, { start, marks, pipes }) =>
    procs.filter((proc) => {
      // Spares reading the environment of what is older than the instance.
      if (start !== undefined && Number(proc.start) < Number(start)) return false;
      if (pipes.length > 0 && procTable.pipesOf(proc.pid).some((pipe) => pipes.includes(pipe))) return true;
      const environment = `\0${text(proc.pid, 'environ')}`;
      return marks.every((mark) => environment.includes(`\0${mark}\0`));
    }),
  pipesOf: (pid) => [0, 1, 2].flatMap((fd) => socketAt(pid, fd)),
  // Source: proc(5), /proc/PID/task/TID/children: pids with a blank behind each (CONFIG_PROC_CHILDREN).
  childrenOf: (pid) =>
    text(pid, 'task', pid, 'children')
      .split(' ')
      .flatMap((child) => Number(child) || []),
  socketsOf(pid) {
    try {
      const fds = readdirSync(`/proc/${pid}/fd`);
      return fds.flatMap((fd) => socketAt(pid, fd));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : [];
    }
  },
  // Source: proc(5), /proc/loadavg.
  lastPid: () => text('loadavg').split(' ')[4],
  async listenersOn(ports) {
    const found = new Map<number, Listening[]>();
    const portOf = new Map(
      listListeners()?.flatMap(({ socket, port }) => (ports.includes(port) ? [[socket, port]] : [])),
    );
    for (const pid of portOf.size === 0 ? [] : pids().sort((a, b) => a - b)) {
      const held = new Set(procTable.socketsOf(pid)?.flatMap((socket) => portOf.get(socket) ?? []));
      if (held.size === 0) continue;
      const listening = describe(pid);
      for (const port of held) found.set(port, [...(found.get(port) ?? []), listening]);
    }
    return found;
  },
  portsOf: async () => [],
};

/** Source: proc(5), /proc/PID/stat. The name in brackets may hold anything, so fields count from its end. */
export function parseStat(stat: string): Proc | undefined {
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  const start = fields[19];
  if (close === -1 || start === undefined) return undefined;
  return {
    pid: Number.parseInt(stat, 10),
    ppid: Number(fields[1]),
    pgid: Number(fields[2]),
    sid: Number(fields[3]),
    start,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    stopped: fields[0] === 'T',
  };
}

function describe(pid: number): Listening {
  const comm = text(pid, 'comm').trim();
  const title = text(pid, 'cmdline').split('\0')[0] ?? '';
  let name = comm;
  // Newer Nodes name their main thread; the kernel keeps 15 bytes of a name.
  if (comm.endsWith('MainThread')) name = basename(link(pid, 'exe') ?? title).replace(/ \(deleted\)$/, '');
  else if (comm.length === 15 && title.startsWith(comm)) name = title.trim();
  const cwd = link(pid, 'cwd');
  return { pid, ...(name ? { name } : {}), ...(cwd?.startsWith('/') ? { cwd } : {}) };
}

function socketAt(pid: number, fd: number | string): string | [] {
  const file = link(pid, `fd/${fd}`);
  return file?.startsWith('socket:') ? file : [];
}

function pids(): number[] {
  return readdirSync('/proc').flatMap((name) => Number(name) || []);
}

/** Empty for what is gone, or hidden. */
function text(...names: (string | number)[]): string {
  try {
    return readFileSync(`/proc/${names.join('/')}`, 'utf8');
  } catch {
    return '';
  }
}

function link(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}
