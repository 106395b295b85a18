import { readFileSync, readlinkSync } from 'node:fs';
import { procTable } from './linux.ts';
import { exists, groupExists, isWindows } from './platform.ts';
import type { Proc, ProcessTable } from './process-table.ts';
import { psTable } from './ps.ts';

export type { Proc, TreeRoot } from './process-table.ts';

/** Windows; and a Linux whose /proc is missing or another pid namespace's. */
const noTable: ProcessTable = {
  source: 'none',
  read: () => undefined,
  readEach: () => () => undefined,
  list: () => [],
  commandLines: () => () => [],
  uidsOf: () => () => undefined,
  marked: () => [],
  pipesOf: () => [],
  childrenOf: () => [],
  socketsOf: () => undefined,
  lastPid: () => undefined,
  listenersOn: async () => new Map(),
  portsOf: async () => [],
};

function choose(): ProcessTable {
  if (isWindows) return noTable;
  if (process.platform !== 'linux') return psTable;
  try {
    return readlinkSync('/proc/self') === String(process.pid) ? procTable : noTable;
  } catch {
    return noTable;
  }
}

/** This system's, chosen once. */
export const processTable: ProcessTable = choose();

export const {
  read: readProcess,
  list: listProcesses,
  commandLines,
  uidsOf,
  marked,
  pipesOf,
  listenersOn,
  portsOf,
} = processTable;

/** The process with this pid, where it is still the one that started then. */
export function readSame(pid: number, start: string): Proc | undefined {
  const now = start === '' ? undefined : readProcess(pid);
  return now?.start === start ? now : undefined;
}

/** Is this very process (not another one with its pid) still running? */
export function isAlive({ pid, start }: Proc): boolean {
  if (start === '') return groupExists(pid);
  // Asking ps for the start costs a process.
  if (processTable.source !== 'proc') return exists(pid);
  return readSame(pid, start)?.zombie === false;
}

/** The sockets that a process holds; undefined where they may not be seen. */
export const socketsOf = (proc: Proc): string[] | undefined =>
  proc.start === '' ? undefined : processTable.socketsOf(proc.pid);

/** Does /proc not show us this user's processes (hidepid)? Then it does not show the first one either. */
export const hidesUser = (uid: number): boolean =>
  processTable.source === 'proc' && uid !== process.geteuid?.() && readProcess(1) === undefined;

/** Why a process that runs is not told of, for people; undefined on Windows, which ends a process with its tree. */
export function whyHidden(): string | undefined {
  if (isWindows) return undefined;
  const { source } = processTable;
  if (source === 'ps') return 'ps tells nothing here';
  return source === 'proc' ? '/proc hides other users’ processes' : '/proc is not that of this system';
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
