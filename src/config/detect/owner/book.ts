import path from 'node:path';
import { expand } from '../../services/addresses.ts';
import type { Scope } from '../candidate.ts';

/** One target, recipe or task. */
export interface Recipe {
  /** Other recipes: before its lines, or beside each other where there are none. */
  needs: string[];
  /** `needs` run side by side. */
  parallel: boolean;
  /** Each is a shell of its own, unless it is one script. */
  lines: string[];
  oneShell: boolean;
  /** Absolute. */
  dir: string;
  env: Record<string, string>;
  /** Lines of a shell before each of its own: variables that are made of the caller's. */
  exports: string[];
  /** Its runner hands it the `.env` beside the file. */
  handsEnv: boolean;
  /** It holds what only its runner can work out. */
  closed: boolean;
}

/** A file of recipes. */
export interface Book {
  /** As a person would write it. */
  file: string;
  /** What calls one: `make dev`. */
  call: string;
  recipes: ReadonlyMap<string, Recipe>;
}

/** What a runner hands on of env files, the first before the others; the plain `.env` beside its file is handed as it is read. */
export async function handedBy(
  { project }: Scope,
  dir: string,
  names: readonly string[],
): Promise<Pick<Recipe, 'env' | 'handsEnv'>> {
  const env: Record<string, string> = {};
  for (const name of names.filter((one) => !/^(?:\.\/)?\.env$|\{\{/.test(one))) {
    const text = await project.text(path.resolve(dir, name));
    if (text === undefined) continue;
    const { parse } = await import('dotenv');
    const said = parse(text);
    for (const [key, value] of Object.entries(said)) env[key] ??= expand(value, said);
  }
  return { env, handsEnv: names.some((name) => /^(?:\.\/)?\.env$/.test(name)) };
}

export const emptyRecipe = (dir: string, oneShell = false): Recipe => ({
  needs: [],
  parallel: false,
  lines: [],
  oneShell,
  dir,
  env: {},
  exports: [],
  handsEnv: false,
  closed: false,
});
