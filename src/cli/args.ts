import { COMMON_OPTIONS, RUN_OPTIONS } from '../commands/options.ts';
import { COMMANDS, type CommandRow, optionsOf } from '../commands/table.ts';
import { nearest } from '../config/nearest.ts';
import { type Flags, longName, OPTIONS, type OptionRow } from '../config/options.ts';
import type { Own } from '../context.ts';
import { DevstartError } from '../errors.ts';
import type { Grammar } from './program.ts';

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

/** What came of a command line. */
export interface Reading {
  /** As in Arguments, read by the parser's own rule also where the command line is wrong: errors have a format too. */
  own: Own;
  /** Absent where it is wrong, and where help, the version or a completion was printed. */
  given?: Arguments;
  /** What is wrong with it. */
  failure?: unknown;
}

type Parsed = Record<string, unknown> & { _: (string | number)[]; '--'?: unknown[] };

/**
 * Reads the command line.
 * @param scripted a package manager runs us, for a script of the project
 */
export async function readArguments(words: string[], scripted = false): Promise<Reading> {
  const argv = scripted ? withoutDashes(words) : words;
  const name = commandAmong(argv[0] === '--get-yargs-completions' ? argv.slice(2) : argv);
  const command = name === undefined || !Object.hasOwn(COMMANDS, name) ? undefined : COMMANDS[name];
  const grammar: Grammar = { name, command, options: optionsOf(command) };
  if (name === 'completion') {
    const [, shell] = argv.filter((word) => !word.startsWith('-'));
    // yargs writes the script of the shell that it finds there.
    if (shell === 'bash' || shell === 'zsh') process.env.SHELL = shell;
    else if (shell !== undefined && argv.length === 2)
      return { own: {}, given: toArguments({ _: ['completion', shell] }, grammar, {}) };
  }
  const simple = readSimple(argv, grammar);
  if (simple) return checked(simple, grammar);
  const { createProgram } = await import('./program.ts');
  const wordy = ownWords(argv).some((arg) => /^(-h|--help|completion|--get-yargs-completions)/.test(arg));
  const program = await createProgram(argv, grammar, wordy);
  try {
    // Help for a command that this version lacks would look as if it had it.
    const completing = argv[0] === '--get-yargs-completions';
    if (wordy && !completing && name !== undefined && !command)
      throw unknownWord('command', name, Object.keys(COMMANDS));
    const parsed = (await program.parse()) as Parsed;
    if (parsed.help || parsed.version || parsed._[0] === 'completion' || 'get-yargs-completions' in parsed)
      return { own: ownOf(parsed, grammar) };
    return checked(parsed, grammar);
  } catch (failure) {
    const { parsed } = program;
    return { own: parsed ? ownOf(parsed.argv as Parsed, grammar) : {}, failure };
  }
}

/** What was read, where it is right. */
function checked(parsed: Parsed, grammar: Grammar): Reading {
  const own = ownOf(parsed, grammar);
  try {
    check(parsed, grammar);
    return { own, given: toArguments(parsed, grammar, own) };
  } catch (failure) {
    return { own, failure };
  }
}

/**
 * A command with its words and whole switches (`list --json`), read without yargs, whose loading would cost more than
 * all that such a command does. Undefined for anything else.
 */
function readSimple(argv: string[], { name, command, options }: Grammar): Parsed | undefined {
  if (!command || argv[0] !== name || name === 'completion') return undefined;
  const parsed: Parsed = { _: [] };
  for (const word of argv) {
    const option = word.startsWith('--') ? word.slice(2) : '';
    const isSwitch = Object.hasOwn(options, option) && options[option]?.kind === 'boolean';
    if (isSwitch && !option.startsWith('no-')) parsed[option] = true;
    // yargs takes `true` and `false` behind a switch for its value.
    else if (/^(-|$|true$|false$)/.test(word)) return undefined;
    else parsed._.push(word);
  }
  return parsed;
}

/** Before `--`: devstart's own. */
function ownWords(argv: string[]): string[] {
  const dashes = argv.indexOf('--');
  return dashes < 0 ? argv : argv.slice(0, dashes);
}

/**
 * Without the `--` that pnpm and yarn leave in: `pnpm dev -- -b 9000` gives the script's words, `--`, `-b 9000`.
 * One that a command of ours takes is its own.
 */
function withoutDashes(argv: string[]): string[] {
  const before = ownWords(argv);
  const name = commandAmong(before);
  if (before.length === argv.length || (name !== undefined && COMMANDS[name]?.rest)) return argv;
  return [...before, ...argv.slice(before.length + 1)];
}

/** The first word that is no option and no option's value. */
function commandAmong(argv: string[]): string | undefined {
  const withValue = new Set<string>();
  for (const rows of [
    RUN_OPTIONS,
    COMMON_OPTIONS,
    ...Object.values(COMMANDS).map((row) => row.ownOptions ?? {}),
  ]) {
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

/** The known options by long name; of a repeated single value the last one: `npm run dev -- -b 9000` overrides. */
function ownOf(parsed: Parsed, { options }: Grammar): Own {
  const own: Record<string, Own[string]> = {};
  for (const [name, row] of Object.entries(options)) {
    const value = parsed[name] as Own[string];
    if (value === undefined) continue;
    own[name] = row.many ? ([value].flat() as string[]) : Array.isArray(value) ? value.at(-1) : value;
  }
  return own;
}

function toArguments(parsed: Parsed, { command }: Grammar, own: Own): Arguments {
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

function check(parsed: Parsed, { name, command, options }: Grammar): void {
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
    const error = unknownWord(command ? `option of devstart ${name}` : 'option', flag, flags);
    const hint = command?.elsewhere?.(parsed._.slice(1).map(String), parsed);
    throw hint === undefined ? error : new DevstartError('USAGE', error.message, { hint });
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
