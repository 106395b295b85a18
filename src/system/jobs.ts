import { readFileSync, readlinkSync } from 'node:fs';
import { exists, isWindows } from './platform.ts';
import { processTable } from './processes.ts';

// Shells, their jobs and the terminal, as /proc tells of them; undefined where it does not.

/** Our process group, and the terminal's foreground one (-1 without a terminal). Source: proc(5), /proc/PID/stat. */
export function readJob(): { group: number; foreground: number } | undefined {
  const stat = read(process.pid, 'stat');
  if (stat === undefined) return undefined;
  // After the name in brackets: state, ppid, pgrp, session, tty_nr, tpgid.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), foreground: Number(fields[5]) };
}

/** Does a process whose parent has ended get another one? On Windows it keeps the number. */
export const adoptsOrphans = !isWindows;

/** Are we a job of our own: of an interactive shell, or by setsid? */
export const leadsGroup = (): boolean => exists(-process.pid);

/** The process's name, and how often it has gone to sleep. */
export function readSleeps(pid: number): { name: string; times: string } | undefined {
  const status = read(pid, 'status') ?? '';
  const name = /^Name:\t(.*)$/m.exec(status)?.[1];
  const times = /^voluntary_ctxt_switches:\t(\d+)$/m.exec(status)?.[1];
  return name === undefined || times === undefined ? undefined : { name, times };
}

/** The process's stdin: the file, and whether it was opened for reading alone; Node has set other flags of its own. */
export function readStdin(pid: number): { file: string; mode: number } | undefined {
  const flags = /^flags:\t(\d+)$/m.exec(read(pid, 'fdinfo/0') ?? '')?.[1];
  if (flags === undefined) return undefined;
  try {
    return { file: readlinkSync(`/proc/${pid}/fd/0`), mode: Number.parseInt(flags, 8) & 3 };
  } catch {
    return undefined;
  }
}

function read(pid: number, name: string): string | undefined {
  if (processTable.source !== 'proc') return undefined;
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return undefined;
  }
}
