import type { Writable } from 'node:stream';
import type { ByteWriter } from '../run/types.ts';

/** Above the first the writer says that it is full, below the second that there is room. Bytes. */
const HIGH = 256 * 1024;
const LOW = 64 * 1024;
/** Smaller writes of one turn of the loop are joined up to this size. */
const JOIN = 32 * 1024;

interface WithHandle {
  isTTY?: boolean;
  _handle?: { setBlocking?(blocking: boolean): void };
}

/**
 * Writes to stdout without ever blocking: a reader that stalls must not keep signals from being handled.
 * Pipes are non-blocking in Node already, terminals are made so, files are written at once.
 */
export function createWriter(stream: Writable): ByteWriter {
  const { isTTY, _handle } = stream as WithHandle;
  if (isTTY) _handle?.setBlocking?.(false);

  const drainListeners: (() => void)[] = [];
  const closedListeners: ((error: Error) => void)[] = [];
  let closed = false;
  let wasFull = false;
  let joined = '';
  let joinedEncoding: 'latin1' | 'utf8' = 'latin1';
  let scheduled = false;

  stream.on('error', (error: Error) => {
    if (closed) return;
    closed = true;
    joined = '';
    for (const listener of closedListeners) listener(error);
    announceRoom();
  });

  const full = (): boolean => !closed && stream.writableLength + joined.length >= HIGH;

  function announceRoom(): void {
    if (!wasFull || (!closed && stream.writableLength > LOW)) return;
    wasFull = false;
    for (const listener of drainListeners) listener();
  }

  function send(data: string | Buffer, encoding: 'latin1' | 'utf8'): void {
    if (closed) return;
    if (typeof data === 'string') stream.write(data, encoding, announceRoom);
    else stream.write(data, announceRoom);
  }

  function sendJoined(): void {
    scheduled = false;
    if (joined === '') return;
    const data = joined;
    joined = '';
    send(data, joinedEncoding);
  }

  return {
    write(data, encoding = 'utf8') {
      if (closed) return true;
      if (typeof data !== 'string' || data.length >= JOIN) {
        sendJoined();
        send(data, encoding);
      } else {
        if (encoding !== joinedEncoding || joined.length + data.length > JOIN) sendJoined();
        joinedEncoding = encoding;
        joined += data;
        if (!scheduled) {
          scheduled = true;
          process.nextTick(sendJoined);
        }
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
    onDrain(listener) {
      drainListeners.push(listener);
    },
    onClosed(listener) {
      closedListeners.push(listener);
    },
    async flush() {
      sendJoined();
      if (closed) return;
      await new Promise<void>((resolve) => {
        closedListeners.push(() => resolve());
        stream.write('', () => resolve());
      });
    },
  };
}
