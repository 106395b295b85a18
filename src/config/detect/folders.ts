import path from 'node:path';
import type { Role } from '../types.ts';
import { withItsBuild } from './built.ts';
import { type Candidate, isBeside, roleNames, roleOfName, type Scope, withRole } from './candidate.ts';
import { loneScript } from './lone-script.ts';
import { nativeCandidate, staticCandidate } from './native-app.ts';
import { serverOf } from './node-entry.ts';
import { scriptsCommand } from './owner/command.ts';
import type { Project } from './project.ts';
import { pythonCandidate } from './python-app.ts';
import { reflexApp } from './reflex.ts';
import { singleScript, watcherScript } from './scripts.ts';
import { typedHomes } from './typed.ts';

const SKIPPED =
  /^(?:\.|_|\{\{|node_modules$|venv$|env$|dist$|build$|out$|target$|vendor$|coverage$|tests?$|e2e$|__tests__$|examples?$|templates?$|scripts$|tools$|docs?$|static$|assets$|infra$|terraform$|docker$|k8s$|deploy$|public$|fixtures$|benchmarks?$|(?:.*[-_]?)?[Mm]igrat(?:e|or|ions?)$|(?:load|perf|stress|performance)[-_]?tests?$)/;

/** What a folder would start if it stood alone: one app for each language that has one there. */
export async function folderCandidates(scope: Scope, dir: string): Promise<Candidate[]> {
  const { project, context } = scope;
  const reflex = await reflexApp(project, dir, context);
  if (reflex) {
    if (reflex.note) scope.notes.push(reflex.note);
    return [{ app: reflex.app, home: dir }];
  }
  const found: Candidate[] = [];
  const single = async () => {
    const one = await singleScript(scope, dir);
    return one ? withItsBuild(scope, dir, one) : loneScript(scope, dir);
  };
  const node = (await nodeServers(scope, dir)) ?? (await single());
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
  // A file of Node's that no script starts, beside scripts and a server in Python, is left over.
  const { scripts = {} } = (python && native && (await project.packageJson(dir))) || {};
  const isLeft = native && Object.keys(scripts).length > 0 && NODES.test(native.app.evidence);
  if (isLeft) {
    const [what = ''] = native.app.evidence.split(' ');
    scope.leftOut.push({ what, file: what, why: 'no script starts it; a config can add it' });
  } else if (
    native &&
    !(isPage ? found.some((c) => c.app.roles[0] === 'frontend') : found.some((c) => !showsPages(c)))
  ) {
    found.push(native);
  }
  const [first, ...others] = found;
  if (first && !node) {
    // What makes its pages: `npm run dev` beside `php artisan serve`.
    const watcher = await watcherScript(scope, dir);
    return [watcher ? { ...first, companions: [...(first.companions ?? []), watcher] } : first, ...others];
  }
  if (found.length > 0) return found;
  const page = (await nxTarget(scope, dir)) ?? (await staticCandidate(scope, dir));
  return page ? [page] : [];
}

/** In a workspace of Nx a folder's target may be all that starts its server. */
async function nxTarget(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project } = scope;
  if (dir === project.root || !(await project.has(project.root, 'nx.json'))) return undefined;
  return (await import('./owner/nx-folder.ts')).nxServer(scope, dir);
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

const NODES = /\.[cm]?js\b/;
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
  const { files: topFiles } = await project.list(project.root);
  for (const parent of ['', 'src', 'app', 'src/main']) {
    const dirs = [...(await project.list(path.join(project.root, parent))).dirs].sort();
    for (const name of dirs) {
      // `app/` and `web/` at the top are folders of many frameworks: what is in them decides.
      if (SKIPPED.test(name) || !roleOfName(name)) continue;
      const dir = path.join(project.root, parent, name);
      const isPlain = !topFiles.has('package.json') && (await project.has(dir, 'index.html'));
      if (name === 'app' && !isPlain && !(await project.has(dir, 'package.json'))) continue;
      const found = await folderCandidates(scope, dir);
      const role = roleOfName(name);
      const main = found.find((c) => c.app.roles.includes(role as Role)) ?? found.find((c) => !c.task);
      // Without a package.json of its own a static page in `web/` or `server/` proves too little.
      const proves = main && (main.app.framework !== 'static' || role === 'frontend');
      // Create React App without its sources: what has them lies below.
      const hollow = main?.app.framework === 'cra' && !(await project.list(dir)).dirs.has('src');
      const plain = !main || main.app.framework === 'static' || hollow;
      const inner = plain ? await onlyBelow(scope, dir, role as Role) : undefined;
      if (inner && main && role === 'frontend' && !hollow) leavePage(scope, dir, inner);
      if (inner) result.push(inner);
      else if (main && proves) {
        result.push(byFolder(main, role as Role));
        // `app` says least: Laravel in it beside its pages is a server of its own.
        const others = name === 'app' ? found.filter((one) => one !== main && !one.task) : [];
        result.push(...others.filter(({ app }) => app.roles[0] !== undefined && app.roles[0] !== role));
      }
    }
    if (result.length > 1) return result;
  }
  return result;
}

/** The one program below a folder that is none itself: `frontend/nextjs`, `backend/api`. */
export async function onlyBelow(scope: Scope, dir: string, role: Role): Promise<Candidate | undefined> {
  const { project } = scope;
  const names = [...(await project.list(dir)).dirs].filter((name) => !SKIPPED.test(name)).slice(0, 20);
  const found: Candidate[] = [];
  for (const name of names.sort()) {
    const inner = await throughFolders(project, path.join(dir, name));
    const { files } = await project.list(inner);
    if (![...files].some((one) => MANIFEST.test(one) || NODE_FILE.test(one))) continue;
    const servers = (await folderCandidates(scope, inner)).filter((c) => !c.task && !isBeside(c));
    found.push(...servers.filter(({ app }) => app.roles[0] === role && app.framework !== 'static'));
  }
  const typed = found.length > 1 ? await typedHomes(project) : undefined;
  const told = typed ? found.filter(({ home }) => typed.has(home)) : found;
  const only = told.length === 1 ? told[0] : undefined;
  const how = only ? `${project.relative(only.home)} is started as the ${role}` : 'several could be it';
  const why = `${how}; a config can add it`;
  for (const { home } of found.filter((one) => one !== only))
    scope.leftOut.push({ what: path.basename(home), file: project.relative(home), why, unless: home });
  return only && { ...only, app: { ...only.app, name: path.basename(dir) } };
}

/** `demo/demo/pom.xml`: where a folder holds nothing but one other, that one is meant. */
async function throughFolders(project: Project, dir: string): Promise<string> {
  const { files, dirs } = await project.list(dir);
  const [only, ...more] = [...dirs].filter((name) => !SKIPPED.test(name));
  const isFrame = only !== undefined && more.length === 0 && [...files].every((name) => FRAME.test(name));
  return isFrame ? throughFolders(project, path.join(dir, only)) : dir;
}

/** What may lie beside the one folder that is meant. */
const FRAME = /\.(?:slnx?|props|targets)$|^\.|^(?:readme|license|global\.json|nuget\.config)\b/i;

function leavePage({ project, leftOut }: Scope, dir: string, { home }: Candidate): void {
  const why = `${project.relative(home)} is started as the frontend; a config can add it`;
  leftOut.push({ what: path.basename(dir), file: project.relative(path.join(dir, 'index.html')), why });
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
      const dir = path.join(project.root, parent, name);
      for (const one of SKIPPED.test(name) ? [] : await programsAt(project, dir)) dirs.add(one);
    }
  }
  return serversIn(scope, [...dirs].sort());
}

