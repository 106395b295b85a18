import type { DevstartConfig } from './generated/types.ts';

/**
 * The options of a run, each said once. The command line and its help, what the environment and the config say for it,
 * its default and how it is read come from its row; schema.json, .env.example and README's table are checked against
 * the rows by test/unit/config/options.test.ts.
 */
export interface OptionRow {
  /** What its text is read as. On the command line a `boolean` stands alone or after `no-`, the others want a value. */
  kind: keyof Kinds;
  alias?: string;
  /** Repeatable: all values count; elsewhere the last one wins. */
  many?: true;
  /** Its heading in the help. */
  group: 'Ports' | 'Servers' | 'Project' | 'Output' | 'Command';
  /** For the help and .env.example. */
  describe: string;
  /** What stands in brackets behind it in the help: the default, where nothing else is said. */
  shown?: string;
  /** Its variable, in the environment and in env files. */
  env?: string;
  /** Another program's variable that says the same, more weakly. */
  elseEnv?: string;
  /** The config's key. */
  config?: keyof DevstartConfig;
  /** Undefined: there is none, the setting may be absent. A row without this key is no setting of its own. */
  default?: string | number | boolean | undefined;
  /** Where the search for a role's port starts when nobody and no framework says more. */
  start?: number;
}

/** What a text becomes; the readers are READERS in values.ts. */
export interface Kinds {
  boolean: boolean;
  /** A whole number from 1 to 65535. */
  port: number;
  /** Likewise. */
  count: number;
  seconds: number;
  /** An IP address or a name, without a port. */
  host: string;
  path: string;
  text: string;
}

