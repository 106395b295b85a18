import { DevstartError } from '../errors.ts';
import type { Bus, RunView } from '../run/bus.ts';
import type { Run, StopReason } from '../run/types.ts';
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

class LocalPlane implements Plane {
  readonly subscribe: Plane['subscribe'];
  readonly #run: Run;
  readonly #bus: Bus;
  readonly #hooks: StopHooks;
  #last: Promise<void> = Promise.resolve();
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

  order(order: Order): Promise<void> {
    if (order.do === 'stop') return this.#stop(order.reason, order.insist);
    const mine = this.#last.then(() => {
      if (this.view.status === 'stopping' || this.view.status === 'stopped')
        throw new DevstartError('STOPPING', 'the run is stopping');
      return this.#run.restart(order.app);
    });
    // What becomes of it is its sender's business.
    this.#last = mine.catch(() => {});
    return mine;
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

  async #stop(reason: StopReason, insist = false): Promise<void> {
    if (insist && this.#insisted) {
      this.#run.killNow();
      this.#hooks.onKill();
    }
    if (insist) this.#hooks.onInsist();
    this.#insisted ||= insist;
    await this.#run.stop(reason);
  }
}
