import type { Exit } from '../launch/child.ts';
import { environmentOf } from '../launch/environment.ts';
import { explainShellExit, explainSpawnError } from '../launch/failure.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import { describeReadiness } from '../ready/checks.ts';
import { hostsOf, type Verdict, watchStart } from '../ready/watch.ts';
import { sweep } from './aftermath.ts';
import { goesOnInBackground } from './background.ts';
import { watchComplaints } from './complaints.ts';
import { describeExit, type Instance } from './instance.ts';
import type { PortKeeper, Stolen, Unserved } from './port-keeper.ts';
import { nextAttempt, restartDelay } from './restarts.ts';
import { isWanted, type Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** Milliseconds. */
const NOT_READY_AFTER = 30_000;
/** A server's failure stops the others after this at the latest, even if its output is still held up. */
const DECIDE_AFTER = 200;
/** How much of the output a failure shows. */
const LAST_LINES = 20;

/** What follows a life. */
export type Next =
  | { kind: 'again'; attempt: number /** Milliseconds. */; delay: number; reason: string }
  | { kind: 'stopped' }
  | { kind: 'failed'; how: string };

/** The run, as one life of it sees it. */
export interface LifeContext {
  readonly deps: RunDeps;
  readonly keeper: PortKeeper;
  /** As it is now. */
  plan(): LaunchPlan;
  stopping(): boolean;
  /** Ends the run, unless it is to keep going. @param code its exit code */
  fail(instance: Instance, code: number, reason: string): void;
  /** @param ms since its start */
  becameReady(instance: Instance, ms: number): void;
  /** Another plan, which changes nothing for who runs. */
  settle(plan: LaunchPlan): void;
  /** What is done when all have ended. */
  atEnd(undo: () => Promise<void>): void;
}

/** How a life has ended. */
interface End {
  exit: Exit;
  verdict: Verdict;
  wasReady: boolean;
  /** It was there to end, or to start others, and has. */
  finished: boolean;
  stolen: Stolen | undefined;
  unserved: Unserved | undefined;
}

/** One life from its start to its last byte and its last process; the instance is left `stopping`. */
export async function live(instance: Instance, life: Life, run: LifeContext): Promise<Next> {
  const { deps, keeper } = run;
  // One that is run as it stands has a watch of its own.
  const complaints = instance.plan.opaque ? undefined : watchComplaints(instance, life, deps);
  const watching = watch(instance, life, run);
  void watching.then(({ kind }) => kind === 'ready' && complaints?.ready());
  const exit = await exitOf(instance, life, run);
  life.over.abort();
  const wasReady = instance.ready;
  const wanted = run.stopping() || isWanted(instance.state);
  if (instance.state.name !== 'stopping')
    instance.move({ name: 'stopping', life, next: 'end', why: { kind: 'exited', exit } });
  if (exit.error) return couldNotStart(instance, life, exit, run);
  const verdict = await watching;
  const finished =
    !wanted && exit.code === 0 && (instance.plan.once === true || instance.plan.opaque === true);
  const { quiet } = life.child;
  const stolen =
    wanted || wasReady || finished || instance.plan.opaque
      ? undefined
      : await keeper.stolenAtExit(instance, life, verdict, exit, quiet, DECIDE_AFTER);
  const unserved =
    wanted || wasReady || !instance.plan.listen
      ? undefined
      : await keeper.unservedAtExit(instance, verdict, exit, quiet, DECIDE_AFTER);
  // Nothing of it may outlive it, however it ended; but what was to prepare the others may have started something.
  const sweepIt = async () => {
    await sweep(instance, life, run.plan().killTimeout, deps.emit);
    life.child.release();
    await life.child.closed;
    // A daemon that forked its way past the look for it.
    if (life.child.abandoned) await sweep(instance, life, run.plan().killTimeout, deps.emit);
  };
  const swept = finished ? run.atEnd(sweepIt) : sweepIt();
  let decided: Promise<Next> | undefined;
  const decide = (): Promise<Next> => {
    decided ??= follows(instance, life, { exit, verdict, wasReady, finished, stolen, unserved }, run);
    return decided;
  };
  const late = setTimeout(decide, DECIDE_AFTER);
  await quiet;
  clearTimeout(late);
  if (!wanted) await complaints?.ended();
  const { code, signal } = exit;
  const again = stolen !== undefined || unserved !== undefined || asksForNew(instance, exit);
  const expected = wanted || again || (finished && instance.plan.once === true);
  deps.emit({ type: 'exited', id: instance.id, pid: life.child.pid ?? 0, code, signal, expected });
  if ((code === 126 || code === 127) && !wanted && !wasReady) {
    const lines = instance.output(deps.output).lastLines(instance.id, LAST_LINES);
    const found = await explainShellExit(instance.plan, code, lines, deps.env);
    if (found) deps.emit({ type: 'error', ...found.failure });
  }
  const next = await decide();
  await swept;
  life.handle.close(exit);
  return askedMeanwhile(instance, run) ?? next;
}

/** Of what goes on in the background the end counts, which is no failure. */
async function exitOf(instance: Instance, life: Life, run: LifeContext): Promise<Exit> {
  const exit = await life.child.exited;
  const mayGoOn = () => !run.stopping() && instance.state.name !== 'stopping';
  const goesOn =
    exit.code === 0 && mayGoOn() && (await goesOnInBackground(instance, life, mayGoOn, run.deps));
  return goesOn ? { code: 0, signal: null } : exit;
}

async function couldNotStart(instance: Instance, life: Life, exit: Exit, run: LifeContext): Promise<Next> {
  const { plan } = instance;
  const error = exit.error as NodeJS.ErrnoException;
  const { failure, exitCode } = await explainSpawnError(plan, error, run.deps.env);
  run.deps.emit({ type: 'error', ...failure });
  life.handle.close(exit);
  const how = `${plan.label} could not be started`;
  run.fail(instance, exitCode, how);
  return { kind: 'failed', how };
}

function askedMeanwhile({ state }: Instance, run: LifeContext): Next | undefined {
  if (run.stopping() || state.name !== 'stopping' || state.next !== 'again') return undefined;
  const reason = state.why.kind === 'asked' ? state.why.reason : '';
  return { kind: 'again', attempt: 0, delay: 0, reason };
}

/** Its own reloader has ended it, and leaves the new start to who handed it its socket. */
const asksForNew = ({ plan }: Instance, { code }: Exit): boolean =>
  plan.listen?.respawn !== undefined && plan.listen.respawn === code;

/** What an end means: another life, or something for the run. */
async function follows(instance: Instance, life: Life, end: End, run: LifeContext): Promise<Next> {
  const { exit, verdict, wasReady, finished, stolen, unserved } = end;
  const { label, restart } = instance.plan;
  const failed = (code: number, how: string): Next => {
    run.fail(instance, code, how);
    return { kind: 'failed', how };
  };
  if (run.stopping()) return { kind: 'stopped' };
  const asked = askedMeanwhile(instance, run);
  if (asked) return asked;
  if (instance.down) return { kind: 'stopped' };
  if (stolen) {
    const { port } = stolen;
    if (!(await run.keeper.replace(instance, stolen))) return failed(1, `port ${port} is not ${label}’s`);
    return { kind: 'again', attempt: 0, delay: 0, reason: `port ${port} was taken` };
  }
  if (unserved) {
    if (!run.keeper.unhand(instance, unserved)) return failed(1, `${label} does not serve from its socket`);
    return { kind: 'again', attempt: 0, delay: 0, reason: 'it opens its own socket' };
  }
  if (asksForNew(instance, exit))
    return { kind: 'again', attempt: 0, delay: 0, reason: 'its files have changed' };
  const how = describeExit(label, exit, wasReady);
  // A time-out has failed the run already.
  if (verdict.kind === 'timeout') return { kind: 'failed', how: how.reason };
  const bad = exit.code !== 0 || !(wasReady || finished);
  const lived = performance.now() - life.startedAt;
  const attempt = nextAttempt(restart, { failed: bad, lived, restarts: instance.restarts });
  if (typeof attempt === 'number') {
    instance.restarts = attempt;
    const delay = (run.deps.restartDelay ?? restartDelay)(attempt);
    return { kind: 'again', attempt, delay, reason: how.reason };
  }
  if (attempt === 'too often') {
    const times = restart?.max === 1 ? 'once' : `${restart?.max} times in a row`;
    tellFailure('CRASH_LOOP', instance, `${label} was restarted ${times}: ${how.reason}.`, run);
  }
  return bad ? failed(how.code, how.reason) : { kind: 'stopped' };
}

/** Readiness, and what is found on the way to it; what is found ends the life. */
async function watch(instance: Instance, life: Life, run: LifeContext): Promise<Verdict> {
  const { deps } = run;
  const { signal } = life.over;
  const began = performance.now();
  if (instance.plan.once) return untilOver(signal);
  if (instance.plan.opaque) return (await import('./opaque.ts')).watchOpaque(instance, life, run);
  let tried: readonly string[] = [];
  const reminder = setTimeout(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    const { plan } = instance;
    const message = `${plan.label} is not ready after ${seconds} s: waiting for ${describeReadiness(plan, tried)}.`;
    deps.emit({ type: 'warning', code: 'NOT_READY', message });
  }, deps.notReadyAfter ?? NOT_READY_AFTER);
  signal.addEventListener('abort', () => clearTimeout(reminder));
  try {
    for (;;) {
      const verdict = await watchStart({
        plan: instance.plan,
        hosts: hostsOf(run.plan().host),
        signal,
        processes: () => life.terminator?.processes() ?? [],
        near: () => life.terminator?.near() ?? [],
        watchOutput: (onText) => instance.output(deps.output).watch(instance.id, onText),
        env: environmentOf(instance.plan, run.plan().runId, deps.env, instance.births).env,
        handed: handedTo(instance, deps),
        leader: life.child.pid,
        onTried(now) {
          tried = now;
          deps.emit({ type: 'tried', id: instance.id, tried });
        },
        guessAfter: deps.guessAfter,
      });
      if (verdict.kind === 'ready' && verdict.listens === false) tellSilent(instance.plan, run);
      if (verdict.kind === 'drift' && (await run.keeper.adopt(instance, verdict))) continue;
      if (verdict.kind === 'ready') run.becameReady(instance, performance.now() - began);
      else if (verdict.kind !== 'over') endFor(verdict, instance, life, run);
      return verdict;
    }
  } finally {
    clearTimeout(reminder);
  }
}

