import path from 'node:path';
import { roleOfName } from './candidate.ts';
import { type PythonServer, pythonServers } from './frameworks/python.ts';
import type { Project } from './project.ts';
import {
  borrowed,
  type ConsoleScript,
  commandThatServes,
  consoleScripts,
  type Entry,
  entryOf,
  hostIn,
  importsOf,
  mainDoesMore,
  packageFolders,
  runsByItself,
  startsServer,
  uvicornTarget,
  withoutLeftover,
} from './python-source.ts';

/** Where a folder's Python server is: looked for where people put it, then where pyproject.toml points, then deeper. */

const FILES = 'main app server api run wsgi asgi application index streamlit_app Home'
  .split(' ')
  .map((name) => `${name}.py`);
const FOLDERS = ['', 'app', 'src', 'src/app', 'api', 'server', 'backend'];
const SKIPPED =
  /^(?:\.|node_modules$|venv$|env$|tests?$|docs?$|migrations$|alembic$|static$|templates$|scripts$|examples?$|notebooks$|__pycache__$|.*\.egg-info$)/;

const MANIFESTS =
  'requirements.txt pyproject.toml Pipfile setup.py setup.cfg uv.lock poetry.lock alembic.ini pytest.ini tox.ini'.split(
    ' ',
  );

export interface PythonFile {
  /** The folder that it is started in. */
  cwd: string;
  /** Relative to cwd, with `/`. */
  file: string;
  text: string;
  server: PythonServer;
  entry: Entry | undefined;
  /** Where it would listen if its file were run. */
  host?: string | undefined;
  /** Nothing to import was found: pyproject.toml's own script starts it. */
  script?: ConsoleScript;
  /** Further servers, in packages beside its own: absolute. */
  beside?: string[];
  /** What follows the script's name. */
  args?: string[];
}

/** The server file of a folder; undefined where none is near. */
export async function findPythonServer(project: Project, dir: string): Promise<PythonFile | undefined> {
  const { files, dirs } = await project.list(dir);
  if (files.size + dirs.size === 0) return undefined;
  const python =
    [...files].some((f) => f.endsWith('.py')) ||
    MANIFESTS.some((f) => files.has(f)) ||
    dirs.has('requirements');
  const folders = [...FOLDERS];
  if (python) {
    for (const sub of dirs) if (!SKIPPED.test(sub) && !folders.includes(sub)) folders.push(sub);
  } else if (!dirs.has('app') && !dirs.has('src')) return undefined;
  const found = await firstOf(project, dir, folders.slice(0, 30));
  if (found) return found;
  const scripted = files.has('pyproject.toml') ? await findScripted(project, dir) : undefined;
  if (scripted) return scripted;
  return python ? firstOf(project, dir, await deeper(project, dir, folders)) : undefined;
}

/** The folders two levels down, in the same order. */
async function deeper(project: Project, dir: string, folders: string[]): Promise<string[]> {
  const result: string[] = [];
  const top = dir === project.root;
  for (const sub of folders.filter((one) => one !== '' && !one.includes('/'))) {
    // Those are looked at as apps of their own.
    if (top && (roleOfName(sub) || /^(?:apps|services|packages)$/.test(sub))) continue;
    for (const name of (await project.list(path.join(dir, sub))).dirs) {
      const inner = `${sub}/${name}`;
      if (!SKIPPED.test(name) && !folders.includes(inner)) result.push(inner);
    }
  }
  return result.slice(0, 60);
}

async function firstOf(project: Project, dir: string, folders: string[]): Promise<PythonFile | undefined> {
  const equals: { sub: string; best: PythonFile }[] = [];
  for (const sub of folders) {
    // At the top, a folder named for a role is an app of its own.
    if (dir === project.root && ['api', 'server', 'backend'].includes(sub.split('/')[0] ?? '')) continue;
    const found = await inFolder(project, dir, sub);
    const { best, leftover } = withoutLeftover(found.sort((a, b) => rank(a) - rank(b)));
    if (!best) continue;
    if (FOLDERS.includes(sub) || sub.includes('/'))
      return leftover ? { ...best, beside: [path.join(leftover.cwd, leftover.file)] } : best;
    equals.push({ sub, best });
  }
  // Of packages side by side the one that is called as the project, else the first.
  const words = new Set(
    path
      .basename(project.root)
      .toLowerCase()
      .split(/[^a-z0-9]+/),
  );
  const chosen = equals.find(({ sub }) => words.has(path.basename(sub).toLowerCase())) ?? equals[0];
  const beside = equals.filter((one) => one !== chosen).map(({ best }) => path.join(best.cwd, best.file));
  return chosen && (beside.length > 0 ? { ...chosen.best, beside } : chosen.best);
}

const rank = ({ server }: PythonFile) => pythonServers.indexOf(server);

async function inFolder(project: Project, dir: string, sub: string): Promise<PythonFile[]> {
  const names = (await project.list(path.join(dir, sub))).files;
  const byName = new Map([...names].map((name) => [name.toLowerCase(), name]));
  const wanted = [...FILES, ...(sub ? ['__init__.py', 'factory.py'] : [])].flatMap(
    (file) => byName.get(file.toLowerCase()) ?? [],
  );
  if (sub === '') {
    // A lone file by any name: `hello.py`.
    const others = [...names].filter(
      (f) => f.endsWith('.py') && !FILES.includes(f) && !/^(?:setup|conftest|test_|manage\.py)/.test(f),
    );
    if (others.length <= 3) wanted.push(...others);
  }
  const found = await Promise.all(wanted.map((name) => inFile(project, dir, path.posix.join(sub, name))));
  return found.filter((one) => one !== undefined);
}

