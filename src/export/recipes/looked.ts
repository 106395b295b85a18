import path from 'node:path';
import type { Project } from '../../config/detect/project.ts';
import { sourcesOf } from '../../config/reads/sources.ts';
import type { App } from '../../config/types.ts';

/** What a recipe is chosen by: the app, its innermost program, and the project's files. */
export interface Looked {
  project: Project;
  app: App;
  /** Absolute: the folder in which its program runs. */
  dir: string;
  /** The innermost program's words, or the command's own. */
  words: string[];
  /** Seconds that it may take to stop. */
  grace: number;
}

export function lookAt(project: Project, app: App, grace: number): Looked {
  return { project, app, dir: app.runs?.dir ?? app.cwd, words: wordsOf(app), grace };
}

/** Its innermost program's words, or its command's. Pure. */
export function wordsOf({ command, runs }: App): string[] {
  return runs?.words ?? (command.kind === 'argv' ? [...command.argv] : command.line.split(/\s+/));
}

/** From a folder that is sent to a build to the one in it where the app is: `apps/web`, or `.`. */
export const within = (from: string, to: string): string =>
  path.relative(from, to).replaceAll(path.sep, '/') || '.';

export const under = (base: string, sub: string): string => (sub === '.' ? base : `${base}/${sub}`);

/** `KEY = 'value'` of a config file, the first one. */
export function valueIn(text: string | undefined, key: string): string | undefined {
  return new RegExp(`\\b${key}\\s*[:=]\\s*(['"\`])([^'"\`$]+)\\1`).exec(text ?? '')?.[2];
}

/** The text of the first of the files that is there. */
export async function firstText(
  project: Project,
  dir: string,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    const text = await project.text(path.join(dir, name));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** `vite.config.ts` and its like. */
export const configNames = (base: string): string[] =>
  ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts'].map((ending) => `${base}.config.${ending}`);

/** The words of a command without options that only a developer wants. @param valued those that take a word behind them */
export function withoutFlags(words: readonly string[], alone: RegExp, valued: RegExp): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [name = ''] = word.split('=');
    if (alone.test(name)) continue;
    if (valued.test(name)) {
      if (!word.includes('=')) at++;
      continue;
    }
    kept.push(word);
  }
  return kept;
}

/** A database in a file beside the code. */
const FILE_DATABASE =
  /sqlite(?:\+\w+)?:\/\/\/|\bsqlite3\b|['"](?:better-sqlite3|node:sqlite|bun:sqlite)['"]|dialect:\s*['"]sqlite['"]/;

/** What a service with one is told to people. */
export const FILE_NOTE =
  'Its database is a file beside its code: it is gone with its container. Give it a server, or a volume.';

/** Whether its code names a database that is a file. */
export const keepsFile = ({ dir }: Looked): boolean =>
  sourcesOf(dir, [], false).some(({ text }) => FILE_DATABASE.test(text));
