import type { InstanceId } from '../config/instance-id.ts';
import { DevstartError } from '../errors.ts';
import { whyNotBeside } from '../plan/coexist.ts';
import type { InstancePlan } from '../plan/types.ts';
import { BesideOutput } from './beside.ts';
import { outcome } from './followers.ts';
import type { Instance } from './instance.ts';
import {
  chosenBy,
  end,
  type Orders,
  openFor,
  propose,
  restartOn,
  restartsFor,
  settleOn,
  untilReady,
} from './orders.ts';
import type { Change, Outcome } from './types.ts';

/** New ones first, then the old ones end; app by app, where it is all of them. @throws DevstartError: the old ones go on */
export async function reload(
  { who, port }: Extract<Change, { do: 'reload' }>,
  run: Orders,
): Promise<Outcome> {
  const apps = [...new Set(chosenBy(run, who).map(({ plan }) => plan.app))];
  const all: Outcome[] = [];
  for (const app of apps) {
    if (apps.length > 1 && port !== undefined) await propose(run, { port });
    all.push(await reloadApp({ ...who, app }, port, run));
  }
  return joined(all);
}

async function reloadApp(
  who: { app: string; instance?: number | undefined },
  port: string | undefined,
  run: Orders,
): Promise<Outcome> {
  const proposal = port === undefined ? undefined : await propose(run, { ...who, port, spread: true });
  const old = chosenBy(run, who);
  const ids = new Set(old.map(({ id }) => id));
  const was = new Set(run.plan().instances.map(({ id }) => id));
  const isNext = ({ id, app }: InstancePlan) => app === who.app && (ids.has(id) || !was.has(id));
  const next = (proposal?.plan ?? run.plan()).instances.filter(isNext);
  const instead = whyNotBeside(
    old.map(({ plan }) => plan),
    next,
  );
  if (instead !== undefined) {
    // One after the other: of several some answer all the time.
    const steps = proposal || old.length < 2 ? [old] : old.map((one) => [one]);
    const all: Outcome[] = [];
    for (const step of steps) all.push(await restartOn(step, proposal, run));
    return { ...joined(all), instead };
  }
  const began = performance.now();
  await openFor(next, run).catch((error) => {
    proposal?.abandon();
    throw error;
  });
  const successors = await startBeside(next, run);
  try {
    await untilReady(successors, run);
    if (old.some(({ down }) => down)) throw new DevstartError('STOPPING', `${who.app} was stopped meanwhile`);
  } catch (error) {
    await endAll(successors, run);
    for (const one of successors) run.besides.delete(one);
    proposal?.abandon();
    throw error;
  }
  const ready = performance.now() - began;
  const followers = proposal && settleOn(proposal, new Set(next.map(({ id }) => id)), run);
  const replaced = successors.flatMap((one) => take(one, run) ?? []);
  // A range of fewer ports than there were instances.
  const left = old.filter((one) => !replaced.includes(one));
  followers?.begin();
  const leaving = performance.now();
  await endAll([...replaced, ...left], run);
  for (const one of successors) if (one.beside instanceof BesideOutput) one.beside.alone(one.id);
  for (const { id } of left) run.roster.remove(id);
  if (followers) await untilReady(followers.restarted, run);
  run.tellUp();
  return outcome({
    ended: old.map(({ id }) => id),
    started: successors.map(({ id }) => id),
    ...followers?.answer,
    ms: { ended: performance.now() - leaving, ready, silent: 0 },
  });
}

async function startBeside(plans: readonly InstancePlan[], run: Orders): Promise<Instance[]> {
  return Promise.all(
    plans.map((plan) =>
      run.roster.beside(plan, (successor) => {
        successor.ordered = true;
        successor.beside = new BesideOutput(run.deps.output);
        run.besides.add(successor);
      }),
    ),
  );
}

/** It is the instance from now on. @returns the one that was */
function take(successor: Instance, run: Orders): Instance | undefined {
  run.besides.delete(successor);
  const old = run.roster.replace(successor);
  const pid = successor.life?.child.pid;
  if (pid !== undefined) run.deps.emit({ type: 'replaced', id: successor.id, pid });
  // Still ending: the run waits for it, too.
  if (old) run.besides.add(old);
  return old;
}

async function endAll(instances: readonly Instance[], run: Orders): Promise<void> {
  for (const one of instances) one.rest('replaced', run.grace);
  await run.changes.until(() => instances.every(({ ended }) => ended));
  for (const one of instances) run.besides.delete(one);
}

/** More of an app, or fewer, the last ones first. @throws DevstartError: all is as before */
export async function scale(
  { app, instances }: Extract<Change, { do: 'scale' }>,
  run: Orders,
): Promise<Outcome> {
  const proposal = await propose(run, { app, instances });
  const before = run.plan();
  const has = new Set(before.instances.map(({ id }) => id));
  const will = new Set(proposal.plan.instances.map(({ id }) => id));
  const more = proposal.plan.instances.filter(({ id }) => !has.has(id));
  const fewer = run.roster.all.filter(({ id }) => !will.has(id));
  const began = performance.now();
  await openFor(more, run).catch((error) => {
    proposal.abandon();
    throw error;
  });
  run.counting();
  run.settle(proposal.plan);
  const added = await run.roster.add(more);
  try {
    await untilReady(added, run);
  } catch (error) {
    await endAll(added, run);
    for (const { id } of added) run.roster.remove(id);
    run.settle(before);
    run.tellUp();
    proposal.abandon();
    throw error;
  }
  const ready = more.length > 0 ? performance.now() - began : null;
  const { ms } = await end(fewer, run);
  for (const { id } of fewer) run.roster.remove(id);
  proposal.commit();
  run.settle(proposal.plan);
  const ids = (list: readonly { id: InstanceId }[]) => list.map(({ id }) => id);
  // A frontend that was left out has an origin that the backend must allow.
  const others = restartsFor(before, new Set(ids(added)), run);
  others.begin();
  await untilReady(others.restarted, run);
  run.tellUp();
  const told = others.restarted.length > 0 ? others.answer.told : [];
  return outcome({ started: ids(added), ended: ids(fewer), told, ms: { ...ms, ready } });
}

function joined(all: readonly Outcome[]): Outcome {
  const longest = (of: (one: Outcome) => number | null) => {
    const known = all.flatMap((one) => of(one) ?? []);
    return known.length > 0 ? Math.max(...known) : null;
  };
  return {
    instead: all.find(({ instead }) => instead !== null)?.instead ?? null,
    ended: all.flatMap(({ ended }) => ended),
    started: all.flatMap(({ started }) => started),
    moved: all.flatMap(({ moved }) => moved),
    told: all.flatMap(({ told }) => told),
    ms: {
      ended: longest(({ ms }) => ms.ended),
      ready: longest(({ ms }) => ms.ready),
      silent: longest(({ ms }) => ms.silent),
    },
  };
}
