import type { IncomingMessage, ServerResponse } from 'node:http';
import { DevstartError } from '../errors.ts';
import type { ApiError } from './answers.ts';
import { MOST_BODY } from './protocol.ts';

/** What a request was answered with in place of what it wanted. */
export class HttpFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    { hint, headers = {} }: { hint?: string | undefined; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.headers = headers;
  }
}

/** What an error is to who has asked. */
export function faultFrom(error: unknown): HttpFault {
  if (error instanceof HttpFault) return error;
  if (!(error instanceof DevstartError)) {
    const { stack, message } = error instanceof Error ? error : new Error(String(error));
    return new HttpFault(500, 'INTERNAL', message, { hint: stack });
  }
  const { code, message, hint, exitCode } = error;
  const status =
    code === 'NOT_FOUND' ? 404 : code === 'STOPPING' || code === 'BUSY' ? 409 : exitCode === 2 ? 400 : 422;
  return new HttpFault(status, code, message, { hint });
}

/** A request that is well formed, and asks for what this run cannot do as it is: not its form was wrong. */
export function refusalOf(error: unknown): HttpFault {
  const { status, code, message, hint } = faultFrom(error);
  return new HttpFault(status === 400 ? 422 : status, code, message, { hint });
}

export function answerJson(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  if (response.headersSent || response.destroyed) return;
  const text = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(text);
}

export function answerFault(response: ServerResponse, error: unknown): void {
  const { status, code, message, hint, headers } = faultFrom(error);
  const body: ApiError = { error: { code, message, hint: hint ?? null } };
  answerJson(response, status, body, headers);
}

/** The same for what is no HTTP at all: written as it stands, for the connection is closed then. */
export function rawFault(status: number, reason: string, code: string, message: string): string {
  const body = `${JSON.stringify({ error: { code, message, hint: null } } satisfies ApiError)}\n`;
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Milliseconds for what nobody wants to hear. */
const LINGER = 500;

/** Reads and drops what is still on its way: over a connection that is closed before, the answer would be lost. */
export async function hearOut(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, LINGER).unref();
    request.resume().once('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** A body of JSON. @throws HttpFault 413, 400 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) throw tooLarge();
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MOST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    const why = text.length === 0 ? 'there is none' : (error as Error).message;
    throw new HttpFault(400, 'USAGE', `the body must be JSON: ${why}`);
  }
}

const tooLarge = () =>
  new HttpFault(413, 'TOO_LARGE', `a body has at most ${MOST_BODY} bytes`, {
    headers: { Connection: 'close' },
  });
