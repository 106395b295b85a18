import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevstartError, type ErrorCode } from '../errors.ts';
import type { ApiError } from './answers.ts';
import { type AnswerOf, type BodyOf, ROUTES, type Route, type RouteName } from './protocol.ts';
import type { RegisteredRun } from './registry.ts';

export interface CallOptions<N extends RouteName> {
  /** The `{name}` of the path. */
  name?: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: BodyOf<N>;
  signal?: AbortSignal;
}

/** An event of a run as the contract has it, with the id by which one goes on after it. */
export interface SentEvent {
  id: string | undefined;
  event: { type: string; time: string; [key: string]: unknown };
}

export interface EventsOptions {
  /** The servers' lines, too. */
  output?: boolean;
  /** Also what `--json` leaves out. */
  all?: boolean;
  /** The id of the last event that one has had. */
  after?: string;
  signal?: AbortSignal;
}

/** Milliseconds within which a question is answered; an order takes as long as it takes. */
const PATIENCE = 10_000;
const POLL = 25;
/** Milliseconds for which a run that lives, and has not opened its socket yet, is tried again. */
const OPENS_WITHIN = 5000;

/** The control API of one run, by its socket. */
export class RunClient {
  readonly run: string;
  readonly socket: string;

  constructor(run: string, socket: string) {
    this.run = run;
    this.socket = socket;
  }

  /** @throws DevstartError as the run says it; NO_ANSWER where nobody answers */
  async call<N extends RouteName>(route: N, options: CallOptions<N> = {}): Promise<AnswerOf<N>> {
    const { method }: Route = ROUTES[route];
    const response = await this.#send(route, options, method === 'GET' ? PATIENCE : undefined);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk);
    } catch (error) {
      throw this.#noAnswer(error);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new DevstartError(
        'NO_ANSWER',
        `run ${this.run} answers with what is no JSON: ${text.slice(0, 100)}`,
      );
    }
    if (response.statusCode !== 200) throw errorFrom(value);
    return value as AnswerOf<N>;
  }

  /** Until the run ends, or the signal comes. @throws DevstartError NO_ANSWER */
  async *events({ output, all, after, signal }: EventsOptions = {}): AsyncGenerator<SentEvent> {
    const query = { ...(output ? { output } : {}), ...(all ? { all } : {}) };
    const response = await this.#send('events', { query, ...(signal ? { signal } : {}) }, undefined, after);
    let text = '';
    let id: string | undefined;
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        const blocks = `${text}${chunk}`.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const lines = block.split('\n');
          const of = (field: string) =>
            lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2);
          id = of('id') ?? id;
          const data = of('data');
          if (data !== undefined) yield { id, event: JSON.parse(data) };
        }
      }
    } catch (error) {
      if (!signal?.aborted && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
    }
  }

  #send<N extends RouteName>(
    name: N,
    { name: segment = '', query = {}, body, signal }: CallOptions<N>,
    timeout: number | undefined,
    after?: string,
  ): Promise<IncomingMessage> {
    const route: Route = ROUTES[name];
    const given = Object.entries(query).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as [string, string]],
    );
    const search = new URLSearchParams(given).toString();
    const path = route.path.replace('{name}', encodeURIComponent(segment)) + (search && `?${search}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          socketPath: this.socket,
          method: route.method,
          path,
          // No pool: a command ends with its answer.
          agent: false,
          headers: {
            Host: 'devstart',
            ...(after === undefined ? {} : { 'Last-Event-ID': after }),
            ...(text === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
          },
          ...(signal ? { signal } : {}),
        },
        resolve,
      );
      if (timeout !== undefined)
        sent.setTimeout(timeout, () => sent.destroy(new Error(`nothing for ${timeout / 1000} s`)));
      sent.on('error', (error) => reject(this.#noAnswer(error)));
      sent.end(text);
    });
  }

  #noAnswer(error: unknown): DevstartError {
    const { code, message } = error as NodeJS.ErrnoException;
    const gone = code === 'ECONNRESET' || code === 'EPIPE' || message === 'aborted';
    const why =
      code === 'EACCES'
        ? `its socket is another user’s (${this.socket})`
        : gone
          ? 'it has ended before it answered'
          : `its socket does not answer (${code ?? message})`;
    return new DevstartError('NO_ANSWER', `run ${this.run} cannot be reached: ${why}`, { cause: error });
  }
}

/** An error of the run's as it would be here. */
function errorFrom(value: unknown): DevstartError {
  const { error } = value as Partial<ApiError>;
  if (typeof error?.message !== 'string')
    return new DevstartError('NO_ANSWER', 'the run answers with an error that is none');
  return new DevstartError(error.code as ErrorCode, error.message, { hint: error.hint ?? undefined });
}

/**
 * The control API of a run. One that has only begun opens its socket in a moment: it is waited for while the run lives.
 * @param again reads the run's record again; undefined: it lives no more
 * @throws DevstartError NO_ANSWER
 */
export async function connectRun(
  first: RegisteredRun,
  again: () => RegisteredRun | undefined,
): Promise<RunClient> {
  const deadline = performance.now() + OPENS_WITHIN;
  let run: RegisteredRun | undefined = first;
  while (run) {
    const { socket } = run.record;
    if (socket !== undefined) return new RunClient(run.run, socket);
    if (performance.now() > deadline) {
      throw new DevstartError('NO_ANSWER', `run ${run.run} cannot be steered: it has opened no socket`, {
        hint: `It is pid ${run.record.pid}, in ${run.root}. Its own output says more (CONTROL_OFF).`,
      });
    }
    await sleep(POLL);
    run = again();
  }
  throw new DevstartError('NOT_FOUND', `run ${first.run} has ended`);
}
