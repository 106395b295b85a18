import type { Argv } from 'yargs';
import { helpOf, RUN_OPTIONS } from '../commands/options.ts';
import { COMMANDS, type CommandRow, optionsOf } from '../commands/table.ts';
import { nearest } from '../config/nearest.ts';
import { type Flags, longName, OPTIONS, type OptionRow } from '../config/options.ts';
import type { Own } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { VERSION } from '../version.ts';

/** The command line, checked: every option is one that the command knows. */
export interface Arguments {
  /** Undefined: a plain run. */
  command: CommandRow | undefined;
  /** The command's words. */
  args: string[];
  /** What follows `--`. */
  rest: string[];
  flags: Flags;
  /** By long name, as typed: the run's switches and the command's own options. */
  own: Own;
}

type Parsed = Record<string, unknown> & { _: (string | number)[]; '--'?: unknown[] };

const EXAMPLES: [string, string][] = [
  ['$0', 'find out what the project is, pick ports, start'],
  ['$0 -b 8080 -f 3001', 'both ports chosen'],
  ['BACKEND_PORT=9000 $0', 'the same by environment'],
  ['$0 --base-port 4100', 'backend 4100, frontend 4101'],
  ['$0 --clean', 'rebuild from nothing'],
];

const USAGE =
  '$0 [command] [options]\n\nStarts the project’s backend and frontend together, on ports that are free.';
const COMPLETION = COMMANDS.completion?.describe ?? '';

/** Reads the command line; undefined where help, the version or a completion was printed. */
export async function parseArguments(argv: string[]): Promise<Arguments | undefined> {
  // No words, nothing to read: yargs loads where there are some.
  if (argv.length === 0) return toArguments({ _: [] }, undefined, RUN_OPTIONS);
  const name = commandAmong(argv[0] === '--get-yargs-completions' ? argv.slice(2) : argv);
  const command = name === undefined || !Object.hasOwn(COMMANDS, name) ? undefined : COMMANDS[name];
  const options = optionsOf(command);
  const program = (await createProgram(argv)).completion('completion', command ? false : COMPLETION);
  // The words for people cost half of the parsing: only for those who read them.
  const wordy = argv.some((arg) => /^(-h|--help|completion|--get-yargs-completions)/.test(arg));
  for (const [key, row] of Object.entries(options)) {
    program.option(key, {
      type: row.kind === 'boolean' ? 'boolean' : 'string',
      ...(wordy ? { describe: helpOf(row), group: `${row.group}:` } : {}),
      ...(row.alias ? { alias: row.alias } : {}),
      ...(row.kind !== 'boolean' ? { requiresArg: true } : {}),
    });
  }
  // Help for a command that this version lacks would look as if it had it.
  if (wordy && name !== undefined && !command) throw unknownWord('command', name, Object.keys(COMMANDS));
  if (wordy) addWords(program, name, command);
  const parsed = (await program.parse()) as Parsed;
  if (parsed.help || parsed.version || parsed._[0] === 'completion' || 'get-yargs-completions' in parsed)
    return undefined;
  check(parsed, name, command, options);
  return toArguments(parsed, command, options);
}

/** The first word that is no option and no option's value. */
function commandAmong(argv: string[]): string | undefined {
  const withValue = new Set<string>();
  for (const rows of [RUN_OPTIONS, ...Object.values(COMMANDS).map((row) => row.ownOptions ?? {})]) {
    for (const [key, row] of Object.entries(rows)) {
      if (row.kind === 'boolean') continue;
      withValue.add(`--${key}`);
      if (row.alias) withValue.add(`-${row.alias}`);
    }
  }
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (arg === '--') return undefined;
    if (!arg.startsWith('-')) return arg;
    if (withValue.has(arg)) i++;
  }
  return undefined;
}

async function createProgram(argv: string[]): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  return yargs(argv)
    .scriptName('devstart')
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
    .fail((message: string | null, error: unknown) => {
      // yargs' own complaints are YErrors; any other error is ours.
      if (error instanceof Error && error.name !== 'YError') throw error;
      throw new DevstartError('USAGE', sentence(message ?? (error as Error).message), {
        hint: 'devstart --help lists the options.',
      });
    });
}

