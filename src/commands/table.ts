import type { OptionRow } from '../config/options.ts';
import type { Context } from '../context.ts';
import { COMMON_OPTIONS, RUN_OPTIONS } from './options.ts';

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
  /** Its own: reach it as `context.own`. A name that a run has too must want a value as the run's does. */
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
