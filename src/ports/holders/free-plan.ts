import type { Proc } from '../../system/processes.ts';
import { ancestorsOf, withDescendants } from '../../system/tree.ts';
import type { Claim } from '../claims/claim.ts';
import type { Holder, Holding } from './holding.ts';
import { isRunner } from './runners.ts';

/** What is ended together, so that a port becomes free. */
export interface Target {
  ports: number[];
  /** Is signalled first; of a run of devstart its launcher, which ends the rest in order. */
  root: Proc;
  /** The root and every descendant, parents before their children. */
  procs: Proc[];
  /** Of a run of devstart. */
  claim?: Claim;
  /** The project of what listens. */
  cwd?: string;
}

export interface Refusal {
  port: number;
  reason: string;
}

/** The processes as they are, and who asks. */
export interface World {
  processes: readonly Proc[];
  /** Our own pid. */
  self: number;
  /** Our user; undefined on Windows. */
  uid: number | undefined;
  uidOf(pid: number): number | undefined;
  argvOf(pid: number): readonly string[];
}

/** What would have to be ended so that these ports are free, and what must not be. Pure. */
export function planFreeing(
  holdings: readonly Holding[],
  world: World,
): { targets: Target[]; refusals: Refusal[] } {
  const byPid = new Map(world.processes.map((proc) => [proc.pid, proc]));
  const protectedPids = new Set([1, world.self, ...ancestorsOf(world.self, world.processes)]);
  const targets = new Map<number, Target>();
  const refusals: Refusal[] = [];

  const add = (port: number, root: Proc, more: Pick<Target, 'claim' | 'cwd'>): void => {
    const known = targets.get(root.pid);
    if (known) {
      if (!known.ports.includes(port)) known.ports.push(port);
      return;
    }
    const procs = withDescendants([root], world.processes);
    const ours = procs.find((proc) => protectedPids.has(proc.pid));
    if (ours) refusals.push({ port, reason: whyProtected(ours, root, world) });
    else targets.set(root.pid, { ports: [port], root, procs, ...more });
  };

  for (const { port, holders, claim } of holdings) {
    // A claim without a listener; a stranger on a claimed port is ended as himself.
    if (claim && (holders.length === 0 || holders.some((holder) => holder.claimed))) {
      const launcher = byPid.get(claim.pid);
      if (launcher && (claim.start === '' || launcher.start === claim.start)) {
        add(port, launcher, { claim, cwd: claim.root });
      } else {
        refusals.push({ port, reason: `its run of devstart (pid ${claim.pid}) cannot be seen from here` });
      }
      continue;
    }
    const pids = new Set(holders.map(({ pid }) => pid));
    for (const holder of holders) {
      // A worker of another holder ends with it, whatever user it became.
      const above = holder.pid === undefined ? [] : ancestorsOf(holder.pid, world.processes);
      if (above.some((pid) => pids.has(pid) && pid > 1)) continue;
      const proc = holder.pid === undefined ? undefined : byPid.get(holder.pid);
      const foreign = world.uid !== undefined && holder.uid !== world.uid;
      if (holder.pid === 1) {
        refusals.push({ port, reason: 'pid 1 listens on it, with which everything here would end' });
      } else if (foreign || !proc) {
        refusals.push({ port, reason: whoElse(holder) });
      } else {
        const root = climb(proc, world, byPid, protectedPids);
        add(port, root, holder.cwd === undefined ? {} : { cwd: holder.cwd });
      }
    }
  }
  return { targets: withoutInner([...targets.values()]), refusals };
}

function whoElse({ pid, name, user }: Holder): string {
  if (pid === undefined && user === undefined) return 'who listens on it cannot be seen from here';
  const whose = `belongs to ${user === undefined ? 'another user' : `user ${user}`}`;
  return pid === undefined ? `it ${whose}` : `${name ?? 'a process'} (pid ${pid}) ${whose}`;
}

function whyProtected(found: Proc, root: Proc, { self, argvOf }: World): string {
  const title = argvOf(root.pid)[0] || 'a process';
  if (root.pid === 1 || found.pid === 1) return 'pid 1 would end, and everything here with it';
  return found.pid === self && root.pid === self
    ? 'this very command listens on it'
    : `this command runs under ${title} (pid ${root.pid}), which would have to end`;
}

/**
 * From the listener up through what only runs it, so that no watcher starts it again and no `npm run dev` is left.
 * A shell at a terminal gives each job a process group of its own, so it is never reached.
 */
function climb(
  listener: Proc,
  world: World,
  byPid: ReadonlyMap<number, Proc>,
  protectedPids: ReadonlySet<number>,
): Proc {
  let at = listener;
  for (;;) {
    const parent = byPid.get(at.ppid);
    if (!parent || protectedPids.has(parent.pid) || parent.pgid !== listener.pgid) return at;
    if (world.uid !== undefined && world.uidOf(parent.pid) !== world.uid) return at;
    const children = world.processes.filter((proc) => proc.ppid === parent.pid && !proc.zombie);
    if (children.length !== 1 || !isRunner(world.argvOf(parent.pid), world.argvOf(at.pid))) return at;
    at = parent;
  }
}

/** A target inside another's tree ends with it. */
function withoutInner(targets: Target[]): Target[] {
  return targets.filter((target) => {
    const outer = targets.find(
      (other) => other !== target && other.procs.some(({ pid }) => pid === target.root.pid),
    );
    if (!outer) return true;
    outer.ports.push(...target.ports.filter((port) => !outer.ports.includes(port)));
    return false;
  });
}
