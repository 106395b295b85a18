import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type Proc } from '../system/processes.ts';

/** Milliseconds. */
const POLL = 20;
/** How often the whole system is looked through for processes that are new. */
const RESCAN = 200;
/** After SIGKILL; what is left then cannot be ended (another user's, or stuck in the kernel). */
const KILL_PATIENCE = 2000;

export interface Ending {
  /** All that is to end and lives, with what has started meanwhile; asked again and again. */
  find(): Proc[];
  /** The polite signal, to each process once. */
  ask(procs: readonly Proc[]): void;
  /** SIGKILL, until none is left. */
  kill(procs: readonly Proc[]): void;
  /** Milliseconds between the two. */
  grace: number;
  /** The grace is over at once. */
  forced?(): boolean;
  /** Milliseconds between two looks through the whole system. */
  rescan?: number;
}

export interface Ended {
  /** All that were found. */
  procs: Proc[];
  /** Some had to be ended by SIGKILL. */
  killed: boolean;
  /** What could not be ended. */
  left: Proc[];
}

/** Whatever the wall clock does. */
const now = (): number => performance.now();

/** Ends processes, all of them: asks, waits, kills. Resolves when none is left, or none more can be ended. */
export async function endAll(ending: Ending): Promise<Ended> {
  const { find, ask, kill, grace, forced = () => false, rescan = RESCAN } = ending;
  const met = new Map<string, Proc>();
  const begun = now();
  let killedAt: number | undefined;
  let looked = begun;
  for (let left: Proc[] = []; ; left = left.filter(isAlive)) {
    const late = killedAt === undefined && (forced() || (met.size > 0 && now() - begun >= grace));
    if (late || left.length === 0 || now() - looked >= rescan) {
      left = find();
      looked = now();
      const fresh = left.filter(({ pid, start }) => !met.has(`${pid} ${start}`));
      for (const proc of fresh) met.set(`${proc.pid} ${proc.start}`, proc);
      if (late && left.length > 0) killedAt = looked;
      if (killedAt === undefined) ask(fresh);
      else kill(left);
    }
    const inVain = killedAt !== undefined && now() - killedAt > KILL_PATIENCE;
    if (left.length === 0 || inVain)
      return { procs: [...met.values()], killed: killedAt !== undefined, left };
    await sleep(POLL);
  }
}
