import path from 'node:path';
import type { Project } from './project.ts';
import { importsOf, uvicornTarget } from './python-source.ts';

/** Where a module of Python lies, and from which folder its own imports and files are found. */

/** The file of a module as `file` names it, relative to `dir`; undefined for a package from elsewhere. */
export async function moduleFile(
  project: Project,
  dir: string,
  file: string,
  module: string,
  name = '',
  further: string[] = [],
): Promise<string | undefined> {
  const [, dots = '', rest = ''] = /^(\.*)(.*)$/.exec(module) ?? [];
  const own = path.posix.dirname(file);
  const parents = [...own.split('/').keys()].map((i) =>
    own
      .split('/')
      .slice(0, i + 1)
      .join('/'),
  );
  const bases = dots
    ? [path.posix.join(own, '../'.repeat(dots.length - 1))]
    : ['', 'src', ...further, ...parents];
  const inner = rest.replaceAll('.', '/');
  for (const base of bases) {
    for (const end of [`${inner}.py`, `${inner}/__init__.py`, `${inner}/${name}.py`]) {
      const candidate = path.posix.join(base, end);
      if (candidate.startsWith('..') || candidate === file) continue;
      if (await project.has(path.join(dir, path.posix.dirname(candidate)), path.posix.basename(candidate))) {
        return candidate;
      }
    }
  }
  return undefined;
}

/** A module or package that is not beside the file, and stands beside its folder: it is started from there. */
async function fromAbove(project: Project, dir: string, tops: ReadonlySet<string>): Promise<boolean> {
  const up = path.dirname(dir);
  const here = await project.list(dir);
  for (const name of tops) {
    if (!name || here.files.has(`${name}.py`) || here.dirs.has(name)) continue;
    if ((await project.has(up, `${name}.py`)) || (await project.has(path.join(up, name), '__init__.py')))
      return true;
  }
  return false;
}

/** `open("model/weights.pkl")` in `model/`: its files are found from the folder above. */
async function opensFromAbove(project: Project, dir: string, text: string): Promise<boolean> {
  const own = path.basename(dir);
  for (const [, folders = '', name = ''] of text.matchAll(
    /["'](?:\.\/)?((?:[\w.-]+\/)+)([\w-]+\.\w+)["']/g,
  )) {
    if (!folders.startsWith(`${own}/`)) continue;
    const from = (base: string) => project.has(path.join(base, folders), name);
    if ((await from(path.dirname(dir))) && !(await from(dir))) return true;
  }
  return false;
}

/**
 * The folder from which the file's own imports work, and the file as seen from there: that of the modules beside it
 * that it imports by their bare names, the parent of a folder that it names, `src` of a src layout.
 */
export async function importable(
  project: Project,
  dir: string,
  file: string,
  text: string,
): Promise<{ cwd: string; file: string }> {
  const at = (base: string) => ({
    cwd: path.join(dir, base),
    file: path.posix.relative(base, file),
  });
  const folders = path.posix.dirname(file) === '.' ? [] : path.posix.dirname(file).split('/');
  const modules = importsOf(text).map(({ module }) => module);
  for (const [, module = ''] of text.matchAll(/^\s*import\s+([\w.]+)/gm)) modules.push(module);
  // By the name under which it has itself served.
  const served = uvicornTarget(text)?.module;
  if (served?.endsWith(`.${path.posix.basename(file, '.py')}`)) modules.push(served);
  const tops = new Set(modules.map((module) => module.split('.')[0] ?? ''));
  const relative = modules.some((module) => module.startsWith('.'));
  const own = path.basename(dir);
  const above = { cwd: path.dirname(dir), file: `${own}/${file}` };
  // The innermost folder that is imported by its name stands in the folder we want.
  const named = folders.findLastIndex((folder) => tops.has(folder));
  // `backend/src/backend`: the package has its project's name, and is meant.
  const isOwn = tops.has(own) && folders[named] !== own;
  // The folder is the package itself.
  const isPackage = file === '__init__.py' || (relative && folders.length === 0);
  if (dir !== project.root && (isOwn || isPackage)) return above;
  if (dir !== project.root && folders.length === 0 && (await fromAbove(project, dir, tops))) return above;
  if (dir !== project.root && folders.length === 0 && (await opensFromAbove(project, dir, text)))
    return above;
  if (folders.length === 0) return { cwd: dir, file };
  if (named !== -1) return at(folders.slice(0, named).join('/'));
  const beside = await project.list(path.join(dir, ...folders));
  if (!relative && !beside.files.has('__init__.py')) {
    const bare = [...tops].some((top) => beside.files.has(`${top}.py`) || beside.dirs.has(top));
    if (bare) return at(folders.join('/'));
  }
  return folders[0] === 'src' && (!relative || folders.length > 1) ? at('src') : { cwd: dir, file };
}

/** Where `--app-dir` has a module looked for. */
export function appFolder(words: readonly string[]): string {
  const at = words.findIndex((word) => /^--app-dir(?:=|$)/.test(word));
  return words[at]?.split('=')[1] ?? (at === -1 ? '' : (words[at + 1] ?? ''));
}
