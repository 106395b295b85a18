import path from 'node:path';
import type { App, Opened, Program } from '../types.ts';
import { type Env, portNames, portOfValue } from './env-files.ts';
import { type Digits, foundAt, type SourceFile } from './sources.ts';
import type { Call, Found, Own, Tls } from './types.ts';
import type { Said, Trail } from './values.ts';

/** What an app's own files say. */
export interface Facts {
  app: App;
  /** Its ports, the one that counts first. */
  own: Own[];
  /** The variable by which its code learns its port, where that is known. */
  reads?: string | undefined;
  /** What its code hands to its server for a port, where that leads to no number: `cfg.port` in `main.py`. */
  unclear?: string | undefined;
  calls: Call[];
  /** Where it is under another program's start: a page that calls there does not mean this one. */
  elsewhere?: number[];
  /** The starts that its owner has named, the first taken where a command names none, and what each opens (.NET). */
  profiles?: ReadonlyMap<string, Opened[]>;
  /** Whether it speaks TLS. */
  tls?: Tls;
  /** A number below 1024, where it has no other: not everyone may open that. */
  low?: Found | undefined;
  /** Its package has Vite, and its command is a server of its own. */
  hotUpdates?: boolean;
  /** Its env files, as its own loader reads them; absent: none that is known. */
  env?: Env;
}

/** A port of an env file as an app's own. */
export const envOwn = (found: Own['found']): Own => ({ found, label: found.name ?? 'PORT', fixed: false });

/** The ports that an env file has under a server's usual names, where all of them are one number. */
export function ownOfEnv(env: Env): Own[] {
  const named = portNames(env, 'server');
  return new Set(named.map(({ port }) => port)).size === 1 ? named.map(envOwn) : [];
}

/** One app while its files are read. */
export interface AppTrail extends Trail {
  app: App;
  program: Program;
  /** Its folder, absolute. */
  dir: string;
  /** `development`, `production`. */
  mode: string;
  /** There is no other app that it could call. */
  alone: boolean;
  /** The launcher's environment. */
  shell: Readonly<Record<string, string | undefined>>;
  /** Its env files, read once its entry is known. */
  env: Env;
}

/** What a place in code says, with the value that an env file or the command's own line gives the variable. */
export function ownOf({ env, program }: Pick<AppTrail, 'env' | 'program'>, said: Said, label: string): Own[] {
  const { digits, name } = said;
  const own: Own[] = [];
  const colon = (one: Found): { colon?: true } => (isAfterColon(one, digits) ? { colon: true } : {});
  const given = name === undefined ? undefined : portOfValue(env, name);
  if (given && program.env[name as string] === undefined)
    own.push({ found: given, label: name as string, fixed: false, ...colon(given) });
  if (digits) {
    const value = digits.source.text.slice(digits.start, digits.end);
    const found = foundAt(digits, name === undefined ? 'literal' : 'default', name ? { name, value } : {});
    own.push({ found, label: name ?? label, fixed: name === undefined, ...(name && colon(found)) });
  }
  return own;
}

/** `PORT=:8080`, `":8080"` in its place: the variable holds more than the number. */
function isAfterColon({ kind, value }: Found, digits: Digits | undefined): boolean {
  if (kind === 'env') return value?.startsWith(':') === true;
  return /["'`]:$/.test(digits?.source.text.slice(Math.max(0, digits.start - 2), digits.start) ?? '');
}

/** A number that a pattern's first group finds in a file. */
export function ownByPattern(
  source: SourceFile | undefined,
  pattern: RegExp,
  label: string,
  fixed = true,
): Own[] {
  const match = source && pattern.exec(source.code);
  const number = match?.[1];
  if (!source || !match || !number || Number(number) < 1024 || Number(number) > 65_535) return [];
  const start = match.index + match[0].lastIndexOf(number);
  const found = foundAt({ source, start, end: start + number.length }, 'literal');
  return [{ found, label, fixed }];
}

/** The first file of these that is there. */
export async function openFirst(trail: Trail, dir: string, names: string[]): Promise<SourceFile | undefined> {
  for (const name of names) {
    const file = path.join(dir, name);
    const { files } = await trail.sources.project.list(path.dirname(file));
    if (files.has(path.basename(file))) return trail.sources.open(file);
  }
  return undefined;
}
