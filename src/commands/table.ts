import type { OptionRow } from '../config/options.ts';
import type { Context } from '../context.ts';
import { asConfig } from './as-config.ts';
import { COMMON_OPTIONS, RUN_OPTIONS } from './options.ts';

const COMMON_OF_RUN = ['cwd', 'json'];

const ALL: OptionRow = {
  kind: 'boolean',
  group: 'Command',
  describe: 'All that runs, in every project of yours',
};

const SPEC_FOR_THIS_RUN: OptionRow = {
  kind: 'text',
  group: 'Command',
  describe: 'Another port, for this run only: 8080, 8000-8003, auto, auto:5000-5100',
};

/** One command as data; what is absent it does not take. */
export interface CommandRow {
  describe: string;
  /** Its words: how they look in the help, and how many there may be. */
  args?: { shape: string; min?: number; max?: number };
  /** What may follow `--`, as the help shows it: reaches the command as `context.rest`. */
  rest?: string;
  /** Options of a run that it knows as well, beside the common ones; `'all'` that start one. */
  runOptions?: 'all' | readonly string[];
  /** Its own: reach it as `context.own`. A name that a run has too must want a value as the run's does. */
  ownOptions?: Record<string, OptionRow>;
  /** For the help: `[line, what it does]`. */
  examples?: [string, string][];
  /** How another program's command line of this name is said here; undefined: it is none. */
  elsewhere?(words: readonly string[], given: Readonly<Record<string, unknown>>): string | undefined;
  /** Absent where yargs itself answers. @returns the exit code */
  run?(context: Context): Promise<number>;
}