/** The texts of the help: of everything, or of one command. */
function addWords(program: Argv, name: string | undefined, command: CommandRow | undefined): void {
  if (command) {
    const words = [name, command.args?.shape, '[options]', command.rest].filter(Boolean).join(' ');
    program.usage(`$0 ${words}\n\n${command.describe}.`);
  } else {
    program.usage(USAGE);
    for (const [key, row] of Object.entries(COMMANDS)) {
      if (row.run) program.command(key, row.describe);
    }
  }
  const firsts = Object.values(COMMANDS).flatMap((row) => row.examples?.slice(0, 1) ?? []);
  for (const [line, text] of command ? (command.examples ?? []) : [...EXAMPLES, ...firsts]) {
    program.example(line, text);
  }
  program.epilogue('Exit codes: 0 done, 1 failure, 2 wrong use, 128 + signal, or the failed server’s own.');
}

function check(
  parsed: Parsed,
  name: string | undefined,
  command: CommandRow | undefined,
  options: Record<string, OptionRow>,
): void {
  const stranger = name !== undefined && !command ? name : undefined;
  const commands = Object.keys(COMMANDS);
  // A word that is nowhere near a command may be the value of an option that is none.
  if (stranger && nearest(stranger, commands)) throw unknownWord('command', stranger, commands);
  const known = new Set(['_', '--', '$0', 'help', 'h', 'version', 'v']);
  for (const [key, row] of Object.entries(options)) {
    known.add(key);
    if (row.alias) known.add(row.alias);
  }
  const unknown = Object.keys(parsed).find((key) => !known.has(key));
  if (unknown !== undefined) {
    const flags = Object.keys(options).map((key) => `--${key}`);
    const flag = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
    throw unknownWord(command ? `option of devstart ${name}` : 'option', flag, flags);
  }
  if (stranger !== undefined) throw unknownWord('command', stranger, commands);
  if (parsed['--']?.length && !command?.rest) {
    throw new DevstartError('USAGE', `nothing can follow -- ${command ? `in devstart ${name}` : 'here'}`, {
      hint: 'Options for devstart go before --.',
    });
  }
  const words = parsed._.slice(1).map(String);
  const { min = 0, max = command?.args ? Number.POSITIVE_INFINITY : 0, shape } = command?.args ?? {};
  if (words.length > max) {
    throw new DevstartError(
      'USAGE',
      `unexpected argument "${words[max]}" after ${[name, ...words.slice(0, max)].join(' ')}`,
    );
  }
  if (words.length < min) {
    throw new DevstartError('USAGE', `devstart ${name} needs ${shape}`, {
      hint: `devstart ${name} --help shows how.`,
    });
  }
}

function unknownWord(kind: string, word: string, known: string[]): DevstartError {
  const guess = nearest(word, known);
  return new DevstartError('USAGE', `unknown ${kind} "${word}"${guess ? `: did you mean ${guess}?` : ''}`, {
    hint: `Known ${kind.replace(/^\w+/, '$&s')}: ${known.join(', ')}`,
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

function toArguments(
  parsed: Parsed,
  command: CommandRow | undefined,
  options: Record<string, OptionRow>,
): Arguments {
  const own: Record<string, string | boolean | string[] | undefined> = {};
  for (const [key, row] of Object.entries(options)) {
    const value = parsed[key] as string | boolean | string[] | undefined;
    if (value === undefined) continue;
    // A repeated single value: the last one wins, so that `npm run dev -- -b 9000` overrides the script.
    own[key] = row.many ? ([value].flat() as string[]) : Array.isArray(value) ? value.at(-1) : value;
  }
  const flags = Object.entries(OPTIONS as Record<string, OptionRow>).map(([key, row]) => {
    const value = own[longName(key)];
    return [key, row.many && value !== undefined ? [value].flat() : value];
  });
  return {
    command,
    args: parsed._.slice(1).map(String),
    rest: (parsed['--'] ?? []).map(String),
    own,
    flags: Object.fromEntries(flags) as Flags,
  };
}
