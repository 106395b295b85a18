import type { ServerResponse } from 'node:http';
import net from 'node:net';
import type { FollowSettings } from '../settings.ts';
import { Exchange, writtenOrigin } from './answers.ts';
import { followFrames, isHotUpdates } from './frames.ts';
import { type Given, GivenHeaders, type RequestHeaders, setRequestHeader } from './headers.ts';
import { noteClosed, noteListening } from './listens.ts';
import type { Chunk, Rewriter } from './text.ts';

const EXCHANGE = Symbol('devstart.exchange');
const PATCHED = Symbol('devstart.patched');

type Callback = (error?: Error | null) => void;
/** What http's answers and http2's streams have in common. */
interface Sent {
  [EXCHANGE]?: Exchange;
  headersSent: boolean;
  write(...args: unknown[]): boolean;
  end(...args: unknown[]): unknown;
}
type Answer = ServerResponse & Sent;
interface Stream extends Sent {
  session?: { socket?: net.Socket };
  respond(headers?: Given, ...rest: unknown[]): void;
}
interface Request extends RequestHeaders {
  url?: string;
  socket: net.Socket;
}

/** Every server's events come through `net.Server`'s emit: http, https, http2, and what is built on them. */
export function followServers(settings: FollowSettings): void {
  const numbers = new Set([...settings.ports, ...settings.own].flat());
  const { emit } = net.Server.prototype;
  net.Server.prototype.emit = function (this: net.Server, event: string | symbol, ...args: unknown[]) {
    if (event === 'request' || event === 'checkContinue' || event === 'checkExpectation')
      beginHttp1(args[0] as Request, args[1] as Answer, settings);
    else if (event === 'stream')
      beginHttp2(args[0] as Stream, args[1] as RequestHeaders['headers'], args[3] as string[], settings);
    else if (event === 'upgrade') beginUpgrade(args[0] as Request, args[1] as net.Socket, settings);
    else if (event === 'listening') noteListening(this, numbers);
    else if (event === 'close') noteClosed(this);
    return Reflect.apply(emit, this, [event, ...args]);
  } as typeof emit;
}

function beginHttp1(request: Request, answer: Answer, settings: FollowSettings): void {
  // http2's compatible pair has begun as a stream.
  if (answer[EXCHANGE] || 'stream' in answer) return;
  answer[EXCHANGE] = new Exchange(settings, request, request.url, request.socket);
  // node:http is loaded by now: no process loads it for our sake.
  const { ServerResponse } = require('node:http') as typeof import('node:http');
  once(ServerResponse.prototype as Answer, (prototype) => {
    const { writeHead } = prototype;
    prototype.writeHead = function (this: Answer, status: number, ...args: unknown[]) {
      if (this[EXCHANGE] && !this.headersSent) {
        const at = typeof args[0] === 'string' || (args.length > 1 && !args[0]) ? 1 : 0;
        const headers = new GivenHeaders(args[at] as Given | undefined, this);
        this[EXCHANGE].head(status, headers);
        if (headers.given) args[at] = headers.given;
      }
      return Reflect.apply(writeHead, this, [status, ...args]);
    } as typeof writeHead;
    followBody(prototype, (one) => one[EXCHANGE]?.body(one.statusCode, new GivenHeaders(undefined, one)));
  });
}

function beginHttp2(
  stream: Stream,
  headers: RequestHeaders['headers'],
  rawHeaders: string[],
  settings: FollowSettings,
): void {
  if (stream[EXCHANGE]) return;
  const { ':path': path } = headers as Record<string, string>;
  stream[EXCHANGE] = new Exchange(settings, { headers, rawHeaders }, path, stream.session?.socket);
  once(Object.getPrototypeOf(stream) as Stream, (prototype) => {
    const { respond } = prototype;
    prototype.respond = function (this: Stream, given?: Given, ...rest: unknown[]) {
      const answer = new GivenHeaders(given);
      if (!this.headersSent) this[EXCHANGE]?.head(Number(answer.get(':status') ?? 200), answer);
      return Reflect.apply(respond, this, [answer.given, ...rest]);
    };
    // The head goes first here, and has decided.
    followBody(prototype, (one) => (one.headersSent ? one[EXCHANGE]?.body(0, new GivenHeaders({})) : null));
  });
}

function once<T extends object>(prototype: T, patch: (prototype: T) => void): void {
  if (PATCHED in prototype) return;
  Object.defineProperty(prototype, PATCHED, { value: true });
  patch(prototype);
}

/** `write` and `end` of what is sent, with the texts that a page is made of changed on the way. */
function followBody<T extends Sent>(
  prototype: T,
  rewriterOf: (sent: T) => Rewriter | null | undefined,
): void {
  const { write, end } = prototype;
  prototype.write = function (this: T, chunk: unknown, ...rest: unknown[]) {
    const piece = this[EXCHANGE] && toPiece(chunk, rest);
    const rewriter = piece?.length ? rewriterOf(this) : undefined;
    if (!rewriter || !piece) return Reflect.apply(write, this, [chunk, ...rest]);
    const sent = rewriter.push(piece);
    if (sent.length > 0) return Reflect.apply(write, this, [sent, ...encodingOf(sent), ...callbackOf(rest)]);
    // All of it waits for the next piece.
    for (const callback of callbackOf(rest)) process.nextTick(callback);
    return true;
  };
  prototype.end = function (this: T, ...args: unknown[]) {
    const [chunk, ...rest] =
      typeof args[0] === 'function' ? ['', ...args] : [args[0] ?? '', ...args.slice(1)];
    const piece = this[EXCHANGE] && toPiece(chunk, rest);
    const rewriter = piece === undefined || (!piece && !this.headersSent) ? undefined : rewriterOf(this);
    if (!rewriter || piece === undefined) return Reflect.apply(end, this, args);
    const sent = rewriter.last(piece);
    if (sent === piece) this[EXCHANGE]?.unchanged();
    return Reflect.apply(end, this, [...(sent ? [sent, ...encodingOf(sent)] : []), ...callbackOf(rest)]);
  };
}

/** Text as it is where its encoding leaves ASCII alone, anything else as bytes; undefined: let Node complain. */
function toPiece(chunk: unknown, [encoding]: unknown[]): Chunk | undefined {
  if (typeof chunk === 'string') {
    const known = typeof encoding === 'string' ? encoding.toLowerCase() : 'utf8';
    return known === 'utf8' || known === 'utf-8' ? chunk : Buffer.from(chunk, known as BufferEncoding);
  }
  if (Buffer.isBuffer(chunk)) return chunk;
  return chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : undefined;
}

const encodingOf = (sent: Chunk): string[] => (typeof sent === 'string' ? ['utf8'] : []);
const callbackOf = (rest: unknown[]): Callback[] =>
  rest.filter((one): one is Callback => typeof one === 'function').slice(0, 1);

function beginUpgrade(request: Request, socket: net.Socket, settings: FollowSettings): void {
  const shown = writtenOrigin(request.headers.origin, settings, socket);
  if (shown) setRequestHeader(request, 'origin', shown);
  if (settings.pages && isHotUpdates(request.url ?? '')) followFrames(request, socket, settings.ports);
}
