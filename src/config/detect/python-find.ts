import path from 'node:path';
import { roleOfName } from './candidate.ts';
import { type PythonServer, pythonServers } from './frameworks/python.ts';
import type { Project } from './project.ts';
import { importable, moduleFile } from './python-modules.ts';
import {
  borrowed,
  type ConsoleScript,
  commandThatServes,
  completes,
  consoleScripts,
  type Entry,
  entryOf,
  FLAGS,
  hostIn,
  importsOf,
  mainDoesMore,
  packageFolders,
  portFlag,
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
  if (found)
    return (
      (files.has('pyproject.toml') && (await completed(project, dir, found))) || started(project, dir, found)
    );
  const scripted = files.has('pyproject.toml') ? await findScripted(project, dir) : undefined;
  if (scripted) return scripted;
  const below = python ? await firstOf(project, dir, await deeper(project, dir, folders)) : undefined;
  return below && started(project, dir, below);
}

/** A main block, or a call at the margin that starts what the file holds. */
const STARTS_ITSELF = /\b__name__\s*==|^(?:await )?(?:\w+\.)?\w*(?:run|main|serve|start|launch)\w*\(/im;

/** A file that only defines what makes a server does nothing when it is run: its package's one program does. */
async function started(project: Project, dir: string, found: PythonFile): Promise<PythonFile | undefined> {
  const { server, entry, text, cwd, file } = found;
  if (server.start !== 'uvicorn' || entry || STARTS_ITSELF.test(text)) return found;
  const pyproject = (await project.text(path.join(dir, 'pyproject.toml'))) ?? '';
  const [script, ...more] = consoleScripts(pyproject);
  if (!script || more.length > 0) return undefined;
  const its = await moduleFile(project, dir, '', script.module, '', packageFolders(pyproject));
  if (!its || !path.join(cwd, file).startsWith(`${path.join(dir, path.dirname(its))}${path.sep}`))
    return undefined;
  const code = (await project.text(path.join(dir, its))) ?? '';
  const flag = await flagsOf(project, dir, its, code);
  const place = { ...(await importable(project, dir, its, code)), text: code, entry, script };
  // A flag whose own number nobody knows is left alone.
  return flag?.port === undefined
    ? { ...place, server: plain }
    : { ...place, server: { ...plain, port: flag.port }, args: flag.args };
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

const NO_SERVER = /^(?:setup|conftest|test_|manage\.py)/;

async function inFolder(project: Project, dir: string, sub: string): Promise<PythonFile[]> {
  const { files: names, dirs } = await project.list(path.join(dir, sub));
  const byName = new Map([...names].map((name) => [name.toLowerCase(), name]));
  const wanted = [...FILES, ...(sub ? ['__init__.py', 'factory.py'] : [])].flatMap(
    (file) => byName.get(file.toLowerCase()) ?? [],
  );
  if (sub === '') {
    // A lone file by any name: `hello.py`. `mock_server.py` stands in for what a folder `server` holds.
    const real = [...dirs].some((name) => roleOfName(name) === 'backend');
    const others = [...names].filter(
      (f) =>
        f.endsWith('.py') && !FILES.includes(f) && !NO_SERVER.test(f) && !(real && /^(?:mock|fake)/.test(f)),
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

/** The console script that puts the found object together and serves it. */
async function completed(project: Project, dir: string, found: PythonFile): Promise<PythonFile | undefined> {
  const { entry, text, cwd } = found;
  if (!entry || entry.factory) return undefined;
  const pyproject = (await project.text(path.join(dir, 'pyproject.toml'))) ?? '';
  for (const script of consoleScripts(pyproject).slice(0, 6)) {
    if (!completes(text, script.call, entry.name)) continue;
    const file = await moduleFile(project, dir, '', script.module, '', packageFolders(pyproject));
    if (file === undefined || path.join(dir, file) !== path.join(cwd, found.file)) continue;
    const { args = [], port } = (await flagsOf(project, dir, file, text)) ?? {};
    return { ...found, script, args, server: { ...found.server, ...(port && { port }) } };
  }
  return undefined;
}

/** The flag for the port, of the module itself or of the one that reads its flags. */
async function flagsOf(project: Project, dir: string, file: string, text: string) {
  const own = portFlag(text);
  if (own) return own;
  for (const { module } of importsOf(text).filter((one) => FLAGS.test(one.module))) {
    const other = await moduleFile(project, dir, file, module);
    const flag = other && portFlag((await project.text(path.join(dir, other))) ?? '');
    if (flag) return flag;
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
      return (await completed(project, dir, found)) ?? found;
    const text = file && (await project.text(path.join(dir, file)));
    if (!file || !text) continue;
    const place = { ...(await importable(project, dir, file, text)), text, entry: undefined, script };
    // Litestar's own command line under the project's name.
    if (/\blitestar_group\b/.test(text))
      return { ...place, server: litestar, args: ['run', '--port', '{port}'] };
    if (startsServer(text, script.call)) return { ...place, server: plain };
    const args = commandThatServes(text, script.call);
    if (args) return { ...place, server: plain, args };
    const flag =
      startsServer(text, script.call, { flags: true }) && (await flagsOf(project, dir, file, text));
    if (flag)
      return { ...place, server: { ...plain, ...(flag.port && { port: flag.port }) }, args: flag.args };
  }
  return undefined;
}
