import path from 'node:path';
import type { PackageManager } from './commandline.ts';
import type { Project } from './project.ts';

const lockFiles: [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

const isPackageManager = (name: string): name is PackageManager =>
  name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun';

/** The `packageManager` field, else a lock file, in the folder or above it up to the root; else npm. */
export async function packageManager(project: Project, dir: string): Promise<PackageManager> {
  for (const folder of project.upwards(dir)) {
    const field = (await project.packageJson(folder))?.packageManager?.split('@')[0];
    if (field && isPackageManager(field)) return field;
    const { files } = await project.list(folder);
    for (const [file, pm] of lockFiles) if (files.has(file)) return pm;
    if (files.has('pnpm-workspace.yaml')) return 'pnpm';
  }
  return 'npm';
}

/** The argv that runs a script; npm without its banner. */
export function runScript(pm: PackageManager, script: string): [string, ...string[]] {
  if (pm === 'deno') return ['deno', 'task', script];
  return pm === 'npm' ? ['npm', 'run', '--silent', script] : [pm, 'run', script];
}

/**
 * Flags as they must stand after a call of `levels[0]` so that they reach the innermost command:
 * npm keeps what precedes `--` to itself, the others pass everything on.
 */
export function passFlags(levels: PackageManager[], flags: string[]): string[] {
  if (flags.length === 0) return [];
  return [...levels.filter((pm) => pm === 'npm').map(() => '--'), ...flags];
}

/** The folder of a workspace by its package name or its path. */
export async function workspaceDir(project: Project, name: string): Promise<string | undefined> {
  const all = await project.workspaces();
  return (
    all.find((w) => w.name === name) ??
    all.find((w) => project.relative(w.dir) === name || path.basename(w.dir) === name)
  )?.dir;
}
