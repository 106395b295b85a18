import { homedir, tmpdir } from 'node:os';
import { type Context, LOG_FORMATS, type LogFormat } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { endIfTerminalGone } from '../system/platform.ts';
import { type Arguments, parseArguments } from './args.ts';
import { onCrash, onSignal, onSuspend } from './signals.ts';

/** Runs the command line and exits with its code. */
export async function main(argv: string[] = process.argv.slice(2)): Promise<void> {
  // The choice of format must be known before anything else can fail.
  const json = argv.includes('--json') || argv.includes('--log-format=json');
  try {
    process.exitCode = await dispatch(argv);
  } catch (error) {
    const { renderError } = await import('../ui/errors.ts');
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
  return (await import('../commands/run.ts')).run(context);
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
