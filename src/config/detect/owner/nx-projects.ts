import path from 'node:path';
import type { Project } from '../project.ts';
import { isRecord, readJsonc, strings } from './jsonc.ts';

type Data = Record<string, unknown>;

/** A target of an Nx project, as far as its files say what it runs. */
export interface Target {
  /** `@nx/vite:dev-server`; undefined for a command or a script. */
  executor?: string;
  options: Data;
  /** The command that it runs in `dir`. */
  command?: string;
  /** Several, side by side. */
  commands?: string[];
  dir: string;
  /** A package.json script of the project's own. */
  script?: string;
  dependsOn: unknown[];
}

export interface NxProject {
  name: string;
  /** Absolute. */
  dir: string;
  /** Where its targets are written. */
  file: 'project.json' | 'package.json';
  targets: Record<string, Target>;
}

const FOLDERS = ['apps', 'libs', 'packages', 'services', 'projects'];

/** Plugins that make targets out of a tool's own config file: what they call them when nobody says, and what it runs. */
const PLUGINS: [plugin: RegExp, config: RegExp, command: string, names: Record<string, string>][] = [
  [/^@nx\/vite/, /^vite\.config\.[cm]?[jt]s$/, 'vite', { serveTargetName: 'serve', devTargetName: 'dev' }],
  [/^@nx\/next/, /^next\.config\.[cm]?[jt]s$/, 'next dev', { devTargetName: 'dev' }],
  [/^@nx\/nuxt/, /^nuxt\.config\.[cm]?[jt]s$/, 'nuxt dev', { serveTargetName: 'serve' }],
  [/^@nx\/remix/, /^(?:remix|vite)\.config\.[cm]?[jt]s$/, 'remix vite:dev', { devTargetName: 'dev' }],
  [/^@nx\/react\/router/, /^react-router\.config\.[cm]?[jt]s$/, 'react-router dev', { devTargetName: 'dev' }],
  [/^@nx\/webpack/, /^webpack\.config\.[cm]?[jt]s$/, 'webpack serve', { serveTargetName: 'serve' }],
  [/^@nx\/rspack/, /^rspack\.config\.[cm]?[jt]s$/, 'rspack serve', { serveTargetName: 'serve' }],
  [/^@nx\/rsbuild/, /^rsbuild\.config\.[cm]?[jt]s$/, 'rsbuild dev', { devTargetName: 'dev' }],
  [/^@nx\/expo/, /^app\.(?:json|config\.[jt]s)$/, 'expo start', { startTargetName: 'start' }],
  [/^@nx\/angular/, /^angular\.json$/, 'ng serve', { serveTargetName: 'serve' }],
];

/** The projects of an Nx workspace: project.json files, packages, and what plugins see in config files. */
export async function nxProjects(project: Project, config: Data): Promise<NxProject[]> {
  const dirs = new Set((await project.workspaces()).map(({ dir }) => dir));
  for (const folder of FOLDERS) {
    for (const name of (await project.list(path.join(project.root, folder))).dirs) {
      const dir = path.join(project.root, folder, name);
      dirs.add(dir);
      const groups = await insideOf(project, dir);
      for (const inner of groups) dirs.add(inner);
      // `apps/backend/admin/admin-api`: folders that only group others.
      if (!(await isProject(project, dir)))
        for (const group of groups)
          if (!(await isProject(project, group)))
            for (const inner of await insideOf(project, group)) dirs.add(inner);
    }
  }
  dirs.add(project.root);
  const together = await inOneFile(project);
  for (const dir of together.keys()) dirs.add(dir);
  const found = await Promise.all(
    [...dirs].sort().map((dir) => nxProject(project, config, dir, together.get(dir))),
  );
  return found.filter((one) => one !== undefined);
}

const insideOf = async (project: Project, dir: string): Promise<string[]> =>
  [...(await project.list(dir)).dirs]
    .filter((name) => name !== 'node_modules')
    .map((name) => path.join(dir, name));

async function isProject(project: Project, dir: string): Promise<boolean> {
  const { files } = await project.list(dir);
  return files.has('project.json') || files.has('package.json');
}

