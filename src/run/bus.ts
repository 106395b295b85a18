import type { InstanceId } from '../config/instance-id.ts';
import type { InstanceStatus } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from './events.ts';

export interface InstanceView {
  readonly id: InstanceId;
  readonly status: InstanceStatus;
  /** Undefined while no process of it runs. */
  readonly pid: number | undefined;
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
      view = after(view, event);
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
  const key = 'id' in event ? `${event.id} ${type} ${'role' in event ? event.role : ''}` : type;
  if (type === 'started') for (const of of OF_A_LIFE) holding.delete(`${event.id} ${of} `);
  if (type === 'restarting') holding.delete('up');
  holding.delete(key);
  holding.set(key, event);
}

/** The run after the event. Pure. */
export function after(view: RunView, event: RunEvent): RunView {
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
      return change(view, event.id, (one) => ({ ...one, status: 'starting', pid: event.pid, tried: [] }));
    case 'tried':
      return change(view, event.id, (one) => ({ ...one, tried: event.tried }));
    case 'ready':
      return change(view, event.id, (one) => ({ ...one, status: 'ready' }));
    case 'exited':
      return change(view, event.id, (one) => ({ ...one, status: 'stopping', pid: undefined }));
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

function replan({ status, instances }: RunView, plan: LaunchPlan): RunView {
  const fresh = (id: InstanceId): InstanceView => ({
    id,
    status: 'waiting',
    pid: undefined,
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
