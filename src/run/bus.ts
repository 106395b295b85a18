import type { InstanceId } from '../config/instance-id.ts';
import type { InstanceStatus } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from './events.ts';

export interface InstanceView {
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  /** Undefined while no process of it runs. */
  readonly pid: number | undefined;
  /** performance.now() of its process's start; undefined before the first. */
  readonly since: number | undefined;
  /** Lives before this one. */
  readonly restarts: number;
  /** Until it is ready: what was tried last, and what came of it. */
  readonly tried: readonly string[];
}

/** A run as it is now: made of its events alone, so that nobody else needs to keep it. */
export interface RunView {
  readonly plan: LaunchPlan;
  /** `running`: all were ready since the last start of one of them. */
  readonly status: 'starting' | 'running' | 'stopping' | 'stopped';
  /** In the plan's order. */
  readonly instances: ReadonlyMap<InstanceId, InstanceView>;
}

/** Told of each event, and how the run is after it. */
export type Listener = (event: RunEvent, view: RunView) => void;

export interface Bus {
  readonly view: RunView;
  /** At once, to all: a listener that throws keeps it from nobody; its error is thrown outside. */
  emit(event: RunEvent): void;
  /**
   * From now on; with `replay` first what led to the present state: the last events of each instance that still
   * hold. @returns ends the calls
   */
  subscribe(listener: Listener, options?: { replay?: boolean }): () => void;
}

/** @param onBug a listener has thrown; default: thrown where nobody catches it, as our own bug */
export function createBus(plan: LaunchPlan, onBug: (error: unknown) => void = throwOutside): Bus {
  const listeners = new Set<Listener>();
  /** What still holds, in the order in which it happened, by what makes it void. */
  const holding = new Map<string, RunEvent>();
  let view = replan({ plan, status: 'starting', instances: new Map() }, plan);

  const tell = (listener: Listener, event: RunEvent): void => {
    try {
      listener(event, view);
    } catch (error) {
      onBug(error);
    }
  };

  return {
    get view() {
      return view;
    },
    emit(event) {
      view = after(view, event, performance.now());
      hold(holding, event);
      for (const listener of [...listeners]) tell(listener, event);
    },
    subscribe(listener, { replay = false } = {}) {
      if (replay) for (const event of holding.values()) tell(listener, event);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function throwOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Of one life: the next one's start makes them void. */
const OF_A_LIFE = ['ready', 'exited', 'ended', 'restarting'] as const;

/** What is said but once (output, warnings, errors) holds for nobody who comes later. */
function hold(holding: Map<string, RunEvent>, event: RunEvent): void {
  const { type } = event;
  if (type === 'output' || type === 'followed' || type === 'tried' || type === 'warning' || type === 'error')
    return;
  if (type === 'replaced' || (type === 'started' && event.beside)) {
    holdBeside(holding, event);
    return;
  }
  const key = 'id' in event ? `${event.id} ${type} ${'role' in event ? event.role : ''}` : type;
  // Of one that has been replaced.
  const started = 'id' in event ? holding.get(`${event.id} started `) : undefined;
  if (type === 'exited' && started?.type === 'started' && started.pid !== event.pid) return;
  if (type === 'started') for (const of of OF_A_LIFE) holding.delete(`${event.id} ${of} `);
  if (type === 'restarting') holding.delete('up');
  holding.delete(key);
  holding.set(key, event);
}

/** What was started beside is what holds once it has taken the other's place. */
function holdBeside(
  holding: Map<string, RunEvent>,
  event: Extract<RunEvent, { type: 'started' | 'replaced' }>,
): void {
  const beside = `${event.id} beside`;
  if (event.type === 'started') {
    holding.set(beside, event);
    return;
  }
  const successor = holding.get(beside);
  holding.delete(beside);
  if (successor?.type !== 'started' || successor.pid !== event.pid) return;
  const { beside: _, ...started } = successor;
  holding.set(`${event.id} started `, started);
}

/** The run after the event. Pure. @param now performance.now() of the event */
export function after(view: RunView, event: RunEvent, now: number): RunView {
  switch (event.type) {
    case 'planned':
      return replan(view, event.plan);
    case 'up':
      return { ...view, status: 'running' };
    case 'stopping':
      return { ...view, status: 'stopping' };
    case 'down':
      return { ...view, status: 'stopped' };
    case 'started':
      if (event.beside) return view;
      return change(view, event.id, (one) => ({
        ...one,
        status: 'starting',
        pid: event.pid,
        since: now,
        tried: [],
      }));
    case 'tried':
      return change(view, event.id, (one) => ({ ...one, tried: event.tried }));
    case 'ready':
      return change(view, event.id, (one) => ({ ...one, status: 'ready' }));
    case 'replaced':
      return change(view, event.id, (one) => ({
        ...one,
        status: 'ready',
        pid: event.pid,
        since: now,
        restarts: one.restarts + 1,
      }));
    case 'exited':
      return change(view, event.id, (one) =>
        isOther(one, event.pid) ? one : { ...one, status: 'stopping', pid: undefined },
      );
    case 'ended':
      return change(view, event.id, (one) => ({
        ...one,
        status: event.failed ? 'failed' : 'stopped',
        pid: undefined,
      }));
    case 'restarting': {
      const next = change(view, event.id, (one) => ({
        ...one,
        status: 'restarting',
        restarts: one.restarts + 1,
      }));
      return view.status === 'running' ? { ...next, status: 'starting' } : next;
    }
    default:
      return view;
  }
}

/** Two lives at once: this is the one that is not shown. */
const isOther = ({ pid }: InstanceView, other: number): boolean => pid !== undefined && pid !== other;

function replan({ status, instances }: RunView, plan: LaunchPlan): RunView {
  const fresh = (id: InstanceId): InstanceView => ({
    id,
    status: 'waiting',
    pid: undefined,
    since: undefined,
    restarts: 0,
    tried: [],
  });
  return {
    plan,
    status,
    instances: new Map(plan.instances.map(({ id }) => [id, instances.get(id) ?? fresh(id)])),
  };
}

function change(view: RunView, id: InstanceId, how: (one: InstanceView) => InstanceView): RunView {
  const one = view.instances.get(id);
  return one ? { ...view, instances: new Map(view.instances).set(id, how(one)) } : view;
}
