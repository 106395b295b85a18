import { MOST_INSTANCES } from '../config/instance-id.ts';
import { DONE, INSTANCE, LOG_LINE, PLAN, PORT, SOCKET, VERSION_ANSWER } from './answers.ts';
import { either, flag, integer, list, type Of, object, record, type Schema, text } from './schema.ts';

/**
 * The control API, version 1, as data: what the server checks and answers, what the client takes, and what
 * `openapi.json` is written from (`scripts/openapi.ts`). What it answers stands in `answers.ts`.
 */
export const API_VERSION = 1;

/** Bytes of a request's body. */
export const MOST_BODY = 64 * 1024;

/** By which an app, an instance, or the whole run is asked for. */
export const NAME = text({
  minLength: 1,
  maxLength: 300,
  description: 'An app (`api`), an instance (`api:1`, or its number), or the whole run (its id or its name)',
});

/** Another port, for this run only. */
const SPEC = either(
  text({
    pattern: '^(?:\\d{1,5}(?:-\\d{1,5})?|auto(?::\\d{1,5}-\\d{1,5})?)$',
    description: 'A SPEC: `8080`, `8000-8003`, `auto`, `auto:5000-5100`',
    examples: ['auto', 'auto:5000-5100'],
  }),
  PORT,
);

/** As `devstart logs --since` has it; the day itself may still be none (`2026-02-31`). */
const SINCE = text({
  pattern:
    '^(?:(?:\\d{1,6}[smhd]){1,5}|\\d{4}-\\d\\d-\\d\\d(?:T\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d\\d:\\d\\d)?)?)$',
  maxLength: 40,
  description: '`10m`, `1h30m`, or a time in ISO form: `2026-11-30T10:00`',
  examples: ['10m', '1h30m', '2026-11-30T10:00:00Z'],
});

const INPUT = object({
  name: NAME,
  data: text({ maxLength: 60_000, description: 'Written to the stdin of the app’s first instance' }),
});

type ErrorStatus = 400 | 404 | 405 | 409 | 413 | 422;

export interface Route {
  method: 'GET' | 'POST';
  /** With `{name}` for one segment. */
  path: string;
  summary: string;
  query?: Readonly<Record<string, Schema>>;
  headers?: Readonly<Record<string, Schema>>;
  body?: Schema;
  /** `events`: server-sent events. */
  answer: Schema | 'events';
  errors: readonly ErrorStatus[];
}

const order = <P extends string, B>(path: P, summary: string, body: Schema<B>) =>
  ({
    method: 'POST',
    path,
    summary,
    body,
    answer: DONE,
    errors: [400, 404, 405, 409, 413, 422],
  }) as const;

/** By what `server.ts` calls them: `operationId` in `openapi.json`. */
export const ROUTES = {
  version: {
    method: 'GET',
    path: '/v1',
    summary: 'Who answers here, and the run that it is',
    answer: VERSION_ANSWER,
    errors: [400, 405],
  },
  instances: {
    method: 'GET',
    path: '/v1/instances',
    summary: 'Every instance as it is now',
    query: {
      check: flag({
        description:
          'Looks who listens: `unready` is one that was ready, and whose port is another process’s or nobody’s now',
      }),
    },
    answer: list(INSTANCE),
    errors: [400, 405],
  },
  instance: {
    method: 'GET',
    path: '/v1/instances/{name}',
    summary: 'One instance, or an app’s first one',
    answer: INSTANCE,
    errors: [400, 404, 405],
  },
  sockets: {
    method: 'GET',
    path: '/v1/sockets',
    summary: 'The sockets that are handed to instances, and who holds them',
    answer: list(SOCKET),
    errors: [400, 405],
  },
  plan: {
    method: 'GET',
    path: '/v1/plan',
    summary: 'What each server is started with; secrets are masked',
    answer: PLAN,
    errors: [400, 405],
  },
  env: {
    method: 'GET',
    path: '/v1/env',
    summary:
      'What an instance is told beside the launcher’s environment, or a command that works with the servers: as it is, secrets included',
    query: { name: NAME },
    answer: object({ env: record(text()) }),
    errors: [400, 404, 405],
  },
  logs: {
    method: 'GET',
    path: '/v1/logs',
    summary: 'What the servers have printed, from the log files, merged by time',
    query: {
      app: text({ minLength: 1, maxLength: 300, description: 'An app, or one instance of it (`api:1`)' }),
      lines: integer({ minimum: 0, maximum: 10_000, description: 'The last ones; 200 without it' }),
      since: SINCE,
      grep: text({ maxLength: 1000, description: 'A regular expression (JavaScript’s)' }),
    },
    answer: list(LOG_LINE),
    errors: [400, 404, 405, 422],
  },
  events: {
    method: 'GET',
    path: '/v1/events',
    summary:
      'What happens, as server-sent events: first what still holds, then each event as it happens. With Last-Event-ID what has happened since then; a `gap` event says that some of it is not kept any more',
    query: {
      follow: flag({
        description:
          'false: ends after what is known by now; without it the stream goes on until the run ends',
      }),
      output: flag({ description: 'The servers’ lines, too' }),
      all: flag({ description: 'Also what `--json` leaves out: `planned`, `tried`, `ended`, `stopping`' }),
    },
    headers: { 'Last-Event-ID': text({ maxLength: 200 }) },
    answer: 'events',
    errors: [400, 405],
  },
  input: {
    method: 'POST',
    path: '/v1/input',
    summary: 'Types into a server',
    body: INPUT,
    answer: object({ taken: flag() }),
    errors: [400, 404, 405, 409, 413, 422],
  },
  restart: order(
    '/v1/restart',
    'Ends instances and starts them again',
    object({ name: NAME, port: SPEC }, ['port']),
  ),
  reload: order(
    '/v1/reload',
    'New ones first; when they are ready the old ones end',
    object({ name: NAME, port: SPEC }, ['port']),
  ),
  stop: order('/v1/stop', 'Ends an instance, an app, or the whole run', object({ name: NAME })),
  start: order('/v1/start', 'Starts what was stopped', object({ name: NAME })),
  scale: order(
    '/v1/scale',
    'More instances of an app, or fewer, by its port spec',
    object({ name: NAME, instances: integer({ minimum: 1, maximum: MOST_INSTANCES }) }),
  ),
  delete: order(
    '/v1/delete',
    'Ends it, and forgets it; with the last of them the run ends',
    object({ name: NAME }),
  ),
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** What a route wants in its body, and what it answers. */
export type BodyOf<N extends RouteName> = (typeof ROUTES)[N] extends { body: infer B } ? Of<B> : undefined;
export type AnswerOf<N extends RouteName> = Of<(typeof ROUTES)[N]['answer']>;
