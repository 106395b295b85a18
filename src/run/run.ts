import type { InstanceId } from '../config/instance-id.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import { signalExitCode } from '../system/platform.ts';
import { hasPorts, reportPorts } from './aftermath.ts';
import { Changes } from './changes.ts';
import { type Instance, portsOf } from './instance.ts';
import type { LifeContext } from './life.ts';
import { createPortKeeper, NO_KEEPER } from './port-keeper.ts';
import { Roster } from './roster.ts';
import type { Change, Outcome, Run, RunDeps, SocketState, StopReason } from './types.ts';

/**
 * Starts every instance of the plan and watches them to their end: order, readiness, ports, restarts, exits, the
 * stop. What happens is told through `deps.emit`; a server's failure is an event and an exit code, no exception.
 */
export function startRun(plan: LaunchPlan, deps: RunDeps): Run {
  return new LocalRun(plan, deps);
}

/** Milliseconds: Node ends where nothing is left to wait for, and a run whose servers were stopped waits for orders. */
const HOLD = 1 << 30;

class LocalRun implements Run {
  readonly done: Promise<{ code: number }>;
  readonly #deps: RunDeps;
  readonly #roster: Roster;
  readonly #context: LifeContext;
  readonly #changes = new Changes();
  /** Ends what a life has left behind on purpose. */
  readonly #atEnd: (() => Promise<void>)[] = [];
  /** Instances beside the run's own, while they take their places. */
  readonly #besides = new Set<Instance>();
  /** Ports on which somebody of ours has listened. */
  readonly #used = new Set<number>();
  #plan: LaunchPlan;
  #stopReason: StopReason | undefined;
  #killed = false;
  #firstFailure: number | undefined;
  /** performance.now() of what `up` will count from; undefined while all are ready. */
  #upSince: number | undefined;

