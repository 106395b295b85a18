import { setTimeout as sleep } from 'node:timers/promises';
import { isWindows, sendSignal } from '../system/platform.ts';
import { isAlive, type Proc } from '../system/processes.ts';
import { findTree, type TreeRoot } from '../system/tree.ts';

/** Milliseconds. */
const POLL = 20;
/** How often the whole system is looked through for processes that are new. */
const RESCAN = 200;
/** After SIGKILL; what is left then cannot be ended (another user's, or stuck in the kernel). */
const KILL_PATIENCE = 2000;

export interface Terminator {
  /**
   * The signal to all, SIGKILL to what is left after `graceMs`; resolves with what could not be ended.
   * Calls coalesce; none of the tree is left when it resolves with nothing.
   */
  end(signal: NodeJS.Signals, graceMs: number): Promise<Proc[]>;
  /** SIGKILL to all, now; an `end` under way goes on from there. */
  killNow(): void;
  /** The living processes, all of them. */
  processes(): Proc[];
  /** Is anything of it alive? Cheaper than `processes`. */
  alive(): boolean;
  /** A signal to all that is no end: SIGSTOP, SIGCONT. */
  tell(signal: NodeJS.Signals): void;
}

/** Ends an instance's processes, all of them: `root` says how they are recognised. */
export function createTerminator(root: TreeRoot): Terminator {
  let known: Proc[] = [];
  let forced = false;
  let ending: Promise<Proc[]> | undefined;

  function scan(): Proc[] {
    known = findTree(root, known);
    return known;
  }

  /** The group gets the signal at once, so that no member sees another die first. */
  function signalAll(procs: Proc[], signal: NodeJS.Signals): void {
    if (procs.some((proc) => proc.pgid === root.pid)) sendSignal(-root.pid, signal);
    for (const proc of procs) {
      if (proc.pgid === root.pid || !isAlive(proc)) continue;
      sendSignal(proc.pid, signal === 'SIGKILL' ? signal : 'SIGTERM');
    }
    if (signal === 'SIGKILL') return;
    for (const proc of procs) if (proc.stopped) sendSignal(proc.pid, 'SIGCONT');
  }

  async function end(signal: NodeJS.Signals, graceMs: number): Promise<Proc[]> {
    if (isWindows) return endOnWindows(root.pid, () => forced, graceMs);
    let left = scan();
    if (left.length === 0) return [];
    signalAll(left, forced ? 'SIGKILL' : signal);
    const signalled = new Set(left.map(identity));
    const deadline = Date.now() + graceMs;
    let killed = forced ? Date.now() : undefined;
    let scanned = Date.now();
    for (;;) {
      await sleep(POLL);
      left = left.filter(isAlive);
      if (killed === undefined && (forced || Date.now() >= deadline)) {
        killed = Date.now();
        left = scan();
        signalAll(left, 'SIGKILL');
      } else if (left.length === 0 || Date.now() - scanned >= RESCAN) {
        left = scan();
        scanned = Date.now();
        const fresh = left.filter((proc) => !signalled.has(identity(proc)));
        for (const proc of fresh) signalled.add(identity(proc));
        if (killed !== undefined) signalAll(left, 'SIGKILL');
        else for (const proc of fresh) sendSignal(proc.pid, signal);
        if (left.length === 0) return [];
      }
      if (killed !== undefined && Date.now() - killed > KILL_PATIENCE) return left;
    }
  }

  return {
    end(signal, graceMs) {
      ending ??= end(signal, graceMs).finally(() => {
        ending = undefined;
      });
      return ending;
    },
    killNow() {
      forced = true;
      if (isWindows) taskkill(root.pid, true);
      else signalAll(scan(), 'SIGKILL');
    },
    processes: scan,
    alive: () => known.some(isAlive) || scan().length > 0,
    tell(signal) {
      for (const { pid } of scan()) sendSignal(pid, signal);
    },
  };
}

const identity = (proc: Proc): string => `${proc.pid} ${proc.start}`;

async function endOnWindows(pid: number, forced: () => boolean, graceMs: number): Promise<Proc[]> {
  const alive = () => sendSignal(pid, 0 as unknown as NodeJS.Signals);
  if (!alive()) return [];
  taskkill(pid, forced());
  const deadline = Date.now() + graceMs;
  while (alive() && Date.now() < deadline && !forced()) await sleep(POLL);
  if (alive()) taskkill(pid, true);
  return [];
}

async function taskkill(pid: number, force: boolean): Promise<void> {
  const { spawn } = await import('node:child_process');
  spawn('taskkill', ['/PID', String(pid), '/T', ...(force ? ['/F'] : [])], { stdio: 'ignore' }).on(
    'error',
    () => {},
  );
}
