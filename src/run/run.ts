import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'concurrently';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import { signalExitCode } from '../platform.ts';
import { type Exit, type Instance, spawnInstance } from './instance.ts';
import { ChildHandle, launch } from './launch.ts';
import { explainExit127, explainSpawnError } from './missing.ts';
import { checksOf, firstAccepting, waitUntilReady } from './readiness.ts';
import { createTerminator, type Terminator } from './terminate.ts';
import type { Run, RunDeps, StopReason } from './types.ts';

/** Milliseconds. */
const NOT_READY_AFTER = 30_000;
const PORTS_PATIENCE = 1000;
/** A server's failure stops the others after this at the latest, even if its output is still held up. */
const DECIDE_AFTER = 200;

/** planned -> started -> (ready ->) ended */
interface Member {
  plan: InstancePlan;
  instance: Instance | undefined;
  terminator: Terminator | undefined;
  handle: ChildHandle | undefined;
  /** Ends the wait for readiness. */
  over: AbortController;
  ready: boolean;
  ended: boolean;
}

/**
 * Starts every instance of the plan and watches them to their end: readiness, output, exits, the stop.
 * What happens is told through `deps.emit`; a server's failure is an event and an exit code, no exception.
 */
export function startRun(plan: LaunchPlan, deps: RunDeps): Run {
  const startedAt = deps.startedAt ?? Date.now();
  const members = plan.instances.map(
    (instance): Member => ({
      plan: instance,
      instance: undefined,
      terminator: undefined,
      handle: undefined,
      over: new AbortController(),
      ready: false,
      ended: false,
    }),
  );
  let commands: Command[] = [];
  let stopReason: StopReason | undefined;
  let killed = false;
  let firstFailure: number | undefined;
  let up = false;

  const spawn = (index: number): ChildHandle => {
    const member = members[index] as Member;
    const instance = spawnInstance(member.plan, plan.runId, deps.env, deps.output);
    member.instance = instance;
    if (instance.root) member.terminator = createTerminator(instance.root);
    member.handle = new ChildHandle(instance.pid);
    return member.handle;
  };

  const kill = (pid: number, signal: string | undefined): void => {
    const member = members.find((candidate) => candidate.instance?.pid === pid);
    member?.terminator?.end((signal ?? member.plan.stopSignal) as NodeJS.Signals, plan.killTimeout * 1000);
  };

  async function main(): Promise<{ code: number }> {
    commands = await launch(plan.instances, deps.prefixColors ?? ['auto'], () => !stopReason, {
      spawn,
      kill,
      setPrefix: (instance, prefix) => deps.output.setPrefix(instance, prefix),
    });
    for (const member of members) {
      if (!member.instance?.pid) continue;
      const { app, instance } = member.plan;
      deps.emit({ type: 'started', app, instance, pid: member.instance.pid, port: mainPort(member.plan) });
    }
    await Promise.all(members.map(follow));
    await reportPorts();
    const { code, signal } = stopReason ?? {};
    return { code: code ?? (signal ? signalExitCode(signal) : (firstFailure ?? 0)) };
  }

  /** One instance from its start to its last byte and its last process. */
  async function follow(member: Member): Promise<void> {
    const { instance, handle } = member;
    if (!instance || !handle) return;
    // Ends with `over`; not waited for, because a connection attempt may hang for a while.
    watchReadiness(member);
    const exit = await instance.exited;
    member.over.abort();
    if (exit.error) {
      member.ended = true;
      deps.emit({ type: 'error', ...(await explainSpawnError(member.plan, exit.error, deps.env)) });
      handle.emit('error', exit.error);
      handle.emit('close', null, null);
      fail(1, `${member.plan.label} could not be started`);
      return;
    }
    const expected = stopReason !== undefined;
    // Nothing of it may outlive it, however it ended.
    const swept = sweep(member).then(() => instance.release());
    const late = setTimeout(() => decide(member, exit), DECIDE_AFTER);
    await instance.quiet;
    clearTimeout(late);
    const { app, instance: number } = member.plan;
    member.ended = true;
    deps.emit({ type: 'exited', app, instance: number, code: exit.code, signal: exit.signal, expected });
    if (exit.code === 127 && !expected && !member.ready) {
      const failure = await explainExit127(member.plan, deps.env);
      if (failure) deps.emit({ type: 'error', ...failure });
    }
    decide(member, exit);
    await swept;
    await instance.closed;
    handle.emit('close', exit.code, exit.signal);
  }

  async function watchReadiness(member: Member): Promise<void> {
    const { plan: instance, over } = member;
    const began = Date.now();
    const checks = checksOf(instance);
    const reminder = setTimeout(() => {
      const ports = [...new Set(checks.map((check) => check.port))].join(' and ');
      const message = `${instance.label} is not ready after ${Math.round((Date.now() - began) / 1000)} s: nothing answers on port ${ports} yet.`;
      deps.emit({ type: 'warning', code: 'NOT_READY', message });
    }, deps.notReadyAfter ?? NOT_READY_AFTER);
    const ready = await waitUntilReady(checks, plan.host, over.signal);
    clearTimeout(reminder);
    if (!ready || stopReason) return;
    member.ready = true;
    const { app, instance: number, url } = instance;
    deps.emit({ type: 'ready', app, instance: number, url, ms: Date.now() - began });
    if (up || !members.every((other) => other.ready)) return;
    up = true;
    const { urls, ports, corsOrigins } = plan;
    deps.emit({ type: 'up', urls, ports, corsOrigins, ms: Date.now() - startedAt });
  }

  /** What an instance's end means for the run. */
  function decide(member: Member, exit: Exit): void {
    const { label } = member.plan;
    if (stopReason || (exit.code === 0 && member.ready)) return;
    if (exit.code === 0) {
      fail(1, `${label} ended before it was ready`);
    } else if (exit.signal) {
      fail(signalExitCode(exit.signal), `${label} was ended by ${exit.signal}`);
    } else {
      fail(exit.code ?? 1, `${label} exited with code ${exit.code}`);
    }
  }

  function fail(code: number, reason: string): void {
    firstFailure ??= code;
    if (!plan.keepGoing) stop({ code: firstFailure, reason });
  }

  async function sweep(member: Member): Promise<void> {
    const left = await member.terminator?.end(member.plan.stopSignal, plan.killTimeout * 1000);
    if (!left || left.length === 0) return;
    const pids = left.map((proc) => proc.pid).join(', ');
    deps.emit({
      type: 'error',
      code: 'STOP_FAILED',
      message: `${member.plan.label}: could not end ${left.length === 1 ? 'process' : 'processes'} ${pids}.`,
      hint: `End by hand: kill -9 ${pids.replaceAll(',', '')}`,
    });
  }

  async function reportPorts(): Promise<void> {
    const ports = members.flatMap(({ plan, instance }) => (instance?.pid ? portsOf(plan) : []));
    const portsTaken = deps.portsTaken ?? acceptingPorts;
    const deadline = Date.now() + PORTS_PATIENCE;
    let taken = await portsTaken(ports);
    while (taken.length > 0 && Date.now() < deadline && !killed) {
      await sleep(20);
      taken = await portsTaken(taken);
    }
    for (const port of taken) {
      const message = `Port ${port} is still taken after the stop, by a process that is not ours.`;
      deps.emit({ type: 'warning', code: 'PORT_STILL_TAKEN', message });
    }
  }

  function stop(reason: StopReason): void {
    if (stopReason) return;
    stopReason = reason;
    deps.emit({ type: 'stopping', reason: reason.reason });
    for (const member of members) member.over.abort();
    for (const [index, command] of commands.entries()) command.kill(members[index]?.plan.stopSignal);
  }

  const done = main();
  return {
    done,
    async stop(reason) {
      stop(reason);
      await done;
    },
    killNow() {
      killed = true;
      stop({ signal: 'SIGKILL', reason: 'killed' });
      for (const member of members) {
        member.terminator?.killNow();
        member.instance?.abandon();
      }
    },
    async restart() {},
    sendInput: () => false,
    pause() {},
    resume() {},
    instances: () =>
      members.map(({ plan, instance, ready, ended }) => ({
        app: plan.app,
        instance: plan.instance,
        pid: ended ? undefined : instance?.pid,
        ports: portsOf(plan),
        ready: ready && !ended,
      })),
  };
}

const portsOf = (plan: InstancePlan): number[] => [...new Set(Object.values(plan.ports))];

/** The one that stands for the instance: its own, or the one that its URL names. */
function mainPort({ ports, url }: InstancePlan): number {
  const named = Number(/:(\d+)$/.exec(url)?.[1]);
  return portsOf({ ports } as InstancePlan).includes(named)
    ? named
    : (ports.own ?? ports.frontend ?? ports.backend ?? 0);
}

async function acceptingPorts(ports: number[]): Promise<number[]> {
  const found = await Promise.all(ports.map((port) => firstAccepting(port, ['127.0.0.1', '::1'])));
  return ports.filter((_, index) => found[index] !== undefined);
}
