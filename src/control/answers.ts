import {
  integer,
  list,
  named,
  number,
  type Of,
  object,
  oneOf,
  openObject,
  orNull,
  record,
  text,
} from './schema.ts';

/**
 * What the control API answers, as data. Nothing is left out: what is not known is null, but for roles, which are absent
 * where the project lacks them, as in `.ports.json`.
 */

const ROLE = oneOf(['backend', 'frontend']);
export const PORT = integer({ minimum: 1, maximum: 65_535 });
const time = (description: string) => text({ format: 'date-time', description });

export const STATUSES = [
  'waiting',
  'starting',
  'ready',
  'unready',
  'restarting',
  'stopping',
  'stopped',
  'failed',
] as const;

/** A row of `devstart list --json`. */
export const INSTANCE = named(
  'Instance',
  object(
    {
      id: orNull(integer({ minimum: 0, description: 'A small number, the same while it lives; a NAME too' })),
      run: text({ description: 'The run’s id' }),
      project: text({ description: 'What the run is called' }),
      root: text({ description: 'The project’s folder, absolute' }),
      branch: orNull(text({ description: 'The git branch that is checked out there' })),
      app: text(),
      instance: integer({ minimum: 0 }),
      name: text({ description: 'By which it is asked for: `api`, or `api:1` where there are several' }),
      role: orNull(ROLE),
      status: oneOf(STATUSES),
      pid: orNull(integer({ minimum: 1, description: 'The leader of its process tree, while it runs' })),
      port: orNull(PORT),
      ports: list(PORT),
      url: orNull(text()),
      cpu: orNull(number({ description: 'Percent of one core, of the whole process tree' })),
      memory: orNull(number({ description: 'Bytes, of the whole process tree' })),
      uptime: orNull(number({ description: 'Seconds since its process started' })),
      restarts: integer({ minimum: 0 }),
      waiting: text({
        description: 'With `check`, of one that starts: what is waited for, as it was answered last',
      }),
    },
    ['waiting'],
  ),
);
export type Instance = Of<typeof INSTANCE>;

export const RUN = named(
  'Run',
  object({
    run: text({ description: 'The run’s id' }),
    name: text({ description: 'What it is called: the project’s folder, or the config’s `name`' }),
    root: text({ description: 'The project’s folder, absolute' }),
    branch: orNull(text()),
    pid: integer({ minimum: 1, description: 'Of the launcher' }),
    status: oneOf(['starting', 'running', 'stopping', 'stopped']),
    startedAt: time('When the run began'),
    ports: object({ backend: PORT, frontend: PORT }, ['backend', 'frontend']),
    urls: object({ backend: text(), frontend: text() }, ['backend', 'frontend']),
    corsOrigins: list(text()),
    portsFile: text({ description: 'Absolute' }),
    logs: orNull(text({ description: 'The folder of the log files, absolute' })),
    socket: text({ description: 'Where this API is' }),
  }),
);
export type RunInfo = Of<typeof RUN>;

/** A listening socket that the launcher has opened, and hands to an app's instances. */
export const SOCKET = named(
  'Socket',
  object({
    app: text(),
    name: text({ description: 'As in LISTEN_FDNAMES' }),
    address: text({ description: '`127.0.0.1:8000`, `[::1]:8000`' }),
    fd: integer({ minimum: 0, description: 'The descriptor in the instances' }),
    backlog: integer({ minimum: 0, description: 'As it was asked for: a server may change it' }),
    waiting: orNull(integer({ minimum: 0, description: 'Connections that nobody has taken yet' })),
    holders: list(
      object({
        pid: integer({ minimum: 1 }),
        instance: orNull(integer({ minimum: 0, description: 'Null: the launcher, which takes none' })),
      }),
    ),
  }),
);
export type SocketInfo = Of<typeof SOCKET>;

export const VERSION_ANSWER = named(
  'Version',
  object({
    devstart: text({ description: 'The program’s version' }),
    api: integer({ minimum: 1 }),
    run: RUN,
  }),
);

const PLANNED_APP = named(
  'PlannedApp',
  openObject({
    name: text(),
    instance: integer({ minimum: 0 }),
    cwd: text(),
    env: record(text({ description: 'What is added to the launcher’s own; secrets are masked' })),
    ports: list(PORT),
  }),
);

/** As `--dry-run --json` prints it. */
export const PLAN = named(
  'Plan',
  object({
    ports: object({ backend: PORT, frontend: PORT }, ['backend', 'frontend']),
    urls: object({ backend: text(), frontend: text() }, ['backend', 'frontend']),
    corsOrigins: list(text()),
    apps: list(PLANNED_APP),
    copies: list(
      openObject({
        file: text({ description: 'Where the project names a port that has moved' }),
        line: integer({ minimum: 1 }),
        of: text({ description: 'The app whose port it is' }),
        port: PORT,
      }),
    ),
  }),
);
export type PlanAnswer = Of<typeof PLAN>;

const MILLISECONDS = orNull(number({ minimum: 0 }));

export const LOG_LINE = named(
  'LogLine',
  object({
    time: time('When it was read'),
    app: text(),
    instance: integer({ minimum: 0 }),
    stream: oneOf(['stdout', 'stderr', 'devstart']),
    line: text({ description: 'Without its end; colours as the server has sent them' }),
  }),
);

/** What `devstart events --json` prints, line by line. */
export const SENT_EVENT = named(
  'Event',
  openObject({
    type: text({ description: '`ready`, `exited`, …, as in `--json`; `gap`' }),
    time: time('When'),
  }),
);

/** What has been done; it is answered when it is true. */
export const DONE = named(
  'Done',
  object({
    did: oneOf(['stop', 'start', 'restart', 'reload', 'scale', 'delete']),
    run: text(),
    instead: orNull(text({ description: 'Why it was restarted in place of reloaded' })),
    ended: list(text({ description: 'Instances, as `api:0`' })),
    started: list(text({ description: 'Instances, as `api:0`' })),
    moved: list(
      object({ app: text(), instance: integer({ minimum: 0 }), from: orNull(PORT), to: orNull(PORT) }),
    ),
    told: list(
      object({
        what: text({ description: 'Who depends on what has moved: an app, CORS, a file, a place in one' }),
        how: text({ description: 'How it has learned of it' }),
      }),
    ),
    ms: object({
      ended: MILLISECONDS,
      ready: MILLISECONDS,
      silent: orNull(number({ minimum: 0, description: 'For how long nothing answered' })),
    }),
    instances: list(INSTANCE),
  }),
);
export type Done = Of<typeof DONE>;

export const API_ERROR = named(
  'Error',
  object({ error: object({ code: text(), message: text(), hint: orNull(text()) }) }),
);
export type ApiError = Of<typeof API_ERROR>;
