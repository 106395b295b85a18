import path from 'node:path';
import type { Project } from '../project.ts';

/** A package of a workspace. */
export interface Package {
  name: string | undefined;
  /** Absolute. */
  dir: string;
  scripts: Record<string, string>;
  /** Names of all that it depends on. */
  deps: ReadonlySet<string>;
}

/** Every package of the project's workspace, by folder. */
export async function packagesOf(project: Project): Promise<Package[]> {
  const all = await project.workspaces();
  return Promise.all(
    all.map(async ({ dir, name }) => {
      const found = await project.packageJson(dir);
      // A package without a name is called as its folder is.
      return {
        name: name ?? path.basename(dir),
        dir,
        scripts: found?.scripts ?? {},
        deps: new Set(Object.keys(found?.deps ?? {})),
      };
    }),
  );
}

/**
 * The packages that filters name, in the words of pnpm and turbo: `web`, `@x/*`, `./apps/*`, `web...`, `...web`, `web^...`,
 * `!docs`; several add up. Pure.
 * @param from the folder that paths are relative to
 * @returns undefined where a filter asks git or names nothing
 */
export function selectPackages(
  all: readonly Package[],
  filters: readonly string[],
  from: string,
): Package[] | undefined {
  const wanted = filters.filter((filter) => !filter.startsWith('!'));
  const chosen = new Set<Package>(wanted.length > 0 ? [] : all);
  for (const filter of wanted) {
    const found = match(all, filter, from);
    if (!found) return undefined;
    for (const one of found) chosen.add(one);
  }
  for (const filter of filters) {
    if (!filter.startsWith('!')) continue;
    for (const one of match(all, filter.slice(1), from) ?? []) chosen.delete(one);
  }
  return all.filter((one) => chosen.has(one));
}

function match(all: readonly Package[], filter: string, from: string): Package[] | undefined {
  const [, dependents, , name = '', , dependencies] =
    /^(\.\.\.)?(\^)?(.*?)(\^)?(\.\.\.)?$/.exec(filter) ?? [];
  if (/\[.*\]/.test(name)) return undefined;
  const named = all.filter((one) => isNamed(one, name, from));
  const found = named.length > 0 ? named : all.filter((one) => one.name?.endsWith(`/${name}`));
  if (found.length === 0) return undefined;
  const result = new Set(found);
  if (dependencies)
    for (const one of closure(found, (of) => all.filter((x) => isIn(of.deps, x)))) result.add(one);
  if (dependents)
    for (const one of closure(found, (of) => all.filter((x) => isIn(x.deps, of)))) result.add(one);
  if (filter.includes('^')) for (const one of found) result.delete(one);
  return all.filter((one) => result.has(one));
}

const isIn = (deps: ReadonlySet<string>, { name }: Package): boolean => name !== undefined && deps.has(name);

function isNamed({ name, dir }: Package, pattern: string, from: string): boolean {
  const plain = /^\{[^,]*\}$/.test(pattern) ? pattern.slice(1, -1) : pattern;
  // `*` is every package, whatever its scope.
  if (name !== undefined && (plain === '*' || glob(plain).test(name))) return true;
  const relative = path.relative(from, dir).replaceAll(path.sep, '/');
  const asPath = plain.replace(/^\.\//, '').replace(/\/$/, '');
  return (plain.includes('/') || plain === relative) && glob(asPath).test(relative);
}

/** All that `next` leads to, without the start. */
export function closure<T>(start: readonly T[], next: (of: T) => readonly T[]): Set<T> {
  const seen = new Set<T>();
  const open = [...start];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const found of next(one)) {
      if (seen.has(found)) continue;
      seen.add(found);
      open.push(found);
    }
  }
  return seen;
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/(\*\*?|\{[^{}]*,[^{}]*\})/)
      .map((piece) => {
        if (piece === '**') return '.*';
        if (piece === '*') return '[^/]*';
        const plain = piece.replace(/[.+^${}()|[\]\\]/g, '\\$&');
        // `{api,web}`
        return piece.startsWith('{') ? `(?:${plain.slice(2, -2).replaceAll(',', '|')})` : plain;
      })
      .join('')}$`,
  );

/** The packages on which these ones build, by name, nearest first. */
export const dependenciesOf = (all: readonly Package[], of: readonly Package[]): Package[] => {
  const found = closure(of, (one) => all.filter((x) => isIn(one.deps, x)));
  return all.filter((one) => found.has(one) && !of.includes(one));
};
