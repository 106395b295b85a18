import path from 'node:path';

/** One command of a shell line: its words without quotes, and the operator that follows it. */
export interface Part {
  words: string[];
  /** As it stands in the line. */
  text: string;
  /** `''` at the end. */
  next: '' | '&&' | '||' | ';' | '|' | '&';
}

/** Splits a script's line as a shell would, as far as scripts go: quotes, escapes, operators. */
export function splitLine(line: string): Part[] {
  const into = new Parts(line);
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line[i + 1] ?? '')) into.add(line[++i]);
      else into.add(char);
    } else if (char === '"' || char === "'") {
      quote = char;
      into.add('');
    } else if (char === '\\' && /[\s"'\\&|;()]/.test(line[i + 1] ?? '')) into.add(line[++i]);
    else if (/\s/.test(char)) into.endWord();
    else if (char === '(' || char === ')') {
      if (into.between || char === ')') into.endWord();
      else into.add(char);
    } else if (char === '&' && (line[i - 1] === '>' || line[i + 1] === '>')) {
      into.add(char); // 2>&1, &>file
    } else if (char === '&' || char === '|' || char === ';') {
      const double = char !== ';' && line[i + 1] === char;
      const end = i;
      if (double) i++;
      into.endPart(end, (double ? char + char : char) as Part['next'], i + 1);
    } else into.add(char);
  }
  into.endPart(line.length, '', line.length);
  return into.parts;
}

/** The commands of a line in the making. */
class Parts {
  readonly parts: Part[] = [];
  readonly #line: string;
  #words: string[] = [];
  #word: string | undefined;
  #start = 0;

  constructor(line: string) {
    this.#line = line;
  }

  /** No word has begun. */
  get between(): boolean {
    return this.#word === undefined;
  }

  add(text = ''): void {
    this.#word = (this.#word ?? '') + text;
  }

  endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  /** @param start of the next one */
  endPart(end: number, next: Part['next'], start: number): void {
    this.endWord();
    const text = this.#line.slice(this.#start, end).trim();
    if (this.#words.length > 0) this.parts.push({ words: this.#words, text, next });
    this.#words = [];
    this.#start = start;
  }
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** Wrappers and those of their options that take a value. */
const wrappers: Record<string, string[]> = {
  'cross-env': [],
  'cross-env-shell': [],
  env: ['-u'],
  npx: ['-p', '--package'],
  bunx: [],
  pnpx: [],
  vpx: [],
  exec: [],
  time: [],
  'env-cmd': ['-f', '--file', '-e', '--environments', '-r'],
  dotenv: ['-e', '-c', '-v', '-f', '-p'],
  dotenvx: ['-f', '--env-file', '-fk'],
  doppler: ['-p', '-c', '--project', '--config'],
  infisical: ['--env', '--path', '--projectId'],
  op: ['--env-file'],
  bundle: [],
  uv: [
    '--with',
    '--extra',
    '--group',
    '--project',
    '--directory',
    '--python',
    '-p',
    '--env-file',
    '--package',
  ],
  poetry: ['-C', '--directory'],
  pipenv: [],
  pdm: ['-p'],
  rye: [],
  hatch: ['-e'],
  set: [],
};
/** `uv run x`, `pnpm exec x`: the second word that makes the first one a wrapper. */
const verbs: Record<string, string[]> = {
  uv: ['run'],
  poetry: ['run'],
  pipenv: ['run'],
  pdm: ['run'],
  rye: ['run'],
  hatch: ['run'],
  dotenvx: ['run'],
  doppler: ['run'],
  infisical: ['run'],
  op: ['run'],
  bundle: ['exec'],
};
const execVerbs = new Set(['exec', 'dlx', 'x']);

export interface Unwrapped {
  /** The program's own words: `vite`, `--port`, `4000`. Paths of programs are shortened to their names. */
  words: string[];
  /** Variables that the line itself sets: they win over ours. */
  env: Record<string, string>;
}

/** Takes off what stands before the program: assignments, `cross-env`, `npx`, `uv run`, `python -m` … */
export function unwrap(input: string[]): Unwrapped {
  let words = [...input];
  const env: Record<string, string> = {};
  for (let turns = 0; turns < 12 && words.length > 0; turns++) {
    const first = words[0] ?? '';
    if (ASSIGNMENT.test(first)) {
      const at = first.indexOf('=');
      env[first.slice(0, at)] = first.slice(at + 1);
      words = words.slice(1);
      continue;
    }
    // `npx @tailwindcss/cli`: the last word says nothing.
    const said = /^@[\w.-]+\/cli(?=@|$)/.test(first)
      ? first
      : path.posix.basename(first.replaceAll('\\', '/'));
    const name = said
      .replace(first.includes('node_modules/') ? /\.[cm]?js$/ : /\.(?:exe|cmd|bat)$/i, '')
      // `npx concurrently@9`
      .replace(/(?<=.)@(?:latest|next|beta|canary|rc|[\^~]?\d[\w.-]*)$/, '')
      // `"$GO" run .` of a start file that looks for the program first.
      .replace(/^\$\{?(GO|PYTHON|NODE|NPM|PNPM|YARN|BUN|CARGO|UV)(?::-[^}]*)?\}?$/, (_, program) =>
        program.toLowerCase(),
      )
      .replace(/^python[\d.]*$|^py$/, 'python');
    words[0] = name;
    const second = words[1] ?? '';
    if (['npm', 'pnpm', 'yarn', 'bun', 'vp'].includes(name) && execVerbs.has(second)) words = words.slice(2);
    else if (name in wrappers && (!(name in verbs) || verbs[name]?.includes(second))) {
      words = words.slice(name in verbs ? 2 : 1);
    } else if (name === 'bun' && second === '--bun') {
      words = ['bun', ...words.slice(2)];
      continue;
    } else if (name === 'python' && second === '-m') {
      words = words.slice(2);
      continue;
    } else if (name === 'python') {
      const file = words.findIndex((word, i) => i > 0 && !word.startsWith('-'));
      const script = path.posix.basename(words[file] ?? '');
      if (script === 'manage.py') words = ['manage.py', ...words.slice(file + 1)];
      return { words, env };
    } else if (name === 'node') {
      // `node --inspect node_modules/.bin/next dev`, `node node_modules/vite/bin/vite.js`
      const file = words.findIndex((word, i) => i > 0 && !word.startsWith('-'));
      const target = (words[file] ?? '').replaceAll('\\', '/');
      if (!/node_modules\//.test(target)) return { words, env };
      words = [path.posix.basename(target).replace(/\.[cm]?js$/, ''), ...words.slice(file + 1)];
      if (!((words[0] ?? '') in wrappers)) return { words, env };
    } else return { words, env };
    while (words[0]?.startsWith('-')) {
      const option = words[0];
      words = words.slice(1);
      if (option === '--') break;
      if (wrappers[name]?.includes(option)) words = words.slice(1);
    }
  }
  return { words, env };
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun' | 'deno' | 'vp';

/** A call of a package.json script: `npm run dev -w web`, `yarn start`, `pnpm --filter web dev`. */
export interface ScriptCall {
  pm: PackageManager;
  script: string;
  /** `--prefix DIR`, `--cwd DIR`, `-C DIR`. */
  dir?: string;
  /** `-w NAME`, `--filter NAME`, `yarn workspace NAME`: the one package that is meant. */
  workspace?: string;
  /** In several packages: `-r`, `--workspaces`, `--filter=*`, more than one filter. */
  all?: boolean;
  /** The filters of such a call as they stand; none: every package. */
  filters?: string[];
  /** The words that the script's own line gets. */
  args: string[];
}

const DIR_OPTIONS = ['--prefix', '--cwd', '-C', '--dir'];
const WORKSPACE_OPTIONS = ['-w', '--workspace', '--filter', '-F', '--include'];
const SEVERAL_OPTIONS = ['-r', '--recursive', '--workspaces', '-ws', '--parallel'];
/** Options whose value is no script. */
const VALUED_OPTIONS = ['--from', '-j', '--jobs', '--loglevel', '--reporter', '--cache', '--userconfig'];
/** What is a package manager's own command and not a script. */
const OWN = new Set(
  'install i add ci build pack link publish exec x dlx create init audit outdated update up remove info why config cache set version patch rebuild store list ls workspaces foreach upgrade pm bunx'.split(
    ' ',
  ),
);
/** A filter that names one package, by its name or its path. */
const PLAIN_FILTER = /^\{?@?[\w.-]+(?:\/[\w.-]+)*\/?\}?(?<!\.\.\.)$/;

/** Reads the words of a package manager's call; undefined when it runs no script. */
export function scriptCall(words: string[]): ScriptCall | undefined {
  if (words[0] === 'node') return nodeRun(words);
  if (words[0] === 'vpr') return scriptCall(['vp', 'run', ...words.slice(1)]);
  const pm = words[0];
  if (pm === 'vp' && words[1] !== 'run') return undefined;
  if (pm !== 'vp' && pm !== 'npm' && pm !== 'pnpm' && pm !== 'yarn' && pm !== 'bun') return undefined;
  const call: ScriptCall = { pm, script: '', args: [] };
  const filters: string[] = [];
  let several = false;
  let verb = '';
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--' || (call.script && pm !== 'npm')) {
      // npm keeps what stands before `--` to itself; the others hand over all that follows the script's name.
      call.args.push(...words.slice(word === '--' ? i + 1 : i));
      break;
    }
    const [option = '', inline] = word.startsWith('-') ? splitOption(word) : [];
    if (DIR_OPTIONS.includes(option)) call.dir = inline ?? words[++i] ?? '';
    else if (WORKSPACE_OPTIONS.includes(option) && !(pm === 'pnpm' && option === '-w')) {
      filters.push(inline ?? words[++i] ?? '');
    } else if (option === '--exclude') filters.push(`!${inline ?? words[++i] ?? ''}`);
    else if (option) {
      several ||= SEVERAL_OPTIONS.includes(option);
      // `--workspace-concurrency 4`: its number is no script.
      if (inline === undefined && (VALUED_OPTIONS.includes(option) || /^\d+$/.test(words[i + 1] ?? ''))) i++;
    } else if (call.script) call.args.push(word);
    else if (pm === 'yarn' && verb === '' && word === 'workspace') filters.push(words[++i] ?? '');
    else if (pm === 'yarn' && verb === '' && word === 'workspaces') {
      several = true;
      verb = word;
    } else if (verb === 'workspaces' && word === 'foreach') continue;
    else if (verb !== 'run' && /^(?:run|run-script|recursive|multi)$/.test(word)) {
      several ||= !word.startsWith('run');
      verb = 'run';
    } else if (verb !== 'run' && (OWN.has(word) || !runsBare(pm, word))) return undefined;
    else if (pm === 'bun' && /\.[cm]?[jt]sx?$/.test(word)) return undefined;
    else call.script = word;
  }
  if (!call.script) return undefined;
  return whichPackages(call, filters, several);
}

/** npm takes only a few words without `run`; `bun file.ts` is a file. */
const runsBare = (pm: PackageManager, word: string): boolean =>
  pm === 'npm' ? ['start', 'test', 'stop', 'restart'].includes(word) : !(pm === 'bun' && /[./]/.test(word));

/** One filter that names one package is that package's script; all else is a call for several. */
function whichPackages(call: ScriptCall, filters: string[], several: boolean): ScriptCall {
  const [only] = filters;
  if (only !== undefined && filters.length === 1 && PLAIN_FILTER.test(only)) {
    return { ...call, workspace: only.replace(/^\{?\.\/|\}$/g, '') };
  }
  if (!several && filters.length === 0) return call;
  return { ...call, all: true, ...(filters.length > 0 && { filters }) };
}

/** `node --run dev -- --open`. */
function nodeRun(words: string[]): ScriptCall | undefined {
  const at = words.findIndex((word) => word === '--run' || word.startsWith('--run='));
  if (at === -1) return undefined;
  const inline = words[at]?.split('=')[1];
  const script = inline ?? words[at + 1];
  const dashes = words.indexOf('--');
  if (!script) return undefined;
  return { pm: 'npm', script, args: dashes === -1 ? [] : words.slice(dashes + 1) };
}

function splitOption(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** A word as a shell line has it. */
export const quote = (word: string) =>
  /^[^\s"'\\$`&|;()<>]+$/.test(word) ? word : `"${word.replace(/["\\$`]/g, '\\$&')}"`;
