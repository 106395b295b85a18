import type { Writable } from 'node:stream';
import type { LogFormat } from '../context.ts';
import type { Output } from '../output/output.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from '../run/events.ts';
import type { Run, StopReason } from '../run/types.ts';

/** Where a run is shown, and who takes part in it. */
export interface Stage {
  /** The servers' output and our own lines; errors go to stderr. */
  out: Writable & { isTTY?: boolean; columns?: number };
  format: LogFormat;
  /** Keys are read from the terminal. */
  keys: boolean;
  companion(tools: Tools): Companion;
}

/** What a companion may do with the run. */
export interface Tools {
  run: Run;
  plan(): LaunchPlan;
  output: Output;
  /** The folder of the log files. */
  logs: string | undefined;
  /** Asked again, it ends everything at once. */
  stop(reason: StopReason): void;
  /** Opens the frontend in the browser. */
  open(): void;
  saveTerminal(settings: string): void;
  /** A warning of ours. */
  warn(code: string, message: string): void;
}

/** Who accompanies the run from its start to its end: a person at the terminal, a command of `exec`. */
export interface Companion {
  event(event: RunEvent): void;
  /** A signal has arrived; the servers are being stopped. `again`: not the first one. */
  signal?(signal: NodeJS.Signals, again: boolean): void;
  /** The run has ended. */
  close(): Promise<void>;
}
