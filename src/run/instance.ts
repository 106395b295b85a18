import type { InstanceId } from '../config/instance-id.ts';
import { Child, type Exit } from '../launch/child.ts';
import { ChildHandle } from '../launch/concurrently.ts';
import type { OutputSink } from '../output/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { signalExitCode } from '../system/platform.ts';
import { createTerminator } from '../terminate/terminate.ts';
import { checkMove, hasEnded, type InstanceState, type Life, lifeOf } from './state.ts';
import type { RunDeps } from './types.ts';

/** An instance over all its lives. */
export class Instance {
  readonly id: InstanceId;
  /** Replaced when what it is told changes: its next life has it. */
  plan: InstancePlan;
  /** Restarts in a row. */
  restarts = 0;
  /** How often a port of it was stolen. */
  thefts = 0;
  /** How many lives have begun. */
  births = 0;
  /** It has been stopped by order: no life follows until another one is ordered. */
  down = false;
  /** Its start was ordered: should it fail, the order has failed, and not the run. */
  ordered = false;
  /** How it has failed last. */
  failure: string | undefined;
  /** Where its output goes, where it runs beside another life of the same instance. */
  beside: OutputSink | undefined;
  #state: InstanceState = { name: 'waiting' };
  readonly #onMove: (instance: Instance) => void;

  constructor(plan: InstancePlan, onMove: (instance: Instance) => void) {
    this.id = plan.id;
    this.plan = plan;
    this.#onMove = onMove;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** @throws Error for a move that no instance makes */
  move(to: InstanceState): void {
    checkMove(this.#state.name, to.name);
    this.#state = to;
    this.#onMove(this);
  }

  /** Its process, or the one that is ending. */
  get life(): Life | undefined {
    return lifeOf(this.#state);
  }

  get ready(): boolean {
    return this.#state.name === 'ready';
  }

  get ended(): boolean {
    return hasEnded(this.#state);
  }

  /** It has done what it was for: it had no port, and has ended well. */
  get done(): boolean {
    const { name } = this.#state;
    if (name !== 'stopped' || this.#state.why !== 'exited') return false;
    return this.plan.once === true || Object.keys(this.plan.ports).length === 0;
  }

  /** Starts a process for it. */
  begin(runId: string, { env, output, handings }: Pick<RunDeps, 'env' | 'output' | 'handings'>): Life {
    const handing = handings?.of(this.plan);
    const child = new Child(this.plan, runId, env, this.output(output), this.births + 1, handing);
    const life: Life = {
      child,
      terminator: child.root && createTerminator(child.root),
      handle: new ChildHandle(child.pid),
      over: new AbortController(),
      startedAt: performance.now(),
    };
    this.births++;
    this.move({ name: 'starting', life });
    return life;
  }

  /** Ends the current life, and another one follows at once. Nothing for one that has ended or waits for its first. */
  again(reason: string, graceMs: number): void {
    const { life } = this;
    this.restarts = 0;
    if (this.#state.name === 'backing-off') this.#state.wake.abort();
    if (!life) return;
    this.move({ name: 'stopping', life, next: 'again', why: { kind: 'asked', reason } });
    life.over.abort();
    void this.terminate(graceMs);
  }

  output(usual: OutputSink): OutputSink {
    return this.beside ?? usual;
  }

  /** It is to end, and no life follows until one is ordered. */
  rest(reason: string, graceMs: number): void {
    this.down = true;
    const state = this.#state;
    if (state.name === 'backing-off') state.wake.abort();
    const life = lifeOf(state);
    if (!life) {
      this.#onMove(this);
      return;
    }
    this.move({ name: 'stopping', life, next: 'end', why: { kind: 'asked', reason } });
    life.over.abort();
    void this.terminate(graceMs);
  }

  /** The run stops: no life follows. The process is ended by concurrently's way. */
  stop(): void {
    const state = this.#state;
    if (state.name === 'backing-off') state.wake.abort();
    const life = lifeOf(state);
    if (!life) return;
    const why = state.name === 'stopping' ? state.why : ({ kind: 'run' } as const);
    this.move({ name: 'stopping', life, next: 'end', why });
    life.over.abort();
  }

  /** Its processes are asked to end, and ended. */
  async terminate(graceMs: number): Promise<void> {
    await this.life?.terminator?.end(this.plan.stopSignal, graceMs);
  }
}

/** An end in words, and the exit code that the run gets from it. */
export function describeExit(
  label: string,
  { code, signal }: Exit,
  wasReady: boolean,
): { code: number; reason: string } {
  if (signal) return { code: signalExitCode(signal), reason: `${label} was ended by ${signal}` };
  if (code === 0 && !wasReady) return { code: 1, reason: `${label} ended before it was ready` };
  return { code: code ?? 1, reason: `${label} exited with code ${code}` };
}

export const portsOf = ({ ports }: Pick<InstancePlan, 'ports'>): number[] => [
  ...new Set(Object.values(ports)),
];
