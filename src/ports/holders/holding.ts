import { listListeners } from '../../system/listeners.ts';
import { listProcesses, marked, type Proc, uidsOf, userNames } from '../../system/processes.ts';
import { ancestorsOf } from '../../system/tree.ts';
import { probePort } from '../allocate/probe.ts';
import type { Claim } from '../claims/claim.ts';
import { readClaims } from '../claims/claims.ts';
import { findOwners } from './owner.ts';

export const isFree = ({ holders, claim }: Holding): boolean => holders.length === 0 && !claim;

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
  const listeners = listListeners();
  const uidOfPort = new Map(listeners?.map(({ port, uid }) => [port, uid]));
  const pids = [...owners.values()].flat().flatMap(({ pid }) => pid ?? []);
  const uidOf = uidsOf(pids);
  const nameOf = userNames();
  const processes = pids.length > 0 && claims.size > 0 ? listProcesses() : [];
  const holdingOf = async (port: number): Promise<Holding> => {
    const claim = claims.get(port);
    const all = owners.get(port) ?? [];
    // A launcher that has handed its socket over holds it as well: it is its servers’.
    const servers = claim ? all.filter(({ pid }) => pid !== claim.pid) : all;
    const holders: Holder[] = (servers.length > 0 ? servers : all).map(({ pid, name, cwd }) => {
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
    // Not told of is not free.
    if (!listeners && holders.length === 0 && !claim) {
      const probed = await probePort(port);
      if (!probed.free && probed.code === 'EADDRINUSE') holders.push({});
    }
    return { port, holders, ...(claim ? { claim } : {}) };
  };
  return Promise.all([...wanted].map(holdingOf));
}

/** By descent from the launcher, or by the mark that the launcher puts into each environment. */
export function isOfRun(pid: number, claim: Claim, processes: readonly Proc[]): boolean {
  if (ancestorsOf(pid, processes).includes(claim.pid)) return true;
  const mark = { start: undefined, marks: [`DEVSTART_RUN=${claim.run}`], pipes: [] };
  return (
    marked(
      processes.filter((proc) => proc.pid === pid),
      mark,
    ).length > 0
  );
}