/** The server that a file holds, or takes from a module of the project: `app = make()` of `factory.py`. */
async function inFile(project: Project, dir: string, file: string): Promise<PythonFile | undefined> {
  const text = await project.text(path.join(dir, file));
  const found = text && (await serverOf(project, dir, file, text));
  return found ? { ...found, host: hostIn(text) } : undefined;
}

async function serverOf(
  project: Project,
  dir: string,
  file: string,
  text: string,
): Promise<PythonFile | undefined> {
  const server = pythonServers.find((s) => s.pattern.test(text));
  if (server && (await isItsPackage(project, dir, file, server))) return undefined;
  if (server && server.id !== 'python') {
    return { ...(await importable(project, dir, file, text)), text, server, entry: entryOf(text, server) };
  }
  const target = uvicornTarget(text);
  const elsewhere = target && (await moduleFile(project, dir, file, target.module));
  if (elsewhere) {
    const other = (await project.text(path.join(dir, elsewhere))) ?? '';
    const { name, factory } = target;
    const its = pythonServers.find((s) => s.start === 'uvicorn' && s.pattern.test(other)) ?? fastapi;
    const itself = mainDoesMore(text);
    return {
      ...(await importable(project, dir, itself ? file : elsewhere, itself ? text : other)),
      text: itself ? text : other,
      server: its,
      entry: { name, factory },
    };
  }
  const taken = borrowed(text);
  const origin = taken && (await moduleFile(project, dir, file, taken.from.module, taken.from.name));
  if (origin) {
    const other = (await project.text(path.join(dir, origin))) ?? '';
    const its = pythonServers.find((s) => s.id in importers && s.pattern.test(other));
    if (its) {
      const entry = { name: taken.name, factory: false };
      return { ...(await importable(project, dir, file, text)), text, server: its, entry };
    }
  }
  if (!server || !runsByItself(text)) return undefined;
  return { ...(await importable(project, dir, file, text)), text, server, entry: undefined };
}

/** A module of the framework's own package: `chainlit/server.py` where Chainlit itself is written. */
async function isItsPackage(
  project: Project,
  dir: string,
  file: string,
  { id }: PythonServer,
): Promise<boolean> {
  const folders = path.join(dir, path.dirname(file)).split(path.sep);
  const at = folders.lastIndexOf(id);
  return at !== -1 && id !== 'python' && project.has(folders.slice(0, at + 1).join(path.sep), '__init__.py');
}

/** Servers that a command of their own imports. */
const importers: Record<string, true> = {
  fastapi: true,
  litestar: true,
  starlette: true,
  quart: true,
  flask: true,
};
const fastapi = pythonServers.find(({ id }) => id === 'fastapi') as PythonServer;
const litestar = pythonServers.find(({ id }) => id === 'litestar') as PythonServer;
const plain = pythonServers.find(({ id }) => id === 'python') as PythonServer;

/** The file of a module as `file` names it, relative to `dir`; undefined for a package from elsewhere. */
async function moduleFile(
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

/** A server that pyproject.toml's scripts start: its module's object, else the script's own function. */
async function findScripted(project: Project, dir: string): Promise<PythonFile | undefined> {
  const pyproject = (await project.text(path.join(dir, 'pyproject.toml'))) ?? '';
  const scripts = consoleScripts(pyproject);
  for (const script of scripts.slice(0, 6)) {
    const file = await moduleFile(project, dir, '', script.module, '', packageFolders(pyproject));
    const found = file && (await inFile(project, dir, file));
    if (found && found.server.id !== 'python' && (found.entry || found.server.start !== 'uvicorn'))
      return found;
    const text = file && (await project.text(path.join(dir, file)));
    if (!file || !text) continue;
    const place = { ...(await importable(project, dir, file, text)), text, entry: undefined, script };
    // Litestar's own command line under the project's name.
    if (/\blitestar_group\b/.test(text))
      return { ...place, server: litestar, args: ['run', '--port', '{port}'] };
    if (startsServer(text, script.call)) return { ...place, server: plain };
    const args = commandThatServes(text, script.call);
    if (args) return { ...place, server: plain, args };
  }
  return undefined;
}

/** A module or package that is not beside the file, and stands beside its folder: it is started from there. */
async function fromAbove(project: Project, dir: string, tops: ReadonlySet<string>): Promise<boolean> {
  const up = path.dirname(dir);
  const [here, above] = await Promise.all([project.list(dir), project.list(up)]);
  for (const name of tops) {
    if (!name || here.files.has(`${name}.py`) || here.dirs.has(name)) continue;
    if (above.files.has(`${name}.py`) || (await project.has(path.join(up, name), '__init__.py'))) return true;
  }
  return false;
}

/**
 * The folder from which the file's own imports work, and the file as seen from there: that of the modules beside it
 * that it imports by their bare names, the parent of a folder that it names, `src` of a src layout.
 */
async function importable(
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
  if (folders.length === 0) return { cwd: dir, file };
  if (named !== -1) return at(folders.slice(0, named).join('/'));
  const beside = await project.list(path.join(dir, ...folders));
  if (!relative && !beside.files.has('__init__.py')) {
    const bare = [...tops].some((top) => beside.files.has(`${top}.py`) || beside.dirs.has(top));
    if (bare) return at(folders.join('/'));
  }
  return folders[0] === 'src' && (!relative || folders.length > 1) ? at('src') : { cwd: dir, file };
}
