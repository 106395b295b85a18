import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceId } from '../config/instance-id.ts';
import { ChildHandle, type Launcher, launch } from '../launch/concurrently.ts';
import { mainPort } from '../plan/env.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import type { Changes } from './changes.ts';
import { Instance } from './instance.ts';
import { type LifeContext, live, type Next } from './life.ts';
import { turnOf } from './order.ts';
import type { RunDeps } from './types.ts';

/** The run, as its instances' beginnings and ends concern it. */
export interface Owner {
  readonly deps: RunDeps;
  readonly changes: Changes;
  plan(): LaunchPlan;
  stopping(): boolean;
  /** As the instance's lives see the run. */
  context(instance: Instance): LifeContext;
  /** It is about to start again. */
  restarting(instance: Instance): void;
  /** No life follows. */
  ended(instance: Instance): void;
}

/** Who is in the run: starts them, follows each from its first life to its last, takes in others and lets go. */
export class Roster {
  readonly #owner: Owner;
  readonly #instances = new Map<InstanceId, Instance>();
  readonly #launchers = new Map<Instance, Launcher>();
  /** Each ends when its instance has. */
  readonly #lives = new Set<Promise<void>>();
  /** Also those beside the run's own. */
  readonly #living = new Set<Instance>();

  constructor(owner: Owner, plans: readonly InstancePlan[]) {
    this.#owner = owner;
    for (const plan of plans) this.#instances.set(plan.id, this.#make(plan));
  }

  get all(): Instance[] {
    return [...this.#instances.values()];
  }

  get(id: InstanceId): Instance | undefined {
    return this.#instances.get(id);
  }

  /** Nobody of it lives, or is about to. */
  get idle(): boolean {
    return this.#lives.size === 0;
  }

  /** Starts all that wait for nobody, then those that do. */
  async open(): Promise<void> {
    const { output } = this.#owner.deps;
    await this.#launch(this.all, (id, prefix) => output.setPrefix(id, prefix));
    for (const instance of this.all) this.#tellStarted(instance);
    for (const instance of this.all) this.begin(instance);
  }

  /** Further instances of the run. */
  async add(plans: readonly InstancePlan[]): Promise<Instance[]> {
    const { output } = this.#owner.deps;
    const added = plans.map((plan) => this.#make(plan));
    for (const one of added) this.#instances.set(one.id, one);
    for (const one of added) one.ordered = true;
    await this.#launch(added, (id, prefix) => output.setPrefix(id, prefix));
    for (const one of added) this.#tellStarted(one);
    for (const one of added) this.begin(one);
    return added;
  }

  /** Another life of an instance that goes on meanwhile; see `replace`. */
  async beside(plan: InstancePlan, prepare: (successor: Instance) => void): Promise<Instance> {
    const successor = this.#make(plan);
    successor.births = this.get(plan.id)?.births ?? 0;
    prepare(successor);
    // What stands before its lines is the instance's, which has it already unless it is a new one.
    const fresh = this.get(plan.id) === undefined;
    await this.#launch([successor], (id, prefix) => {
      if (fresh) this.#owner.deps.output.setPrefix(id, prefix);
    });
    this.#tellStarted(successor);
    this.begin(successor);
    return successor;
  }

  /** From now on it is the instance. @returns the one that was */
  replace(successor: Instance): Instance | undefined {
    const old = this.#instances.get(successor.id);
    this.#instances.set(successor.id, successor);
    return old;
  }

  remove(id: InstanceId): void {
    const instance = this.#instances.get(id);
    if (instance) this.#launchers.delete(instance);
    this.#instances.delete(id);
  }

  /** Ends it by concurrently's way. */
  kill(instance: Instance): void {
    this.#launchers.get(instance)?.kill(instance.id);
  }

