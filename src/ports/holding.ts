import { readFileSync, statSync } from 'node:fs';
import { listProcesses, type Proc, ps } from '../processes.ts';
import type { Claim } from './claims/claim.ts';
import { readClaims } from './claims/claims.ts';
import { listListeners } from './listeners.ts';
import { findOwners } from './owner.ts';

/** A process that listens on a port, or what is known of it. */
export interface Holder {
  /** Absent where the system does not tell: another user's. */
  pid?: number;
  name?: string;
  /** Its project folder, or its working directory. */
  cwd?: string;
  uid?: number;
  /** The user's name; `uid 1000` where it has none. */
  user?: string;
  /** It is a server of the run that has claimed the port. */
  claimed?: true;
}

/** One port: who listens on it, by ascending pid, and which run of devstart has it. Neither: it is free. */
export interface Holding {
  port: number;
  holders: Holder[];
  claim?: Claim;
}

/**
 * Who has each of the ports, in their order: listeners of every user, and claims of living runs.
 * @param claimsDir the registry's folder; undefined for a user without a home
 */
export async function findHoldings(
  ports: readonly number[],
  claimsDir: string | undefined,
): Promise<Holding[]> {
  const wanted = new Set(ports);
  const owners = await findOwners([...wanted]);
  const claims = new Map(readClaims(claimsDir).map((claim) => [claim.port, claim]));
  const uidOfPort = new Map(listListeners()?.map(({ port, uid }) => [port, uid]));
  const pids = [...owners.values()].flat().flatMap(({ pid }) => pid ?? []);
  const uidOf = uidsOf(pids);
  const nameOf = userNames();
  const processes = pids.length > 0 && claims.size > 0 ? listProcesses() : [];
  return [...wanted].map((port) => {
    const claim = claims.get(port);
    const holders: Holder[] = (owners.get(port) ?? []).map(({ pid, name, cwd }) => {
      const uid = pid === undefined ? undefined : uidOf(pid);
      return {
        ...(pid === undefined ? {} : { pid }),
        ...(name === undefined ? {} : { name }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(uid === undefined ? {} : { uid, user: nameOf(uid) }),
        ...(pid !== undefined && claim && isOfRun(pid, claim, processes) ? { claimed: true as const } : {}),
      };
    });
    const uid = uidOfPort.get(port);
    if (holders.length === 0 && uid !== undefined) holders.push({ uid, user: nameOf(uid) });
    return { port, holders, ...(claim ? { claim } : {}) };
  });
}

/** By descent from the launcher, or by the mark that the launcher puts into each environment. */
export function isOfRun(pid: number, claim: Claim, processes: readonly Proc[]): boolean {
  if (ancestorsOf(pid, processes).includes(claim.pid)) return true;
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0DEVSTART_RUN=${claim.run}\0`);
  } catch {
    return false; // not Linux, gone, or another user's
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
function userNames(): (uid: number) => string {
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
