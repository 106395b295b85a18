import path from 'node:path';
import type { Role } from '../types.ts';
import { type Candidate, isBackground, roleNames, roleOfName, type Scope } from './candidate.ts';
import { nativeCandidate, staticCandidate } from './native-app.ts';
import { pythonCandidate } from './python-app.ts';
import { reflexApp } from './reflex.ts';
import { compositeScript, singleScript } from './scripts.ts';

const SKIPPED =
  /^(?:\.|_|node_modules$|venv$|env$|dist$|build$|out$|target$|vendor$|coverage$|tests?$|e2e$|__tests__$|examples?$|templates?$|scripts$|tools$|docs?$|static$|assets$|infra$|terraform$|docker$|k8s$|deploy$|public$|fixtures$|benchmarks?$)/;

/** What a folder would start if it stood alone: one app for each language that has one there. */
export async function folderCandidates(scope: Scope, dir: string): Promise<Candidate[]> {
  const { project, context } = scope;
  const reflex = await reflexApp(project, dir, context);
  if (reflex) {
    if (reflex.note) scope.notes.push(reflex.note);
    return [{ app: reflex.app, home: dir }];
  }
  const found: Candidate[] = [];
  const node = (await nodeServers(scope, dir)) ?? (await singleScript(scope, dir));
  const python = await pythonCandidate(scope, dir);
  // A package script that starts this very Python server is the user's own word for it.
  if (node) found.push(...(Array.isArray(node) ? node : [node]));
  if (python && !found.some((c) => runsSame(c, python))) found.push(python);
  const native = await nativeCandidate(scope, dir);
  const isPage = native?.app.roles[0] === 'frontend';
  if (
    native &&
    !(isPage ? found.some((c) => c.app.roles[0] === 'frontend') : found.some((c) => !showsPages(c)))
  ) {
    found.push(native);
  }
  if (found.length > 0) return found;
  const page = await staticCandidate(scope, dir);
  return page ? [page] : [];
}

const showsPages = ({ app }: Candidate) => app.roles[0] === 'frontend';
const PYTHON_IDS = /^(?:python|flask|django|uvicorn|fastapi|starlette|gunicorn|hypercorn|quart|streamlit)$/;
const runsSame = (a: Candidate, b: Candidate) =>
  a.home === b.home && PYTHON_IDS.test(a.app.framework ?? '') && PYTHON_IDS.test(b.app.framework ?? '');

/** A single server with watchers beside it (`concurrently "vite" "tailwindcss -w"`): all of them. */
async function nodeServers(scope: Scope, dir: string): Promise<Candidate[] | undefined> {
  const all = await compositeScript(scope, dir);
  if (!all) return undefined;
  const name = dir === scope.project.root ? '' : path.basename(dir);
  return all.map((c) =>
    c.app.roles.length > 0 && all.length > 1 ? { ...c, app: { ...c.app, name: name || c.app.name } } : c,
  );
}

/** The project's folders that are named for a role, with what each would start. */
export async function namedFolders(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const result: Candidate[] = [];
  for (const parent of ['', 'src', 'app']) {
    const dirs = [...(await project.list(path.join(project.root, parent))).dirs].sort();
    for (const name of dirs) {
      // `app/` and `web/` at the top are folders of many frameworks: what is in them decides.
      if (SKIPPED.test(name) || !roleOfName(name)) continue;
      const dir = path.join(project.root, parent, name);
      if (name === 'app' && !(await project.has(dir, 'package.json'))) continue;
      const found = await folderCandidates(scope, dir);
      const role = roleOfName(name);
      // Without a package.json of its own a static page in `web/` or `server/` proves too little.
      const main = found.find((c) => c.app.roles.includes(role as Role)) ?? found.find((c) => !c.task);
      if (!main || (main.app.framework === 'static' && role === 'backend')) continue;
      result.push(...[main, ...found.filter((c) => c !== main && c.task)]);
    }
    if (result.length > 1) return result;
  }
  return result;
}

/** Workspaces and `apps/*`, each with its own framework. */
export async function workspaceCandidates(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const dirs = new Set((await project.workspaces()).map((w) => w.dir));
  for (const parent of ['apps', 'services', 'packages']) {
    for (const name of (await project.list(path.join(project.root, parent))).dirs) {
      if (!SKIPPED.test(name)) dirs.add(path.join(project.root, parent, name));
    }
  }
  return each(scope, [...dirs].sort());
}

/** The last resort: any folder at the top. */
export async function otherFolders(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const names = [...(await project.list(project.root)).dirs].filter((name) => !SKIPPED.test(name)).sort();
  return each(
    scope,
    names.slice(0, 40).map((name) => path.join(project.root, name)),
  );
}

async function each(scope: Scope, dirs: string[]): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const dir of dirs) {
    const own = (await folderCandidates(scope, dir)).filter((c) => !c.task);
    found.push(...own.filter((c) => c.app.framework !== undefined && c.app.framework !== 'static'));
  }
  return found;
}

/** The candidates' role: by name where two of one kind stand side by side, else by framework. */
export function roleOf(candidate: Candidate): Role | undefined {
  return candidate.app.roles.length > 0 ? candidate.app.roles[0] : roleOfName(path.basename(candidate.home));
}

/**
 * The one of several that its folder's name makes clear; undefined where it stays open. Exact names beat
 * names that only hold the word, and `backend`/`frontend` beat what may mean many things.
 */
export function clearlyNamed(candidates: Candidate[], role: Role): Candidate | undefined {
  const rest = candidates.filter((c) => !isBackground(path.basename(c.home)));
  if (rest.length === 1) return rest[0];
  const named = rest.filter((c) => roleOfName(path.basename(c.home)) === role);
  if (named.length === 1) return named[0];
  const exact = named.filter((c) => roleNames[role].includes(path.basename(c.home).toLowerCase()));
  return exact.length === 1 ? exact[0] : undefined;
}
