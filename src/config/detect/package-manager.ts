import path from 'node:path';
import type { PackageManager } from './commandline.ts';
import type { Project } from './project.ts';

const lockFiles: [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  // Binary, and written by no bun of today: beside another lock it is the one that was left.
  ['bun.lockb', 'bun'],
];
/** What a package manager leaves in node_modules: the one that installed. */
const installed: [string, PackageManager][] = [
  ['.modules.yaml', 'pnpm'],
  ['.yarn-state.yml', 'yarn'],
  ['.yarn-integrity', 'yarn'],
  ['.package-lock.json', 'npm'],
];
const settings: [string, PackageManager][] = [
  ['pnpm-workspace.yaml', 'pnpm'],
  ['.pnpmfile.cjs', 'pnpm'],
  ['.yarnrc.yml', 'yarn'],
  ['.yarnrc', 'yarn'],
  ['bunfig.toml', 'bun'],
];

const isPackageManager = (name: string): name is PackageManager =>
  name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun';

/** What a script by this name runs on this machine, where `run-script-os` decides it: `start:default`. */
export function scriptOfSystem(scripts: Readonly<Record<string, string>>, name: string): string | undefined {
  if (!/^(?:run-script-os|run-os)$/.test(scripts[name]?.trim() ?? '')) return undefined;
  const { platform } = process;
  const words: Partial<Record<typeof platform, string[]>> = {
    win32: ['windows', 'win32'],
    darwin: ['macos', 'darwin', 'nix'],
    linux: ['linux', 'nix'],
  };
  const all = [...(words[platform] ?? [platform, 'nix']), 'default'];
  return all.map((word) => scripts[`${name}:${word}`]).find((line) => line !== undefined);
}

/**
 * The package manager of a folder: its `packageManager` (or `devEngines`), else its lock file, else its workspace
 * file; in the folder or above it up to the root; else npm. Several locks: the one that the rest agrees with.
 */
export async function packageManager(project: Project, dir: string): Promise<PackageManager> {
  for (const folder of project.upwards(dir)) {
    const manifest = await project.packageJson(folder);
    const field = manifest?.packageManager?.split('@')[0];
    if (field && isPackageManager(field)) return field;
    const { files } = await project.list(folder);
    const locks = [...new Set(lockFiles.filter(([file]) => files.has(file)).map(([, pm]) => pm))];
    const [first] = locks;
    if (locks.length > 1) return agreed(locks, await votes(project, folder));
    if (first) return first;
    if (files.has('pnpm-workspace.yaml')) return 'pnpm';
  }
  return 'npm';
}

/** The one with the most votes; the first where they are equal. Pure. */
export function agreed(candidates: PackageManager[], cast: PackageManager[]): PackageManager {
  const count = (pm: PackageManager) => cast.filter((vote) => vote === pm).length;
  return candidates.reduce((best, pm) => (count(pm) > count(best) ? pm : best));
}

/** One vote each: what installed, settings files, the scripts, the README. */
async function votes(project: Project, folder: string): Promise<PackageManager[]> {
  const [{ files }, modules, manifest] = await Promise.all([
    project.list(folder),
    project.list(path.join(folder, 'node_modules')),
    project.packageJson(folder),
  ]);
  const cast = [
    ...installed.filter(([file]) => modules.files.has(file)).map(([, pm]) => pm),
    ...settings.filter(([file]) => files.has(file)).map(([, pm]) => pm),
  ];
  const readme = [...files].find((file) => /^readme(?:\.(?:md|rst|txt|markdown))?$/i.test(file));
  const texts = [
    Object.values(manifest?.scripts ?? {}).join('\n'),
    (readme && (await project.text(path.join(folder, readme)))) ?? '',
  ];
  return [...cast, ...texts.map(spokenOf).filter((pm) => pm !== undefined)];
}

const CALLS: [PackageManager, RegExp][] = [
  ['pnpm', /\b(?:pnpm|pnpx)\b/g],
  ['yarn', /\byarn\b/g],
  ['bun', /\b(?:bun (?:run|install|i|add|dev|x|--bun|--filter)|bunx)\b/g],
  ['npm', /\b(?:npm (?:run|install|i|ci|start|exec|test)|npx)\b/g],
];

/** The package manager that a text calls most; undefined where it calls none, or several alike. Pure. */
export function spokenOf(text: string): PackageManager | undefined {
  const counts = CALLS.map(([pm, calls]) => ({ pm, count: text.match(calls)?.length ?? 0 }));
  const most = Math.max(...counts.map(({ count }) => count));
  const named = counts.filter(({ count }) => count === most);
  return most > 0 && named.length === 1 ? named[0]?.pm : undefined;
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
