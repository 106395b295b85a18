import type { OutputSink } from '../output/types.ts';
import type { PortHooks } from '../plan/types.ts';
import type { RunEvent } from './events.ts';

export interface RunDeps {
  /** Without it a stolen port is an error and drift is only told. */
  ports?: PortHooks;
  /** Milliseconds: the first delay of a restart, for tests. */
  restartDelay?: (attempt: number) => number;
  emit(event: RunEvent): void;
  output: OutputSink;
  /** The launcher's own environment, inherited by every server. */
  env: Record<string, string | undefined>;
  /** chalk names or #rrggbb, one an instance; default: concurrently's own choice. */
  prefixColors?: string[];
  /** Date.now() of the launch: what `up` counts from. Default: the call. */
  startedAt?: number;
  /** Which of the ports are still taken after the stop. Default: those that accept connections. */
  portsTaken?: (ports: number[]) => Promise<number[]>;
  /** Milliseconds for which a port that is only guessed is waited for. Default 10,000. */
  guessAfter?: number;
  /** Milliseconds until an instance that is not ready is warned of. Default 30,000. */
  notReadyAfter?: number;
}

export interface StopReason {
  signal?: NodeJS.Signals | null;
  /** The run's exit code; default 128 + signal, or the first failure's, or 0. */
  code?: number;
  /** For people: `Ctrl-C`. */
  reason: string;
}

/** Acts on the instances of one plan; what becomes of it is told by events. */
export interface Run {
  /** Ends every server and waits until all are gone. Calls coalesce: the first reason counts. */
  stop(reason: StopReason): Promise<void>;
  /** SIGKILL to everything, now; output that nobody has read is given up. */
  killNow(): void;
  /** Settles when no process is left and all output is with the sink. Never rejects but for a bug. */
  done: Promise<{ code: number }>;
  /** Ends the app's instances (all apps' without a name) and starts them again; resolves when they have started. */
  restart(app?: string): Promise<void>;
  /** Bytes for the stdin of the app's first instance. False: none taken, it does not run or is busy. */
  sendInput(app: string, data: Buffer): boolean;
  /** SIGSTOP to every process, for Ctrl-Z. */
  pause(): void;
  /** SIGCONT to every process. */
  resume(): void;
}
