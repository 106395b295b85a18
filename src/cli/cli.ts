import { homedir, tmpdir } from 'node:os';
import { type Background, type Context, LOG_FORMATS, type LogFormat, type Own } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { endIfTerminalGone } from '../system/platform.ts';
import { withAbsoluteHome } from '../system/state-dir.ts';
import type { Arguments, Reading } from './args.ts';
import { onCrash, onSignal, onSuspend } from './signals.ts';

const BACKGROUND = 'DEVSTART_BACKGROUND';

/** Runs the command line and exits with its code. */
export async function main(argv: string[] = process.argv.slice(2)): Promise<void> {
  const { npm_config_user_agent: agent, npm_execpath: manager } = process.env;
  // It is the servers that are to be debugged.
  if (process.env.NODE_OPTIONS?.includes('--inspect')) (await import('node:inspector')).close();
  let own: Own = {};
  try {
    const reading = await read(argv, Boolean(agent || manager));
    own = reading.own;
    if (reading.failure !== undefined) throw reading.failure;
    process.exitCode = reading.given ? await dispatch(reading.given) : 0;
  } catch (error) {
    const { renderError } = await import('../ui/errors.ts');
    const color = own['log-format'] !== 'plain' && wantsColor(process.env, process.stderr.isTTY);
    const told = await reportError(error);
    process.exitCode = told?.exitCode ?? renderError(error, { json: formatOf(own) === 'json', color });
  }
  endIfTerminalGone();
  // A server's pipe or a timer must not hold the prompt back; all output has drained by now.
  process.exit();
}

/** No words, nothing to read: the table of commands and yargs load where there are some. */
async function read(argv: string[], scripted: boolean): Promise<Reading> {
  if (argv.length === 0)
    return { own: {}, given: { command: undefined, args: [], rest: [], flags: {}, own: {} } };
  return (await import('./args.ts')).readArguments(argv, scripted);
}

/** Whoever has started us in the background says why nothing came of it. @returns the error that was handed on */
async function reportError(error: unknown): Promise<DevstartError | undefined> {
  const said = process.env[BACKGROUND];
  if (!said || !(error instanceof DevstartError)) return undefined;
  const { sendReport } = await import('../system/report.ts');
  const { code, message, hint = null } = error;
  sendReport((JSON.parse(said) as Background).fd, { type: 'error', code, message, hint });
  return error;
}

async function dispatch(given: Arguments): Promise<number> {
  const context = toContext(given);
  if (given.command?.run) return given.command.run(context);
  return (await import('../commands/run.ts')).run(context);
}

/** The format that is asked for; one that is none counts as nothing said, for the error that says so. */
function formatOf(own: Own): LogFormat {
  if (own.json === true) return 'json';
  const format = LOG_FORMATS.find((known) => known === own['log-format']) ?? defaultFormat();
  return format === 'pretty' && process.env.NO_COLOR ? 'plain' : format;
}

function toContext({ args, rest, flags, own }: Arguments): Context {
  // Nobody but us is told of it.
  const { [BACKGROUND]: said, ...env } = withAbsoluteHome(process.env);
  const background: Background | undefined = said ? JSON.parse(said) : undefined;
  const format = formatOf(own);
  const given = own['log-format'];
  if (given !== undefined && !(LOG_FORMATS as readonly unknown[]).includes(given)) {
    throw new DevstartError('USAGE', `"${given}" is not a log format (from --log-format)`, {
      hint: `Known formats: ${LOG_FORMATS.join(', ')}`,
    });
  }
  const flag = (name: string): boolean => own[name] === true;
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
    format,
    program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    background,
    env: withHome(env),
    cwd: process.cwd(),
    onSignal,
    onSuspend,
    onCrash: (cleanUp) => onCrash(cleanUp, { json: format === 'json', color: false }),
  };
}

/** A user without a name or HOME (a container's `--user 12345`) has no home: npm and others end there at once. */
function withHome(env: Record<string, string | undefined>): Record<string, string | undefined> {
  if (env.HOME) return env;
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
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return Boolean(isTTY) && env.TERM !== 'dumb';
}
