import { readFileSync, readlinkSync } from 'node:fs';
import { type Proc, parsePs, ps, readProcess } from '../../system/processes.ts';
import type { Claimant } from './claim.ts';

/**
 * `alive`: it holds its ports against us, or nobody can tell that it does not.
 * `elsewhere`: it lives behind another network namespace, where the same numbers are other ports.
 */
export type Verdict = 'alive' | 'dead' | 'elsewhere';

/** What is known of a process with that pid; `hidden`: there is one, but the system says no more. */
export type Sighting = Pick<Proc, 'start' | 'zombie' | 'stopped'> | 'hidden' | undefined;

const linux = process.platform === 'linux';

/** The process as a claimant. Its start is empty where the system does not tell: then its pid alone counts. */
export function claimant(pid: number = process.pid): Claimant {
  const link = (name: string) => attempt(() => readlinkSync(`/proc/self/ns/${name}`)) ?? '';
  return {
    pid,
    start: readProcess(pid)?.start ?? '',
    boot: (linux && attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())) || '',
    net: linux ? link('net') : '',
    pidns: linux ? link('pid') : '',
  };
}

/** Whether the claimant still counts, seen from `here`. Pure but for `see`. No wall clock: it may be set back. */
export function judge(one: Claimant, here: Claimant, see: (pid: number) => Sighting): Verdict {
  if (one.boot !== here.boot) return 'dead';
  const living = one.net === here.net ? 'alive' : 'elsewhere';
  if (one.pidns !== here.pidns) return living;
  const seen = see(one.pid);
  if (seen === undefined) return 'dead';
  if (seen === 'hidden') return living;
  const same = one.start === '' || seen.start === '' || seen.start === one.start;
  return same && !seen.zombie ? living : 'dead';
}

/** Looks at each pid once. Elsewhere than on Linux all are asked for in one call: each would cost a process. */
export function lookout(claimants: readonly Claimant[]): (pid: number) => Sighting {
  const known = new Map<number, Sighting>();
  if (!linux) {
    const pids = [...new Set(claimants.map(({ pid }) => pid))].filter(exists);
    for (const pid of pids) known.set(pid, 'hidden');
    const lines = pids.length > 0 ? ps(['-o', FIELDS, '-p', pids.join(',')]) : [];
    for (const proc of lines.map(parsePs)) if (proc) known.set(proc.pid, proc);
    return (pid) => known.get(pid);
  }
  return (pid) => {
    if (!known.has(pid)) known.set(pid, sight(pid));
    return known.get(pid);
  };
}

const FIELDS = 'pid=,ppid=,pgid=,sess=,stat=,lstart=';

/** One process; without its start where that would cost a process. */
export function sight(pid: number): Sighting {
  return (linux && readProcess(pid)) || (exists(pid) ? 'hidden' : undefined);
}

/** A process with this pid, ours or another user's. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
