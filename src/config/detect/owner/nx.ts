import path from 'node:path';
import { matchCommand } from '../frameworks/index.ts';
import { readJsonc } from './jsonc.ts';
import { type NxProject, nxProjects, type Target } from './nx-projects.ts';
import { quoted } from './shell.ts';
import { type Like, partOf, peel, type Step, scriptStep, type Taken, type Taking } from './step.ts';

/** What an executor serves with, in the table's words; where it listens when nobody says. */
const EXECUTORS: Record<string, { line: string; port?: number }> = {
  '@nx/vite:dev-server': { line: 'vite' },
  '@nx/vite:preview-server': { line: 'vite preview' },
  '@nx/next:server': { line: 'next dev', port: 4200 },
  '@nx/webpack:dev-server': { line: 'webpack serve', port: 4200 },
  '@nx/rspack:dev-server': { line: 'rspack serve', port: 4200 },
  '@nx/react:module-federation-dev-server': { line: 'webpack serve', port: 4200 },
  '@nx/web:dev-server': { line: 'webpack serve', port: 4200 },
  '@nx/angular:dev-server': { line: 'ng serve' },
  '@nx/angular:module-federation-dev-server': { line: 'ng serve' },
  '@angular-devkit/build-angular:dev-server': { line: 'ng serve' },
  '@angular/build:dev-server': { line: 'ng serve' },
  '@nx/remix:serve': { line: 'remix vite:dev', port: 4200 },
  '@nx/nuxt:serve': { line: 'nuxt dev' },
  '@nx/expo:start': { line: 'expo start' },
  '@nx/storybook:storybook': { line: 'storybook dev', port: 4400 },
  '@storybook/angular:start-storybook': { line: 'storybook dev', port: 4400 },
  '@nx/web:file-server': { line: 'http-server', port: 4200 },
};
/** A program of the project's own, built first: it reads PORT. */
const NODE = /^@nx\/(?:js|node):(?:node|execute)$/;
/** Targets that serve, by the names that people give them. */
const SERVES = /^(?:serve|dev|start|develop|start[:-].*|serve[:-].*|dev[:-].*)$/;
const OTHER =
  /^(?:graph|reset|g|generate|migrate|init|add|list|report|daemon|connect|format(?::.*)?|affected|print-affected|watch|repair|sync(?::.*)?|release|import|exec|show|login|dep-graph|new|mcp|configure-ai-agents)$/;

interface Run {
  project: NxProject;
  target: string;
  configuration?: string;
  /** What the call says beside that: `--configuration=de --hmr`. */
  options?: string[];
}

/** `nx run-many -t serve`, `nx serve web`, `nx run web:serve`: each project's target, still run by Nx. */
export async function nx(taking: Taking): Promise<Taken> {
  const { scope, step, words } = taking;
  const { project } = scope;
  const config = (await readJsonc(project, path.join(project.root, 'nx.json'))) ?? {};
  const [, verb = ''] = words;
  if (verb === 'affected') return { opaque: 'nx is asked for the projects that git knows to have changed' };
  if (OTHER.test(verb)) return undefined;
  const projects = await nxProjects(project, config);
  // `nx serve` alone: the project that lies here.
  const {
    defaultProject = (await readJsonc(project, path.join(project.root, 'angular.json')))?.defaultProject,
  } = config;
  const here = projects.find(({ dir }) => dir === step.dir)?.name ?? String(defaultProject ?? '');
  const runs = verb === 'run-many' ? many(words, projects) : one(words, projects, here);
  const serving = runs.filter(({ target }) => SERVES.test(target));
  if (serving.length === 0) return undefined;
  const [only] = serving;
  if (only && verb !== 'run-many') leaveOthers(taking, projects, only);
  return (await Promise.all(serving.map((run) => stepsOf(taking, run)))).flat().map((found) => ({
    ...found,
    needs: found.needs.length > 0 ? found.needs : step.needs,
  }));
}

/** `nx serve api` starts one of them: that the others have servers too is said. */
function leaveOthers({ scope }: Taking, projects: NxProject[], { project: own }: Run): void {
  for (const { name, dir, targets } of projects) {
    const target = ['serve', 'dev', 'start'].find((one) => one in targets);
    if (name === own.name || dir === scope.project.root || !target) continue;
    const why = `"nx run ${name}:${target}" would start it; a config can add it`;
    scope.leftOut.push({ what: name, file: scope.project.relative(dir), why, unless: dir });
  }
}

/** Older workspaces call Nx by Angular's name. */
export const nxByAngular = async (taking: Taking): Promise<Taken> => {
  const { project } = taking.scope;
  const [, verb = ''] = taking.words;
  if (!/^(?:serve|s|run)$/.test(verb) || !(await project.has(project.root, 'nx.json'))) return undefined;
  return nx({ ...taking, words: ['nx', verb === 's' ? 'serve' : verb, ...taking.words.slice(2)] });
};

