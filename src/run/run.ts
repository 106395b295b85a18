import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'concurrently';
import { type Exit, spawnInstance } from '../launch/child.ts';
import { ChildHandle, launch } from '../launch/concurrently.ts';
import { environmentOf } from '../launch/environment.ts';
import { explainExit127, explainSpawnError } from '../launch/failure.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { describeReadiness } from '../ready/checks.ts';
import { hostsOf, type Verdict, watchStart } from '../ready/watch.ts';
import { signalExitCode } from '../system/platform.ts';
import { createTerminator } from '../terminate/terminate.ts';
import { reportPorts, sweep } from './aftermath.ts';
import { goesOnInBackground } from './background.ts';
import {
  createChanges,
  createMember,
  describeExit,
  identify,
  type Member,
  mainPort,
  type Next,
  portsOf,
} from './member.ts';
import { createPortKeeper } from './port-keeper.ts';
import { nextAttempt, restartDelay } from './restarts.ts';
import type { Run, RunDeps, StopReason } from './types.ts';

/** Milliseconds. */
const NOT_READY_AFTER = 30_000;
/** A server's failure stops the others after this at the latest, even if its output is still held up. */
const DECIDE_AFTER = 200;
/** How much of the output a failure shows. */
const LAST_LINES = 20;

/**
 * Starts every instance of the plan and watches them to their end: order, readiness, ports, restarts, exits, the
 * stop. What happens is told through `deps.emit`; a server's failure is an event and an exit code, no exception.
 *
 * An instance: waiting (dependsOn) -> [ started -> ready -> ended -> (a delay ->) ]* -> ended for good
 */
