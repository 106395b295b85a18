import path from 'node:path';
import type { Role } from '../types.ts';
import { type Candidate, roleOfName, type Scope, withRole } from './candidate.ts';
import { nativeCandidate, staticCandidate } from './native-app.ts';
import { scriptsCommand } from './owner/command.ts';
import { pythonCandidate } from './python-app.ts';
import { reflexApp } from './reflex.ts';
import { singleScript } from './scripts.ts';

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
  if (python && !found.some((c) => runsSame(c, python))) {
    found.push(python);
    const api = await apiBeside(scope, dir, python);
    if (api) found.push(api);
  }
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

/** A page written in Python (Streamlit, Gradio) often has an API in a file beside it. */
async function apiBeside(scope: Scope, dir: string, page: Candidate): Promise<Candidate | undefined> {
  const { project } = scope;
  const file = /^(.*\.py)\b/.exec(page.app.evidence)?.[1];
  if (page.app.roles[0] !== 'frontend' || file === undefined) return undefined;
  const api = await pythonCandidate(
    { ...scope, project: project.without(path.join(project.root, file)) },
    dir,
  );
  if (api?.app.roles[0] !== 'backend' || api.app.framework === 'python' || api.home !== page.home)
    return undefined;
  const other = /^(.*\.py)\b/.exec(api.app.evidence)?.[1] ?? '';
  const text = (await project.text(path.join(project.root, other))) ?? '';
  // The page is a part of it, mounted into its own server.
  return /\bmount_(?:chainlit|gradio_app)\(/.test(text) ? undefined : api;
}

const showsPages = ({ app }: Candidate) => app.roles[0] === 'frontend';
const PYTHON_IDS = /^(?:python|flask|django|uvicorn|fastapi|starlette|gunicorn|hypercorn|quart|streamlit)$/;
const runsSame = (a: Candidate, b: Candidate) =>
  a.home === b.home && PYTHON_IDS.test(a.app.framework ?? '') && PYTHON_IDS.test(b.app.framework ?? '');

/** What a package's own command starts: its server of each role, the rest beside the first. */
async function nodeServers(scope: Scope, dir: string): Promise<Candidate[] | undefined> {
  const all = await scriptsCommand(scope, dir);
  if (!all) return undefined;
  const servers = all.filter((c) => c.app.roles.length > 0);
  const main = servers[0] ?? all.find((c) => !c.task && !c.before);
  if (!main) return undefined;
  const apart = servers.filter((c) => c !== main);
  const companions = all.filter((c) => c !== main && !apart.includes(c));
  const name = dir === scope.project.root || apart.length > 0 ? '' : path.basename(dir);
  return [{ ...main, companions, app: { ...main.app, name: name || main.app.name } }, ...apart];
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
      result.push(byFolder(main, role as Role));
    }
    if (result.length > 1) return result;
  }
  return result;
}

/** A bare `server.js` says little: in `client/` it serves the client. */
function byFolder(candidate: Candidate, role: Role): Candidate {
  const bare = /^(?:node|bun|deno)$/.test(candidate.app.framework ?? '') && candidate.look === undefined;
  return bare ? withRole(candidate, role) : candidate;
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

/** What says that a folder is a program of its own. */
const MANIFEST =
  /^(?:package\.json|requirements\.txt|pyproject\.toml|Pipfile|manage\.py|rxconfig\.py|go\.mod|Cargo\.toml|composer\.json|artisan|Gemfile|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|deno\.jsonc?|.+\.(?:cs|fs)proj)$/;
const SHOWN_OFF = /^(?:demos?|samples?|playgrounds?|sandbox(?:es)?|stories|starters?|boilerplates?)$/;

/**
 * Further folders at the top that are programs of their own: one look at each, no more.
 * @param started the folders of what is started
 */
export async function furtherFolders(scope: Scope, started: ReadonlySet<string>): Promise<Candidate[]> {
  const { project } = scope;
  const { dirs } = await project.list(project.root);
  const names = [...dirs].filter((name) => !SKIPPED.test(name) && !SHOWN_OFF.test(name)).sort();
  const all = names.slice(0, 40).map((name) => path.join(project.root, name));
  const seen = await Promise.all(all.map((dir) => project.list(dir)));
  return each(
    scope,
    all.filter(
      (dir, i) => !started.has(dir) && [...(seen[i]?.files ?? [])].some((name) => MANIFEST.test(name)),
    ),
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
