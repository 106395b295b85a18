import type { Writable } from 'node:stream';
import type { LogFormat } from '../context.ts';
import type { Plane } from '../control/plane.ts';
import type { ErrorCode, WarningCode } from '../errors.ts';
import type { Output } from '../output/output.ts';
import type { RunEvent } from '../run/events.ts';

/** Where a run is shown, and who is attached to it. */
export interface SessionOptions {
  /** The servers' output and our own lines; errors go to stderr. */
  out: Writable & { isTTY?: boolean; columns?: number };
  format: LogFormat;
  /** Keys are read from the terminal. */
  keys: boolean;
  /** It goes on when whoever has started it, or reads it, has gone. */
  background?: boolean;
  attach(handle: SessionHandle): Attached;
}

/** What those who are attached may do. */
export interface SessionHandle {
  plane: Plane;
  output: Output;
  /** The folder of the log files. */
  logs: string | undefined;
  /** Opens the frontend in the browser. */
  open(): void;
  /** The terminal's settings, put back when the launcher is killed. */
  saveTerminal(settings: string): void;
  /** An error that is not thrown: the run goes on to its end. */
  fail(error: { code: ErrorCode; message: string; hint?: string }): void;
  /** A warning of ours. */
  warn(code: WarningCode, message: string): void;
}

/** Is there from the run's start to its end: a person at the terminal, a command of `exec`. */
export interface Attached {
  event(event: RunEvent): void;
  /** A signal has arrived; the servers are being stopped. `again`: not the first one. */
  signal?(signal: NodeJS.Signals, again: boolean): void;
  /** The run has ended. */
  close(): Promise<void>;
}
