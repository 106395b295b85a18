import type { InstanceId } from '../config/instance-id.ts';
import type { Bus, RunView } from '../run/bus.ts';
import type { Change, Outcome, SocketState, StopReason } from '../run/types.ts';

/** A change of a run, as a value. */
export type Order =
  | Change
  /** The whole run; done when nothing is left of it. `insist`: a second one ends everything at once. */
  | { do: 'stop'; reason: StopReason; insist?: true };

/** What can be asked of a run: by keys, by the command of `exec`, by whoever else steers it. */
export interface Plane {
  /** The run as it is now. */
  readonly view: RunView;
  readonly subscribe: Bus['subscribe'];
  /**
   * Orders are carried out one after the other; a stop overtakes all, of the whole run or of a part. Resolves when it
   * is done, whatever becomes of its sender.
   * @throws DevstartError STOPPING where the run stops, or has ended, before its turn; BUSY where too many wait; or
   * why it could not be done, and then all is as before
   */
  order(order: Order): Promise<Outcome>;
  /** Those that are ready, and on whose ports a stranger listens, or nobody. Looks at the system. */
  lost(): Promise<InstanceId[]>;
  /** The sockets that are handed to instances, with who holds them. Looks at the system. */
  sockets(): Promise<SocketState[]>;
  /** Bytes for the stdin of the app's first instance. False: none taken, it does not run or is busy. */
  input(app: string, data: Buffer): boolean;
  /** SIGSTOP to every process of every server. */
  pause(): void;
  /** SIGCONT to every process of every server. */
  resume(): void;
}

/** What keys need of a run, here or elsewhere. */
export type KeyPlane = Omit<Plane, 'order' | 'lost' | 'sockets'> & { order(order: Order): Promise<unknown> };
