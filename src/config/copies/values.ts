import path from 'node:path';
import { digitsIn, isPort, namesIn, portVariableIn } from './expressions.ts';
import { languageOf } from './languages.ts';
import { type Import, importsOf, openImport, SETTINGS } from './modules.ts';
import { placesOf } from './places.ts';
import type { Digits, SourceFile, Sources } from './sources.ts';
import { closing, expressionEnd } from './text.ts';

/** What an expression says of a port. */
export interface Said {
  /** The number, where it is written down. */
  digits?: Digits | undefined;
  /** The environment variable that comes before it. */
  name?: string | undefined;
}

/** Follows an expression through the files of one app. */
export interface Trail {
  sources: Sources;
  /** The folder that absolute imports start from. */
  top: string;
}

/** What the expression from `start` to `end` says, followed to where it is defined. */
export async function portOf(
  trail: Trail,
  source: SourceFile,
  start: number,
  end: number,
  seen: ReadonlySet<string> = new Set(),
): Promise<Said> {
  const expression = source.code.slice(start, end);
  if (/^\s*\{/.test(expression) && source.syntax === 'js') return portKey(trail, source, start, end, seen);
  const name = portVariableIn(expression, source.syntax);
  const place = digitsIn(expression);
  if (place) {
    const digits = { source, start: start + place[0], end: start + place[1] };
    return { name: name ?? (await loadedName(trail, source, expression, seen)), digits };
  }
  let said: Said = { name };
  for (const path of namesIn(expression, source.syntax)) {
    said = merged(said, await valueOfName(trail, source, path, seen));
    if (said.digits) break;
  }
  if (said.digits) return said;
  for (const [, plain, given] of expression.matchAll(CALLED)) {
    const called = plain ?? (source.syntax === 'rust' ? given : undefined);
    if (called === undefined) continue;
    said = merged(said, await valueOfCall(trail, source, called, seen));
    if (said.digits) break;
  }
  return said;
}

/** `getPort()`, and what Rust's serde calls where a field is not given: `default = "default_port"`. */
const CALLED = /(?<![\w$.])(\w+)\(\s*\)|\bdefault\s*=\s*"(\w+)"/g;

/** `vars.APP_PORT || 3000`, where `vars` is what a loader of env files gives back. */
async function loadedName(
  trail: Trail,
  source: SourceFile,
  expression: string,
  seen: ReadonlySet<string>,
): Promise<string | undefined> {
  if (source.syntax !== 'js' || !/\|\||\?\?/.test(expression)) return undefined;
  const paths = namesIn(expression, 'js').filter(([, key = '']) => /^[A-Z][A-Z0-9_]*$/.test(key));
  const [first] = await Promise.all(paths.slice(0, 1).map((one) => keyOf(trail, source, one, seen)));
  return first?.digits ? undefined : first?.name;
}

/** How a function without arguments begins: its body is what follows. */
const HEADS: Partial<Record<SourceFile['syntax'], (name: string) => RegExp>> = {
  js: (name) => new RegExp(`\\bfunction\\s+${name}\\s*\\(\\s*\\)[^{]*(?=\\{)`),
  go: (name) => new RegExp(`\\bfunc\\s+${name}\\(\\s*\\)[^{]*(?=\\{)`),
  rust: (name) => new RegExp(`\\bfn\\s+${name}\\(\\s*\\)[^{]*(?=\\{)`),
  python: (name) => new RegExp(`\\bdef\\s+${name}\\(\\s*\\)[^:]*:(?=[^\\n]*\\n)`),
};

/** What a function without arguments gives back: `listen(getPort())`. */
async function valueOfCall(
  trail: Trail,
  source: SourceFile,
  called: string,
  before: ReadonlySet<string>,
): Promise<Said> {
  const { code, syntax } = source;
  const step = `${source.file}#${called}()`;
  if (before.has(step) || before.size > MAX_STEPS) return {};
  const seen = new Set(before).add(step);
  const head = HEADS[syntax]?.(called).exec(code);
  if (head) {
    const from = head.index + head[0].length;
    const to = syntax === 'python' ? blockEnd(code, from) : (closing(code, from, syntax) ?? from);
    const said = await firstSaid(trail, source, /\breturn\s+/g, seen, { within: [from, to] });
    // Rust gives back its last expression.
    const last = said.digits || syntax !== 'rust' ? {} : await portOf(trail, source, from + 1, to, seen);
    return merged(said, { ...last, name: last.name ?? portVariableIn(code.slice(from, to), syntax) });
  }
  const made = await firstSaid(trail, source, languageOf(syntax).defined(called), seen);
  if (made.digits || made.name) return made;
  for (const taken of importsOf(source).filter(({ names }) => names?.has(called)))
    for (const file of await openImport(trail.sources, source, taken, trail.top))
      return valueOfCall(trail, file, taken.names?.get(called) ?? called, seen);
  return {};
}

/** Where Python's block ends: at the first line that is not indented. */
function blockEnd(code: string, from: number): number {
  const end = /\n(?=\S)/.exec(code.slice(from));
  return end ? from + end.index : code.length;
}

const merged = (one: Said, other: Said): Said => ({
  digits: one.digits ?? other.digits,
  name: one.name ?? other.name,
});

/** `{ port: 3000, host }`, `{ port }`: the options of a server. */
async function portKey(
  trail: Trail,
  source: SourceFile,
  start: number,
  end: number,
  seen: ReadonlySet<string>,
) {
  const options = source.code.slice(start, end);
  const key = /(?<![\w$.])['"]?port['"]?\s*:\s*/.exec(options);
  if (key) {
    const from = start + key.index + key[0].length;
    return portOf(trail, source, from, expressionEnd(source.code, from, source.syntax), seen);
  }
  return /(?<![\w$.:]\s*)\bport\s*[,}]/.test(options) ? valueOfName(trail, source, ['port'], seen) : {};
}

const MAX_STEPS = 12;

async function valueOfName(
  trail: Trail,
  source: SourceFile,
  path: string[],
  before: ReadonlySet<string>,
): Promise<Said> {
  const step = `${source.file}#${path.join('.')}`;
  if (before.has(step) || before.size > MAX_STEPS) return {};
  const seen = new Set(before).add(step);
  const here = await valueHere(trail, source, path, seen);
  return here.digits ? here : merged(here, await throughImports(trail, source, path, seen));
}

/** What the file itself says of a name or a key. */
async function valueHere(
  trail: Trail,
  source: SourceFile,
  path: string[],
  seen: ReadonlySet<string>,
): Promise<Said> {
  const [base = '', ...rest] = path;
  if (rest.length === 0) {
    const said = await definedIn(trail, source, base, seen);
    return said.digits && said.name ? said : merged(said, await takenFrom(trail, source, base, seen));
  }
  if (rest.includes('()') && source.syntax === 'js') {
    const set = new RegExp(`\\.set\\(\\s*['"]${path.at(-1)}['"]\\s*,`, 'g');
    const said = await firstSaid(trail, source, set, seen);
    if (said.digits || said.name) return said;
  }
  return keyOf(trail, source, path, seen);
}

/** Every value that a name is given in a file: `let port = process.env.PORT; if (!port) port = 3000`. */
async function definedIn(
  trail: Trail,
  source: SourceFile,
  name: string,
  seen: ReadonlySet<string>,
): Promise<Said> {
  const said = await firstSaid(trail, source, languageOf(source.syntax).defined(name), seen);
  return said.digits ? said : merged(said, optionOf(source, name));
}

/** A command line's own default: argparse's `add_argument("--port", default=8001)`, click's `option`. */
function optionOf(source: SourceFile, name: string): Said {
  if (source.syntax !== 'python') return {};
  // Tornado's `define("port", default=9999)`.
  const option = new RegExp(
    `(?:["']--${name}["']|\\bdefine\\(\\s*["']${name}["'])[^()]*?\\bdefault\\s*=\\s*["']?(\\d{4,5})\\b`,
  );
  const match = option.exec(source.code);
  if (!match?.[1] || !isPort(match[1])) return {};
  const end = match.index + match[0].length;
  return { digits: { source, start: end - match[1].length, end } };
}

/** What is said at the places that a pattern finds, the likeliest first. */
async function firstSaid(
  trail: Trail,
  source: SourceFile,
  pattern: RegExp,
  seen: ReadonlySet<string>,
  where: { within?: [number, number]; path?: readonly string[] } = {},
): Promise<Said> {
  let said: Said = {};
  for (const from of placesOf(source, pattern, where).slice(0, 6)) {
    const end = expressionEnd(source.code, from, source.syntax);
    said = merged(said, await portOf(trail, source, from, end, seen));
    if (said.digits && said.name) break;
  }
  return said;
}

/** The value of a key, as `port: …` anywhere in a file. */
export const portOfKey = (trail: Trail, source: SourceFile, key: string): Promise<Said> =>
  firstSaid(trail, source, languageOf(source.syntax).keyed(key), new Set());

/** `const { PORT: port = 3000 } = process.env`, `const { port } = config.server`. */
async function takenFrom(
  trail: Trail,
  source: SourceFile,
  name: string,
  seen: ReadonlySet<string>,
): Promise<Said> {
  if (source.syntax !== 'js') return {};
  for (const [, list = '', from = ''] of source.code.matchAll(/\{([^{}]*)\}\s*=\s*([\w$.]+)/g)) {
    for (const item of list.split(',')) {
      const [, there, here] = /^\s*([\w$]+)(?:\s*:\s*([\w$]+))?/.exec(item) ?? [];
      if (!there || (here ?? there) !== name) continue;
      if (/^(?:process|import\.meta|Bun)\.env$|^env$/.test(from)) return { name: there };
      return valueOfName(trail, source, [...from.split('.'), there], seen);
    }
  }
  return {};
}

/** A key of the object that `base` is, where this file makes it; of `this` and the like, anywhere in the file. */
async function keyOf(
  trail: Trail,
  source: SourceFile,
  path: string[],
  seen: ReadonlySet<string>,
): Promise<Said> {
  const { code, syntax } = source;
  const base = path[0] as string;
  const key = path.at(-1) as string;
  const language = languageOf(syntax);
  for (const match of code.matchAll(language.defined(base))) {
    const from = match.index + match[0].length;
    const end = expressionEnd(code, from, syntax);
    const value = code.slice(from, end);
    if (/\bloadEnv\(|^\s*(?:process|import\.meta|Bun)\.env\b/.test(value)) return { name: key };
    const said = await firstSaid(trail, source, language.keyed(key), seen, { within: [from, end], path });
    if (said.digits || said.name) return named(said, source, key);
    // `const cfg = loadConfig(process.env)`: the file that has the function has the key.
    const [, called] = /^\s*(?:await\s+)?(\w+)\(/.exec(value) ?? [];
    if (called && isImported(source, called)) return throughImports(trail, source, [called, '()', key], seen);
  }
  if (syntax === 'js' && isImported(source, base)) return {};
  if (!/port|addr|bind/i.test(key)) return {};
  const asked = optionOf(source, key);
  if (asked.digits) return asked;
  const said = await firstSaid(trail, source, language.keyed(key), seen, { path });
  if (said.digits || said.name) return named(said, source, key);
  return base === 'env' && /^[A-Z]/.test(key) && syntax === 'js' ? { name: key } : {};
}

const isImported = (source: SourceFile, name: string): boolean =>
  importsOf(source).some(({ names }) => names?.has(name));

/** A schema's key is the variable's name: zod's and envalid's as it stands, pydantic's in any case. */
function named(said: Said, { code, syntax }: SourceFile, key: string): Said {
  if (said.name || !said.digits) return said;
  if (syntax === 'js') {
    const { source, start } = said.digits;
    const line = source.code.slice(Math.max(0, start - 120), start);
    const isSchema = /^[A-Z][A-Z0-9_]*$/.test(key) && /\(/.test(line.slice(line.lastIndexOf(key)));
    return isSchema ? { ...said, name: key } : said;
  }
  if (syntax !== 'python' || !/\bBaseSettings\b/.test(code)) return said;
  const prefix = /env_prefix\s*=\s*['"](\w*)['"]/.exec(code)?.[1] ?? '';
  return { ...said, name: (prefix + key).toUpperCase() };
}

async function throughImports(
  trail: Trail,
  source: SourceFile,
  path: string[],
  seen: ReadonlySet<string>,
): Promise<Said> {
  const [base = '', ...rest] = path;
  const key = path.at(-1) as string;
  const imports = importsOf(source);
  const naming = imports.filter(({ names }) => names?.has(base));
  const isKey = rest.length > 0 && /port|addr|bind/i.test(key);
  // A package of Go or Rust names nothing, a parameter comes from anywhere: the key alone is looked for.
  const open = imports.filter(
    ({ names, from }) => !names || names.size === 0 || (isKey && (isTelling(from) || hasSettings(names))),
  );
  open.sort((one, other) => Number(isTelling(other.from)) - Number(isTelling(one.from)));
  for (const taken of naming.length > 0 ? naming : open.slice(0, 4)) {
    for (const file of await openImport(trail.sources, source, taken, trail.top)) {
      const said = await inModule(trail, file, naming.length > 0 ? taken : { from: taken.from }, path, seen);
      if (said.digits || said.name) return said;
    }
  }
  const isConfig = rest[0] === '()' && naming.length === 0 && source.syntax === 'js';
  return isConfig ? nodeConfig(trail, path) : {};
}

const isTelling = (from: string): boolean =>
  /(?:config\w*|env\w*|settings?|schema\w*|constants?)(?:\.[cm]?[jt]s)?$/i.test(from);

/** `import { safeValidateEnv } from '@acme/utils'`: what it takes is settings, wherever they come from. */
const hasSettings = (names: ReadonlyMap<string, string>): boolean =>
  [...names.values()].some((name) => SETTINGS.test(name));

async function inModule(
  trail: Trail,
  file: SourceFile,
  { names }: Import,
  path: string[],
  before: ReadonlySet<string>,
): Promise<Said> {
  const key = path.at(-1) as string;
  const step = `${file.file}#${path.join('.')}`;
  if (before.has(step)) return {};
  const seen = new Set(before).add(step);
  const language = languageOf(file.syntax);
  const exported = names?.get(path[0] as string);
  if (path.length === 1 && exported === undefined && names) return {};
  const wanted = path.length === 1 && exported !== '*' ? (exported ?? key) : key;
  for (const pattern of [language.defined(wanted), language.keyed(wanted)]) {
    const said = await firstSaid(trail, file, pattern, seen, { path });
    if (said.digits || said.name) return named(said, file, wanted);
  }
  // `module.exports = process.env.PORT || 3000`: the file is the number.
  if (path.length === 1 && exported === '*' && file.syntax === 'js') {
    const said = await firstSaid(
      trail,
      file,
      /\b(?:module\.exports\s*=|export\s+default\b)\s*(?=[^\s{])/g,
      seen,
    );
    if (said.digits || said.name) return said;
  }
  return file.syntax === 'js' ? throughHandedOn(trail, file, wanted, seen) : {};
}

/** An index that only hands on, a loader whose schema lies beside it. */
async function throughHandedOn(trail: Trail, file: SourceFile, wanted: string, seen: ReadonlySet<string>) {
  const isIndex = /\bexport\s*[*{]/.test(file.code);
  const all = importsOf(file).filter(({ from }) => isIndex || isTelling(from));
  for (const taken of all.slice(0, 6)) {
    const handed: Import = { from: taken.from };
    for (const further of await openImport(trail.sources, file, handed, trail.top)) {
      const said = await inModule(trail, further, handed, [wanted], seen);
      if (said.digits || said.name) return said;
    }
  }
  return {};
}

/** The `config` package: `config/default.json` and its like. */
async function nodeConfig(trail: Trail, keys: string[]): Promise<Said> {
  const key = keys.at(-1) as string;
  for (const name of [
    'default.json',
    'development.json',
    'default.js',
    'default.ts',
    'default.yml',
    'default.yaml',
  ]) {
    const folder = path.join(trail.top, 'config');
    if (!(await trail.sources.project.has(folder, name))) continue;
    const file = await trail.sources.open(path.join(folder, name));
    const said = file
      ? await firstSaid(trail, file, languageOf(file.syntax).keyed(key), new Set(), { path: keys })
      : {};
    if (said.digits) return said;
  }
  return {};
}
