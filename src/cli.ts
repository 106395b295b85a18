import { homedir, tmpdir } from 'node:os';
import yargs from 'yargs';
import type { Flags } from './config/flags.ts';
import { nearest } from './config/nearest.ts';
import { DevstartError } from './errors.ts';
import { COMMANDS, LOG_FORMATS, type LogFormat, RUN_OPTIONS } from './options.ts';
import { endIfTerminalGone } from './platform.ts';
import { VERSION } from './version.ts';

/** What a command is given of the world: only this file and config/ readers see process.env and argv. */
export interface Context {
  flags: Flags;
  dryRun: boolean;
  explain: boolean;
  quiet: boolean;
  timestamps: boolean;
  /** init: take every offer. */
  yes: boolean;
  format: LogFormat;
  env: Record<string, string | undefined>;
  /** The folder that devstart was called in. */
  cwd: string;
  /** Calls back at each SIGINT, SIGTERM and SIGHUP; until then they end the process as usual. */
  onSignal(handle: (signal: NodeJS.Signals) => void): void;
  /** What must be done if we crash: nothing may be left behind by our own bug either. */
  onCrash(cleanUp: () => Promise<unknown>): void;
}

type Parsed = Record<string, unknown> & { _: (string | number)[]; '--'?: unknown[] };

/** Milliseconds that a crash waits for the servers to be gone. */
const CRASH_PATIENCE = 2000;

const EXAMPLES: [string, string][] = [
  ['$0', 'find out what the project is, pick ports, start'],
  ['$0 -b 8080 -f 3001', 'both ports chosen'],
  ['BACKEND_PORT=9000 $0', 'the same by environment'],
  ['$0 --base-port 4100', 'backend 4100, frontend 4101'],
  ['$0 --clean', 'rebuild from nothing'],
];

/** Runs the command line and exits with its code. */
export async function main(argv: string[] = process.argv.slice(2)): Promise<void> {
  // The choice of format must be known before anything else can fail.
  const json = argv.includes('--json') || argv.includes('--log-format=json');
  try {
    process.exitCode = await dispatch(argv);
  } catch (error) {
    const { renderError } = await import('./ui/errors.ts');
    process.exitCode = renderError(error, { json, color: wantsColor(process.env, process.stderr.isTTY) });
  }
  endIfTerminalGone();
  // A server's pipe or a timer must not hold the prompt back; all output has drained by now.
  process.exit();
}

async function dispatch(argv: string[]): Promise<number> {
  const parsed = await parse(argv);
  if (parsed === undefined) return 0;
  const command = parsed._.map(String);
  const context = toContext(parsed);
  switch (command[0]) {
    case undefined:
      return (await import('./commands/run.ts')).run(context);
    case 'init':
      return (await import('./commands/init.ts')).init(context);
    case 'clean':
      return (await import('./commands/clean.ts')).clean(context);
    default:
      throw unknownWord('command', command[0], Object.keys(COMMANDS));
  }
}

/** The checked arguments; undefined where help, the version or a completion was printed. */
async function parse(argv: string[]): Promise<Parsed | undefined> {
  const program = yargs(argv)
    .scriptName('devstart')
    .usage('$0 [options]\n\nStarts the project’s backend and frontend together, on ports that are free.')
    .exitProcess(false)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'short-option-groups': false,
    })
    .version(VERSION)
    .alias('v', 'version')
    .alias('h', 'help')
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .completion('completion', COMMANDS.completion ?? '')
    .fail((message: string | null, error: unknown) => {
      // yargs' own complaints are YErrors; any other error is ours.
      if (error instanceof Error && error.name !== 'YError') throw error;
      throw new DevstartError('USAGE', sentence(message ?? (error as Error).message), {
        hint: 'devstart --help lists the options.',
      });
    });
  // The words for people cost half of the parsing: only for those who read them.
  const wordy = argv.some((arg) => /^(-h|--help|completion|--get-yargs-completions)/.test(arg));
  for (const [name, row] of Object.entries(RUN_OPTIONS)) {
    program.option(name, {
      type: row.type,
      ...(wordy ? { describe: row.describe, group: `${row.group}:` } : {}),
      ...(row.alias ? { alias: row.alias } : {}),
      ...(row.type === 'string' ? { requiresArg: true } : {}),
    });
  }
  program.option('yes', {
    alias: 'y',
    type: 'boolean',
    describe: 'Take every offer (init)',
    group: 'Project:',
  });
  if (wordy) {
    for (const [name, text] of Object.entries(COMMANDS)) {
      if (name !== 'completion') program.command(name, text);
    }
    for (const [line, text] of EXAMPLES) program.example(line, text);
    program.epilogue('Exit codes: 0 done, 1 failure, 2 wrong use, 128 + signal, or the failed server’s own.');
  }

  const parsed = (await program.parse()) as Parsed;
  if (parsed.help || parsed.version || parsed._[0] === 'completion' || 'get-yargs-completions' in parsed)
    return undefined;
  check(parsed);
  return parsed;
}

