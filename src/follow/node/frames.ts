import type { Socket } from 'node:net';
import { hideRequestHeader, type RequestHeaders } from './headers.ts';
import { Rewriter } from './text.ts';

/**
 * The sockets by which a bundler sends code (Turbopack and webpack in Next, Parcel at the root, Metro). What any other
 * WebSocket carries is the project's own data.
 */
export const isHotUpdates = (url: string): boolean =>
  /^\/(?:_next\/|\?|$)|\/(?:[\w-]+[-_])?(?:hmr|hot)\b/i.test(url);

/** How the messages begin that carry code: Turbopack's (in older Nexts an action), Parcel's, Metro's. */
const CODE = /^\{"(?:type|action)":"(?:turbopack-message|update)"/;
const TEXT = 0x1;

/** Changes the code in whole text messages on their way to the browser; all else passes as it is. */
export function followFrames(
  request: RequestHeaders,
  socket: Socket,
  ports: ReadonlyMap<number, number>,
): void {
  // Without an extension the two will not compress.
  hideRequestHeader(request, 'sec-websocket-extensions');
  const frames = new Frames(ports);
  const { write } = socket;
  socket.write = function (this: Socket, chunk: string | Uint8Array, ...rest: unknown[]) {
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk, rest[0] as BufferEncoding) : Buffer.from(chunk);
    const sent = frames.push(bytes);
    const callback = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (sent.length > 0) return Reflect.apply(write, this, callback ? [sent, callback] : [sent]);
    if (callback) process.nextTick(callback);
    return true;
  } as Socket['write'];
}

/** A server's side of a WebSocket connection, from its handshake on, in pieces of any size. */
export class Frames {
  readonly #ports: ReadonlyMap<number, number>;
  #open = false;
  #held = Buffer.alloc(0);
  /** Bytes of a frame that passes as it is and has not all been seen. */
  #passing = 0;

  constructor(ports: ReadonlyMap<number, number>) {
    this.#ports = ports;
  }

  push(chunk: Buffer): Buffer {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    const sent: Buffer[] = [];
    const pass = (length: number) => {
      sent.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    };
    if (!this.#open) {
      const head = rest.indexOf('\r\n\r\n');
      this.#open = head >= 0;
      pass(head >= 0 ? head + 4 : rest.length);
    }
    while (rest.length > 0) {
      if (this.#passing > 0) {
        const length = Math.min(this.#passing, rest.length);
        this.#passing -= length;
        pass(length);
        continue;
      }
      const frame = frameAt(rest);
      if (frame && !frame.whole) {
        this.#passing = frame.start + frame.length;
        continue;
      }
      if (!frame || rest.length < frame.start + frame.length) break;
      const payload = rest.subarray(frame.start, frame.start + frame.length);
      const changed = this.#replace(payload);
      if (changed === payload) pass(frame.start + frame.length);
      else {
        sent.push(head(changed.length), changed);
        rest = rest.subarray(frame.start + frame.length);
      }
    }
    this.#held = Buffer.from(rest);
    return sent.length === 1 ? (sent[0] as Buffer) : Buffer.concat(sent);
  }

  #replace(payload: Buffer): Buffer {
    if (![...this.#ports.keys()].some((port) => payload.includes(`:${port}`))) return payload;
    if (!CODE.test(payload.toString('latin1', 0, 64))) return payload;
    return new Rewriter(this.#ports, false).last(payload) as Buffer;
  }
}

/** `whole`: one text message in one frame, neither masked nor compressed. undefined: its head is not all there. */
function frameAt(bytes: Buffer): { start: number; length: number; whole: boolean } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  const masked = (second & 0x80) !== 0;
  return { start, length: length + (masked ? 4 : 0), whole: first === (0x80 | TEXT) && !masked };
}

function head(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | TEXT, length]);
  const bytes = Buffer.alloc(length < 65_536 ? 4 : 10);
  bytes[0] = 0x80 | TEXT;
  bytes[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) bytes.writeUInt16BE(length, 2);
  else bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}
