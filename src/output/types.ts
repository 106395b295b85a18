import type { InstanceId } from '../config/instance-id.ts';

/** Which of a server's two streams. */
export type StreamName = 'stdout' | 'stderr';

/** Where the servers' bytes go, seen from a server. Bounded: a writer stops reading its servers while it is full. */
export interface OutputSink {
  /** What stands before each line; told once, before the instance's first byte. */
  setPrefix(id: InstanceId, prefix: Prefix): void;
  /** Takes the chunk in any case; false: full, read no more until `onDrain`. */
  write(id: InstanceId, stream: StreamName, chunk: Buffer): boolean;
  readonly full: boolean;
  /** Called each time there is room again. @returns ends the calls */
  onDrain(listener: () => void): () => void;
  /** The stream has ended: shows what is left of its last line. */
  end(id: InstanceId, stream: StreamName): void;
  /** What the instance printed last, shown or not: at most `count` lines, oldest first, without their ends. */
  lastLines(id: InstanceId, count: number): string[];
  /**
   * Calls back with each whole line (several at once where they arrived so) as decoded text without colours, in
   * every mode. @returns ends the watch
   */
  watch(id: InstanceId, onText: (text: string) => void): () => void;
}

/** One of those that take what the servers print as it comes: the tail, those who read along. */
export interface Sink {
  /** The bytes as they are; in any case, also when it is full. */
  write(id: InstanceId, stream: StreamName, chunk: Buffer): void;
  /** The stream has ended. */
  end?(id: InstanceId, stream: StreamName): void;
  /** Takes no more for now: absent where it never is. */
  readonly full?: boolean;
  onDrain?(listener: () => void): void;
}

/** With the space that follows it. */
export interface Prefix {
  plain: string;
  colored: string;
}

/** The asynchronous end of all output; writer.ts writes to stdout. Never blocks, never throws. */
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