function check(parsed: Parsed): void {
  const known = new Set(['_', '--', '$0', 'help', 'h', 'version', 'v', 'yes', 'y']);
  for (const [name, row] of Object.entries(RUN_OPTIONS)) {
    known.add(name);
    if (row.alias) known.add(row.alias);
  }
  for (const key of Object.keys(parsed)) {
    if (!known.has(key)) {
      const flags = Object.keys(RUN_OPTIONS).map((name) => `--${name}`);
      throw unknownWord('option', key.length === 1 ? `-${key}` : `--${key}`, flags);
    }
  }
  if (parsed['--']?.length) {
    throw new DevstartError('USAGE', 'this version has no exec: nothing can follow --', {
      hint: 'Options for devstart go before --.',
    });
  }
  const extra = parsed._[1];
  if (extra !== undefined) {
    throw new DevstartError('USAGE', `unexpected argument "${extra}" after ${parsed._[0]}`);
  }
}

function unknownWord(kind: string, word: string, known: string[]): DevstartError {
  const guess = nearest(word, known);
  return new DevstartError('USAGE', `unknown ${kind} "${word}"${guess ? `: did you mean ${guess}?` : ''}`, {
    hint: `Known ${kind}s: ${known.join(', ')}`,
  });
}

/** yargs' messages as devstart's: one sentence, lower case, the flag by its name. */
function sentence(message: string): string {
  const missing = /^Not enough arguments following: (.+)$/.exec(message);
  if (missing) {
    const name = missing[1] ?? '';
    return `option ${name.length === 1 ? '-' : '--'}${name} needs a value`;
  }
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function toContext(parsed: Parsed): Context {
  // A repeated single value: the last one wins, so that `npm run dev -- -b 9000` overrides the script.
  const last = (name: string): unknown => {
    const value = parsed[name];
    return Array.isArray(value) ? value.at(-1) : value;
  };
  const text = (name: string): string | undefined => last(name) as string | undefined;
  const flag = (name: string): boolean | undefined => last(name) as boolean | undefined;
  const all = (name: string): string[] | undefined => {
    const value = parsed[name];
    return value === undefined ? undefined : ([value].flat() as string[]);
  };
  const format = text('log-format') ?? (flag('json') ? 'json' : defaultFormat());
  if (!(LOG_FORMATS as readonly string[]).includes(format)) {
    throw new DevstartError('USAGE', `"${format}" is not a log format (from --log-format)`, {
      hint: `Known formats: ${LOG_FORMATS.join(', ')}`,
    });
  }
  return {
    flags: {
      backendPort: text('backend-port'),
      frontendPort: text('frontend-port'),
      port: all('port'),
      basePort: text('base-port'),
      clean: flag('clean'),
      host: text('host'),
      maxAttempts: text('max-attempts'),
      strictPort: flag('strict-port'),
      prod: flag('prod'),
      corsOrigin: all('cors-origin'),
      portsFile: text('ports-file'),
      sticky: flag('sticky'),
      only: all('only'),
      killTimeout: text('kill-timeout'),
      keepGoing: flag('keep-going'),
      open: flag('open'),
      config: text('config'),
      cwd: text('cwd'),
    },
    dryRun: flag('dry-run') ?? false,
    explain: flag('explain') ?? false,
    quiet: flag('quiet') ?? false,
    timestamps: flag('timestamps') ?? false,
    yes: flag('yes') ?? false,
    format: flag('json')
      ? 'json'
      : format === 'pretty' && process.env.NO_COLOR
        ? 'plain'
        : (format as LogFormat),
    env: withHome(process.env),
    cwd: process.cwd(),
    onSignal,
    onCrash,
  };
}

/** A user without a name or HOME (a container's `--user 12345`) has no home: npm and others end there at once. */
function withHome(env: Record<string, string | undefined>): Record<string, string | undefined> {
  if (env.HOME || process.platform === 'win32') return env;
  try {
    homedir();
    return env;
  } catch {
    return { ...env, HOME: tmpdir() };
  }
}

const defaultFormat = (): LogFormat => (wantsColor(process.env, process.stdout.isTTY) ? 'pretty' : 'plain');

/** NO_COLOR (any non-empty value) and FORCE_COLOR as everywhere: https://no-color.org, https://force-color.org. */
export function wantsColor(env: Record<string, string | undefined>, isTTY: boolean | undefined): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return Boolean(isTTY) && env.TERM !== 'dumb';
}

function onCrash(cleanUp: () => Promise<unknown>): void {
  process.once('uncaughtException', async (error) => {
    const { renderError } = await import('./ui/errors.ts');
    renderError(error, { json: process.argv.includes('--json'), color: false });
    await Promise.race([cleanUp(), new Promise((resolve) => setTimeout(resolve, CRASH_PATIENCE))]);
    process.exit(1);
  });
}

/**
 * npm and npx forward the terminal's SIGINT to their child, which had it from the terminal already: under them
 * a second one within 250 ms is the same key press. Anywhere else each one counts.
 */
function onSignal(handle: (signal: NodeJS.Signals) => void): void {
  const echo = process.env.npm_execpath || process.env.npm_lifecycle_event ? 250 : 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      const repeated = now - before < echo;
      before = now;
      if (!repeated) handle(signal);
    });
  }
}