/** The folder, or what it only groups: `apps/shop/client` and `apps/shop/server`. */
async function programsAt(project: Project, dir: string): Promise<string[]> {
  const { files, dirs } = await project.list(dir);
  if (files.size > 0) return [dir];
  const inner = [...dirs].filter((name) => !SKIPPED.test(name)).map((name) => path.join(dir, name));
  const seen = await Promise.all(inner.slice(0, 20).map((one) => hasManifest(project, one)));
  const programs = inner.filter((_, i) => seen[i]);
  return programs.length > 0 ? programs : [dir];
}

/** The last resort: any folder at the top, then those in which the README starts something. */
export async function otherFolders(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const names = [...(await project.list(project.root)).dirs].filter((name) => !SKIPPED.test(name)).sort();
  const tops = names.slice(0, 40).map((name) => path.join(project.root, name));
  const found = await serversIn(scope, tops);
  // `source/Shop/Shop.csproj`; Python's modules are found from the folder above them.
  const inner = found.length > 0 ? [] : await Promise.all(tops.map((dir) => throughFolders(project, dir)));
  const below = inner.filter((dir) => !tops.includes(dir));
  found.push(...(await serversIn(scope, below)).filter(({ app }) => !app.python));
  // One of no role may be beside what is meant: a bot beside its dashboard.
  if (found.some(({ app }) => app.roles.length > 0)) return found;
  const homes = found.map(({ home }) => home);
  const typed = [...(await typedHomes(project))].filter((dir) => !homes.includes(dir));
  return [...found, ...(await serversIn(scope, typed))];
}

/** What says that a folder is a program of its own. */
export const MANIFEST =
  /^(?:package\.json|requirements\.txt|pyproject\.toml|Pipfile|manage\.py|rxconfig\.py|go\.mod|Cargo\.toml|composer\.json|artisan|Gemfile|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs|deno\.jsonc?|.+\.(?:cs|fs)proj)$/;
/** The folder says that it is a program of its own. */
export const hasManifest = async (project: Project, dir: string): Promise<boolean> =>
  [...(await project.list(dir)).files].some((name) => MANIFEST.test(name));

/** What may be a server without a list of packages. */
const NODE_FILE = /^(?:server|index|app|main)\.[cm]?[jt]s$/;
const PYTHON_FILE = /^(?:app|main|server|api)\.py$/;
/** Programs without a list of packages: what a web server of the machine runs. */
const CODE = /\.(?:php|py|go|rb|java|cs|pl|jsp|aspx)$/;
const isScript = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);
const SHOWN_OFF = /^(?:demos?|samples?|playgrounds?|sandbox(?:es)?|stories|starters?|boilerplates?)$/;

