import { close, fstatSync, openSync, readSync, renameSync, rmSync, writev } from 'node:fs';

/** Small chunks are joined up to this size, for at most this long. Bytes, milliseconds. */
const BLOCK = 32 * 1024;
const DELAY = 20;
/** What waits for the disk: above the first the servers wait too, below the second they go on. Bytes. */
const HIGH = 4 << 20;
const LOW = 1 << 20;
/** What goes to the kernel in one call. Buffers: far below IOV_MAX. */
const BATCH = 64;

export interface LogFileOptions {
  /** Absolute; its folder exists. */
  file: string;
  /** Bytes after which it is put aside. */
  limit: number;
  /** How many older files stay. */
  keep: number;
  /** It cannot be written: abandon it. */
  onError(error: unknown): void;
  /** No longer full. */
  onDrain(): void;
}

/**
 * Appends to a file that is put aside when it is full. The writing is done beside the main thread, one call at a
 * time. The constructor may throw what the file system throws; later errors go to `onError`.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #fd: number;
  /** Bytes in the file. */
  #size: number;
  /** The last byte in the file is no line's end. */
  #cut: boolean;
  /** The last one that was taken is none. */
  #midLine: boolean;
  #held = Buffer.allocUnsafeSlow(BLOCK);
  #used = 0;
  #timer: NodeJS.Timeout | undefined;
  #queue: Buffer[] = [];
  #queued = 0;
  #full = false;
  #writing = false;
  #abandoned = false;
  #settling: (() => void)[] = [];

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#fd = openSync(options.file, 'a+', 0o600);
    this.#size = fstatSync(this.#fd).size;
    const last = Buffer.alloc(1);
    this.#cut = this.#size > 0 && readSync(this.#fd, last, 0, 1, this.#size - 1) === 1 && last[0] !== 10;
    this.#midLine = this.#cut;
  }

  get full(): boolean {
    return this.#full;
  }

  /** The chunk must not be changed afterwards. */
  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#midLine = chunk[chunk.length - 1] !== 10;
    if (this.#used + chunk.length > BLOCK) this.#flush();
    if (chunk.length >= BLOCK / 2) {
      this.#enqueue(chunk);
      return;
    }
    this.#used += chunk.copy(this.#held, this.#used);
    this.#timer ??= setTimeout(() => this.#flush(), DELAY);
  }

  addLine(line: string): void {
    this.add(Buffer.from(this.#midLine ? `\n${line}` : line));
  }

  /** Resolves when all that was taken is in the file, or never will be. */
  async settle(): Promise<void> {
    this.#flush();
    if (this.#writing) await new Promise<void>((resolve) => this.#settling.push(resolve));
  }

  abandon(): void {
    clearTimeout(this.#timer);
    this.#abandoned = true;
    this.#queue = [];
    this.#full = false;
    if (!this.#writing) this.#rest();
  }

  /** Nothing is being written, and nothing waits. */
  #rest(): void {
    if (this.#abandoned && this.#fd !== -1) {
      close(this.#fd, () => {});
      this.#fd = -1;
    }
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#used === 0) return;
    this.#enqueue(Buffer.from(this.#held.subarray(0, this.#used)));
    this.#used = 0;
  }

  #enqueue(chunk: Buffer): void {
    if (this.#abandoned) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued >= HIGH) this.#full = true;
    if (!this.#writing) this.#write();
  }

  /** The next batch: what fits into the file, up to a line's end where it does not fit whole. */
  #write(): void {
    const { limit } = this.#options;
    const batch: Buffer[] = [];
    let size = this.#size;
    try {
      while (this.#queue.length > 0 && batch.length < BATCH) {
        const chunk = this.#queue[0] as Buffer;
        if (size + chunk.length > limit) {
          if (batch.length > 0) break;
          const fits = this.#fitting(chunk);
          if (fits === 0) {
            this.#rotate();
            size = 0;
            continue;
          }
          batch.push(chunk.subarray(0, fits));
          this.#queue[0] = chunk.subarray(fits);
          if (fits === chunk.length) this.#queue.shift();
          break;
        }
        batch.push(chunk);
        this.#queue.shift();
        size += chunk.length;
      }
    } catch (error) {
      this.#options.onError(error);
      return;
    }
    this.#send(batch);
  }

  /** How much of a chunk that is too large goes into this file still; 0: the file is put aside first. */
  #fitting(chunk: Buffer): number {
    const { limit } = this.#options;
    const room = limit - this.#size;
    const fits = room > 0 ? chunk.lastIndexOf(10, room - 1) + 1 : 0;
    if (fits > 0) return fits;
    // A line that has begun, or that is longer than a file, is ended where it began, within reason.
    const unfinished = this.#cut && this.#size < 2 * limit;
    return this.#size === 0 || unfinished ? chunk.indexOf(10) + 1 || chunk.length : 0;
  }

  #send(batch: Buffer[]): void {
    if (batch.length === 0) {
      this.#rest();
      return;
    }
    this.#writing = true;
    writev(this.#fd, batch, (error, written) => {
      this.#writing = false;
      if (this.#abandoned) {
        this.#rest();
        return;
      }
      if (error) {
        this.#options.onError(error);
        return;
      }
      this.#account(batch, written);
      if (this.#queue.length > 0) this.#write();
      else this.#rest();
    });
  }

  /** What the kernel has not taken (a disk that is nearly full) goes first the next time. */
  #account(batch: Buffer[], written: number): void {
    let left = written;
    for (const [index, chunk] of batch.entries()) {
      const taken = Math.min(left, chunk.length);
      if (taken > 0) this.#cut = chunk[taken - 1] !== 10;
      left -= taken;
      if (taken === chunk.length) continue;
      this.#queue.unshift(chunk.subarray(taken), ...batch.slice(index + 1));
      break;
    }
    this.#size += written;
    this.#queued -= written;
    if (this.#full && this.#queued <= LOW) {
      this.#full = false;
      this.#options.onDrain();
    }
  }

  #rotate(): void {
    const { file, keep } = this.#options;
    close(this.#fd, () => {});
    this.#fd = -1;
    // Renaming over a file would have ext4 write the data to the disk at once (its auto_da_alloc).
    rmSync(keep === 0 ? file : `${file}.${keep}`, { force: true });
    for (let number = keep; number >= 1; number--) {
      try {
        renameSync(number === 1 ? file : `${file}.${number - 1}`, `${file}.${number}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#fd = openSync(file, 'a', 0o600);
    this.#size = 0;
    this.#cut = false;
  }
}
