import path from 'node:path';
import { type Part, splitLine } from '../commandline.ts';
import { bodyOf, piecesOf, withoutQuotes } from './shell-text.ts';

/** A command in the place where a shell would start it. */
export interface Placed {
  line: string;
  dir: string;
  env: Record<string, string>;
  /** What stands before it in the same shell: an activated environment, values that only a shell works out. */
  setup: Setup[];
}

export interface Setup extends Pick<Placed, 'line' | 'dir'> {
  /** Variables that it sets for its own shell: of use only where one of them is. */
  names?: readonly string[];
}

/** What a line or a shell file starts: first what has to end, then what runs side by side. */
export interface Reading {
  before: Placed[];
  /** More than one only where `&` puts them side by side. */
  side: Placed[];
  /** What would be done when they have ended: `docker compose down`. */
  after: string[];
}

/** An and-or list: `cd api && npm start`. */
interface Job {
  text: string;
  parts: Part[];
  background: boolean;
  /** It holds a group in brackets, whose `cd` stays its own. */
  grouped: boolean;
}

/** Where the reading has come to. */
interface State {
  dir: string;
  /** For `cd -`. */
  was: string;
  env: Record<string, string>;
  /** The script's own, put in where they are used. */
  vars: Record<string, string>;
  setup: Setup[];
  /** In the foreground, and maybe not the last. */
  pending: Placed[];
  before: Placed[];
  side: Placed[];
}

