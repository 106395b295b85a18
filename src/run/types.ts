import type { InstanceId } from '../config/instance-id.ts';
import type { Handings } from '../launch/handings.ts';
import type { OutputSink } from '../output/types.ts';
import type { InstancePlan, PortHooks } from '../plan/types.ts';
import type { RunEvent } from './events.ts';

export interface RunDeps {
  /** Without it a stolen port is an error and drift is only told. */
  ports?: PortHooks;
  /** Milliseconds: the first delay of a restart, for tests. */
  restartDelay?: (attempt: number) => number;
  /** Who has a port that an instance complains of, and what in the project asks for it. @param own its processes */
  describeTaken?(plan: InstancePlan, port: number, own: ReadonlySet<number>): Promise<string>;
  /** What instances are handed; undefined: none is handed anything. */
  handings?: Handings | undefined;
  emit(event: RunEvent): void;
  output: OutputSink;
  /** The launcher's own environment, inherited by every server. */
  env: Record<string, string | undefined>;
  /** chalk names or #rrggbb, one an instance; default: concurrently's own choice. */
  prefixColors?: string[];
  /** performance.now() of the launch: what `up` counts from. Default: the call. */
  began?: number;
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

/** A handed socket as it is now. */
export interface SocketState {
  app: string;
  name: string;
  /** `127.0.0.1:8000`, `[::1]:8000` */
  address: string;
  /** The descriptor in the instances. */
  fd: number;
  /** As it was asked for: a server may change it. */
  backlog: number;
  /** Connections that nobody has taken yet; null where the system does not tell. */
  waiting: number | null;
  /** The launcher first, whose `instance` is null. */
  holders: { pid: number; instance: number | null }[];
}

/** An app, one of its instances, or all. */
export interface Who {
  app?: string | undefined;
  instance?: number | undefined;
}

/** A change of a run that goes on, as a value. */
export type Change =
  /** Ended and started again; done when they are ready, or for `until: 'started'` have been started. */
  | { do: 'restart'; who: Who; port?: string | undefined; until?: 'started' | undefined }
  /** New ones are ready before the old ones end, where they can live side by side. */
  | { do: 'reload'; who: Who; port?: string | undefined }
  /** What was stopped. */
  | { do: 'start'; who: Who }
  /** Ended, and no life follows until one is ordered. */
  | { do: 'end'; who: Who }
  /** More or fewer instances, by the app's port spec. Without a number: as many as it has by itself. */
  | { do: 'scale'; app: string; instances?: number }
  /** Ended, and known no more. */
  | { do: 'delete'; who: Who };

/** What has come of a change. */
export interface Outcome {
  /** Why it was restarted in place of reloaded. */
  instead: string | null;
  ended: InstanceId[];
  started: InstanceId[];
  moved: { id: InstanceId; from: number | null; to: number | null }[];
  /** Who depends on what has moved, and how it has learned of it. */
  told: { what: string; how: string }[];
  /** Milliseconds; null where there was none. */
  ms: {
    /** Until the old ones were gone and their ports free. */
    ended: number | null;
    /** From the new ones' start until they were ready. */
    ready: number | null;
    /** For how long nothing answered. */
    silent: number | null;
  };
}

/** Acts on the instances of one plan; what becomes of it is told by events. */
export interface Run {
  /** Ends every server and waits until all are gone. Calls coalesce: the first reason counts. */
  stop(reason: StopReason): Promise<void>;
  /** SIGKILL to everything, now; output that nobody has read is given up. */
  killNow(): void;
  /** Settles when no process is left and all output is with the sink. Never rejects but for a bug. */
  done: Promise<{ code: number }>;
  /**
   * Carries it out; one after the other, but for `end`, which comes at any time.
   * @throws DevstartError: it could not be done, and all is as before; or it came to nothing, as it says
   */
  change(change: Change): Promise<Outcome>;
  /** Those that are ready, and on whose ports a stranger listens, or nobody. */
  lost(): Promise<InstanceId[]>;
  /** What is handed to instances, with who holds it. */
  sockets(): Promise<SocketState[]>;
  /** Bytes for the stdin of the app's first instance. False: none taken, it does not run or is busy. */
  sendInput(app: string, data: Buffer): boolean;
  /** SIGSTOP to every process, for Ctrl-Z. */
  pause(): void;
  /** SIGCONT to every process. */
  resume(): void;
}