  /** From its first start, or from the next one after its end, until it has ended. */
  begin(instance: Instance): void {
    this.#living.add(instance);
    const living = this.#allLives(instance).finally(() => {
      this.#lives.delete(living);
      if (instance.ended) this.#living.delete(instance);
      this.#owner.changes.tell();
    });
    this.#lives.add(living);
  }

  #make(plan: InstancePlan): Instance {
    return new Instance(plan, () => this.#owner.changes.tell());
  }

  async #launch(
    instances: readonly Instance[],
    setPrefix: Parameters<typeof launch>[3]['setPrefix'],
  ): Promise<void> {
    const { deps, stopping } = this.#owner;
    const byId = new Map(instances.map((one) => [one.id, one]));
    const plans = instances.map(({ plan }) => plan);
    let begun = false;
    const launcher = await launch(plans, deps.prefixColors ?? ['auto'], () => !stopping(), {
      spawn: (id) => this.#spawn(byId.get(id) as Instance, begun),
      kill: (pid) => {
        const one = instances.find(({ life }) => life?.child.pid === pid);
        void one?.terminate(this.#owner.plan().killTimeout * 1000);
      },
      setPrefix,
    });
    begun = true;
    for (const one of instances) this.#launchers.set(one, launcher);
  }

  /** For concurrently, which starts all at once: who depends on others gets a process later. */
  #spawn(instance: Instance, begun: boolean): ChildHandle {
    if (!begun && instance.plan.dependsOn?.length) return new ChildHandle(undefined);
    const { deps, plan } = this.#owner;
    return instance.begin(plan().runId, deps).handle;
  }

  async #allLives(instance: Instance): Promise<void> {
    const { deps, stopping } = this.#owner;
    if (instance.ended) instance.move({ name: 'waiting' });
    if (!instance.life) {
      const lost = await this.#turn(instance);
      const failed = lost ?? (await this.#prepare(instance));
      if (failed) return this.#end(instance, failed);
      this.#start(instance);
    }
    const rests = () => stopping() || instance.down;
    while (instance.life) {
      const next = await live(instance, instance.life, this.#owner.context(instance));
      if (next.kind !== 'again' || rests()) return this.#end(instance, rests() ? { kind: 'stopped' } : next);
      this.#owner.restarting(instance);
      const { attempt, delay, reason } = next;
      deps.emit({ type: 'restarting', id: instance.id, attempt, delay, reason });
      if (delay > 0) await backOff(instance, attempt, delay);
      if (rests()) return this.#end(instance, { kind: 'stopped' });
      this.#start(instance);
    }
  }

  #end(instance: Instance, next: Next): void {
    const failed = next.kind === 'failed';
    instance.failure = failed ? next.how : undefined;
    const why = this.#owner.stopping() ? 'run' : instance.down ? 'asked' : 'exited';
    if (failed) instance.move({ name: 'failed', how: next.how });
    else instance.move({ name: 'stopped', why });
    this.#closeSockets(instance);
    // Another one has its place, or keeps it.
    if (this.get(instance.id) !== instance) return;
    this.#owner.deps.emit({ type: 'ended', id: instance.id, failed });
    this.#owner.ended(instance);
  }

  /** Opens what it is handed, where its app was stopped meanwhile. @returns why it is not started */
  async #prepare(instance: Instance): Promise<Next | undefined> {
    const { deps, context } = this.#owner;
    const { plan } = instance;
    const { handings } = deps;
    if (!plan.listen || !handings || handings.held(plan.app).length > 0) return undefined;
    try {
      await handings.prepare(plan);
      return undefined;
    } catch (error) {
      const { explainOpening } = await import('./opening.ts');
      const { code, message, hint } = await explainOpening(error, plan.app);
      deps.emit({ type: 'error', code, message, ...(hint ? { hint } : {}) });
      context(instance).fail(instance, 1, message);
      return { kind: 'failed', how: message };
    }
  }

  /** The last one of its app takes the app's sockets with it. */
  #closeSockets({ plan }: Instance): void {
    const all = [...this.all, ...this.#living];
    if (plan.listen && !all.some((one) => one.plan.app === plan.app && !one.ended))
      this.#owner.deps.handings?.close(plan.app);
  }

  #start(instance: Instance): void {
    this.#launchers.get(instance)?.start(instance.id);
    this.#tellStarted(instance);
  }

  #tellStarted(instance: Instance): void {
    const { id, plan, life } = instance;
    const { pid, root } = life?.child ?? {};
    if (!pid || !root) return;
    const beside = this.get(id) !== instance;
    const port = mainPort(plan.ports) ?? 0;
    this.#owner.deps.emit({ type: 'started', id, pid, port, root, ...(beside ? { beside } : {}) });
  }

  /** Waits for those that it depends on. @returns why it is not started */
  async #turn(instance: Instance): Promise<Next | undefined> {
    const { changes, stopping, deps, context } = this.#owner;
    const { plan } = instance;
    const turn = () => turnOf(plan, this.all);
    await changes.until(() => stopping() || instance.down || turn() !== 'wait');
    if (stopping() || instance.down) return { kind: 'stopped' };
    const now = turn();
    if (typeof now === 'string') return undefined;
    const lost = this.get(now.lost)?.plan.label;
    const how = `${plan.label} was not started: ${lost}, which it depends on, has ended.`;
    deps.emit({ type: 'error', code: 'DEPENDENCY_FAILED', message: how });
    context(instance).fail(instance, 1, how);
    return { kind: 'failed', how };
  }
}

/** Waits before the next start; asked for one, or for the end, it waits no longer. */
async function backOff(instance: Instance, attempt: number, delay: number): Promise<void> {
  const wake = new AbortController();
  instance.move({ name: 'backing-off', attempt, wake });
  await sleep(delay, undefined, { signal: wake.signal }).catch(() => {});
}