/** Commands that start nothing and prepare nothing. */
const SILENT =
  /^(?:echo|printf|set|shopt|trap|wait|sleep|true|:|kill|pkill|killall|clear|exit|return|ulimit|umask|unset|stty|tput|disown|shift|read|local|jobs|\[|\[\[|test|fi|done|esac|else|then|\w+=\$!)$/;
/** `bin/dev` of Rails: the tool is there, or its absence is told when it is called. */
const FETCHES_A_TOOL = /\b(?:gem list|gem install|command -v|which|type)\b/;
/** Ends whoever has a port: here it is claimed, and nobody else's server is ended. */
const FREES_A_PORT =
  /\blsof\b[^\n]*\bkill\b|\blsof\b[\s\S]{0,200}\bkill(?:\s+-\w+)*\s+"?\$|\bfuser\b[^\n]*\s-\w*k|\bkill-port\b/;
/** What ends the containers that a line has started. */
const TEARS_DOWN = /^docker(?:-compose| compose)\b.*\s(?:down|stop|kill|rm)\b/;
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** `pids=(…)`: what is kept of several. */
const ARRAY = /^(?:local\s+|declare\s+-a\s+)?\w+\+?=\(/;

/**
 * Reads a line, or a shell file's text, as far as people start servers in them: `&`, `&&`, `;`, `cd`, `export`,
 * variables, functions that clean up, blocks that only prepare. Pure.
 * @param dir where it is started
 * @param home the shell file's own folder, for `$(dirname "$0")`
 * @returns undefined where it takes a shell to know
 */
export function readShell(script: string, dir: string, home = dir): Reading | undefined {
  const state: State = { dir, was: dir, env: {}, vars: {}, setup: [], pending: [], before: [], side: [] };
  const silent: string[] = [];
  const pieces = piecesOf(script) ?? [{ kind: 'line', text: '<<' }];
  for (const [at, { kind, text: piece }] of pieces.entries()) {
    if (kind === 'function' && isCleanUp(bodyOf(piece), silent)) {
      silent.push(/^(?:function\s+)?([\w-]+)/.exec(piece)?.[1] ?? '');
      continue;
    }
    const names = kind === 'block' ? setForLater(piece, pieces.slice(at + 1)) : [];
    if (names.length > 0) {
      if (!prepares(piece)) return undefined;
      const line = withVars(withFolders(piece, home, state.dir), state.vars);
      state.setup.push({ line, dir: state.dir, names });
      continue;
    }
    if (kind === 'block' && (FETCHES_A_TOOL.test(piece) || (FREES_A_PORT.test(piece) && prepares(piece))))
      continue;
    const text = withoutCalls(withVars(withFolders(piece, home, state.dir), state.vars), silent);
    if (text.trim() === '') continue;
    if (kind === 'block' && prepares(text)) state.pending.push(place(state, text));
    else if (kind !== 'line' || ARRAY.test(text)) return undefined;
    else {
      const jobs = jobsOf(text);
      if (!jobs?.every((job) => runJob(state, job))) return undefined;
    }
  }
  const end = state.pending.findLastIndex(({ line }) => !TEARS_DOWN.test(line)) + 1;
  const after = state.pending.splice(Math.max(end, 1)).map(({ line }) => line);
  const last = state.pending.splice(-1).map((one) => ({ ...one, line: withoutBrackets(one.line) }));
  if (state.side.length === 0) return { before: [...state.before, ...state.pending], side: last, after };
  const side = last.length > 0 ? [...state.side, joined([...state.pending, ...last])] : state.side;
  return { before: state.before, side, after };
}

function runJob(state: State, job: Job): boolean {
  const programs = job.parts.map(({ words }) => words[0] ?? '');
  if (programs.every((word) => SILENT.test(word) && word !== 'set')) return true;
  if (!job.background) {
    if (!job.grouped) return runForeground(state, job);
    state.pending.push(place(state, job.text));
    return true;
  }
  if (state.side.length === 0) state.before.push(...state.pending);
  // What stands in the foreground between two servers is the next one's own preparation.
  const own = state.side.length === 0 ? [] : state.pending;
  state.pending = [];
  state.side.push(joined([...own, place(state, withoutBrackets(job.text))]));
  return true;
}

/** False: it goes to a folder that only a shell knows. */
function runForeground(state: State, { parts }: Job): boolean {
  for (const [index, part] of parts.entries()) {
    const [program = '', target] = part.words;
    const rest = parts.slice(index);
    if (program === 'cd' || program === 'pushd' || program === 'popd') {
      if (target !== undefined && /[$`]/.test(target)) return false;
      const next = target === undefined || target === '-' ? state.was : path.resolve(state.dir, target);
      state.was = state.dir;
      state.dir = next;
    } else if (rest.some(({ next }) => next === '||' || next === '|')) {
      // `a || b`, `a | b`: one command to us.
      if (!rest.every(({ words }) => SILENT.test(words[0] ?? '')) && !FREES_A_PORT.test(textOf(rest)))
        state.pending.push(place(state, textOf(rest)));
      return true;
    } else if (program === 'export' || part.words.every((word) => ASSIGNMENT.test(word))) assign(state, part);
    else if (
      program === 'source' ||
      program === '.' ||
      (program === 'set' && /^-a$|allexport/.test(part.words.join(' ').slice(4)))
    )
      state.setup.push({ line: part.text.replace(/^source\s/, '. '), dir: state.dir });
    else if (!SILENT.test(program))
      state.pending.push(place(state, part.text.replace(/^exec\s+(?=[^-])/, '')));
  }
  return true;
}

/** What only a shell can work out is left to it, before every later command. */
function assign(state: State, part: Part): void {
  const exported = part.words[0] === 'export';
  const words = exported ? part.words.slice(1) : part.words;
  if (words.every((word) => ASSIGNMENT.test(word) && /=\$!$/.test(word))) return;
  if (words.some((word) => !ASSIGNMENT.test(word) || /[$`]/.test(word))) {
    state.setup.push({ line: part.text, dir: state.dir });
    return;
  }
  for (const word of words) {
    const at = word.indexOf('=');
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    state.vars[name] = value;
    if (exported) state.env[name] = value;
  }
}

const place = ({ dir, env, setup }: State, line: string): Placed => ({
  line,
  dir,
  env: { ...env },
  setup: setup.filter(({ names }) => names === undefined || names.some((name) => uses(line, name))),
});

/** Several commands one after the other, in one shell. */
function joined(all: readonly Placed[]): Placed {
  const [first] = all;
  const { line, dir } = chained(all);
  return { line, dir, env: Object.assign({}, ...all.map(({ env }) => env)), setup: first?.setup ?? [] };
}

/** Lines that one shell runs one after the other, each in its folder. */
export function chained(all: readonly Setup[]): Setup {
  const [first, ...others] = all;
  if (!first) return { line: '', dir: '' };
  let { line, dir } = first;
  for (const one of others) {
    // A block begins a line of its own.
    const and = one.line.includes('\n') ? '\n' : ' && ';
    const go = one.dir === dir ? '' : `cd ${quoted(path.relative(dir, one.dir))}${and}`;
    line = `${line}${line.includes('\n') ? '\n' : and}${go}${one.line}`;
    dir = one.dir;
  }
  return { line, dir: first.dir };
}

const SELF = String.raw`"?\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?(?::-\$0)?\}?)"?`;
const SELF_FOLDER = new RegExp(
  String.raw`\$\(\s*dirname\s+(?:--\s+)?(?:"?\$\(\s*(?:readlink\s+-f|realpath)\s+(?:--\s+)?${SELF}\s*\)"?|${SELF})\s*\)`,
  'g',
);
const WENT_THERE =
  /\$\(\s*cd\s+(?:-P\s+)?(?:--\s+)?"?(\uE000[^"$)&;>\s]*)"?\s*(?:(?:&?>|1>)\s*\/dev\/null\s*(?:2>&1)?\s*)?(?:&&|;)\s*pwd(?:\s+-P)?\s*\)/g;

/** `$(cd "$(dirname "$0")/.." && pwd)`, `$PWD`: the folders that a script asks for, as paths. */
function withFolders(line: string, home: string, dir: string): string {
  if (!line.includes('$')) return line;
  return line
    .replace(SELF_FOLDER, '\uE000')
    .replace(WENT_THERE, '$1')
    .replace(/\$\(\s*pwd\s*\)|\$\{?PWD\b\}?/g, '\uE001')
    .replace(/[\uE000\uE001]/g, (mark, at: number, all: string) => {
      const folder = mark === '\uE000' ? home : dir;
      const inQuotes = (all.slice(0, at).match(/"/g)?.length ?? 0) % 2 === 1;
      return inQuotes ? folder : quoted(folder);
    });
}

/** The script's own variables put in; those of others stay the shell's. */
const withVars = (line: string, vars: Record<string, string>): string =>
  line
    .split(/('[^']*')/)
    .map((piece) =>
      piece.startsWith("'")
        ? piece
        : piece.replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => vars[braced ?? bare] ?? all),
    )
    .join('');

/** A line's and-or lists; undefined where a group in brackets holds more than one. */
function jobsOf(line: string): Job[] | undefined {
  const jobs: Job[] = [];
  let group: Part[] = [];
  if (/^[()]$/.test(line)) return undefined;
  for (const part of splitLine(line)) {
    group.push(part);
    if (part.next !== '&' && part.next !== ';' && part.next !== '') continue;
    const text = textOf(group);
    const bare = withoutQuotes(text).replace(/\$\([^()]*\)/g, '');
    if (bare.split('(').length !== bare.split(')').length || /^\{\s|<<(?!<)/.test(bare)) return undefined;
    jobs.push({ text, parts: group, background: part.next === '&', grouped: bare.includes('(') });
    group = [];
  }
  return jobs;
}

const textOf = (parts: Part[]): string =>
  parts.map((part, i) => (i < parts.length - 1 ? `${part.text} ${part.next}` : part.text)).join(' ');

/** `(cd api && npm start)` alone is what stands in it. */
export const withoutBrackets = (text: string): string =>
  /^\([^()]*\)$/s.test(withoutQuotes(text)) ? text.slice(1, -1).trim() : text;

/** A function that only cleans up, or says something, is no part of the start; nor are those that it calls. */
const isCleanUp = (body: string, silent: readonly string[]): boolean =>
  body
    .split(/[\n;]|&&|\|\||\b(?:then|do|else)\b/)
    .map((one) => one.trim())
    .every((one) => {
      const [program = ''] = one.split(/\s/);
      return (
        one === '' || SILENT.test(program) || silent.includes(program) || /^(?:if|for|while)\b/.test(one)
      );
    });

/** Without the lines that call such a function: outside of its file it is none; `:` where nothing else is left. */
const withoutCalls = (text: string, silent: readonly string[]): string =>
  text
    .split('\n')
    .map((line) =>
      silent.includes(/^\s*([\w-]+)(?:\s[^;&|]*)?$/.exec(withoutQuotes(line))?.[1] ?? '') ? ':' : line,
    )
    .join('\n');

/** `if [ -x "$HOME/go" ]; then GO="$HOME/go"; fi`: what comes after uses what it has found out. */
const setForLater = (block: string, rest: readonly { text: string }[]): string[] =>
  [...block.matchAll(/(?:^|[;\n]|\b(?:then|do|else)\b)\s*(\w+)=/g)]
    .map(([, name = '']) => name)
    .filter((name) => rest.some(({ text }) => uses(text, name)));

const uses = (text: string, name: string): boolean => new RegExp(`\\$\\{?${name}\\b`).test(text);

/** A block that ends before the servers start, and changes nothing for them. */
const prepares = (block: string): boolean => {
  const bare = withoutQuotes(block);
  return !/(?<![&>])&(?![&>])|(?:^|[;&|]|\b(?:then|do|else)\s)\s*(?:cd|export|exec|source|\.|nohup)\s/m.test(
    bare,
  );
};

export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
