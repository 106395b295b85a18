import type { InstanceId } from '../config/instance-id.ts';
import { DevstartError } from '../errors.ts';
import type { Bus, RunView } from '../run/bus.ts';
import { outcome } from '../run/followers.ts';
import type { Change, Outcome, Run, SocketState, StopReason } from '../run/types.ts';
import type { Order, Plane } from './plane.ts';

export interface StopHooks {
  /** Somebody wants the end: nothing may wait for long from now on. */
  onInsist(): void;
  /** Everything is ended at once. */
  onKill(): void;
}

/** The plane over a run in this process. */
export function createLocalPlane(run: Run, bus: Bus, hooks: StopHooks): Plane {
  return new LocalPlane(run, bus, hooks);
}

/** Changes that wait for their turn. */
const MOST_WAITING = 64;

class LocalPlane implements Plane {
  readonly subscribe: Plane['subscribe'];
  readonly #run: Run;
  readonly #bus: Bus;
  readonly #hooks: StopHooks;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #insisted = false;

  constructor(run: Run, bus: Bus, hooks: StopHooks) {
    this.#run = run;
    this.#bus = bus;
    this.#hooks = hooks;
    this.subscribe = bus.subscribe;
  }

  get view(): RunView {
    return this.#bus.view;
  }

  order(order: Order): Promise<Outcome> {
    if (order.do === 'stop') return this.#stop(order.reason, order.insist);
    // What is to end must not wait for something that never becomes ready.
    if (order.do === 'end') return this.#change(order);
    if (this.#waiting >= MOST_WAITING) {
      const message = `${this.#waiting} changes of this run wait already`;
      return Promise.reject(new DevstartError('BUSY', message, { hint: 'Ask again when they are done.' }));
    }
    this.#waiting++;
    const mine = this.#last.then(() => this.#change(order)).finally(() => this.#waiting--);
    // What becomes of it is its sender's business.
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #change(change: Change): Promise<Outcome> {
    if (this.view.status === 'stopping' || this.view.status === 'stopped')
      throw new DevstartError('STOPPING', 'the run is stopping');
    return this.#run.change(change);
  }

  lost(): Promise<InstanceId[]> {
    return this.#run.lost();
  }

  sockets(): Promise<SocketState[]> {
    return this.#run.sockets();
  }

  input(app: string, data: Buffer): boolean {
    return this.#run.sendInput(app, data);
  }

  pause(): void {
    this.#run.pause();
  }

  resume(): void {
    this.#run.resume();
  }

  async #stop(reason: StopReason, insist = false): Promise<Outcome> {
    const began = performance.now();
    if (insist && this.#insisted) {
      this.#run.killNow();
      this.#hooks.onKill();
    }
    if (insist) this.#hooks.onInsist();
    this.#insisted ||= insist;
    await this.#run.stop(reason);
    const ended = [...this.view.instances.keys()];
    return outcome({ ended, ms: { ended: performance.now() - began } });
  }
}
