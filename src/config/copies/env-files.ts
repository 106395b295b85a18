import path from 'node:path';
import { type Digits, foundAt, type SourceFile, type Sources } from './sources.ts';
import type { Found } from './types.ts';
import { addressesIn } from './urls.ts';

/** An assignment of an env file. */
export interface EnvValue {
  name: string;
  /** Without its quotes. */
  value: string;
  source: SourceFile;
  /** Offset of the value's first character. */
  start: number;
}

/** An app's env files, as its own loader reads them. */
export interface Env {
  /** By name: the value that counts. */
  values: ReadonlyMap<string, EnvValue>;
}

/** The assignments of a file; of a name the last one counts. Pure. */
export function envValues(source: SourceFile): Map<string, EnvValue> {
  const values = new Map<string, EnvValue>();
  const pattern =
    /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|`([^`\n]*)`|([^\n\r]*))/dgm;
  for (const match of source.text.matchAll(pattern)) {
    const quoted = match[2] ?? match[3] ?? match[4];
    const value = quoted ?? (match[5] ?? '').replace(/(?:^|\s+)#.*$/, '').trimEnd();
    const name = match[1] as string;
    const [start = 0] = [2, 3, 4, 5].flatMap((group) => match.indices?.[group]?.[0] ?? []);
    if (value !== '') values.set(name, { name, value, source, start });
    else values.delete(name);
  }
  return values;
}

/** Which files a loader reads, strongest first. */
export function envFileNames(loader: 'vite' | 'next' | 'bun' | 'plain' | 'flask', mode: string): string[] {
  switch (loader) {
    case 'vite':
      return [`.env.${mode}.local`, `.env.${mode}`, '.env.local', '.env'];
    case 'next':
      return [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env'];
    case 'bun':
      return ['.env.local', `.env.${mode}`, '.env'];
    case 'flask':
      return ['.env', '.flaskenv'];
    default:
      return ['.env'];
  }
}

/** @param files absolute, strongest first; those that are not there are left out without a read */
export async function openEnv(sources: Sources, files: string[]): Promise<Env> {
  const values = new Map<string, EnvValue>();
  for (const file of [...new Set(files)]) {
    const { files: names } = await sources.project.list(path.dirname(file));
    const source = names.has(path.basename(file)) ? await sources.open(file) : undefined;
    if (!source) continue;
    for (const [name, value] of envValues(source)) if (!values.has(name)) values.set(name, value);
  }
  return { values };
}

const TEMPLATES = ['.example', '.sample', '.template', '.dist'];

/** The files that people copy to the one that is not there yet: `.env.example`; none where it is there. */
export async function templatesOf({ project }: Pick<Sources, 'project'>, file: string): Promise<string[]> {
  const { files } = await project.list(path.dirname(file));
  const name = path.basename(file);
  if (files.has(name)) return [];
  const plain = name.slice(1);
  const names = [
    ...TEMPLATES.map((ending) => name + ending),
    ...['.example', 'example', 'sample', 'template'].map((before) => before + name),
    ...['example', 'sample'].map((ending) => `${plain}.${ending}`),
  ];
  return names.filter((one) => files.has(one)).map((one) => path.join(path.dirname(file), one));
}

/** The port that a variable's value is or names first: `3001`, `http://localhost:3001/api`, `${API_PORT}`. */
export const portOfValue = (env: Env, name: string): Found | undefined => portsOfValue(env, name)[0];

/** All of them, of a list of origins. */
export function portsOfValue(env: Env, name: string, depth = 0): Found[] {
  const entry = env.values.get(name);
  if (!entry || depth > 3) return [];
  const { value, source, start } = entry;
  const more = { name, value };
  const whole = /^(?:tcp:\/\/|:)?(\d{2,5})$/.exec(value);
  if (whole?.[1]) {
    const at = start + value.length - whole[1].length;
    return [foundAt(digits(source, at, whole[1].length), 'env', more)];
  }
  const addresses = addressesIn(plain(source), start, start + value.length);
  if (addresses.length > 0)
    return addresses.map(({ digits: place, host }) =>
      foundAt({ ...place, source }, 'env', { ...more, host }),
    );
  // Another name's value: `PORT=${API_PORT}`, `API_URL=http://localhost:$API_PORT`, `ADDR=${HOST}:${PORT}`.
  // A database's URL is none of a server here.
  if (/^(?!https?:|wss?:|tcp:)[a-z][\w+]*:\/\//i.test(value)) return [];
  const [, inner] =
    /:\$\{?(\w+)(?::-\d+)?\}?(?=$|\/)/.exec(value) ?? /^\$\{?(\w+)(?::-\d+)?\}?/.exec(value) ?? [];
  return inner && inner !== name ? portsOfValue(env, inner, depth + 1) : [];
}

const digits = (source: SourceFile, start: number, length: number): Digits => ({
  source,
  start,
  end: start + length,
});

/** A `#` in a value is a letter of it. */
const plain = (source: SourceFile): SourceFile => ({ ...source, code: source.text });

/** Names that a server's port has in env files, when its code does not say which it reads. */
const SERVER_NAMES =
  /^(?:PORT|(?:SERVER|API|BACKEND|APP|HTTP|LISTEN|NODE|EXPRESS|FLASK|FLASK_RUN|DJANGO|FASTAPI|UVICORN|GUNICORN|WEB_?SERVER|SERVICE|REST|BACK|APP_SERVER|NEST|GIN|FIBER|ROCKET|SPRING|RAILS|PHX|HTTP_SERVER|SERVER_HTTP)_?PORT)$/;
export const isServerPort = (name: string): boolean => SERVER_NAMES.test(name);
const PAGE_NAMES =
  /^(?:PORT|(?:VITE|CLIENT|WEB|FRONT_?END|UI|NEXT|NUXT|REACT|VUE|DEV_?SERVER|VITE_DEV|VITE_APP|FRONT)_?PORT)$/;

/** `SERVER_PORT=6989`: the ports of such names, `PORT` first. */
export function portNames(env: Env, role: 'server' | 'page'): Found[] {
  const pattern = role === 'server' ? SERVER_NAMES : PAGE_NAMES;
  const names = [...env.values.keys()].filter((name) => pattern.test(name));
  names.sort((a, b) => Number(b === 'PORT') - Number(a === 'PORT'));
  return names.flatMap((name) => {
    const found = portOfValue(env, name);
    return found && found.port >= 1024 ? [found] : [];
  });
}
