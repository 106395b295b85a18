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
export function createWriter(stream: Writable): ByteWriter {
  const handled = stream as Writable & WithHandle;
  if (handled.isTTY) handled._handle?.setBlocking?.(false);

  const drainListeners: (() => void)[] = [];
  const flushing: (() => void)[] = [];
  const closedListeners: ((error: Error) => void)[] = [];
  let closed = false;
  let failure: Error | undefined;
  let wasFull = false;
  let block: Buffer | undefined;
  let used = 0;
  let scheduled = false;
  const spare: Buffer[] = [];

  stream.on('error', (error: Error) => {
    if (closed) return;
    failure = error;
    close();
    for (const listener of closedListeners) listener(error);
  });

  function close(): void {
    closed = true;
    used = 0;
    for (const resolve of flushing.splice(0)) resolve();
    announceRoom();
  }

  const full = (): boolean => !closed && stream.writableLength + used >= HIGH;

  function announceRoom(): void {
    if (!wasFull || (!closed && stream.writableLength > LOW)) return;
    wasFull = false;
    for (const listener of drainListeners) listener();
  }

  /** Hands the block over; it comes back when its bytes are with the reader. */
  function sendBlock(): void {
    scheduled = false;
    if (used === 0 || !block || closed) return;
    const sent = block;
    stream.write(used === BLOCK ? sent : sent.subarray(0, used), () => {
      if (spare.length < SPARE_BLOCKS) spare.push(sent);
      announceRoom();
    });
    block = undefined;
    used = 0;
  }

  /** At most `size` bytes, joined with what else is written in this turn. */
  function join(data: string | Buffer, encoding: 'latin1' | 'utf8', size: number): void {
    if (used + size > BLOCK) sendBlock();
    block ??= spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
    used += typeof data === 'string' ? block.write(data, used, encoding) : data.copy(block, used);
    if (scheduled) return;
    scheduled = true;
    process.nextTick(sendBlock);
  }

  return {
    write(data, encoding = 'utf8') {
      if (closed) return true;
      const size = typeof data === 'string' && encoding === 'utf8' ? data.length * 3 : data.length;
      if (size <= BLOCK) join(data, encoding, size);
      else {
        sendBlock();
        stream.write(typeof data === 'string' ? Buffer.from(data, encoding) : data, announceRoom);
      }
      const isFull = full();
      if (isFull) wasFull = true;
      return !isFull;
    },
    get full() {
      return full();
    },
    get closed() {
      return closed;
    },
    get waiting() {
      // The stream's own count falls only when a whole call is done.
      return closed ? 0 : used + stream.writableLength + (handled._handle?.writeQueueSize ?? 0);
    },
    onDrain(listener) {
      drainListeners.push(listener);
    },
    onClosed(listener) {
      if (failure) listener(failure);
      else closedListeners.push(listener);
    },
    async flush() {
      sendBlock();
      if (closed) return;
      await new Promise<void>((resolve) => {
        flushing.push(resolve);
        stream.write('', () => resolve());
      });
    },
    abandon() {
      if (!closed) close();
    },
  };
}
