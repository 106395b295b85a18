import { execFile } from 'node:child_process';
import { lstat, readdir, realpath, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DevstartError } from '../errors.ts';

/** Cache folders or files, relative to `cwd` (absolute). */
export interface CleanItem {
  cwd: string;
  paths: string[];
}

/** Absolute paths. What does not exist is in neither list. */
export interface CleanResult {
  removed: { path: string; bytes: number }[];
  skipped: { path: string; reason: string }[];
}

/**
 * Removes caches and nothing else: links are neither followed nor removed, the project is not
 * left, and what git tracks stays.
 * @throws DevstartError CLEAN_FAILED, with the path that could not be removed
 */
export async function cleanCaches(root: string, items: CleanItem[]): Promise<CleanResult> {
  const result: CleanResult = { removed: [], skipped: [] };
  const { targets, refused } = planClean(root, items);
  result.skipped.push(...refused);
  const realRoot = await realpath(root).catch(() => resolve(root));
  const reasons = await Promise.all(targets.map((path) => whyNot(resolve(root), realRoot, path)));
  for (const [i, path] of targets.entries()) {
    const reason = reasons[i];
    if (reason === 'absent') continue;
    if (reason !== undefined) {
      result.skipped.push({ path, reason });
      continue;
    }
    try {
      const bytes = await sizeOf(path);
      if (bytes === undefined) {
        result.skipped.push({ path, reason: 'a git repository lies in it' });
        continue;
      }
      await rm(path, { recursive: true, force: true });
      result.removed.push({ path, bytes });
    } catch (error) {
      const { code, path: place = path } = error as NodeJS.ErrnoException;
      throw new DevstartError(
        'CLEAN_FAILED',
        `could not remove ${path}${code ? ` (${code} at ${place})` : ''}`,
        {
          hint: 'Remove it by hand, or start without --clean.',
          cause: error,
        },
      );
    }
  }
  return result;
}

/**
 * What is to be looked at, from the names alone: absolute, each once, without what lies inside
 * another one; and what is refused without a look.
 */
export function planClean(
  root: string,
  items: CleanItem[],
): { targets: string[]; refused: CleanResult['skipped'] } {
  const base = resolve(root);
  const targets = new Set<string>();
  const refused = new Map<string, string>();
  for (const { cwd, paths } of items) {
    for (const name of paths) {
      const path = resolve(base, cwd, name);
      const inside = relative(base, path);
      const parts = inside.split(sep);
      if (name.trim() === '') refused.set(path, 'an empty path');
      else if (inside === '') refused.set(path, 'it is the project itself');
      else if (parts[0] === '..' || isAbsolute(inside)) refused.set(path, 'outside the project');
      else if (parts.some((part) => part.toLowerCase() === '.git')) refused.set(path, "git's own folder");
      else if (items.some((item) => within(resolve(base, item.cwd), path)))
        refused.set(path, 'it holds an app');
      else targets.add(path);
    }
  }
  const list = [...targets].filter(
    (path) => ![...targets].some((other) => other !== path && within(path, other)),
  );
  return { targets: list, refused: [...refused].map(([path, reason]) => ({ path, reason })) };
}

/** Whether `path` is `folder` or lies in it. */
function within(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside === '' || !(inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside));
}

/** Why a path is left alone; `absent` where there is nothing. */
async function whyNot(root: string, realRoot: string, path: string): Promise<string | undefined> {
  const parts = relative(root, path).split(sep);
  let at = root;
  let parent = root;
  for (const [i, part] of parts.entries()) {
    parent = at;
    at = join(at, part);
    const stats = await lstat(at).catch((error: NodeJS.ErrnoException) => error);
    if (stats instanceof Error) {
      return stats.code === 'ENOENT' || stats.code === 'ENOTDIR'
        ? 'absent'
        : `cannot be read (${stats.code})`;
    }
    if (stats.isSymbolicLink()) return i === parts.length - 1 ? 'it is a link' : `${at} is a link`;
  }
  // A mount or a case-insensitive name may still lead elsewhere.
  const real = await realpath(path);
  if (real === realRoot || !within(real, realRoot)) return 'outside the project';
  return tracked(parent, path);
}

/** Why git wants the path kept; undefined where it does not, or where there is no git here. */
async function tracked(folder: string, path: string): Promise<string | undefined> {
  if (!(await inRepository(folder))) return undefined;
  const { code, stdout } = await git(folder, ['--literal-pathspecs', 'ls-files', '-z', '--', path]);
  if (code === 'ENOENT') return undefined; // no git on this machine
  if (code !== undefined) return 'git could not tell whether it tracks it';
  return stdout === '' ? undefined : 'git tracks files in it';
}

/** Looked up by hand: git fails with one code for no repository and for one that it will not read. */
async function inRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await lstat(join(at, '.git')).catch(() => undefined)) !== undefined) return true;
    if (dirname(at) === at) return false;
  }
}

function git(cwd: string, args: string[]): Promise<{ code: unknown; stdout: string }> {
  return new Promise((done) => {
    execFile('git', args, { cwd, maxBuffer: 2 ** 28 }, (error, stdout) => {
      done({ code: error === null ? undefined : (error.code ?? 'killed'), stdout });
    });
  });
}

/** Bytes of a file or of everything in a folder (links count as themselves); undefined where a repository lies in it. */
async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return stats.size;
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  if (entries.some((entry) => entry.name === '.git')) return undefined;
  let bytes = 0;
  const files = entries.filter((entry) => !entry.isDirectory());
  // In batches: a cache may hold a hundred thousand files.
  for (let i = 0; i < files.length; i += 512) {
    const sizes = await Promise.all(
      files.slice(i, i + 512).map(async (entry) => {
        const file = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
        return file?.size ?? 0;
      }),
    );
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}
