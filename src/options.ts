import type { Context } from './cli.ts';

/** The options of a run as data: the yargs program, its help and the unknown-flag check come from this table. */
export interface OptionRow {
  alias?: string;
  type: 'string' | 'boolean';
  /** Repeatable: all values count; elsewhere the last one wins. */
  many?: true;
  describe: string;
  group: 'Ports' | 'Servers' | 'Project' | 'Output' | 'Command';
  choices?: readonly string[];
}

export const LOG_FORMATS = ['pretty', 'plain', 'json', 'raw'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export const RUN_OPTIONS: Record<string, OptionRow> = {
  'backend-port': {
    alias: 'b',
    type: 'string',
    group: 'Ports',
    describe: 'Backend port: 8080, 8000-8003, auto or auto:5000-5100 [BACKEND_PORT; 8000]',
  },
  'frontend-port': {
    alias: 'f',
    type: 'string',
    group: 'Ports',
    describe: 'Frontend port [FRONTEND_PORT; 3000, or the framework’s]',
  },
  port: { type: 'string', many: true, group: 'Ports', describe: 'NAME=SPEC: the port of one app' },
  'base-port': {
    type: 'string',
    group: 'Ports',
    describe: 'One block: backend N, frontend N+1, further apps after them',
  },
  'max-attempts': {
    type: 'string',
    group: 'Ports',
    describe: 'How many ports to try for each [10]',
  },
  'strict-port': {
    type: 'boolean',
    group: 'Ports',
    describe: 'Exactly these ports: fail where one is taken',
  },
  sticky: {
    type: 'boolean',
    group: 'Ports',
    describe: 'Prefer the ports of the last run [on; --no-sticky]',
  },
  'ports-file': {
    type: 'string',
    group: 'Ports',
    describe: 'Where the ports are written [.ports.json]',
  },
  host: {
    type: 'string',
    group: 'Servers',
    describe: 'Address that the servers listen on [loopback]',
  },
  'cors-origin': {
    type: 'string',
    many: true,
    group: 'Servers',
    describe: 'Further origin that may call the backend',
  },
  prod: { type: 'boolean', group: 'Servers', describe: 'Production scripts, exact ports, explicit origins' },
  only: { type: 'string', many: true, group: 'Servers', describe: 'Start just this app' },
  clean: {
    type: 'boolean',
    group: 'Servers',
    describe: 'Remove the build caches (.web, .next …), then start',
  },
  'kill-timeout': {
    type: 'string',
    group: 'Servers',
    describe: 'How many seconds servers may take to stop [5]',
  },
  'keep-going': {
    type: 'boolean',
    group: 'Servers',
    describe: 'A server that fails does not stop the others',
  },
  open: {
    type: 'boolean',
    group: 'Servers',
    describe: 'Open the frontend in the browser when all are ready',
  },
  stdin: {
    type: 'string',
    group: 'Servers',
    describe: 'The app that gets what is typed or piped in: a debugger, a prompt',
  },
  cwd: { type: 'string', group: 'Project', describe: 'The project’s folder [the current one]' },
  config: { type: 'string', group: 'Project', describe: 'Config file [devstart.config.*]' },
  'dry-run': { type: 'boolean', group: 'Project', describe: 'Print what would be started, and end' },
  explain: {
    type: 'boolean',
    group: 'Project',
    describe: 'Print each setting and where it came from, and end',
  },
  json: { type: 'boolean', group: 'Output', describe: 'One JSON object a line on stdout, nothing else' },
  quiet: {
    type: 'boolean',
    group: 'Output',
    describe: 'Leave the servers’ output out',
  },
  timestamps: { type: 'boolean', group: 'Output', describe: 'The time before each line' },
  'log-format': {
    type: 'string',
    group: 'Output',
    choices: LOG_FORMATS,
    describe: 'pretty, plain (no colour), json or raw (no prefix)',
  },
};

/** What every command knows, and the run too. */
export const COMMON_OPTIONS: Record<string, OptionRow> = {
  yes: {
    alias: 'y',
    type: 'boolean',
    group: 'Project',
    describe: 'Answer every question with yes (init, free)',
  },
};
const COMMON_OF_RUN = ['cwd', 'json'];

/** One command as data; what is absent it does not take. */
export interface CommandRow {
  describe: string;
  /** Its words: how they look in the help, and how many there may be. */
  args?: { shape: string; min?: number; max?: number };
  /** What may follow `--`, as the help shows it: reaches the command as `context.rest`. */
  rest?: string;
  /** Options of a run that it knows as well, beside the common ones; `'all'` that start one. */
  runOptions?: 'all' | readonly string[];
  /** Its own: reach it as `context.own`. A name that a run has too must have the run's type. */
  ownOptions?: Record<string, OptionRow>;
  /** For the help: `[line, what it does]`. */
  examples?: [string, string][];
  /** Absent where yargs itself answers. @returns the exit code */
  run?(context: Context): Promise<number>;
}

export const COMMANDS: Record<string, CommandRow> = {
  init: {
    describe: 'Write the smallest config for what is found here',
    runOptions: ['prod'],
    run: async (context) => (await import('./commands/init.ts')).init(context),
  },
  clean: {
    describe: 'Remove the build caches, and end',
    runOptions: ['config', 'only', 'prod'],
    run: async (context) => (await import('./commands/clean.ts')).clean(context),
  },
  exec: {
    describe: 'Start the project (or join it), wait until it is ready, run a command, stop',
    rest: '-- COMMAND',
    args: { shape: '' }, // to say better than yargs what is missing
    runOptions: 'all',
    ownOptions: {
      output: {
        type: 'string',
        group: 'Command',
        describe: 'File for the servers’ output and devstart’s lines [stderr]',
      },
      json: {
        type: 'boolean',
        group: 'Output',
        describe: 'devstart’s lines as JSON, on stderr: stdout is the command’s',
      },
    },
    examples: [
      ['$0 exec -- npm test', 'start, wait, test, stop; exits as npm test does'],
      ['$0 exec --output servers.log -- npx playwright test', 'the servers’ output in a file'],
    ],
    run: async (context) => (await import('./commands/exec.ts')).exec(context),
  },
  port: {
    describe: 'Print a port that nobody else gets for a minute',
    args: { shape: '[IP]', max: 1 },
    ownOptions: {
      port: { type: 'string', group: 'Command', describe: 'Take this one where it is free' },
      count: { type: 'string', group: 'Command', describe: 'How many, one a line [1]' },
    },
    examples: [
      ['PORT="$($0 port)" npm start', 'a free port that stays free'],
      ['$0 port --count 3 --json', 'three of them, as a JSON array'],
      ['$0 port 127.0.0.1 --port 8080', 'on one address, 8080 if it is free'],
    ],
    run: async (context) => (await import('./commands/port.ts')).port(context),
  },
  who: {
    describe: 'Show who has a port: the process, its user and its project',
    args: { shape: 'PORT|RANGE...', min: 1 },
    examples: [
      ['$0 who 3000', 'whose port 3000 is'],
      ['$0 who 3000-3010 8000 --json', 'of several, one JSON object a line'],
    ],
    run: async (context) => (await import('./commands/who.ts')).who(context),
  },
  free: {
    describe: 'End what listens on a port, after asking',
    args: { shape: 'PORT...', min: 1 },
    runOptions: ['kill-timeout'],
    examples: [
      ['$0 free 3000', 'show what has port 3000, ask, end it'],
      ['$0 free 3000 8000 --yes', 'the same without asking'],
    ],
    run: async (context) => (await import('./commands/free.ts')).free(context),
  },
  prune: {
    describe: 'End what runs that were killed have left, in every project',
    run: async (context) => (await import('./commands/prune.ts')).prune(context),
  },
  completion: { describe: 'Print a completion script for your shell' },
};

/** The options that the command knows, or a plain run (undefined). */
export function optionsOf(command: CommandRow | undefined): Record<string, OptionRow> {
  const names = command?.runOptions ?? (command ? [] : 'all');
  if (names === 'all') {
    const { 'dry-run': dryRun, explain, ...starting } = RUN_OPTIONS;
    const known = command ? starting : RUN_OPTIONS;
    return { ...known, ...COMMON_OPTIONS, ...command?.ownOptions };
  }
  const ofRun = [...names, ...COMMON_OF_RUN].map((name) => [name, RUN_OPTIONS[name] as OptionRow] as const);
  return { ...Object.fromEntries(ofRun), ...COMMON_OPTIONS, ...command?.ownOptions };
}
