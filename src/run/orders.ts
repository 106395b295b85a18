import type { InstanceId } from '../config/instance-id.ts';
import { DevstartError } from '../errors.ts';
import type { InstancePlan, LaunchPlan, Proposal } from '../plan/types.ts';
import type { Changes } from './changes.ts';
import { type Followers, followersOf, outcome, sameLaunch } from './followers.ts';
import type { Instance } from './instance.ts';
import type { LifeContext } from './life.ts';
import type { Roster } from './roster.ts';
import type { Change, Outcome, RunDeps, StopReason, Who } from './types.ts';

/** The run, as orders see it. */
export interface Orders {
  readonly roster: Roster;
  readonly changes: Changes;
  readonly deps: RunDeps;
  readonly context: LifeContext;
  readonly besides: Set<Instance>;
  /** Milliseconds. */
  readonly grace: number;
  stopping(): boolean;
  plan(): LaunchPlan;
  /** Another plan from now on; nobody starts again for it. */
  settle(plan: LaunchPlan): void;
  /** `up` is told again once all are ready. */
  counting(): void;
  tellUp(): void;
  end(reason: StopReason): void;
}

/** Milliseconds within which what was ordered must be ready. */
export const PATIENCE = 120_000;
const LAST_LINES = 20;

export const chosenBy = ({ roster }: Orders, { app, instance }: Who): Instance[] =>
  roster.all.filter(
    ({ plan, id }) =>
      (app === undefined || plan.app === app) && (instance === undefined || id === `${app}:${instance}`),
  );

/** What new instances are handed is open before they start. @throws DevstartError */
export async function openFor(plans: readonly InstancePlan[], { deps }: Orders): Promise<void> {
  for (const plan of plans) {
    if (!plan.listen && !plan.runAs) continue;
    try {
      // None of those that the run began with was handed anything.
      deps.handings ??= (await import('../launch/handings.ts')).createHandings(deps.env);
      await deps.handings.prepare(plan);
    } catch (error) {
      throw await (await import('./opening.ts')).explainOpening(error, plan.app, deps.env.HOME);
    }
  }
}

/** Ends them; no life follows until one is ordered. @throws DevstartError STOP_FAILED */
export async function end(chosen: readonly Instance[], run: Orders): Promise<Outcome> {
  const began = performance.now();
  const lives = chosen.flatMap(({ life }) => life ?? []);
  const running = chosen.filter(({ ended }) => !ended).map(({ id }) => id);
  for (const one of chosen) one.rest('stopped', run.grace);
  // `waiting` has no process to end, and hears of it by the change.
  await run.changes.until(() => chosen.every(({ ended }) => ended));
  const left = lives.filter(({ terminator }) => terminator?.alive());
  if (left.length > 0) {
    const pids = left.map(({ child }) => child.pid).join(', ');
    throw new DevstartError('STOP_FAILED', `what pid ${pids} has started could not be ended`);
  }
  run.tellUp();
  return outcome({ ended: running, ms: { ended: running.length > 0 ? performance.now() - began : null } });
}

export async function start(chosen: readonly Instance[], run: Orders): Promise<Outcome> {
  const all = withDependencies(chosen, run.roster).filter(({ ended }) => ended);
  const began = performance.now();
  run.counting();
  for (const one of all) beginAgain(one, run, true);
  await untilReady(all, run);
  run.tellUp();
  return outcome({
    started: all.map(({ id }) => id),
    ms: { ready: all.length > 0 ? performance.now() - began : null },
  });
}

/** What it depends on must be there. */
function withDependencies(chosen: readonly Instance[], { all }: Roster): Instance[] {
  const found = new Set(chosen);
  for (const { plan } of found) {
    for (const one of all) if (plan.dependsOn?.includes(one.plan.app) && one.down) found.add(one);
  }
  return [...found];
}

/** @param ordered should it fail, whoever waits for it is told, and the run goes on */
function beginAgain(instance: Instance, { roster, grace }: Orders, ordered: boolean): void {
  instance.down = false;
  instance.ordered = ordered;
  if (instance.ended) roster.begin(instance);
  else instance.again('asked for', grace);
}

export async function restart(
  { who, port, until }: Extract<Change, { do: 'restart' }>,
  run: Orders,
): Promise<Outcome> {
  const chosen = withDependencies(chosenBy(run, who), run.roster);
  const proposal = port === undefined ? undefined : await propose(run, { ...who, port });
  return restartOn(chosen, proposal, run, until);
}

