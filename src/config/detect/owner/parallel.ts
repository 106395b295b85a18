import { scriptCall, splitLine } from '../commandline.ts';

/** One of several commands that a line starts. */
export interface Side {
  /** What `-n` calls it. */
  name?: string;
  /** A script of the same package, with the words that it gets; or a line of its own. */
  script?: string;
  args?: string[];
  line?: string;
}

export interface Sides {
  before: Side[];
  side: Side[];
}

type Scripts = Record<string, string>;

/** Options of concurrently that take a value. */
const VALUED = new Set(
  '-n --names -c --prefix-colors -p --prefix -l --prefix-length -s --success -m --max-processes --restart-tries --restart-after --kill-timeout --kill-signal -t --timestamp-format --default-input-target --name-separator --hide --teardown --pad-prefix --shell --cwd -i --handle-input'.split(
    ' ',
  ),
);
const FLAGS = new Set(['-i', '--handle-input', '--pad-prefix']);

/** The commands of `concurrently`, by its own rules for names and shortcuts. Pure. */
export function concurrentlySides(words: string[], scripts: Scripts): Side[] {
  const { commands, names, passes } = concurrentlyOptions(words);
  return commands.flatMap((command, i): Side[] => {
    const name = names[i] ? { name: names[i] } : {};
    const line = passes ? command.replace(/\s*\{(?:@|\*|\d+)\}/g, '') : command;
    const [, short, rest = ''] = /^(?:npm|pnpm|yarn|bun|node|deno):(\S+)(.*)$/.exec(line) ?? [];
    if (!short) return [{ ...lineOrScript(line, scripts), ...name }];
    const args = splitLine(rest)[0]?.words.filter((word) => word !== '--') ?? [];
    const found = matching(short, scripts, false);
    return found.map((script) => ({
      script,
      ...(args.length > 0 && { args }),
      ...(found.length === 1 ? name : {}),
    }));
  });
}

/** @returns `passes`: what follows `--` are arguments for the commands */
function concurrentlyOptions(words: string[]): { commands: string[]; names: string[]; passes: boolean } {
  let names: string[] = [];
  let separator = ',';
  let passes = false;
  const commands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      if (!passes) commands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-')) {
      commands.push(word);
      continue;
    }
    const at = word.startsWith('--') ? word.indexOf('=') : -1;
    // Short options may be joined: `-kn api,web`; only the last of them can take a value.
    const option = at > 0 ? word.slice(0, at) : /^-\w{2,}$/.test(word) ? `-${word.at(-1)}` : word;
    passes ||= option === '-P' || option === '--passthrough-arguments';
    if (!VALUED.has(option) || FLAGS.has(option)) continue;
    const value = at > 0 ? word.slice(at + 1) : (words[++i] ?? '');
    if (option === '-n' || option === '--names') names = [value];
    if (option === '--name-separator') separator = value;
  }
  const list = names.join(separator).split(separator);
  return { commands, names: list.map((name) => name.trim()), passes };
}

/** `run-p`, `run-s`, `npm-run-all`: groups one after the other; what the last one starts stays. Pure. */
export function runAllSides(program: string, words: string[], scripts: Scripts): Sides {
  let parallel = program === 'run-p';
  const groups: Side[][] = [];
  const open = () => {
    if (groups.at(-1)?.length !== 0) groups.push([]);
  };
  open();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') break;
    if (/^(?:--max-parallel|--npm-path|--jobs)$/.test(word)) i++;
    else if (/^(?:-p|--parallel|-lp|-pl|-pr|-rp|-plr|-cp)$/.test(word)) {
      parallel = true;
      open();
    } else if (/^(?:-s|--sequential|--serial|-ls|-sl|-sc|-cs)$/.test(word)) {
      parallel = false;
    } else if (!word.startsWith('-')) {
      const [pattern = '', ...args] = splitLine(word)[0]?.words ?? [];
      const found = matching(pattern, scripts, true);
      for (const script of found) {
        if (!parallel) open();
        const own = args.filter((one) => one !== '--');
        groups.at(-1)?.push({ script, ...(own.length > 0 && { args: own }) });
      }
    }
  }
  const all = groups.filter((group) => group.length > 0);
  const seen = new Set<string>();
  const side = (all.at(-1) ?? []).filter(({ script = '', args }) => {
    const key = [script, ...(args ?? [])].join(' ');
    return seen.has(key) ? false : seen.add(key);
  });
  return { before: all.slice(0, -1).flat(), side };
}

/** GNU's `parallel --tag just ::: api web`, `parallel ::: "make api" "make web"`. Pure. */
export function parallelSides(words: string[]): Side[] | undefined {
  const at = words.indexOf(':::');
  const own = words.slice(1, at < 0 ? undefined : at);
  let start = 0;
  for (; own[start]?.startsWith('-'); start++)
    if (/^(?:-j|--jobs|--delay|--tagstring|--halt|-P)$/.test(own[start] ?? '')) start++;
  const command = own.slice(start).join(' ');
  // Another list, or one from a pipe: what comes of it only the program knows.
  if (at < 0 || words.slice(at + 1).some((word) => word.startsWith('::')) || /\{[^}]/.test(command))
    return undefined;
  const form = command === '' || command.includes('{}') ? command || '{}' : `${command} {}`;
  return words.slice(at + 1).map((word) => ({ line: form.replaceAll('{}', word) }));
}

/** `npm run server` alone is the script itself; anything more stays a line. */
export function lineOrScript(line: string, scripts: Scripts): Side {
  const commands = splitLine(line);
  const only = commands.length === 1 ? commands[0] : undefined;
  const call = only && scriptCall(only.words);
  const plain = call && !call.dir && !call.workspace && !call.all && call.args.length === 0;
  return plain && call.script in scripts ? { script: call.script } : { line };
}

/** `dev:*`; npm-run-all's star stops at a colon, concurrently's does not; `(!test)` leaves out. */
export function matching(pattern: string, scripts: Scripts, stopAtColon: boolean): string[] {
  const [, glob = pattern, omit] = /^(.*?)(?:\(!(.*)\))?$/.exec(pattern) ?? [];
  if (!glob.includes('*')) return glob in scripts ? [glob] : [];
  const source = glob
    .split(/\*+/)
    .map((piece) => piece.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join(stopAtColon && !glob.includes('**') ? '[^:]*' : '.*');
  const left = omit ? new RegExp(omit) : undefined;
  return Object.keys(scripts).filter(
    (name) => new RegExp(`^${source}$`).test(name) && !left?.test(name.slice(glob.indexOf('*'))),
  );
}
