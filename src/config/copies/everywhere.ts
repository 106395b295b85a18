import path from 'node:path';
import { isNative } from '../detect/frameworks/native.ts';
import type { App, Role } from '../types.ts';
import { callsOfEnv } from './calls.ts';
import { type Env, openEnv } from './env-files.ts';
import { languageOf } from './languages.ts';
import { placesIn } from './places-in.ts';
import { foundAt, type SourceFile, type Sources, sourceOf } from './sources.ts';
import type { Syntax } from './text.ts';
import { filesWith, Reader } from './tree.ts';
import type { Copy, Found } from './types.ts';
import { addressesIn, isForeign } from './urls.ts';

/** An app, and what its env files say as its own loader reads them. */
export interface Reading {
  app: App;
  env: Env;
}

export interface LookContext {
  /** Absolute. */
  root: string;
  readings: readonly Reading[];
  /** Of the project, to read an env file more. */
  sources: Sources;
  /** What the apps' own files have told already: who reads it is known better there. */
  known: readonly Found[];
  /** The launcher's environment. */
  shell: Readonly<Record<string, string | undefined>>;
}

/** Copies that a run shall tell of; more are somebody's data. */
const MOST_COPIES = 200;

/**
 * The places in a whole project that name these ports, beyond the few files that every start reads. Costs a look at
 * each file: only for who has a port that moved.
 * @param owners whose each port is
 */
export async function copiesEverywhere(
  owners: ReadonlyMap<number, string>,
  context: LookContext,
): Promise<Copy[]> {
  const { root, readings, shell } = context;
  const known = new Set(context.known.map(placeKey));
  const homes = readings.map(({ app }) => homeOf(app, root));
  const ports = new Set(owners.keys());
  const needles = [...ports].map(String);
  const exported = exportedNames(shell, ports);
  const copies: Copy[] = [...(await handedCopies(owners, context)), ...(await configCopies(owners, context))];
  const reader = new Reader();
  for (const file of await filesWith([...needles, ...exported], { root, first: homes, shell })) {
    // Not joined: over a whole walk it would cost a quarter of all.
    const bytes = reader.read(`${root}/${file}`);
    if (!bytes || ![...needles, ...exported].some((needle) => bytes.includes(needle))) continue;
    const source = sourceOf(path.join(root, file), file, bytes.toString('utf8'));
    const found = copiesIn(source, owners, exported, { readings, homes, shell });
    copies.push(...found.filter((one) => one.shell || !known.has(placeKey(one))));
    if (copies.length >= MOST_COPIES) break;
  }
  return copies;
}

const placeKey = ({ file, line, columns }: Found): string => `${file}:${line}:${columns[0]}`;

function copiesIn(
  source: SourceFile,
  owners: ReadonlyMap<number, string>,
  exported: readonly string[],
  { readings, homes, shell }: Pick<LookContext, 'readings' | 'shell'> & { homes: readonly string[] },
): Copy[] {
  const found: Copy[] = [];
  const reader = readerOf(source, readings, homes);
  if (!reader) return found;
  const { env } = reader;
  for (const place of placesIn(source, new Set(owners.keys()), env)) {
    const of = owners.get(place.port);
    const one =
      of === undefined ? undefined : asCopy(place, source, readerOf(source, readings, homes, of), of);
    if (one) found.push(one);
  }
  for (const name of exported) {
    const place = placeOfName(source, name);
    const value = shell[name] ?? '';
    for (const port of place ? portsIn(value, true) : []) {
      const of = owners.get(port);
      if (place && of !== undefined)
        found.push({ ...place, port, value, by: reader.app.name, of, shell: true });
    }
  }
  return found;
}

/** A place that its reader can do something with. */
function asCopy(
  place: Found,
  { syntax, file }: SourceFile,
  reader: Reading | undefined,
  of: string,
): Copy | undefined {
  if (!reader || (place.name !== undefined && isForeign(place.name))) return undefined;
  const { app } = reader;
  const script = isScript(syntax, file) && !/\.(?:jsonc?)$/.test(file);
  const browser = script && speaks(app) !== 'js' && place.kind !== 'script' && place.kind !== 'proxy';
  // A page's own code puts them together in the browser; on a server they come together in a connection.
  if (place.bare && !browser && !app.roles.includes('frontend')) return undefined;
  // Its own number in its own code is told to it.
  if (app.name === of && !browser) return undefined;
  return { ...place, by: app.name, of, ...(browser && { browser: true }) };
}

