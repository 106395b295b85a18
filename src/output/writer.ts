import type { Writable } from 'node:stream';
import type { ByteWriter } from './types.ts';

/** Above the first the writer says that it is full, below the second that there is room. Bytes. */
const HIGH = 256 * 1024;
const LOW = 64 * 1024;
/** What is written in one turn of the loop is joined in blocks of this size, which are used again. */
const BLOCK = 128 * 1024;
const SPARE_BLOCKS = 4;

const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'EOF']);

/** Of an `onClosed`: nobody reads any more, which is no fault; anything else (a full disk) is one. */
export const readerHasGone = ({ code }: NodeJS.ErrnoException): boolean => GONE.has(code);

interface WithHandle {
  isTTY?: boolean;
  _handle?: { setBlocking?(blocking: boolean): void; writeQueueSize?: number } | null;
}

/**
 * Writes to stdout without ever blocking: a reader that stalls must not keep signals from being handled.
 * Pipes are non-blocking in Node already, terminals are made so, files are written at once.
 */
export class StreamWriter implements ByteWriter {
  readonly #stream: Writable & WithHandle;
  readonly #drainListeners: (() => void)[] = [];
  readonly #closedListeners: ((error: Error) => void)[] = [];
  readonly #flushing: (() => void)[] = [];
  readonly #spare: Buffer[] = [];
  #block: Buffer | undefined;
  /** Bytes in the block. */
  #used = 0;
  /** The block is sent at the end of this turn. */
  #scheduled = false;
  #closed = false;
  #failure: Error | undefined;
  /** It has said that it is full, and not yet that there is room. */
  #wasFull = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    if (this.#stream.isTTY) this.#stream._handle?.setBlocking?.(false);
    stream.on('error', (error: Error) => {
      if (this.#closed) return;
      this.#failure = error;
      this.abandon();
      for (const listener of this.#closedListeners) listener(error);
    });
  }

  get full(): boolean {
    return !this.#closed && this.#stream.writableLength + this.#used >= HIGH;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get waiting(): number {
    // The stream's own count falls only when a whole call is done.
    const { writableLength, _handle } = this.#stream;
    return this.#closed ? 0 : this.#used + writableLength + (_handle?.writeQueueSize ?? 0);
  }

  write(data: string | Buffer, encoding: 'latin1' | 'utf8' = 'utf8'): boolean {
    if (this.#closed) return true;
    const size = typeof data === 'string' && encoding === 'utf8' ? data.length * 3 : data.length;
    if (size <= BLOCK) this.#join(data, encoding, size);
    else {
      this.#sendBlock();
      this.#stream.write(typeof data === 'string' ? Buffer.from(data, encoding) : data, () =>
        this.#announceRoom(),
      );
    }
    const { full } = this;
    if (full) this.#wasFull = true;
    return !full;
  }

  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  onClosed(listener: (error: Error) => void): void {
    if (this.#failure) listener(this.#failure);
    else this.#closedListeners.push(listener);
  }

  async flush(): Promise<void> {
    this.#sendBlock();
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#flushing.push(resolve);
      this.#stream.write('', () => resolve());
    });
  }

  abandon(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#used = 0;
    for (const resolve of this.#flushing.splice(0)) resolve();
    this.#announceRoom();
  }

  #announceRoom(): void {
    if (!this.#wasFull || (!this.#closed && this.#stream.writableLength > LOW)) return;
    this.#wasFull = false;
    for (const listener of this.#drainListeners) listener();
  }

  /** Hands the block over; it comes back when its bytes are with the reader. */
  #sendBlock(): void {
    this.#scheduled = false;
    const sent = this.#block;
    if (this.#used === 0 || !sent || this.#closed) return;
    this.#stream.write(this.#used === BLOCK ? sent : sent.subarray(0, this.#used), () => {
      if (this.#spare.length < SPARE_BLOCKS) this.#spare.push(sent);
      this.#announceRoom();
    });
    this.#block = undefined;
    this.#used = 0;
  }

  /** At most `size` bytes, joined with what else is written in this turn. */
  #join(data: string | Buffer, encoding: 'latin1' | 'utf8', size: number): void {
    if (this.#used + size > BLOCK) this.#sendBlock();
    this.#block ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
    this.#used +=
      typeof data === 'string'
        ? this.#block.write(data, this.#used, encoding)
        : data.copy(this.#block, this.#used);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.#sendBlock());
  }
}
