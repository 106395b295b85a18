import type { Argv } from 'yargs';
import { helpOf } from '../commands/options.ts';
import { COMMANDS, type CommandRow } from '../commands/table.ts';
import type { OptionRow } from '../config/options.ts';
import { DevstartError } from '../errors.ts';
import { VERSION } from '../version.ts';

const EXAMPLES: [string, string][] = [
  ['$0', 'find out what the project is, pick ports, start'],
  ['$0 -b 8080 -f 3001', 'both ports chosen'],
  ['BACKEND_PORT=9000 $0', 'the same by environment'],
  ['$0 --base-port 4100', 'backend 4100, frontend 4101'],
  ['$0 --clean', 'rebuild from nothing'],
];

const USAGE =
  '$0 [command] [options]\n\nStarts the project’s backend and frontend together, on ports that are free.';

/** What one command line is read by. */
export interface Grammar {
  /** The command's name, also where it is none of ours. */
  name: string | undefined;
  command: CommandRow | undefined;
  /** By long name: what the command, or a plain run, knows. */
  options: Record<string, OptionRow>;
}

/**
 * yargs, set up for one command line; it throws what is wrong with it as a DevstartError.
 * @param wordy help or completion is asked for: the words for people cost half of the parsing
 */
export async function createProgram(argv: string[], grammar: Grammar, wordy: boolean): Promise<Argv> {
  const names = await namesFor(argv, grammar);
  const program = (await createParser(argv)).completion(
    'completion',
    false, // it stands among the commands
    (_: string, __: unknown, defaults: Defaults, done: (words: string[]) => void) =>
      defaults((_, words) => done([...names, ...(words ?? [])])),
  );
  for (const [name, row] of Object.entries(grammar.options)) {
    const isText = row.kind !== 'boolean';
    program.option(name, {
      type: isText ? 'string' : 'boolean',
      ...(isText && { requiresArg: true }),
      ...(row.alias && { alias: row.alias }),
      ...(wordy && { describe: helpOf(row), group: `${row.group}:` }),
    });
  }
  if (wordy) addWords(program, grammar);
  return program;
}

type Defaults = (onDefaults: (error: Error | null, words: string[] | undefined) => void) => void;

/** Where a NAME is to be completed: the names of what runs. */
async function namesFor(argv: readonly string[], { command }: Grammar): Promise<string[]> {
  if (argv[0] !== '--get-yargs-completions' || !command?.args?.shape.includes('NAME')) return [];
  return (await import('../commands/completion.ts')).runningNames(process.env);
}

async function createParser(argv: string[]): Promise<Argv> {
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
function addWords(program: Argv, { name, command }: Grammar): void {
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
  // By its line: a command's other names have its examples.
  const examples = new Map(command ? command.examples : [...EXAMPLES, ...firsts]);
  // In their descriptions yargs does not say who `$0` is.
  for (const [line, text] of examples) program.example(line, text.replaceAll('$0', 'devstart'));
  program.epilogue('Exit codes: 0 done, 1 failure, 2 wrong use, 128 + signal, or the failed server’s own.');
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