const isScript = (syntax: Syntax, file: string): boolean =>
  syntax === 'js' || /\.(?:html?|astro)$/.test(file);

const homeOf = ({ runs, cwd }: App, root: string): string =>
  path.relative(root, runs?.dir ?? cwd).replaceAll(path.sep, '/');

/** The language of an app's program, as far as files tell theirs. */
function speaks({ python, framework = '', runs }: App): Syntax {
  const program = runs?.words[0] ?? '';
  if (python) return 'python';
  for (const [pattern, syntax] of LANGUAGES)
    if (pattern.test(framework) || pattern.test(program)) return syntax;
  return isNative(framework) ? 'hash' : 'js';
}

const LANGUAGES: readonly [RegExp, Syntax][] = [
  [/^go$/, 'go'],
  [/^(?:rust|cargo|trunk|dioxus|leptos)$/, 'rust'],
  [/^(?:spring|jvm|gradlew?|mvnw?|dotnet)$/, 'jvm'],
  [/^(?:laravel|php|symfony)$/, 'php'],
  [/^(?:rails|puma|rackup|ruby|jekyll)$/, 'ruby'],
  [/^phoenix$/, 'elixir'],
  [/^(?:python|django|flask|fastapi|reflex)$/, 'python'],
];

/**
 * Whose code a file is: of the apps in whose folder it lies those that lie deepest, of several the one that speaks its
 * language and does not have the port itself. What lies in no app's folder (a shared package) is of all who speak it.
 */
function readerOf(
  { file, syntax }: SourceFile,
  readings: readonly Reading[],
  homes: readonly string[],
  of?: string,
): Reading | undefined {
  const within = (home: string): boolean => home === '' || file.startsWith(`${home}/`);
  const script = isScript(syntax, file);
  const known = script || !['hash', 'json'].includes(syntax);
  const fits = (one: Reading): boolean => !known || speaks(one.app) === (script ? 'js' : syntax);
  const depth = Math.max(-1, ...homes.filter(within).map((home) => home.length));
  const nearest = readings.filter((_, index) => {
    const home = homes[index] as string;
    return within(home) && home.length === depth;
  });
  const able = nearest.filter(fits);
  const shared = readings.filter(fits);
  // A page that a server of another language sends is that server's.
  const all = able.length > 0 ? able : script && nearest.length > 0 ? nearest : shared;
  const role = soundsLike(file);
  const named = role && all.find(({ app }) => app.roles.includes(role));
  return named || all.find(({ app }) => app.name !== of) || all[0];
}

/** In a folder of several apps the path's words say whose a file is, the first of them: `client/src/api/x.ts`. */
const soundsLike = (file: string): Role | undefined => {
  for (const word of file.split('/').slice(0, -1)) {
    if (/^(?:server|api|backend)$/i.test(word)) return 'backend';
    if (/^(?:client|web|frontend|ui|components|pages|views|public|static|hooks)$/i.test(word))
      return 'frontend';
  }
  return /^server\.[cm]?[jt]s$/.test(file) ? 'backend' : undefined;
};

/** What an app is handed by its runner: a Procfile's `.env`. */
async function handedCopies(
  owners: ReadonlyMap<number, string>,
  { readings, sources }: LookContext,
): Promise<Copy[]> {
  const found: Copy[] = [];
  for (const { app } of readings) {
    if (!app.procfile) continue;
    for (const { found: place } of callsOfEnv(await openEnv(sources, [path.join(app.cwd, '.env')]))) {
      const of = owners.get(place.port);
      if (of !== undefined && !isForeign(place.name ?? '')) found.push({ ...place, by: app.name, of });
    }
  }
  return found;
}

