import { close, fstatSync, openSync, readSync, renameSync, rmSync, writev } from 'node:fs';

/** What comes is joined up to this size, for at most this long, in blocks that are used again. Bytes, milliseconds. */
const BLOCK = 128 * 1024;
const DELAY = 20;
const SPARE_BLOCKS = 4;
/** What waits for the disk: above the first the servers wait too, below the second they go on. Bytes. */
const HIGH = 4 << 20;
const LOW = 1 << 20;
/** What goes to the kernel in one call. Buffers: far below IOV_MAX. */
const BATCH = 64;

/** What waits to be written; `block`: what it is the last part of, free for others then. */
interface Waiting {
  bytes: Buffer;
  block: Buffer | undefined;
}

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
  #held: Buffer | undefined;
  #used = 0;
  readonly #spare: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #queue: Waiting[] = [];
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

  /** What was taken last has no end yet. */
  get midLine(): boolean {
    return this.#midLine;
  }

  /** @param text bytes, a character each (latin1) */
  add(text: string): void {
    if (text === '' || this.#abandoned) return;
    this.#midLine = text.charCodeAt(text.length - 1) !== 10;
    for (let at = 0; at < text.length; at += BLOCK) {
      const part = text.length <= BLOCK ? text : text.slice(at, at + BLOCK);
      if (this.#used + part.length > BLOCK) this.#flush();
      this.#held ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
      this.#used += this.#held.write(part, this.#used, 'latin1');
    }
    this.#timer ??= setTimeout(() => this.#flush(), DELAY);
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
    const block = this.#held;
    if (!block || this.#used === 0 || this.#abandoned) return;
    this.#queue.push({ bytes: block.subarray(0, this.#used), block });
    this.#queued += this.#used;
    this.#held = undefined;
    this.#used = 0;
    if (this.#queued >= HIGH) this.#full = true;
    if (!this.#writing) this.#write();
  }

  /** The next batch: what fits into the file, up to a line's end where it does not fit whole. */
  #write(): void {
    const { limit } = this.#options;
    const batch: Waiting[] = [];
    let size = this.#size;
    try {
      while (this.#queue.length > 0 && batch.length < BATCH) {
        const { bytes, block } = this.#queue[0] as Waiting;
        if (size + bytes.length > limit) {
          if (batch.length > 0) break;
          const fits = this.#fitting(bytes);
          if (fits === 0) {
            this.#rotate();
            size = 0;
            continue;
          }
          const whole = fits === bytes.length;
          batch.push({ bytes: bytes.subarray(0, fits), block: whole ? block : undefined });
          this.#queue[0] = { bytes: bytes.subarray(fits), block };
          if (whole) this.#queue.shift();
          break;
        }
        batch.push({ bytes, block });
        this.#queue.shift();
        size += bytes.length;
      }
    } catch (error) {
      this.#options.onError(error);
      return;
    }
    this.#send(batch);
  }

  /** How much of a chunk that is too large goes into this file still; 0: the file is put aside first. */
  #fitting(bytes: Buffer): number {
    const { limit } = this.#options;
    const room = limit - this.#size;
    const fits = room > 0 ? bytes.lastIndexOf(10, room - 1) + 1 : 0;
    if (fits > 0) return fits;
    // A line that has begun, or that is longer than a file, is ended where it began, within reason.
    const unfinished = this.#cut && this.#size < 2 * limit;
    return this.#size === 0 || unfinished ? bytes.indexOf(10) + 1 || bytes.length : 0;
  }

  #send(batch: Waiting[]): void {
    if (batch.length === 0) {
      this.#rest();
      return;
    }
    this.#writing = true;
    const buffers = batch.map(({ bytes }) => bytes);
    writev(this.#fd, buffers, (error, written) => {
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
  #account(batch: Waiting[], written: number): void {
    let left = written;
    for (const [index, { bytes, block }] of batch.entries()) {
      const taken = Math.min(left, bytes.length);
      if (taken > 0) this.#cut = bytes[taken - 1] !== 10;
      left -= taken;
      if (taken === bytes.length) {
        if (block && this.#spare.length < SPARE_BLOCKS) this.#spare.push(block);
        continue;
      }
      this.#queue.unshift({ bytes: bytes.subarray(taken), block }, ...batch.slice(index + 1));
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
