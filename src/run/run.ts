import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceId } from '../config/instance-id.ts';
import { ChildHandle, type Launcher, launch } from '../launch/concurrently.ts';
import { mainPort } from '../plan/env.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import { signalExitCode } from '../system/platform.ts';
import { reportPorts } from './aftermath.ts';
import { Changes } from './changes.ts';
import { Instance, portsOf } from './instance.ts';
import { type LifeContext, live, type Next } from './life.ts';
import { turnOf } from './order.ts';
import { createPortKeeper } from './port-keeper.ts';
import type { Run, RunDeps, StopReason } from './types.ts';

/**
 * Starts every instance of the plan and watches them to their end: order, readiness, ports, restarts, exits, the
 * stop. What happens is told through `deps.emit`; a server's failure is an event and an exit code, no exception.
 */
export function startRun(plan: LaunchPlan, deps: RunDeps): Run {
  return new LocalRun(plan, deps);
}

class LocalRun implements Run {
  readonly done: Promise<{ code: number }>;
  readonly #deps: RunDeps;
  readonly #instances: ReadonlyMap<InstanceId, Instance>;
  readonly #context: LifeContext;
  readonly #changes = new Changes();
  /** Each ends when its instance has. */
  readonly #lives = new Set<Promise<void>>();
  /** Ends what a life has left behind on purpose. */
  readonly #atEnd: (() => Promise<void>)[] = [];
  #plan: LaunchPlan;
  #launcher: Launcher | undefined;
  #stopReason: StopReason | undefined;
  #killed = false;
  #firstFailure: number | undefined;
  /** Date.now() of what `up` will count from; undefined while all are ready. */
  #upSince: number | undefined;