/** `apps[].env` of the config, where it has numbers in place of placeholders. */
async function configCopies(
  owners: ReadonlyMap<number, string>,
  { readings, sources, root }: LookContext,
): Promise<Copy[]> {
  const found: Copy[] = [];
  for (const { app } of readings) {
    const [, file] = /^apps\[\d+\] in (.+)$/.exec(app.evidence) ?? [];
    for (const [name, value] of file ? Object.entries(app.env) : []) {
      for (const port of portsIn(value, /PORT$/.test(name))) {
        const of = owners.get(port);
        if (of === undefined || isForeign(name)) continue;
        const source = await sources.open(path.resolve(root, file as string));
        const start = Math.max(0, source?.text.indexOf(value) ?? 0);
        const place =
          source && foundAt({ source, start, end: start + value.length }, 'env', { name, value, host: '' });
        if (place) found.push({ ...place, port, by: app.name, of, config: true });
      }
    }
  }
  return found;
}

/** Names that the shell exports, and whose value names one of the ports. */
function exportedNames(shell: LookContext['shell'], ports: ReadonlySet<number>): string[] {
  return Object.entries(shell).flatMap(([name, value = '']) => {
    if (/^(?:(?:FRONTEND_|BACKEND_)?PORT|DEVSTART_.*|npm_.*|_)$/.test(name) || isForeign(name)) return [];
    return portsIn(value, /PORT$/.test(name)).some((port) => ports.has(port)) ? [name] : [];
  });
}

function portsIn(value: string, alone: boolean): number[] {
  if (alone && /^\d{2,5}$/.test(value)) return [Number(value)];
  if (!value.includes(':') || value.length > 2000) return [];
  return addressesIn({ code: value, text: value } as SourceFile).map(({ digits }) =>
    Number(value.slice(digits.start, digits.end)),
  );
}

/** Where a file reads a variable. */
function placeOfName(source: SourceFile, name: string): Found | undefined {
  if (!source.text.includes(name)) return undefined;
  for (const match of source.code.matchAll(languageOf(source.syntax).env)) {
    if (!match.slice(1).includes(name)) continue;
    const start = match.index + match[0].lastIndexOf(name);
    return foundAt({ source, start, end: start + name.length }, 'env', { name });
  }
  return undefined;
}

/** Where a number stands alone that a program wants to listen on: in its folder's code, a line that says so first. */
export async function placeOfNumber(
  port: number,
  dir: string,
  { root, shell }: Pick<LookContext, 'root' | 'shell'>,
): Promise<Found | undefined> {
  const home = path.relative(root, dir).replaceAll(path.sep, '/');
  const files = await filesWith([String(port)], { root, first: [home], shell });
  const nearest = files.filter((file) => home === '' || file.startsWith(`${home}/`));
  const digits = String(port);
  const alone = new RegExp(`(?<![\\w.$-])${digits}(?![\\w.-])`, 'g');
  const reader = new Reader();
  let best: Found | undefined;
  for (const file of new Set([...nearest, ...files])) {
    const bytes = reader.read(`${root}/${file}`);
    if (!bytes?.includes(digits)) continue;
    const source = sourceOf(path.join(root, file), file, bytes.toString('utf8'));
    for (const { index } of source.code.matchAll(alone)) {
      const found = foundAt({ source, start: index, end: index + digits.length }, 'literal');
      if (/listen|port|bind|serve|inspect|addr/i.test(source.code.split('\n')[found.line - 1] ?? ''))
        return found;
      best ??= found;
    }
  }
  return best;
}

/** Which of these numbers stand in the code of these folders where it listens, or says on what. @param dirs absolute */
export async function numbersOfCode(
  ports: readonly number[],
  dirs: readonly string[],
  { root, shell }: Pick<LookContext, 'root' | 'shell'>,
): Promise<Set<number>> {
  const homes = dirs.map((dir) => path.relative(root, dir).replaceAll(path.sep, '/'));
  const found = new Set<number>();
  const reader = new Reader();
  for (const file of await filesWith(ports.map(String), { root, first: homes, shell })) {
    if (!homes.some((home) => home === '' || file.startsWith(`${home}/`))) continue;
    const text = reader.read(`${root}/${file}`)?.toString('utf8') ?? '';
    for (const port of ports) {
      if (found.has(port) || !text.includes(String(port))) continue;
      const { code } = sourceOf(path.join(root, file), file, text);
      // Not of an address: that is where it calls.
      const said = new RegExp(`^.*(?:listen|port|bind|serve|addr).*(?<![\\w.$:-])${port}(?![\\w.-])`, 'im');
      if (said.test(code)) found.add(port);
    }
  }
  return found;
}