export const COMMANDS: Record<string, CommandRow> = {
  up: {
    describe: 'Start the project in the background, and return when all are ready',
    runOptions: 'all',
    ownOptions: {
      detach: { ...(RUN_OPTIONS.detach as OptionRow), describe: 'As it does anyway' },
      timeout: {
        kind: 'seconds',
        group: 'Command',
        describe: 'How many seconds all may take to be ready',
        shown: '120',
      },
    },
    examples: [
      ['$0 up', 'the same as devstart -d: again, it tells of what runs already'],
      ['$0 up --json', 'one object: run, ports, urls, logs'],
      ['$0 up --new', 'a further copy, on other ports'],
    ],
    run: async (context) => (await import('./up.ts')).up(context),
  },
  init: {
    describe: 'Write the smallest config for what is found here',
    runOptions: ['prod'],
    ownOptions: {
      agents: {
        kind: 'boolean',
        group: 'Command',
        describe: 'Instead: tell coding agents of devstart, in AGENTS.md and in files of theirs that exist',
      },
    },
    run: async (context) => (await import('./init.ts')).init(context),
  },
  clean: {
    describe: 'Remove the build caches, and end',
    runOptions: ['config', 'only', 'prod'],
    run: async (context) => (await import('./clean.ts')).clean(context),
  },
  exec: {
    describe: 'Start the project (or join it), wait until it is ready, run a command, stop',
    rest: '-- COMMAND',
    args: { shape: '' }, // to say better than yargs what is missing
    runOptions: 'all',
    ownOptions: {
      timeout: {
        kind: 'seconds',
        group: 'Command',
        describe: 'How many seconds all may take to be ready',
        shown: '300',
      },
      output: {
        kind: 'text',
        group: 'Command',
        describe: 'File for the servers’ output and devstart’s lines',
        shown: 'stderr',
      },
      json: {
        kind: 'boolean',
        group: 'Output',
        describe: 'devstart’s lines as JSON, on stderr: stdout is the command’s',
      },
    },
    examples: [
      ['$0 exec -- npm test', 'start, wait, test, stop; exits as npm test does'],
      ['$0 exec --output servers.log -- npx playwright test', 'the servers’ output in a file'],
    ],
    run: async (context) => (await import('./exec.ts')).exec(context),
  },
  stop: {
    describe: 'End what runs here: the whole run, an app, an instance (also: down)',
    args: { shape: '[NAME...]' },
    ownOptions: { all: ALL },
    examples: [
      ['$0 stop', 'the run of this project'],
      ['$0 stop api', 'one app; $0 start api starts it again'],
      ['$0 stop --all', 'everything, in every project'],
    ],
    run: async (context) => (await import('./orders.ts')).stop(context),
  },
  down: {
    describe: 'The same as stop',
    args: { shape: '[NAME...]' },
    ownOptions: { all: ALL },
    run: async (context) => (await import('./orders.ts')).stop(context),
  },
  start: {
    describe: 'Start what was stopped, or an app that --only has left out',
    args: { shape: 'NAME...', min: 1 },
    elsewhere: asConfig,
    examples: [
      ['$0 start api', 'after $0 stop api'],
      ['$0 up', 'the project; a command, its ports and instances stand in devstart.config.json'],
    ],
    run: async (context) => (await import('./orders.ts')).start(context),
  },
  restart: {
    describe: 'End it and start it again, on another port where one is given',
    args: { shape: '[NAME...]' },
    ownOptions: { all: ALL, port: SPEC_FOR_THIS_RUN },
    examples: [
      ['$0 restart', 'all of this project'],
      ['$0 restart api --port 3001', 'on another port, for this run only: no file is changed'],
    ],
    run: async (context) => (await import('./orders.ts')).restart(context),
  },
  reload: {
    describe: 'Start new ones first; when they are ready the old ones end',
    args: { shape: '[NAME...]' },
    ownOptions: { all: ALL, port: SPEC_FOR_THIS_RUN },
    examples: [['$0 reload api --port 4000-4003', 'four instances in place of one, with no gap']],
    run: async (context) => (await import('./orders.ts')).reload(context),
  },
  scale: {
    describe: 'More instances of an app, or fewer, by its port spec',
    args: { shape: 'NAME N', min: 2, max: 2 },
    examples: [['$0 scale api 3', 'three of it']],
    run: async (context) => (await import('./orders.ts')).scale(context),
  },
  delete: {
    describe: 'Stop it, and list it no more',
    args: { shape: 'NAME...', min: 1 },
    run: async (context) => (await import('./orders.ts')).remove(context),
  },
  wait: {
    describe: 'Wait until it is ready, by its own processes',
    args: { shape: '[NAME...]' },
    ownOptions: {
      timeout: {
        kind: 'seconds',
        group: 'Command',
        describe: 'How many seconds that may take',
        shown: '120',
      },
    },
    examples: [['$0 wait && npm test', 'also for a run that is just being started elsewhere']],
    run: async (context) => (await import('./wait.ts')).wait(context),
  },
  env: {
    describe: 'Print what the servers are told, for a shell or a program',
    args: { shape: '[NAME]', max: 1 },
    ownOptions: {
      format: {
        kind: 'text',
        group: 'Command',
        describe: 'shell, dotenv, json, or github (appends to GITHUB_ENV)',
        shown: 'shell',
      },
    },
    examples: [
      ['eval "$($0 env)"', 'URLs and ports of what runs here, in this shell'],
      ['$0 env api --format dotenv', 'all that one server is given'],
    ],
    run: async (context) => (await import('./env.ts')).env(context),
  },
  events: {
    describe: 'Print what happens, until the run ends',
    args: { shape: '[NAME]', max: 1 },
    ownOptions: {
      output: { kind: 'boolean', group: 'Command', describe: 'The servers’ lines, too' },
    },
    examples: [['$0 events --json', 'one JSON object a line']],
    run: async (context) => (await import('./events.ts')).events(context),
  },
  url: {
    describe: 'Print the URL of what runs',
    args: { shape: '[NAME]', max: 1 },
    examples: [
      ['open "$($0 url)"', 'the page of the project that runs here'],
      ['$0 url api', 'one app’s'],
      ['$0 url shop/api:1', 'of another project, of its second instance'],
    ],
    run: async (context) => (await import('./url.ts')).url(context),
  },
  attach: {
    describe: 'Show what a run prints from now on, and take its keys; Ctrl-C leaves it running',
    args: { shape: '[NAME]', max: 1 },
    runOptions: ['timestamps', 'log-format'],
    examples: [
      ['$0 attach', 'to what runs in this folder'],
      ['$0 attach shop', 'to another project'],
    ],
    run: async (context) => (await import('./attach.ts')).attach(context),
  },
  info: {
    describe: 'Show all that is known of a run, an app or an instance',
    args: { shape: '[NAME]', max: 1 },
    examples: [
      [
        '$0 info',
        'of what runs in this folder: settings and their sources, ports, environment, processes, logs',
      ],
      ['$0 info api --json', 'one app, as one object'],
    ],
    run: async (context) => (await import('./info.ts')).info(context),
  },
  list: {
    describe: 'Show what runs, in every project of yours',
    ownOptions: {
      watch: { kind: 'boolean', group: 'Command', describe: 'Again every second, until Ctrl-C' },
      markdown: { kind: 'boolean', group: 'Command', describe: 'As a table for a PORTS.md' },
      project: { kind: 'boolean', group: 'Command', describe: 'Only what runs in this folder' },
    },
    examples: [
      ['$0 list', 'all runs, with ports, CPU, memory and how long they are up'],
      ['$0 list --json', 'the same as one array'],
      ['$0 list --markdown > PORTS.md', 'for the team'],
    ],
    run: async (context) => (await import('./list.ts')).list(context),
  },
  logs: {
    describe: 'Show what the servers have printed, from the log files: also of what has ended',
    args: { shape: '[NAME...]' },
    runOptions: ['timestamps', 'log-format'],
    ownOptions: {
      follow: { kind: 'boolean', alias: 'f', group: 'Command', describe: 'Go on until the run ends' },
      lines: {
        kind: 'text',
        alias: 'n',
        group: 'Command',
        describe: 'The last LINES, of all runs',
        shown: 'all of the last run',
      },
      since: { kind: 'text', group: 'Command', describe: 'From then on: 10m, 2h, 2026-11-30T10:00' },
      grep: { kind: 'text', group: 'Command', describe: 'Lines that match a regular expression; /…/i' },
    },
    examples: [
      ['$0 logs -f', 'all of this run, and what comes'],
      ['$0 logs api -n 50', 'the last 50 lines of one app'],
      ['$0 logs --since 10m --grep /error/i', 'errors of the last ten minutes'],
    ],
    run: async (context) => (await import('./logs.ts')).logs(context),
  },
  port: {
    describe: 'Print a port that nobody else gets for a minute',
    args: { shape: '[IP]', max: 1 },
    ownOptions: {
      port: { kind: 'text', group: 'Command', describe: 'Take this one where it is free' },
      count: { kind: 'text', group: 'Command', describe: 'How many, one a line', shown: '1' },
    },
    examples: [
      ['PORT="$($0 port)" npm start', 'a free port that stays free'],
      ['$0 port --count 3 --json', 'three of them, as a JSON array'],
      ['$0 port 127.0.0.1 --port 8080', 'on one address, 8080 if it is free'],
    ],
    run: async (context) => (await import('./port.ts')).port(context),
  },
  who: {
    describe: 'Show who has a port: the process, its user and its project',
    args: { shape: 'PORT|RANGE...', min: 1 },
    examples: [
      ['$0 who 3000', 'whose port 3000 is'],
      ['$0 who 3000-3010 8000 --json', 'of several, one JSON object a line'],
    ],
    run: async (context) => (await import('./who.ts')).who(context),
  },
  free: {
    describe: 'End what listens on a port, after asking',
    args: { shape: 'PORT...', min: 1 },
    runOptions: ['kill-timeout'],
    examples: [
      ['$0 free 3000', 'show what has port 3000, ask, end it'],
      ['$0 free 3000 8000 --yes', 'the same without asking'],
    ],
    run: async (context) => (await import('./free.ts')).free(context),
  },
  prune: {
    describe: 'End what runs that were killed have left, in every project',
    run: async (context) => (await import('./prune.ts')).prune(context),
  },
  export: {
    describe: 'Write the project as files of Compose, systemd, Kubernetes and others',
    args: { shape: 'FORMAT [DIR]', min: 1, max: 2 },
    runOptions: [
      'backend-port',
      'frontend-port',
      'port',
      'base-port',
      'cors-origin',
      'kill-timeout',
      'only',
      'config',
      'prod',
      'dry-run',
    ],
    ownOptions: {
      force: { kind: 'boolean', group: 'Command', describe: 'Write over files that were edited' },
      'frontend-url': {
        kind: 'text',
        group: 'Command',
        describe: 'Where browsers find the page',
        shown: 'FRONTEND_URL in .env, else the first origin',
      },
      'backend-url': {
        kind: 'text',
        group: 'Command',
        describe: 'Where browsers find the API',
        shown: 'BACKEND_URL in .env, else beside the page',
      },
    },
    examples: [
      ['$0 export compose -b 8000 -f 3000 --cors-origin http://localhost:3000', 'into deploy/compose'],
      ['$0 export systemd ops --frontend-url https://shop.example', 'units into ops/'],
      ['$0 export kubernetes --dry-run', 'what would change'],
      ['$0 export compose - | docker compose -f - config', 'to stdout'],
    ],
    run: async (context) => (await import('./export.ts')).exportPlan(context),
  },
  completion: {
    describe: 'Print a completion script for your shell',
    args: { shape: '[bash|zsh|fish|powershell]', max: 1 },
    run: async (context) => (await import('./completion.ts')).completion(context),
  },
};

for (const other of ['ls', 'ps'])
  COMMANDS[other] = { ...(COMMANDS.list as CommandRow), describe: 'The same as list' };

/** The options that the command knows, or a plain run (undefined). */
export function optionsOf(command: CommandRow | undefined): Record<string, OptionRow> {
  const names = command?.runOptions ?? (command ? [] : 'all');
  if (names === 'all') {
    const { 'dry-run': dryRun, explain, detach, ...starting } = RUN_OPTIONS;
    const known = command ? starting : RUN_OPTIONS;
    return { ...known, ...COMMON_OPTIONS, ...command?.ownOptions };
  }
  const ofRun = [...names, ...COMMON_OF_RUN].map((name) => [name, RUN_OPTIONS[name] as OptionRow] as const);
  return { ...Object.fromEntries(ofRun), ...COMMON_OPTIONS, ...command?.ownOptions };
}