  constructor(plan: LaunchPlan, deps: RunDeps) {
    this.#plan = plan;
    this.#deps = deps;
    this.#upSince = deps.startedAt ?? Date.now();
    const tell = () => this.#changes.tell();
    this.#instances = new Map(plan.instances.map((one) => [one.id, new Instance(one, tell)]));
    const stopping = () => this.#stopReason !== undefined;
    this.#context = {
      deps,
      keeper: createPortKeeper({ deps, apply: (...change) => this.#apply(...change), stopped: stopping }),
      plan: () => this.#plan,
      stopping,
      fail: (code, reason) => this.#fail(code, reason),
      becameReady: (instance, ms) => this.#becameReady(instance, ms),
      settle: (next) => this.#settle(next),
      atEnd: (undo) => void this.#atEnd.push(undo),
    };
    this.done = this.#main();
  }

  async stop(reason: StopReason): Promise<void> {
    this.#beginStop(reason);
    await this.done;
  }

  killNow(): void {
    this.#killed = true;
    this.#beginStop({ signal: 'SIGKILL', reason: 'killed' });
    for (const { life } of this.#all) {
      life?.terminator?.killNow();
      life?.child.abandon();
    }
  }

  async restart(app?: string): Promise<void> {
    const chosen = this.#all.filter(({ plan }) => app === undefined || plan.app === app);
    const before = new Map(chosen.map(({ id, births }) => [id, births]));
    for (const instance of chosen) {
      if (this.#stopReason) return;
      if (instance.ended) this.#begin(instance);
      else instance.again('asked for', this.#grace);
    }
    const started = (one: Instance) => one.births > (before.get(one.id) ?? 0) || one.ended;
    await this.#changes.until(() => this.#stopReason !== undefined || chosen.every(started));
  }

  sendInput(app: string, data: Buffer): boolean {
    const instance = this.#all.find(({ plan, ended }) => plan.app === app && !ended);
    return instance?.life?.child.input(data) ?? false;
  }

  pause(): void {
    this.#tell('SIGSTOP');
  }

  resume(): void {
    this.#tell('SIGCONT');
  }

  get #all(): Instance[] {
    return [...this.#instances.values()];
  }

  /** Milliseconds. */
  get #grace(): number {
    return this.#plan.killTimeout * 1000;
  }

  #tell(signal: NodeJS.Signals): void {
    for (const { life } of this.#all) life?.terminator?.tell(signal);
  }

  async #main(): Promise<{ code: number }> {
    const { instances } = this.#plan;
    this.#launcher = await launch(instances, this.#deps.prefixColors ?? ['auto'], () => !this.#stopReason, {
      spawn: (id) => this.#spawn(id),
      kill: (pid) => void this.#all.find(({ life }) => life?.child.pid === pid)?.terminate(this.#grace),
      setPrefix: (id, prefix) => this.#deps.output.setPrefix(id, prefix),
    });
    for (const instance of this.#all) this.#tellStarted(instance);
    for (const instance of this.#all) this.#begin(instance);
    while (this.#lives.size > 0) await Promise.all(this.#lives);
    await Promise.all(this.#atEnd.map((undo) => undo()));
    const used = this.#all.flatMap(({ plan, births }) => (births > 0 ? portsOf(plan) : []));
    await reportPorts(used, this.#deps, () => this.#killed);
    const { code, signal } = this.#stopReason ?? {};
    return { code: code ?? (signal ? signalExitCode(signal) : (this.#firstFailure ?? 0)) };
  }

  /** For concurrently, which starts all at once: who depends on others gets a process later. */
  #spawn(id: InstanceId): ChildHandle {
    const instance = this.#instances.get(id) as Instance;
    if (!this.#launcher && instance.plan.dependsOn?.length) return new ChildHandle(undefined);
    return instance.begin(this.#plan.runId, this.#deps.env, this.#deps.output).handle;
  }

  #begin(instance: Instance): void {
    const living = this.#allLives(instance).finally(() => this.#lives.delete(living));
    this.#lives.add(living);
  }

  /** One instance from its first start, or from the next one after its end, until it has ended. */
  async #allLives(instance: Instance): Promise<void> {
    if (instance.ended) instance.move({ name: 'waiting' });
    if (!instance.life) {
      const lost = await this.#turn(instance);
      if (lost) return this.#end(instance, lost);
      this.#start(instance);
    }
    while (instance.life) {
      const next = await live(instance, instance.life, this.#context);
      if (next.kind !== 'again' || this.#stopReason) return this.#end(instance, next);
      this.#upSince ??= Date.now();
      const { attempt, delay, reason } = next;
      this.#deps.emit({ type: 'restarting', id: instance.id, attempt, delay, reason });
      if (delay > 0) await backOff(instance, attempt, delay);
      if (this.#stopReason) return this.#end(instance, { kind: 'stopped' });
      this.#start(instance);
    }
  }

  #end(instance: Instance, next: Next): void {
    const failed = next.kind === 'failed';
    if (failed) instance.move({ name: 'failed', how: next.how });
    else instance.move({ name: 'stopped', why: this.#stopReason ? 'run' : 'exited' });
    this.#deps.emit({ type: 'ended', id: instance.id, failed });
    if (instance.done && !this.#stopReason) this.#tellUp();
  }

  #start(instance: Instance): void {
    this.#launcher?.start(instance.id);
    this.#tellStarted(instance);
  }

  #tellStarted({ id, plan, life }: Instance): void {
    const { pid, root } = life?.child ?? {};
    if (pid && root) this.#deps.emit({ type: 'started', id, pid, port: mainPort(plan.ports) ?? 0, root });
  }

  /** Waits for those that it depends on. @returns why it is not started */
  async #turn({ plan }: Instance): Promise<Next | undefined> {
    const turn = () => turnOf(plan, this.#all);
    await this.#changes.until(() => this.#stopReason !== undefined || turn() !== 'wait');
    if (this.#stopReason) return { kind: 'stopped' };
    const now = turn();
    if (typeof now === 'string') return undefined;
    const lost = this.#instances.get(now.lost)?.plan.label;
    const how = `${plan.label} was not started: ${lost}, which it depends on, has ended.`;
    this.#deps.emit({ type: 'error', code: 'DEPENDENCY_FAILED', message: how });
    this.#fail(1, how);
    return { kind: 'failed', how };
  }

  #becameReady(instance: Instance, ms: number): void {
    const { life, state, id } = instance;
    if (this.#stopReason || state.name !== 'starting' || !life) return;
    instance.move({ name: 'ready', life });
    const { url } = instance.plan;
    this.#deps.emit({ type: 'ready', id, url: url ? urlText(url) : '', ms });
    this.#tellUp();
  }

  /** What has ended as it should counts as well. */
  #tellUp(): void {
    const all = this.#all;
    if (this.#upSince === undefined || !all.every(({ ready, done }) => ready || done)) return;
    const { urls, ports, corsOrigins } = this.#plan;
    this.#deps.emit({ type: 'up', urls, ports, corsOrigins, ms: Date.now() - this.#upSince });
    this.#upSince = undefined;
  }

  #fail(code: number, reason: string): void {
    this.#firstFailure ??= code;
    if (!this.#plan.keepGoing) this.#beginStop({ code: this.#firstFailure, reason });
  }

  #beginStop(reason: StopReason): void {
    if (this.#stopReason) return;
    this.#stopReason = reason;
    this.#deps.emit({ type: 'stopping', reason: reason.reason });
    for (const instance of this.#all) {
      instance.stop();
      this.#launcher?.kill(instance.id);
    }
    this.#changes.tell();
  }

  /** A plan that tells of more: who runs already is not told. */
  #settle(next: LaunchPlan): void {
    this.#plan = next;
    this.#deps.emit({ type: 'planned', plan: next });
    for (const plan of next.instances) {
      const instance = this.#instances.get(plan.id);
      if (instance) instance.plan = plan;
    }
  }

  /** Another plan: every instance that it changes starts again, but for the one that caused it. */
  #apply(next: LaunchPlan, cause: Instance, reason: string): void {
    this.#plan = next;
    this.#deps.emit({ type: 'planned', plan: next });
    for (const plan of next.instances) {
      const instance = this.#instances.get(plan.id);
      if (!instance) continue;
      const changed = JSON.stringify(instance.plan) !== JSON.stringify(plan);
      instance.plan = plan;
      if (changed && instance !== cause) instance.again(reason, this.#grace);
    }
  }
}

/** Waits before the next start; asked for one, or for the end, it waits no longer. */
async function backOff(instance: Instance, attempt: number, delay: number): Promise<void> {
  const wake = new AbortController();
  instance.move({ name: 'backing-off', attempt, wake });
  await sleep(delay, undefined, { signal: wake.signal }).catch(() => {});
}
