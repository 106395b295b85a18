import type { ExecFileSyncOptions } from 'node:child_process';
import { exists } from './platform.ts';
import type { Listening, Proc, ProcessTable } from './process-table.ts';

// macOS and the BSDs: from ps and lsof, each a process. Where they are missing nothing is told.

/** Loaded by who asks: Linux's table needs no process. */
export const childProcess = (): typeof import('node:child_process') =>
  process.getBuiltinModule('node:child_process');

const FIELDS = 'pid=,ppid=,pgid=,sess=,stat=,lstart=';

export const psTable: ProcessTable = {
  source: 'ps',
  read: (pid) => procs(['-o', FIELDS, '-p', String(pid)])[0],
  readEach(pids) {
    const there = pids.filter(exists);
    const found = there.length > 0 ? procs(['-o', FIELDS, '-p', there.join(',')]) : [];
    return (pid) => found.find((proc) => proc.pid === pid);
  },
  list: () => procs(['-axo', FIELDS]),
  childrenOf: () => [],
  commandLines() {
    const known = new Map<number, string[]>();
    for (const line of ps(['-axo', 'pid=,command='])) {
      const [, pid, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      if (pid) known.set(Number(pid), [command]);
    }
    return (pid) => known.get(pid) ?? [];
  },
  uidsOf(pids) {
    const known = new Map<number, number>();
    for (const line of pids.length > 0 ? ps(['-o', 'pid=,uid=', '-p', pids.join(',')]) : []) {
      const [, pid, uid] = /^\s*(\d+)\s+(\d+)/.exec(line) ?? [];
      if (pid && uid) known.set(Number(pid), Number(uid));
    }
    return (pid) => known.get(pid);
  },
  marked(among, { marks }) {
    if (among.length === 0) return [];
    // The environment stands behind the command, separated by spaces: -E on macOS, e elsewhere.
    const fields = ['-o', 'pid=,command='];
    const told = ps(['-axEww', ...fields]);
    const pids = new Set<number>();
    for (const line of told.length > 0 ? told : ps(['axeww', ...fields])) {
      if (marks.every((mark) => `${line} `.includes(` ${mark} `))) pids.add(Number.parseInt(line, 10));
    }
    return among.filter(({ pid }) => pids.has(pid));
  },
  pipesOf: () => [],
  socketsOf: () => undefined,
  lastPid: () => undefined,
  async listenersOn(ports) {
    const found = new Map<number, Listening[]>();
    const listeners = parseLsof(await lsof(['-nP', `-iTCP:${ports.join(',')}`, '-sTCP:LISTEN', '-Fpcn']));
    const pids = listeners.map(({ pid }) => pid).join(',');
    const folders = parseLsof(pids ? await lsof(['-nP', '-a', '-p', pids, '-d', 'cwd', '-Fn']) : '');
    for (const { pid, command, names } of listeners.sort((a, b) => a.pid - b.pid)) {
      const cwd = folders.find((entry) => entry.pid === pid)?.names[0];
      const listening = { pid, ...(command ? { name: command } : {}), ...(cwd ? { cwd } : {}) };
      for (const port of portsIn(names)) {
        if (ports.includes(port)) found.set(port, [...(found.get(port) ?? []), listening]);
      }
    }
    return found;
  },
  async portsOf(pids) {
    if (pids.length === 0) return [];
    const told = await lsof(['-nP', '-a', '-p', pids.join(','), '-iTCP', '-sTCP:LISTEN', '-Fpn']);
    return portsIn(parseLsof(told).flatMap(({ names }) => names));
  },
};

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

const procs = (args: string[]): Proc[] => ps(args).flatMap((line) => parsePs(line) ?? []);

function ps(args: string[]): string[] {
  try {
    const options = {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
      // `lstart` is a date in words: the same ones for whoever asks.
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    } satisfies ExecFileSyncOptions;
    return String(childProcess().execFileSync('ps', args, options)).split('\n');
  } catch {
    return [];
  }
}

/** Reads `lsof -F` output: one entry a process, with every `n` line of it. */
export function parseLsof(text: string): { pid: number; command?: string; names: string[] }[] {
  const entries: { pid: number; command?: string; names: string[] }[] = [];
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    const last = entries.at(-1);
    if (line[0] === 'p') entries.push({ pid: Number(value), names: [] });
    else if (line[0] === 'c' && last) last.command = value;
    else if (line[0] === 'n' && last) last.names.push(value);
  }
  return entries;
}

/** `127.0.0.1:3000` ends with its port. */
const portsIn = (names: string[]): number[] => [
  ...new Set(names.map((name) => Number(name.slice(name.lastIndexOf(':') + 1)))),
];

/** lsof exits with 1 when it finds nothing or only a part: what it printed counts. */
function lsof(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    childProcess().execFile('lsof', args, { timeout: 3000 }, (_error, stdout) => resolve(stdout));
  });
}