/** Before Nx 13: every project's targets in the workspace's own file. */
async function inOneFile(project: Project): Promise<Map<string, Data>> {
  const all = new Map<string, Data>();
  for (const name of ['workspace.json', 'angular.json']) {
    const file = await readJsonc(project, path.join(project.root, name));
    for (const [key, given] of entries(file?.projects)) {
      if (typeof given.root !== 'string') continue;
      all.set(path.resolve(project.root, given.root), {
        name: key,
        targets: given.architect ?? given.targets,
      });
    }
  }
  return all;
}

async function nxProject(
  project: Project,
  config: Data,
  dir: string,
  together: Data | undefined,
): Promise<NxProject | undefined> {
  const own = (await readJsonc(project, path.join(dir, 'project.json'))) ?? together;
  const raw = await readJsonc(project, path.join(dir, 'package.json'));
  if (!own && (!raw || dir === project.root)) return undefined;
  const inPackage = isRecord(raw?.nx) ? raw.nx : {};
  const name =
    [own?.name, inPackage.name, raw?.name].find((one) => typeof one === 'string') ?? path.basename(dir);
  const targets: Record<string, Target> = await inferred(project, config, dir);
  for (const script of Object.keys((await project.packageJson(dir))?.scripts ?? {})) {
    targets[script] = { script, options: {}, dir, dependsOn: [] };
  }
  for (const [key, given] of [...entries(inPackage.targets), ...entries(own?.targets)]) {
    targets[key] = targetOf(project, dir, given, targets[key]);
  }
  const defaults = isRecord(config.targetDefaults) ? config.targetDefaults : {};
  for (const [key, target] of Object.entries(targets)) {
    const more = [defaults[target.executor ?? ''], defaults[key]].find(isRecord);
    if (target.dependsOn.length === 0) target.dependsOn = list(more?.dependsOn);
  }
  return { name: String(name), dir, file: own ? 'project.json' : 'package.json', targets };
}

function targetOf(project: Project, dir: string, given: Data, known: Target | undefined): Target {
  const base = isRecord(given.options) ? given.options : {};
  const named = isRecord(given.configurations)
    ? given.configurations[String(given.defaultConfiguration ?? '')]
    : undefined;
  const options: Data = { ...known?.options, ...base, ...(isRecord(named) ? named : {}) };
  const dependsOn = given.dependsOn === undefined ? (known?.dependsOn ?? []) : list(given.dependsOn);
  const fill = (text: string) =>
    text.replaceAll('{projectRoot}', project.relative(dir)).replaceAll('{workspaceRoot}', '.');
  const cwd = typeof options.cwd === 'string' ? path.resolve(project.root, fill(options.cwd)) : project.root;
  const said = given.executor ?? given.builder;
  const executor = typeof said === 'string' ? said.replace('@nrwl/', '@nx/') : undefined;
  const commands = strings(
    given.command ?? options.command ?? (options.commands as unknown[])?.map(lineOf),
  ).map(fill);
  if (executor === 'nx:run-script') {
    return { script: String(options.script ?? ''), options, dir, dependsOn };
  }
  const [only] = commands;
  if (only !== undefined && commands.length === 1) return { command: only, options, dir: cwd, dependsOn };
  if (commands.length > 1 && options.parallel !== false) return { commands, options, dir: cwd, dependsOn };
  if (executor === undefined && commands.length === 0 && known) return { ...known, options, dependsOn };
  return { ...(executor !== undefined && { executor }), options, dir: project.root, dependsOn };
}

const lineOf = (one: unknown): unknown => (isRecord(one) ? one.command : one);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const entries = (value: unknown): [string, Data][] =>
  Object.entries(isRecord(value) ? value : {}).filter((one): one is [string, Data] => isRecord(one[1]));

async function inferred(project: Project, config: Data, dir: string): Promise<Record<string, Target>> {
  const targets: Record<string, Target> = {};
  const { files } = await project.list(dir);
  for (const given of list(config.plugins)) {
    const plugin = isRecord(given) ? String(given.plugin ?? '') : String(given);
    const options: Data = isRecord(given) && isRecord(given.options) ? given.options : {};
    for (const [pattern, file, command, names] of PLUGINS) {
      if (!pattern.test(plugin) || ![...files].some((one) => file.test(one))) continue;
      for (const [option, fallback] of Object.entries(names)) {
        const target = typeof options[option] === 'string' ? options[option] : fallback;
        targets[target] = { command, options: {}, dir, dependsOn: [] };
      }
    }
  }
  return targets;
}