export const OPTIONS = {
  backendPort: {
    kind: 'text',
    alias: 'b',
    group: 'Ports',
    describe: 'Backend port: 8080, 8000-8003, auto or auto:5000-5100',
    shown: 'BACKEND_PORT; the project’s own number, else 8000',
    env: 'BACKEND_PORT',
    start: 8000,
  },
  frontendPort: {
    kind: 'text',
    alias: 'f',
    group: 'Ports',
    describe: 'Frontend port',
    shown: 'FRONTEND_PORT, then PORT; likewise, else 3000',
    env: 'FRONTEND_PORT',
    start: 3000,
  },
  port: { kind: 'text', many: true, group: 'Ports', describe: 'NAME=SPEC: the port of one app' },
  basePort: {
    kind: 'port',
    group: 'Ports',
    describe: 'One block: backend N, frontend N+1, further apps after them',
    env: 'DEVSTART_BASE_PORT',
    elseEnv: 'CONDUCTOR_PORT',
    config: 'basePort',
    default: undefined,
  },
  maxAttempts: {
    kind: 'count',
    group: 'Ports',
    describe: 'How many ports to try for each',
    env: 'DEVSTART_MAX_ATTEMPTS',
    config: 'maxAttempts',
    default: 10,
  },
  strictPort: {
    kind: 'boolean',
    group: 'Ports',
    describe: 'Exactly these ports: fail where one is taken',
    env: 'DEVSTART_STRICT_PORT',
    config: 'strictPort',
    default: false,
  },
  follow: {
    kind: 'boolean',
    group: 'Ports',
    describe: 'What the project has written of a port that moved follows it',
    shown: 'on; --no-follow',
    env: 'DEVSTART_FOLLOW',
    config: 'follow',
    default: true,
  },
  sticky: {
    kind: 'boolean',
    group: 'Ports',
    describe: 'Prefer the ports of the last run',
    shown: 'on; --no-sticky',
    env: 'DEVSTART_STICKY',
    config: 'sticky',
    default: true,
  },
  portsFile: {
    kind: 'path',
    group: 'Ports',
    describe: 'Where the ports are written',
    env: 'DEVSTART_PORTS_FILE',
    config: 'portsFile',
    default: '.ports.json',
  },
  host: {
    kind: 'host',
    group: 'Servers',
    describe: 'Address that the servers listen on',
    shown: 'each server’s own choice',
    env: 'DEVSTART_HOST',
    config: 'host',
    default: undefined,
  },
  handover: {
    kind: 'boolean',
    group: 'Servers',
    describe: 'devstart opens the sockets and hands them to the servers',
    shown: 'gunicorn and hypercorn, which are proven to take one; --no-handover',
    env: 'DEVSTART_HANDOVER',
    config: 'handover',
    default: undefined,
  },
  corsOrigin: {
    kind: 'text',
    many: true,
    group: 'Servers',
    describe: 'Further origin that may call the backend',
    env: 'CORS_ORIGINS',
    config: 'corsOrigins',
  },
  prod: {
    kind: 'boolean',
    group: 'Servers',
    describe: 'Production scripts, exact ports, explicit origins',
    env: 'DEVSTART_PROD',
    config: 'prod',
    default: false,
  },
  only: { kind: 'text', many: true, group: 'Servers', describe: 'Start just this app' },
  clean: {
    kind: 'boolean',
    group: 'Servers',
    describe: 'Remove the build caches (.web, .next …), then start',
    default: false,
  },
  killTimeout: {
    kind: 'seconds',
    group: 'Servers',
    describe: 'How many seconds servers may take to stop',
    env: 'DEVSTART_KILL_TIMEOUT',
    config: 'killTimeout',
    default: 5,
  },
  keepGoing: {
    kind: 'boolean',
    group: 'Servers',
    describe: 'A server that fails does not stop the others',
    config: 'keepGoing',
    default: false,
  },
  open: {
    kind: 'boolean',
    group: 'Servers',
    describe: 'Open the frontend in the browser when all are ready',
    default: false,
  },
  stdin: {
    kind: 'text',
    group: 'Servers',
    describe: 'The app that gets what is typed or piped in: a debugger, a prompt',
  },
  new: {
    kind: 'boolean',
    group: 'Project',
    describe: 'A further copy where the project runs already, on ports of its own',
  },
  detach: {
    kind: 'boolean',
    alias: 'd',
    group: 'Project',
    describe: 'Start in the background, and return when all are ready',
  },
  timeout: {
    kind: 'seconds',
    group: 'Project',
    describe: 'With -d: how many seconds all may take to be ready',
    shown: '120',
  },
  cwd: { kind: 'text', group: 'Project', describe: 'The project’s folder', shown: 'the current one' },
  config: { kind: 'text', group: 'Project', describe: 'Config file', shown: 'devstart.config.*' },
  dryRun: { kind: 'boolean', group: 'Project', describe: 'Print what would be started, and end' },
  explain: {
    kind: 'boolean',
    group: 'Project',
    describe: 'Print each setting and where it came from, and end',
  },
  json: { kind: 'boolean', group: 'Output', describe: 'One JSON object a line on stdout, nothing else' },
  quiet: { kind: 'boolean', group: 'Output', describe: 'Leave the servers’ output out' },
  timestamps: { kind: 'boolean', group: 'Output', describe: 'The time before each line' },
  logFormat: {
    kind: 'text',
    group: 'Output',
    describe: 'pretty, plain (no colour), json or raw (no prefix)',
  },
} as const satisfies Record<string, OptionRow>;

type Rows = typeof OPTIONS;
export type OptionKey = keyof Rows;

/** The options that are settings by themselves; those of ports and origins also depend on the apps. */
export type SettingKey = { [K in OptionKey]: Rows[K] extends { default: unknown } ? K : never }[OptionKey];
/** Undefined where the row has no default. */
export type SettingValue<K extends SettingKey> =
  | Kinds[Rows[K]['kind']]
  | (Rows[K]['default'] extends undefined ? undefined : never);

type Typed<Row extends OptionRow> = Row extends { many: true }
  ? string[]
  : Row['kind'] extends 'boolean'
    ? boolean
    : string;

/** What stands on the command line, as typed; undefined where it was not given. Values are read in config/. */
export type Flags = { [K in OptionKey]?: Typed<Rows[K]> | undefined };

/** `maxAttempts` is `max-attempts` on the command line. */
export const longName = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `backendPort` is `--backend-port`; `sticky` said as false is `--no-sticky`. */
export const flagName = (key: OptionKey, value?: unknown): string =>
  `--${value === false ? 'no-' : ''}${longName(key)}`;