/** A folder of this name is no part of what is developed, whatever lies in it. */
export const isNoPart = (name: string): boolean => SKIPPED.test(name) || SHOWN_OFF.test(name);

/**
 * Further folders at the top that are programs of their own: one look at each, no more.
 * @param started the folders of what is started
 * @param through what lies in a folder that holds nothing else, too
 */
export async function furtherFolders(
  scope: Scope,
  started: ReadonlySet<string>,
  through = false,
): Promise<Candidate[]> {
  const { project } = scope;
  const { dirs } = await project.list(project.root);
  const names = [...dirs].filter((name) => !isNoPart(name)).sort();
  const tops = names.slice(0, 40).map((name) => path.join(project.root, name));
  const all = through ? await Promise.all(tops.map((dir) => throughFolders(project, dir))) : tops;
  const seen = await Promise.all(all.map((dir) => project.list(dir)));
  const having = (what: RegExp) =>
    all.filter((dir, i) => !started.has(dir) && [...(seen[i]?.files ?? [])].some((name) => what.test(name)));
  const programs = having(MANIFEST);
  // Without a list of packages only what is a server for sure: `ai-service/app.py`.
  const files = having(PYTHON_FILE).filter((dir) => !programs.includes(dir));
  const servers = (await serversIn(scope, files)).filter(({ app }) => app.framework !== 'python');
  return [...(await serversIn(scope, programs)), ...servers];
}

/**
 * Folders at the top that are named for a role that nothing has, and are programs of which no server was recognised.
 * @param homes the folders of what is started
 */
export async function unrecognised(
  { project }: Scope,
  homes: readonly string[],
  open: readonly Role[],
): Promise<string[]> {
  const isProgram = async (dir: string) => {
    const { files } = await project.list(dir);
    if ([...files].some((name) => MANIFEST.test(name) || CODE.test(name))) return true;
    // Whatever the file is called that listens: `server/koa.js`.
    const scripts = roleOfName(path.basename(dir)) === 'backend' ? [...files].filter(isScript) : [];
    const texts = await Promise.all(scripts.slice(0, 8).map((name) => project.text(path.join(dir, name))));
    return texts.some((text) => /\.listen\(\s*(?:\d|port\b|process\.env)/i.test(text ?? ''));
  };
  const found: string[] = [];
  for (const name of [...(await project.list(project.root)).dirs].sort().slice(0, 60)) {
    const dir = path.join(project.root, name);
    // One of another name is a server by what it needs: `game/` with Express.
    const needs = async () => serverOf((await project.packageJson(dir))?.deps ?? {})?.role;
    const role = SKIPPED.test(name) ? undefined : (roleOfName(name) ?? (await needs()));
    if (
      !role ||
      role === 'task' ||
      !open.includes(role) ||
      homes.some((home) => `${home}/`.startsWith(`${dir}/`))
    )
      continue;
    // The code of the server at the top, in any language.
    if (name === 'app' && homes.includes(project.root) && !(await hasManifest(project, dir))) continue;
    const { dirs } = await project.list(dir);
    const inner = [...dirs].filter((one) => !SKIPPED.test(one)).slice(0, 20);
    const programs = await Promise.all([dir, ...inner.map((one) => path.join(dir, one))].map(isProgram));
    if (programs.includes(true)) found.push(name);
  }
  // A package of the workspace that is called as the role is, and has a script to start it, whatever that is; `ui`
  // is more often what pages are made of.
  for (const { dir } of open.length > 0 ? await project.workspaces() : []) {
    const { scripts = {} } = (await project.packageJson(dir)) ?? {};
    const starts = ['dev', 'start', 'serve'].some((name) => name in scripts);
    const name = project.relative(dir);
    if (
      !starts ||
      path.basename(dir) === 'ui' ||
      !open.some((role) => roleNames[role].includes(path.basename(dir))) ||
      found.includes(name.split('/')[0] ?? '')
    )
      continue;
    if (!homes.some((home) => `${home}/`.startsWith(`${dir}/`))) found.push(name);
  }
  return found;
}

/** The servers of these folders, those of libraries marked. */
export async function serversIn(scope: Scope, dirs: string[]): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const dir of dirs) {
    const own = (await folderCandidates(scope, dir)).filter((c) => !c.task);
    const servers = own.filter((c) => c.app.framework !== undefined && c.app.framework !== 'static');
    const library = servers.length > 0 && (await isLibrary(scope, dir));
    found.push(...(library ? servers.map((one) => ({ ...one, library: true as const })) : servers));
  }
  return found;
}

/** It says what of it is published, and what that is to others. */
async function isLibrary({ project }: Scope, dir: string): Promise<boolean> {
  const text = (await project.text(path.join(dir, 'package.json'))) ?? '';
  return /^\s*"(?:files|bin)"\s*:/m.test(text) && /^\s*"(?:exports|module|types)"\s*:/m.test(text);
}
