import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { type Book, emptyRecipe, handedBy, type Recipe } from './book.ts';

/** A justfile's recipes; an expression that is no plain variable closes a recipe. */
export async function readJustfile(scope: Scope, file: string): Promise<Book | undefined> {
  const { project } = scope;
  const text = await project.text(file);
  if (text === undefined) return undefined;
  const home = path.dirname(file);
  const vars: Record<string, string> = {};
  const recipes = new Map<string, Recipe>();
  const aliases: [string, string][] = [];
  let attributes: string[] = [];
  let open: Recipe | undefined;
  for (const raw of text.replace(/\\\r?\n\s*/g, ' ').split(/\r?\n/)) {
    if (/^\s+\S/.test(raw)) {
      open?.lines.push(raw.trim().replace(/^[@-]+\s*/, ''));
      continue;
    }
    const line = raw.replace(/(?:^|\s)#.*/, '').trim();
    if (!line) continue;
    const attribute = /^\[(.*)\]$/.exec(line)?.[1];
    if (attribute !== undefined) {
      attributes.push(attribute);
      continue;
    }
    open = undefined;
    const variable = /^(?:export\s+)?([\w-]+)\s*:=\s*(.*)$/.exec(line);
    const alias = /^alias\s+([\w-]+)\s*:=\s*([\w-]+)/.exec(line);
    const header = /^@?([\w-]+)((?:\s+[^:]*)?):(?!=)\s*(.*)$/.exec(line);
    if (alias) aliases.push([alias[1] ?? '', alias[2] ?? '']);
    else if (variable && !/^set\s/.test(line)) vars[variable[1] ?? ''] = literal(variable[2] ?? '') ?? '{{';
    else if (header) {
      const [, name = '', parameters = '', needs = ''] = header;
      open = emptyRecipe(home);
      // A dependency with arguments stands in brackets; what follows `&&` runs after it.
      open.needs = (needs.split('&&')[0] ?? '').match(/[\w:-]+(?=\s|$)|(?<=\()[\w:-]+/g) ?? [];
      open.parallel = attributes.some((one) => one.includes('parallel'));
      const folder = /working-directory\s*:\s*['"]([^'"]+)/.exec(attributes.join(' '))?.[1];
      if (folder) open.dir = path.resolve(home, folder);
      for (const [, key = '', value = ''] of parameters.matchAll(/[*+$]*([\w-]+)(?:=['"]?([^'"\s]*)['"]?)?/g))
        vars[key] = value;
      recipes.set(name, open);
    }
    attributes = [];
  }
  const handsEnv = /^set\s+dotenv-load\s*(?::=\s*true\s*)?(?:#.*)?$/m.test(text);
  const [, named] = /^set\s+dotenv-(?:filename|path)\s*:=\s*['"]([^'"]+)/m.exec(text) ?? [];
  const handed = await handedBy(scope, home, named ? [named] : handsEnv ? ['.env'] : []);
  for (const recipe of recipes.values()) {
    Object.assign(recipe, handed);
    recipe.oneShell = /^#!.*\b(?:ba|z|da)?sh\b/.test(recipe.lines[0] ?? '');
    recipe.closed = /^#!/.test(recipe.lines[0] ?? '') && !recipe.oneShell;
    recipe.lines = recipe.lines
      .filter((line) => !line.startsWith('#'))
      .map((line) =>
        line.replace(/\{\{\s*(?:justfile_directory\(\)|(\w[\w-]*))\s*\}\}/g, (all, name) =>
          name === undefined ? home : (vars[name] ?? all),
        ),
      );
    recipe.closed ||= recipe.lines.some((line) => line.includes('{{'));
  }
  for (const [name, of] of aliases) {
    const known = recipes.get(of);
    if (known) recipes.set(name, known);
  }
  return { file: project.relative(file), call: 'just', recipes };
}

const literal = (text: string): string | undefined => /^(['"])([^'"]*)\1$/.exec(text)?.[2];