  constructor(plan: LaunchPlan, deps: RunDeps) {
    this.#plan = plan;
    this.#deps = deps;
    this.#upSince = deps.began ?? performance.now();
    const stopping = () => this.#stopReason !== undefined;
    this.#context = {
      deps,
      keeper: createPortKeeper({ deps, apply: (...change) => this.#apply(...change), stopped: stopping }),
      plan: () => this.#plan,
      stopping,
      fail: (instance, code, reason) => this.#fail(instance, code, reason),
      becameReady: (instance, ms) => this.#becameReady(instance, ms),
      settle: (next) => this.#settle(next),
      atEnd: (undo) => void this.#atEnd.push(undo),
    };
    this.#roster = new Roster(
      {
        deps,
        changes: this.#changes,
        plan: () => this.#plan,
        stopping,
        context: (instance) =>
          this.#besides.has(instance) ? { ...this.#context, keeper: NO_KEEPER } : this.#context,
        restarting: () => {
          this.#upSince ??= performance.now();
        },
        ended: (instance) => {
          if ((instance.done || instance.down) && !this.#stopReason) this.#tellUp();
        },
      },
      plan.instances,
    );
    this.done = this.#main();
  }

  async stop(reason: StopReason): Promise<void> {
    this.#beginStop(reason);
    await this.done;
  }

  killNow(): void {
    this.#killed = true;
    this.#beginStop({ signal: 'SIGKILL', reason: 'killed' });
    for (const { life } of [...this.#roster.all, ...this.#besides]) {
      life?.terminator?.killNow();
      life?.child.abandon();
    }
  }

  async change(change: Change): Promise<Outcome> {
    // Loaded by the first order: no start needs it.
    const { carryOut } = await import('./carry-out.ts');
    return carryOut(change, {
      roster: this.#roster,
      changes: this.#changes,
      deps: this.#deps,
      context: this.#context,
      besides: this.#besides,
      grace: this.#grace,
      stopping: () => this.#stopReason !== undefined,
      plan: () => this.#plan,
      settle: (next) => this.#settle(next),
      counting: () => {
        this.#upSince ??= performance.now();
      },
      tellUp: () => this.#tellUp(),
      end: (reason) => this.#beginStop(reason),
    });
  }

  async lost(): Promise<InstanceId[]> {
    const ready = this.#roster.all.filter((one) => one.ready);
    const looked = await Promise.all(ready.map(async (one) => ((await hasPorts(one)) ? [] : [one.id])));
    return looked.flat();
  }

  async sockets(): Promise<SocketState[]> {
    const { handings } = this.#deps;
    if (!handings) return [];
    const { socketStates } = await import('./socket-state.ts');
    return socketStates([...this.#roster.all, ...this.#besides], handings);
  }

  sendInput(app: string, data: Buffer): boolean {
    const instance = this.#roster.all.find(({ plan, ended }) => plan.app === app && !ended);
    return instance?.life?.child.input(data) ?? false;
  }

  pause(): void {
    this.#tell('SIGSTOP');
  }

  resume(): void {
    this.#tell('SIGCONT');
  }

  /** Milliseconds. */
  get #grace(): number {
    return this.#plan.killTimeout * 1000;
  }

  #tell(signal: NodeJS.Signals): void {
    for (const { life } of [...this.#roster.all, ...this.#besides]) life?.terminator?.tell(signal);
  }

  async #main(): Promise<{ code: number }> {
    await this.#roster.open();
    // Who was stopped by order may be started again.
    const waits = () => !this.#stopReason && this.#roster.all.some(({ down, ordered }) => down || ordered);
    const held = setInterval(() => {}, HOLD);
    await this.#changes.until(() => this.#roster.idle && !waits());
    clearInterval(held);
    await Promise.all(this.#atEnd.map((undo) => undo()));
    this.#deps.handings?.closeAll();
    for (const { plan, births } of this.#roster.all)
      if (births > 0) for (const port of portsOf(plan)) this.#used.add(port);
    await reportPorts([...this.#used], this.#deps, () => this.#killed);
    const { code, signal } = this.#stopReason ?? {};
    return { code: code ?? (signal ? signalExitCode(signal) : (this.#firstFailure ?? 0)) };
  }

  #becameReady(instance: Instance, ms: number): void {
    const { life, state, id } = instance;
    if (this.#stopReason || state.name !== 'starting' || !life) return;
    instance.ordered = false;
    instance.move({ name: 'ready', life });
    const { url } = instance.plan;
    this.#deps.emit({ type: 'ready', id, url: url ? urlText(url) : '', ms: Math.round(ms) });
    this.#tellUp();
  }

  /** What has ended as it should counts as well, and what was stopped by order. */
  #tellUp(): void {
    const { all } = this.#roster;
    if (this.#upSince === undefined || !all.every(({ ready, done, down }) => ready || done || down)) return;
    const { urls, ports, corsOrigins } = this.#plan;
    const ms = Math.round(performance.now() - this.#upSince);
    this.#deps.emit({ type: 'up', urls, ports, corsOrigins, ms });
    this.#upSince = undefined;
  }

  #fail(instance: Instance, code: number, reason: string): void {
    // Who has ordered it hears of it.
    if (instance.ordered) return;
    this.#firstFailure ??= code;
    if (!this.#plan.keepGoing) this.#beginStop({ code: this.#firstFailure, reason });
  }

  #beginStop(reason: StopReason): void {
    if (this.#stopReason) return;
    this.#stopReason = reason;
    this.#deps.emit({ type: 'stopping', reason: reason.reason });
    for (const instance of [...this.#roster.all, ...this.#besides]) {
      instance.stop();
      this.#roster.kill(instance);
    }
    this.#changes.tell();
  }

  /** A plan that tells of more: who runs already is not told. */
  #settle(next: LaunchPlan): void {
    for (const plan of this.#plan.instances) for (const port of portsOf(plan)) this.#used.add(port);
    this.#plan = next;
    this.#deps.emit({ type: 'planned', plan: next });
    for (const plan of next.instances) {
      const instance = this.#roster.get(plan.id);
      if (instance) instance.plan = plan;
    }
  }

  /** Another plan: every instance that it changes starts again, but for the one that caused it. */
  #apply(next: LaunchPlan, cause: Instance, reason: string): void {
    const before = new Map(this.#roster.all.map((one) => [one, JSON.stringify(one.plan)]));
    this.#settle(next);
    for (const [instance, plan] of before) {
      if (instance !== cause && JSON.stringify(instance.plan) !== plan) instance.again(reason, this.#grace);
    }
  }
}
