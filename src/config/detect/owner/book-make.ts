import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { type Book, emptyRecipe, type Recipe } from './book.ts';

/** A Makefile's targets, as far as its lines say what a shell gets; what only make knows closes a recipe. */
export async function readMakefile({ project }: Scope, file: string): Promise<Book | undefined> {
  const text = await project.text(file);
  if (text === undefined) return undefined;
  const dir = path.dirname(file);
  const vars: Record<string, string> = { MAKE: 'make', CURDIR: dir, PWD: dir };
  const env: Record<string, string> = {};
  const recipes = new Map<string, Recipe>();
  const lines = text.replace(/\\\r?\n\s*/g, ' ').split(/\r?\n/);
  const oneShell = lines.some((line) => /^\.ONESHELL\s*:/.test(line));
  // `include .env` and a bare `export`: every variable reaches every recipe.
  const handsEnv =
    lines.some((line) => /^-?s?include\s+(?:\S*\/)?\.env\b/.test(line)) &&
    lines.some((line) => /^(?:export\s*(?:#.*|\$.*)?$|\.EXPORT_ALL_VARIABLES\s*:)/.test(line));
  let open: Recipe[] = [];
  for (const raw of lines) {
    if (/^(?:\t| {2,}\S)/.test(raw) && open.length > 0) {
      for (const recipe of open) addLine(recipe, raw);
      continue;
    }
    const line = raw.replace(/(?:^|\s)#.*/, '').trimEnd();
    const variable = /^(?:export\s+|override\s+)?([A-Za-z_][\w.-]*)\s*(?::{0,3}|\?|\+|!)=\s*(.*)$/.exec(line);
    if (variable) {
      const [, name = '', value = ''] = variable;
      if (!(/\?=/.test(line) && name in vars)) vars[name] = /!=/.test(line) ? '$(shell)' : value;
      if (line.startsWith('export')) env[name] = value;
      open = [];
      continue;
    }
    const rule = /^([^\s:#=][^:=]*?)\s*::?(?!=)\s*([^;=]*?)(?:;\s*(.*))?$/.exec(line);
    if (!rule) {
      if (/^\S/.test(line) && !/^(?:ifn?eq|ifn?def|else|endif|-?include)\b/.test(line)) open = [];
      continue;
    }
    const [, names = '', needs = '', first] = rule;
    open = names.split(/\s+/).map((name) => {
      const known = recipes.get(name) ?? emptyRecipe(dir, oneShell);
      known.needs.push(
        ...(needs
          .split('|')[0]
          ?.split(/\s+/)
          .filter((need) => need && !/[%$]/.test(need)) ?? []),
      );
      recipes.set(name, known);
      return known;
    });
    if (first) for (const recipe of open) addLine(recipe, first);
  }
  for (const [name, recipe] of recipes) {
    const filled = recipe.lines.map((line) => fill(line, { ...vars, '@': name }));
    recipe.closed = filled.includes(undefined);
    recipe.handsEnv = handsEnv;
    recipe.lines = filled.filter((line) => line !== undefined);
    for (const [key, value] of Object.entries(env)) {
      // `export PATH := $(HOME)/bin:$(PATH)`: what make has from its environment a shell has, too.
      const { [key]: _, ...others } = vars;
      const filled = fill(value, others);
      if (filled?.includes('$')) recipe.exports.push(`export ${key}=${quotedOpen(filled)}`);
      else if (filled !== undefined) recipe.env[key] = filled;
    }
    // A file is no recipe.
    recipe.needs = recipe.needs.filter((need) => recipes.has(need));
  }
  return { file: project.relative(file), call: 'make', recipes };
}

/** As one word in whose variables a shell puts in what they hold. */
const quotedOpen = (value: string): string => `"${value.replace(/["\\`]/g, '\\$&')}"`;

function addLine(recipe: Recipe, raw: string): void {
  const line = raw.trim().replace(/^[@+-]+\s*/, '');
  if (line && !line.startsWith('#')) recipe.lines.push(line);
}

const MOST_DEPTH = 5;

/** The line as the shell gets it; undefined where a function of make's own makes it. */
function fill(line: string, vars: Record<string, string>, depth = 0): string | undefined {
  // `FLAGS := $(FLAGS) -x` is made of itself.
  if (depth > MOST_DEPTH) return undefined;
  let closed = false;
  const filled = line.replace(
    /\$(?:\$|\(([^()\s]+)\)|\{([^{}\s]+)\}|(@)|\(([^()]*\s[^)]*)\))/g,
    (all, round, curly, at, call) => {
      if (all === '$$') return '\uE000';
      if (call !== undefined) closed = true;
      const name: string = round ?? curly ?? at ?? '';
      const value = vars[name];
      if (value === undefined) return `\uE000{${name}}`;
      const inner = fill(value, vars, depth + 1);
      closed ||= inner === undefined;
      return inner ?? '';
    },
  );
  if (closed) return undefined;
  return depth > 0 ? filled : filled.replaceAll('\uE000', '$');
}