/** @param proposal another plan, which is settled then */
export async function restartOn(
  chosen: readonly Instance[],
  proposal: Proposal | undefined,
  run: Orders,
  until?: 'started',
): Promise<Outcome> {
  const began = performance.now();
  const ended = chosen.filter(({ ended }) => !ended).map(({ id }) => id);
  // What is handed to them is opened anew, on the other port.
  if (proposal && chosen.some(({ plan }) => plan.listen)) await end(chosen, run);
  const followers = proposal && settleOn(proposal, new Set(chosen.map(({ id }) => id)), run);
  run.counting();
  const births = new Map(chosen.map((one) => [one, one.births]));
  for (const one of chosen) beginAgain(one, run, until === undefined);
  followers?.begin();
  const begun = (one: Instance) => one.births > (births.get(one) ?? 0) || one.ended || one.down;
  await run.changes.until(() => run.stopping() || chosen.every(begun));
  const startedAt = performance.now();
  if (until === undefined) await untilReady([...chosen, ...(followers?.restarted ?? [])], run);
  else checkGoes(run);
  run.tellUp();
  const now = performance.now();
  return outcome({
    ended,
    started: chosen.map(({ id }) => id),
    ...followers?.answer,
    ms: {
      ended: ended.length > 0 ? startedAt - began : null,
      ready: until === undefined ? now - startedAt : null,
      silent: until === undefined && ended.length > 0 ? now - began : null,
    },
  });
}

/** @throws DevstartError: it cannot be had */
export async function propose(
  { deps, roster }: Orders,
  {
    app,
    ...change
  }: { app?: string | undefined } & Omit<Parameters<NonNullable<RunDeps['ports']>['propose']>[0], 'app'>,
): Promise<Proposal> {
  const apps = new Set(roster.all.map(({ plan }) => plan.app));
  const [only] = apps;
  const name = app ?? (apps.size === 1 ? only : undefined);
  if (name === undefined) {
    throw new DevstartError('USAGE', 'another port is for one app: which one?', {
      hint: `Apps: ${[...apps].join(', ')}`,
    });
  }
  if (!deps.ports) throw new DevstartError('USAGE', 'this run’s ports are fixed');
  return deps.ports.propose({ app: name, ...change });
}

/** Those who start again for another plan. */
export interface Restarts {
  answer: Followers;
  restarted: Instance[];
  begin(): void;
}

/**
 * The proposal is the plan from now on. Whoever else is told something else by it starts again.
 * @param causes those that start by themselves
 */
export function settleOn(proposal: Proposal, causes: ReadonlySet<InstanceId>, run: Orders): Restarts {
  const before = run.plan();
  proposal.commit();
  run.settle(proposal.plan);
  return restartsFor(before, causes, run);
}

/** Whoever is told something else by the run's plan than by the one before. @param causes but for these */
export function restartsFor(before: LaunchPlan, causes: ReadonlySet<InstanceId>, run: Orders): Restarts {
  const was = new Map(before.instances.map((one) => [one.id, one]));
  const changed = (plan: InstancePlan) => {
    const old = was.get(plan.id);
    return old !== undefined && !sameLaunch(old, plan);
  };
  const restarted = run.roster.all.filter((one) => !causes.has(one.id) && !one.ended && changed(one.plan));
  const answer = followersOf(before, run.plan(), restarted);
  return {
    answer,
    restarted,
    begin() {
      const [moved] = answer.moved;
      for (const one of restarted)
        one.again(
          moved ? `${moved.id.replace(/:0$/, '')} is on port ${moved.to} now` : 'its plan has changed',
          run.grace,
        );
    },
  };
}

/** @throws DevstartError START_FAILED, READY_TIMEOUT, STOPPING */
export async function untilReady(
  chosen: readonly Instance[],
  run: Orders,
  patience = PATIENCE,
): Promise<void> {
  const settled = ({ ready, done, ended, down, state }: Instance) =>
    ready || done || down || (ended && state.name === 'failed') || (ended && state.name === 'stopped');
  const late = await within(
    patience,
    run.changes.until(() => run.stopping() || chosen.every(settled)),
  );
  checkGoes(run);
  const failed = chosen.find((one) => !one.ready && !one.done);
  if (!failed) return;
  const { label } = failed.plan;
  const lines = failed.output(run.deps.output).lastLines(failed.id, LAST_LINES);
  const hint = lines.length > 0 ? `Its last output:\n${lines.join('\n')}` : 'It printed nothing.';
  if (failed.down) throw new DevstartError('STOPPING', `${label} was stopped meanwhile`);
  if (late)
    throw new DevstartError('READY_TIMEOUT', `${label} was not ready within ${patience / 1000} s`, { hint });
  throw new DevstartError(
    'START_FAILED',
    `${label} did not become ready: ${failed.failure ?? 'it has ended'}`,
    { hint },
  );
}

/** @throws DevstartError STOPPING */
function checkGoes(run: Orders): void {
  if (run.stopping()) throw new DevstartError('STOPPING', 'the run is stopping');
}

/** True: it took too long. */
async function within(ms: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  return Promise.race([done.then(() => false), late]).finally(() => clearTimeout(timer));
}

/** Ended, and gone from the plan; with the last of them the run ends. */
export async function remove(chosen: readonly Instance[], run: Orders): Promise<Outcome> {
  const { ended, ms } = await end(chosen, run);
  const ids = chosen.map(({ id }) => id);
  for (const id of ids) run.roster.remove(id);
  if (run.deps.ports) run.settle(run.deps.ports.drop(ids));
  if (run.roster.all.length === 0) run.end({ code: 0, reason: 'its last server was deleted' });
  else run.tellUp();
  return outcome({ ended, ms });
}