const handedTo = ({ plan }: Instance, { handings }: RunDeps) =>
  plan.listen &&
  handings?.held(plan.app).map(({ socket, host, inode }) => ({ port: socket.port, host, inode }));

/** It was there to end. */
const untilOver = (signal: AbortSignal): Promise<Verdict> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'over' });
    signal.addEventListener('abort', () => resolve({ kind: 'over' }), { once: true });
  });

function tellSilent({ label, ports }: InstancePlan, { deps }: LifeContext): void {
  const numbers = [...new Set(Object.values(ports))].join(' and ');
  const message = `${label} does not listen on port ${numbers}: taken for one that needs none ("port": false in the config says so).`;
  deps.emit({ type: 'warning', code: 'NO_LISTENER', message });
}

/** It will not become ready: its end goes on in `live`. */
function endFor(verdict: Verdict, instance: Instance, life: Life, run: LifeContext): void {
  const { label, readyTimeout } = instance.plan;
  if (verdict.kind === 'drift') run.fail(instance, 1, `${label} does not listen on its port`);
  if (verdict.kind === 'timeout') {
    const tried = verdict.tried.join(', ');
    tellFailure(
      'READY_TIMEOUT',
      instance,
      `${label} was not ready after ${readyTimeout} s: tried ${tried}.`,
      run,
    );
    run.fail(instance, 1, `${label} was not ready in time`);
  }
  if (instance.state.name === 'starting')
    instance.move({ name: 'stopping', life, next: 'end', why: { kind: 'found', verdict } });
  void instance.terminate(run.plan().killTimeout * 1000);
}

function tellFailure(
  code: 'CRASH_LOOP' | 'READY_TIMEOUT',
  instance: Instance,
  message: string,
  { deps }: LifeContext,
): void {
  const lines = instance.output(deps.output).lastLines(instance.id, LAST_LINES);
  const hint = lines.length > 0 ? `Its last output:\n${lines.join('\n')}` : 'It printed nothing.';
  deps.emit({ type: 'error', code, message, hint });
}