function many(words: string[], projects: NxProject[]): Run[] {
  const targets: string[] = [];
  let names: string[] = [];
  let without: string[] = [];
  for (let i = 2; i < words.length; i++) {
    const [option = '', inline] = words[i]?.startsWith('-') ? (words[i] ?? '').split(/=(.*)/s) : [];
    const values: string[] = inline === undefined ? [] : inline.split(',');
    if (inline === undefined && /^(?:-t|--targets?|-p|--projects?|--exclude)$/.test(option)) {
      while (words[i + 1] !== undefined && !words[i + 1]?.startsWith('-'))
        values.push(...(words[++i] ?? '').split(','));
    }
    if (/^(?:-t|--targets?)$/.test(option)) targets.push(...values);
    else if (/^(?:-p|--projects?)$/.test(option)) names = values;
    else if (option === '--exclude') without = values;
  }
  const isNamed = (name: string, dir: string, patterns: string[]) =>
    patterns.some((pattern) => glob(pattern).test(name) || glob(pattern).test(path.basename(dir)));
  return projects
    .filter(({ name, dir }) => names.length === 0 || isNamed(name, dir, names))
    .filter(({ name, dir }) => !isNamed(name, dir, without))
    .flatMap((project) =>
      targets.filter((target) => target in project.targets).map((target) => ({ project, target })),
    );
}

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);

function one(words: string[], projects: NxProject[], fallback: string): Run[] {
  const named = words.slice(1).filter((word) => !word.startsWith('-'));
  const [first = '', second] = named;
  const [name = fallback, ...rest] =
    first === 'run' ? (second ?? '').split(':') : [second ?? fallback, first];
  const project =
    projects.find((known) => known.name === name) ?? projects.find(({ dir }) => path.basename(dir) === name);
  if (!project) return [];
  // `server:start:dev`: the target may have a colon of its own.
  const [target = '', configuration] =
    rest.join(':') in project.targets
      ? [rest.join(':')]
      : [rest.slice(0, -1).join(':') || rest[0], rest.at(-1)];
  if (!(target in project.targets)) return [];
  const from = words.findIndex((word) => word.startsWith('-'));
  const options = from === -1 ? [] : words.slice(from).filter((word) => !named.slice(0, 2).includes(word));
  const own = configuration !== undefined && configuration !== target && { configuration };
  return [{ project, target, options, ...own }];
}

async function stepsOf({ scope, step, further }: Taking, run: Run): Promise<Step[]> {
  const { project, target, configuration, options = [] } = run;
  const found = project.targets[target] as Target;
  const relative = scope.project.relative(project.dir);
  const evidence = `${relative}/${found.script ? 'package.json' : project.file} target "${target}"`;
  // Nothing comes before it: it is its package's script.
  if (found.script !== undefined && found.dependsOn.length === 0) {
    return further(scriptStep(step, project.dir, found.script));
  }
  if (found.commands && found.dependsOn.length === 0) {
    const parts = found.commands.map((line) =>
      partOf(step, { line, scripted: true, dir: found.dir, evidence }),
    );
    return (await Promise.all(parts.map(further))).flat();
  }
  const call = [project.name, target, ...(configuration ? [configuration] : [])].join(':');
  const said = /--port[= ](\d+)/.exec(options.join(' '))?.[1];
  const like = await likeOf(scope.project, project, found, Number(said) || undefined);
  return [
    partOf(step, {
      name: project.dir === scope.project.root ? project.name : path.basename(project.dir),
      line: ['nx run', call, ...options.map(quoted)].join(' '),
      scripted: true,
      dir: scope.project.root,
      evidence,
      ...(like ? { like } : { opaque: `only Nx knows what ${call} starts` }),
    }),
  ];
}

async function likeOf(
  files: Taking['scope']['project'],
  project: NxProject,
  { executor, command, commands, script, options, dir }: Target,
  said: number | undefined,
): Promise<Like | undefined> {
  const given = said ?? (Number(options.port) || undefined);
  if (executor !== undefined && NODE.test(executor)) {
    return { line: `node ${await entryOf(files, project)}`, dir: project.dir, flags: () => [] };
  }
  const known = executor === undefined ? undefined : EXECUTORS[executor];
  const line = known?.line ?? command ?? (script && (await files.packageJson(project.dir))?.scripts[script]);
  if (!line) {
    // The one server among its commands: what is said to the call all of them would hear.
    const [server, ...others] = (commands ?? []).filter(isServer);
    return server !== undefined && others.length === 0 ? { line: server, dir, flags: () => [] } : undefined;
  }
  const port = given ?? known?.port;
  return { line, dir: known ? project.dir : dir, ...(port !== undefined && { port }), flags: nxFlags };
}

function isServer(line: string): boolean {
  // `pnpm vite`
  const role = matchCommand(peel(line.replace(/^(?:pnpm|yarn|bun)\s+(?!exec|dlx|x\b)/, '')).words)?.role;
  return role === 'frontend' || role === 'backend';
}

/** The file that a build target starts from. */
async function entryOf(files: Taking['scope']['project'], { dir, targets }: NxProject): Promise<string> {
  const main = targets.build?.options.main;
  if (typeof main === 'string') return path.relative(dir, path.resolve(files.root, main));
  for (const name of ['src/main.ts', 'src/index.ts', 'src/server.ts', 'src/main.js']) {
    if ((await files.text(path.join(dir, name))) !== undefined) return name;
  }
  return 'src/main.ts';
}

/** Nx hands on `--port=N`, whatever the tool's own short form is. */
const nxFlags = (flags: string[]): string[] =>
  flags.some((flag) => flag.includes('{port}')) ? ['--port={port}'] : [];
