import path from 'node:path';
import type { Candidate, Scope } from '../candidate.ts';
import type { Project } from '../project.ts';
import { takeApart } from './apart.ts';
import { candidatesOf } from './candidates.ts';
import { readJsonc } from './jsonc.ts';
import { type NxProject, nxProjects } from './nx-projects.ts';

/** Scripts at the top that say what is to be started. */
const MEANT = /^(?:dev|develop|start|serve)(?:$|[:_-])/;
const TARGETS = ['serve', 'dev', 'start'];

const known = new WeakMap<Project, Promise<NxProject[]>>();

/** Each folder asks for them. */
async function projectsOf(project: Project): Promise<NxProject[]> {
  let all = known.get(project);
  if (!all) {
    const config = readJsonc(project, path.join(project.root, 'nx.json'));
    all = config.then((found) => nxProjects(project, found ?? {}));
    known.set(project, all);
  }
  return all;
}

/**
 * The server that a folder's Nx target starts, where no script at the top says what is to be started and the folder
 * has no script for it: `nx run api:serve`.
 */
export async function nxServer(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project, context } = scope;
  const { scripts = {} } = (await project.packageJson(project.root)) ?? {};
  if (context.prod || Object.keys(scripts).some((name) => MEANT.test(name))) return undefined;
  const own = (await projectsOf(project)).find((one) => one.dir === dir);
  const target = TARGETS.find((name) => own?.targets[name] && own.targets[name].script === undefined);
  if (!own || target === undefined) return undefined;
  const call = { line: `nx run ${own.name}:${target}`, dir: project.root, scripted: true };
  const step = { ...call, evidence: 'nx.json', env: {}, prefix: [], setup: [], needs: [] };
  const within = { ...scope, notes: [], leftOut: [] };
  const [only, ...others] = await candidatesOf(within, await takeApart(within, step), project.root);
  if (!only || others.length > 0 || only.task || only.app.opaque || !only.look?.framework) return undefined;
  return { ...only, home: dir, app: { ...only.app, name: path.basename(dir) } };
}
