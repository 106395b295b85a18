import type { Bus, RunView } from '../run/bus.ts';
import type { StopReason } from '../run/types.ts';

/** A change of a run, as a value. */
export type Order =
  /** Ends the app's instances (all apps' without a name) and starts them again; done when they have started. */
  | { do: 'restart'; app?: string }
  /** Done when nothing is left of it. `insist`: a second one ends everything at once. */
  | { do: 'stop'; reason: StopReason; insist?: true };

/** What can be asked of a run: by keys, by the command of `exec`, by whoever else steers it. */
export interface Plane {
  /** The run as it is now. */
  readonly view: RunView;
  readonly subscribe: Bus['subscribe'];
  /**
   * Orders are carried out one after the other; a stop overtakes all. Resolves when it is done.
   * @throws DevstartError STOPPING where the run stops, or has ended, before its turn
   */
  order(order: Order): Promise<void>;
  /** Bytes for the stdin of the app's first instance. False: none taken, it does not run or is busy. */
  input(app: string, data: Buffer): boolean;
  /** SIGSTOP to every process of every server. */
  pause(): void;
  /** SIGCONT to every process of every server. */
  resume(): void;
}