export function startRun(initial: LaunchPlan, deps: RunDeps): Run {
  let plan = initial;
  const members = plan.instances.map(createMember);
  let commands: Command[] = [];
  let launched = false;
  let stopReason: StopReason | undefined;
  let killed = false;
  let firstFailure: number | undefined;
  /** Date.now() of what `up` will count from; undefined while all are ready. */
  let upSince: number | undefined = deps.startedAt ?? Date.now();
  const lives = new Set<Promise<void>>();
  const changes = createChanges();

  const keeper = createPortKeeper({ deps, apply, stopped: () => stopReason !== undefined });

  function spawn(index: number): ChildHandle {
    const member = members[index] as Member;
    // concurrently starts all at once: who depends on others gets a process later.
    if (!launched && member.plan.dependsOn?.length) return new ChildHandle(undefined);
    const instance = spawnInstance(member.plan, plan.runId, deps.env, deps.output);
    member.instance = instance;
    member.terminator = instance.root && createTerminator(instance.root);
    member.handle = new ChildHandle(instance.pid);
    member.life = new AbortController();
    member.startedAt = Date.now();
    member.ended = false;
    member.again = undefined;
    return member.handle;
  }

  function kill(pid: number, signal: string | undefined): void {
    const member = members.find((candidate) => candidate.instance?.pid === pid);
    member?.terminator?.end((signal ?? member.plan.stopSignal) as NodeJS.Signals, plan.killTimeout * 1000);
  }

  async function main(): Promise<{ code: number }> {
    commands = await launch(plan.instances, deps.prefixColors ?? ['auto'], () => !stopReason, {
      spawn,
      kill,
      setPrefix: (instance, prefix) => deps.output.setPrefix(instance, prefix),
    });
    launched = true;
    if (commands.length > 0) {
      for (const member of members) tellStarted(member);
      for (const member of members) begin(member);
    }
    while (lives.size > 0) await Promise.all(lives);
    const used = members.flatMap(({ plan: of, instance }) => (instance?.pid ? portsOf(of) : []));
    await reportPorts(used, deps, () => killed);
    const { code, signal } = stopReason ?? {};
    return { code: code ?? (signal ? signalExitCode(signal) : (firstFailure ?? 0)) };
  }

  function begin(member: Member): void {
    const living = live(member).finally(() => lives.delete(living));
    lives.add(living);
  }

  function tellStarted(member: Member): void {
    const pid = member.instance?.pid;
    if (pid) deps.emit({ type: 'started', ...identify(member), pid, port: mainPort(member.plan) });
  }

  /** One instance with all its lives. */
  async function live(member: Member): Promise<void> {
    if (!member.instance && !(await dependenciesReady(member))) {
      member.ended = true;
      return changes.tell();
    }
    if (!member.instance) respawn(member);
    for (;;) {
      const next = await oneLife(member);
      if (!next || stopReason) break;
      upSince ??= Date.now();
      member.delay = new AbortController();
      deps.emit({ type: 'restarting', ...identify(member), ...next });
      if (next.delay > 0) await sleep(next.delay, undefined, { signal: member.delay.signal }).catch(() => {});
      if (stopReason) break;
      respawn(member);
    }
    member.ended = true;
    changes.tell();
  }

  function respawn(member: Member): void {
    commands[members.indexOf(member)]?.start();
    tellStarted(member);
    changes.tell();
  }

  /** False: the run stops, or one of them has ended for good. */
  async function dependenciesReady(member: Member): Promise<boolean> {
    const needed = members.filter(({ plan: { app } }) => member.plan.dependsOn?.includes(app));
    for (;;) {
      if (stopReason) return false;
      const failed = needed.find((other) => other.ended);
      if (failed) {
        const message = `${member.plan.label} was not started: ${failed.plan.label}, which it depends on, has ended.`;
        deps.emit({ type: 'error', code: 'DEPENDENCY_FAILED', message });
        fail(1, message);
        return false;
      }
      if (needed.every((other) => other.ready)) return true;
      await changes.next();
    }
  }

  /** From its start to its last byte and its last process. @returns what follows; undefined: nothing */
  async function oneLife(member: Member): Promise<Next | undefined> {
    const { instance, handle, life } = member;
    if (!instance || !handle) return undefined;
    const watching = watch(member, life.signal);
    let exit = await instance.exited;
    if (exit.error) {
      life.abort();
      deps.emit({ type: 'error', ...(await explainSpawnError(member.plan, exit.error, deps.env)) });
      handle.emit('error', exit.error);
      handle.emit('close', null, null);
      fail(1, `${member.plan.label} could not be started`);
      return undefined;
    }
    const mayGoOn = () => !stopReason && member.again === undefined;
    if (exit.code === 0 && mayGoOn() && (await goesOnInBackground(member, mayGoOn, deps)))
      exit = { code: 0, signal: null };
    life.abort();
    const verdict = await watching;
    const wasReady = member.ready;
    member.ready = false;
    const expected = stopReason !== undefined || member.again !== undefined;
    const stolen =
      expected || wasReady
        ? undefined
        : await keeper.stolenAtExit(member, verdict, exit, instance.quiet, DECIDE_AFTER);
    // Nothing of it may outlive it, however it ended.
    const swept = sweep(member, plan.killTimeout, deps.emit).then(() => instance.release());
    let decided: Promise<Next | undefined> | undefined;
    const decide = () => {
      decided ??= follows(member, exit, verdict, stolen, wasReady);
      return decided;
    };
    const late = setTimeout(decide, DECIDE_AFTER);
    await instance.quiet;
    clearTimeout(late);
    const { code, signal } = exit;
    deps.emit({
      type: 'exited',
      ...identify(member),
      code,
      signal,
      expected: expected || stolen !== undefined,
    });
    if (code === 127 && !expected && !wasReady) {
      const failure = await explainExit127(member.plan, deps.env);
      if (failure) deps.emit({ type: 'error', ...failure });
    }
    const next = await decide();
    if (!next) member.ended = true;
    changes.tell();
    await swept;
    await instance.closed;
    handle.emit('close', code, signal);
    return next;
  }

  /** What an instance's end means: another life, or something for the run. */
  async function follows(
    member: Member,
    exit: Exit,
    verdict: Verdict,
    stolen: Verdict | undefined,
    wasReady: boolean,
  ): Promise<Next | undefined> {
    const { label, restart } = member.plan;
    if (stopReason) return undefined;
    if (member.again !== undefined) {
      const reason = member.again;
      member.again = undefined;
      return { attempt: 0, delay: 0, reason };
    }
    if (stolen?.kind === 'stolen') {
      if (await keeper.replace(member, stolen)) {
        return { attempt: 0, delay: 0, reason: `port ${stolen.port} was taken` };
      }
      fail(1, `port ${stolen.port} is not ${label}’s`);
      return undefined;
    }
    if (verdict.kind === 'timeout') return undefined; // has failed the run already
    const how = describeExit(member, exit, wasReady);
    const failed = exit.code !== 0 || !wasReady;
    const lived = Date.now() - member.startedAt;
    const attempt = nextAttempt(restart, { failed, lived, restarts: member.restarts });
    if (attempt !== undefined && attempt !== 'too often') {
      member.restarts = attempt;
      return { attempt, delay: (deps.restartDelay ?? restartDelay)(attempt), reason: how.reason };
    }
    if (attempt === 'too often') {
      tellFailure(
        'CRASH_LOOP',
        member,
        `${label} was restarted ${restart?.max === 1 ? 'once' : `${restart?.max} times in a row`}: ${how.reason}.`,
      );
    }
    if (failed) fail(how.code, how.reason);
    return undefined;
  }

  /** Readiness, and what is found on the way to it. */
  async function watch(member: Member, signal: AbortSignal): Promise<Verdict> {
    const instance = member.plan;
    const began = Date.now();
    const reminder = setTimeout(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      const message = `${instance.label} is not ready after ${seconds} s: nothing of its own answers yet (${describeReadiness(instance)}).`;
      deps.emit({ type: 'warning', code: 'NOT_READY', message });
    }, deps.notReadyAfter ?? NOT_READY_AFTER);
    signal.addEventListener('abort', () => clearTimeout(reminder));
    try {
      for (;;) {
        const verdict = await watchStart({
          plan: instance,
          hosts: hostsOf(plan.host),
          signal,
          processes: () => member.terminator?.processes() ?? [],
          watchOutput: (onText) => deps.output.watch(instance, onText),
          env: environmentOf(instance, plan.runId, deps.env).env,
        });
        if (verdict.kind === 'drift' && (await keeper.adopt(member, verdict))) continue;
        if (verdict.kind === 'ready') becomesReady(member, began);
        else if (verdict.kind !== 'over') {
          if (verdict.kind === 'drift') fail(1, `${instance.label} does not listen on its port`);
          if (verdict.kind === 'timeout') {
            tellFailure(
              'READY_TIMEOUT',
              member,
              `${instance.label} was not ready after ${instance.readyTimeout} s: tried ${verdict.tried.join(', ')}.`,
            );
            fail(1, `${instance.label} was not ready in time`);
          }
          // Its end goes on in oneLife.
          void member.terminator?.end(instance.stopSignal, plan.killTimeout * 1000);
        }
        return verdict;
      }
    } finally {
      clearTimeout(reminder);
    }
  }

  function becomesReady(member: Member, began: number): void {
    if (stopReason || member.again !== undefined) return;
    member.ready = true;
    deps.emit({ type: 'ready', ...identify(member), url: member.plan.url, ms: Date.now() - began });
    changes.tell();
    if (upSince === undefined || !members.every((other) => other.ready)) return;
    const { urls, ports, corsOrigins } = plan;
    deps.emit({ type: 'up', urls, ports, corsOrigins, ms: Date.now() - upSince });
    upSince = undefined;
  }

  function tellFailure(code: 'CRASH_LOOP' | 'READY_TIMEOUT', member: Member, message: string): void {
    const lines = deps.output.lastLines(member.plan, LAST_LINES);
    const hint = lines.length > 0 ? `Its last output:\n${lines.join('\n')}` : 'It printed nothing.';
    deps.emit({ type: 'error', code, message, hint });
  }

  function fail(code: number, reason: string): void {
    firstFailure ??= code;
    if (!plan.keepGoing) stop({ code: firstFailure, reason });
  }

  function stop(reason: StopReason): void {
    if (stopReason) return;
    stopReason = reason;
    deps.emit({ type: 'stopping', reason: reason.reason });
    for (const member of members) {
      member.life.abort();
      member.delay.abort();
    }
    for (const [index, command] of commands.entries()) command.kill(members[index]?.plan.stopSignal);
    changes.tell();
  }

  /** Ends the current life; another one follows. */
  function again(member: Member, reason: string): void {
    if (member.ended || !member.instance) return;
    member.again = reason;
    member.ready = false;
    member.restarts = 0;
    member.life.abort();
    member.delay.abort();
    void member.terminator?.end(member.plan.stopSignal, plan.killTimeout * 1000);
  }

  /** Another plan: every instance that it changes starts again, but for the one that caused it. */
  function apply(next: LaunchPlan, cause: Member, reason: string): void {
    plan = next;
    for (const member of members) {
      const { app, instance } = member.plan;
      const found = next.instances.find((other) => other.app === app && other.instance === instance);
      if (!found) continue;
      const before = JSON.stringify(member.plan);
      // The plan's object stands for the instance in the output: it stays the same one.
      Object.assign(member.plan, found);
      if (member !== cause && JSON.stringify(member.plan) !== before) again(member, reason);
    }
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
    async restart(app) {
      const chosen = members.filter((member) => app === undefined || member.plan.app === app);
      const starts = chosen.map((member) => {
        const { instance } = member;
        if (member.ended && !stopReason) {
          member.instance = undefined;
          begin(member);
        } else again(member, 'asked for');
        return { member, instance };
      });
      while (
        !stopReason &&
        starts.some(({ member, instance }) => member.instance === instance && !member.ended)
      ) {
        await changes.next();
      }
    },
    sendInput(app, data) {
      const member = members.find(({ plan: of, ended }) => of.app === app && !ended);
      return member?.instance?.input(data) ?? false;
    },
    pause: () => tell('SIGSTOP'),
    resume: () => tell('SIGCONT'),
    instances: () =>
      members.map(({ plan: of, instance, ready, ended }) => ({
        app: of.app,
        instance: of.instance,
        pid: ended ? undefined : instance?.pid,
        ports: portsOf(of),
        ready: ready && !ended,
      })),
  };

  function tell(signal: NodeJS.Signals): void {
    for (const member of members) if (!member.ended) member.terminator?.tell(signal);
  }
}
