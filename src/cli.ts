import { homedir, tmpdir } from 'node:os';
import { type Arguments, type Own, parseArguments } from './args.ts';
import type { Flags } from './config/flags.ts';
import { DevstartError } from './errors.ts';
import { LOG_FORMATS, type LogFormat } from './options.ts';
import { endIfTerminalGone } from './platform.ts';

/** What a command is given of the world: only this file and config/ readers see process.env and argv. */
export interface Context {
  /** The command's words, checked for their number only. */
  args: string[];
  /** What follows `--`, for a command that takes it. */
  rest: string[];
  /** Options by long name, as typed: where a command has its own, it reads them here. */
  own: Own;
  flags: Flags;
  dryRun: boolean;
  explain: boolean;
  quiet: boolean;
  timestamps: boolean;
  /** Every question is answered with yes. */
  yes: boolean;
  format: LogFormat;
  env: Record<string, string | undefined>;
  /** The folder that devstart was called in. */
  cwd: string;
  /** Calls back at each SIGINT, SIGTERM and SIGHUP; until then they end the process as usual. */
  onSignal(handle: (signal: NodeJS.Signals) => void): void;
  /** Calls back before the process is stopped by SIGTSTP (Ctrl-Z), and after it goes on. */
  onSuspend(hooks: SuspendHooks): void;
  /** What must be done if we crash: nothing may be left behind by our own bug either. */
  onCrash(cleanUp: () => Promise<unknown>): void;
}

interface SuspendHooks {
  before(): Promise<void>;
  after(): void;
}

/** Milliseconds that a crash waits for the servers to be gone. */
const CRASH_PATIENCE = 2000;

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
  const given = await parseArguments(argv);
  if (given === undefined) return 0;
  const context = toContext(given);
  if (given.command?.run) return given.command.run(context);
  return (await import('./commands/run.ts')).run(context);
}

function toContext({ args, rest, flags, own }: Arguments): Context {
  const flag = (name: string): boolean => own[name] === true;
  const format = String(own['log-format'] ?? defaultFormat());
  if (!(LOG_FORMATS as readonly string[]).includes(format)) {
    throw new DevstartError('USAGE', `"${format}" is not a log format (from --log-format)`, {
      hint: `Known formats: ${LOG_FORMATS.join(', ')}`,
    });
  }
  return {
    args,
    rest,
    flags,
    own,
    dryRun: flag('dry-run'),
    explain: flag('explain'),
    quiet: flag('quiet'),
    timestamps: flag('timestamps'),
    yes: flag('yes'),
    format: flag('json')
      ? 'json'
      : format === 'pretty' && process.env.NO_COLOR
        ? 'plain'
        : (format as LogFormat),
    env: withHome(process.env),
    cwd: process.cwd(),
    onSignal,
    onSuspend,
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
  // nohup's promise, which Node forgets: it gives every signal its default action back when it starts.
  const deaf = /(^|\/)nohup$/.test(process.env._ ?? '');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (deaf && signal === 'SIGHUP') return;
      const now = performance.now();
      const repeated = now - before < echo;
      before = now;
      if (!repeated) handle(signal);
    });
  }
}

/**
 * The stop itself is the system's own for SIGTSTP: unlike SIGSTOP it stops nobody who has no shell that could wake
 * him (the only program of a terminal or container: an orphaned process group).
 */
function onSuspend({ before, after }: SuspendHooks): void {
  if (process.platform === 'win32') return;
  let suspending = false;
  /** Its SIGCONT is yet to be told: we went on before. */
  let woken = false;
  const suspend = async (): Promise<void> => {
    if (suspending) return;
    suspending = true;
    await before().catch(() => {});
    process.off('SIGTSTP', suspend);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', suspend);
    suspending = false;
    woken = true;
    after();
  };
  process.on('SIGTSTP', suspend);
  // Another's SIGSTOP, and `fg` after `bg`.
  process.on('SIGCONT', () => {
    if (!suspending && !woken) after();
    woken = false;
  });
}
