import type { PortKey } from '../config/types.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from './events.ts';

/** Which of a server's two streams. */
export type StreamName = 'stdout' | 'stderr';

/** Where the servers' bytes go. Bounded: a writer stops reading its servers while it is full. */
export interface OutputSink {
  /** What stands before each line; told once, before the instance's first byte. */
  setPrefix(instance: InstancePlan, prefix: Prefix): void;
  /** Takes the chunk in any case; false: full, read no more until `onDrain`. */
  write(instance: InstancePlan, stream: StreamName, chunk: Buffer): boolean;
  readonly full: boolean;
  /** Called each time there is room again. @returns ends the calls */
  onDrain(listener: () => void): () => void;
  /** The stream has ended: shows what is left of its last line. */
  end(instance: InstancePlan, stream: StreamName): void;
  /** What the instance printed last, shown or not: at most `count` lines, oldest first, without their ends. */
  lastLines(instance: InstancePlan, count: number): string[];
  /**
   * Calls back with each whole line (several at once where they arrived so) as decoded text without colours, in
   * every mode. @returns ends the watch
   */
  watch(instance: InstancePlan, onText: (text: string) => void): () => void;
}

/** Takes what the servers print beside its being shown: the log files. */
export interface Tee {
  /** The bytes as they are; in any case, also when it is full. */
  write(instance: Pick<InstancePlan, 'app' | 'instance'>, chunk: Buffer): void;
  readonly full: boolean;
  onDrain(listener: () => void): void;
}

/** With the space that follows it. */
export interface Prefix {
  plain: string;
  colored: string;
}

/** The asynchronous end of all output; ui/writer.ts writes to stdout. Never blocks, never throws. */
export interface ByteWriter {
  /** latin1 text is bytes, one a character. False: full, wait for `onDrain`. After the reader has gone: true, and dropped. */
  write(data: string | Buffer, encoding?: 'latin1' | 'utf8'): boolean;
  readonly full: boolean;
  /** The reader has gone (EPIPE) or the terminal has (EIO). */
  readonly closed: boolean;
  /** Changes as the reader takes bytes; 0: it has all. */
  readonly waiting: number;
  onDrain(listener: () => void): void;
  onClosed(listener: (error: Error) => void): void;
  /** Resolves when everything written is with the reader, or the reader has gone. */
  flush(): Promise<void>;
  /** Gives up what the reader has not taken: a `flush` resolves now, what follows is dropped. */
  abandon(): void;
}

/** What a run does when a port is not what it was told: the caller claims, plans again and tells everyone. */
export interface PortHooks {
  /** The next plan with another port in its place; undefined: the user fixed it. @throws DevstartError */
  replace(instance: InstancePlan, key: PortKey): Promise<LaunchPlan | undefined>;
  /** The plan with the real port; undefined: ports are strict. */
  adopt(instance: InstancePlan, key: PortKey, port: number): Promise<LaunchPlan | undefined>;
}

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

/** A row of `Run.instances()`. */
export interface InstanceState {
  app: string;
  instance: number;
  /** Undefined before the start and after the end. */
  pid: number | undefined;
  ports: number[];
  ready: boolean;
}

export interface Run {
  /** Ends every server and waits until all are gone. Calls coalesce: the first reason counts. */
  stop(reason: StopReason): Promise<void>;
  /** SIGKILL to everything, now; output that nobody has read is given up. */
  killNow(): void;
  /** Settles when no process is left and all output is with the sink. Never rejects but for a bug. */
  done: Promise<{ code: number }>;
  instances(): InstanceState[];
  /** Ends the app's instances (all apps' without a name) and starts them again; resolves when they have started. */
  restart(app?: string): Promise<void>;
  /** Bytes for the stdin of the app's first instance. False: none taken, it does not run or is busy. */
  sendInput(app: string, data: Buffer): boolean;
  /** SIGSTOP to every process, for Ctrl-Z. */
  pause(): void;
  /** SIGCONT to every process. */
  resume(): void;
}
