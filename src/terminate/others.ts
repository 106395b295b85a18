import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../ports/holders/free-plan.ts';
import { sendSignal } from '../system/platform.ts';
import { isAlive, listProcesses, type Proc } from '../system/processes.ts';

/** Milliseconds. */
const POLL = 25;
/** What a launcher may need beyond the grace of its own servers. */
const LAUNCHER = 3000;
/** After SIGKILL. */
const KILL_PATIENCE = 2000;

export interface Ended {
  /** All that were signalled, parents first. */
  procs: Proc[];
  /** Some had to be ended by SIGKILL. */
  killed: boolean;
  /** What could not be ended. */
  left: Proc[];
}

/**
 * Ends a tree that is not ours: SIGTERM to the root and its descendants (of a run of devstart: to its launcher alone,
 * which ends its servers in order), SIGKILL to what is left after the grace. Each process is compared by its start
 * before each signal, and no group is signalled: others may be in it.
 */
export async function endTree({ root, procs, claim }: Target, graceMs: number): Promise<Ended> {
  const known = new Map(procs.map((proc) => [proc.pid, proc]));
  const alive = (): Proc[] => [...known.values()].filter(isAlive);
  const politely = (proc: Proc): void => {
    if (claim && proc !== root) return;
    sendSignal(proc.pid, 'SIGTERM');
    // A stopped process takes no signal until it goes on.
    if (proc.stopped) sendSignal(proc.pid, 'SIGCONT');
  };
  for (const proc of alive()) politely(proc);
  const deadline = Date.now() + graceMs + (claim ? LAUNCHER : 0);
  let killedAt: number | undefined;
  for (;;) {
    await sleep(POLL);
    const left = alive();
    if (left.length === 0) return { procs: [...known.values()], killed: killedAt !== undefined, left };
    const fresh = newDescendants(left, known);
    for (const proc of fresh) known.set(proc.pid, proc);
    if (killedAt === undefined && Date.now() >= deadline) killedAt = Date.now();
    if (killedAt === undefined) {
      for (const proc of fresh) politely(proc);
    } else {
      for (const proc of [...left, ...fresh]) if (isAlive(proc)) sendSignal(proc.pid, 'SIGKILL');
      if (Date.now() - killedAt > KILL_PATIENCE)
        return { procs: [...known.values()], killed: true, left: alive() };
    }
  }
}

/** Children that the living ones have started meanwhile; never ourselves. */
function newDescendants(living: readonly Proc[], known: ReadonlyMap<number, Proc>): Proc[] {
  const parents = new Set(living.map(({ pid }) => pid));
  const found: Proc[] = [];
  const all = listProcesses();
  for (let grown = true; grown; ) {
    grown = false;
    for (const proc of all) {
      if (proc.zombie || proc.pid === process.pid || proc.pid === 1) continue;
      if (known.get(proc.pid)?.start === proc.start || parents.has(proc.pid) || !parents.has(proc.ppid))
        continue;
      parents.add(proc.pid);
      found.push(proc);
      grown = true;
    }
  }
  return found;
}
