import path from 'node:path';
import { type Candidate, draftApp, evidenceOf, type Scope } from './candidate.ts';
import { type PythonServer, pythonServers } from './frameworks/python.ts';
import type { Project } from './project.ts';
import { recognise } from './recognise.ts';
import { pythonCommand } from './venv.ts';

const FILES = 'main app server api run wsgi asgi application index streamlit_app Home'
  .split(' ')
  .map((name) => `${name}.py`);
const FOLDERS = ['', 'app', 'src', 'src/app', 'api', 'server', 'backend'];
const SKIPPED = /^(?:\.|node_modules$|venv$|env$|tests?$|docs$|migrations$|static$|templates$|__pycache__$)/;

interface Found {
  /** Whose app it is, and the folder it is started in. */
  home: string;
  cwd: string;
  /** Relative to cwd, with `/`. */
  file: string;
  text: string;
  server: PythonServer;
}

/** A Python server in `dir`: Django's manage.py, or the file that holds a server object. */
export async function pythonCandidate(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project } = scope;
  const name = dir === project.root ? '' : path.basename(dir);
  for (const sub of ['', 'src', 'backend', 'server']) {
    const folder = path.join(dir, sub);
    if (!(await project.has(folder, 'manage.py'))) continue;
    if (sub && dir === project.root && sub !== 'src') break; // A folder of its own: found as one.
    const python = await pythonCommand(project, folder);
    return finish(scope, name, [...python, 'manage.py', 'runserver'], {
      home: dir,
      cwd: folder,
      file: 'manage.py',
    });
  }
  const found = await findServer(scope, dir);
  return found && startFile(scope, name, found);
}

async function findServer({ project }: Scope, dir: string): Promise<Found | undefined> {
  const { files, dirs } = await project.list(dir);
  if ((await project.list(dir)).files.size + dirs.size === 0) return undefined;
  const python =
    [...files].some((f) => f.endsWith('.py')) ||
    ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py'].some((f) => files.has(f));
  const folders = [...FOLDERS];
  if (python) {
    for (const sub of dirs) if (!SKIPPED.test(sub) && !folders.includes(sub)) folders.push(sub);
  } else if (!dirs.has('app') && !dirs.has('src')) return undefined;
  const all: Found[] = [];
  for (const sub of folders.slice(0, 30)) {
    // At the top, a folder named for a role is an app of its own.
    if (dir === project.root && ['api', 'server', 'backend'].includes(sub)) continue;
    const names = (await project.list(path.join(dir, sub))).files;
    const wanted = [...FILES, ...(sub ? ['__init__.py'] : [])].filter((f) => names.has(f));
    if (sub === '') {
      // A lone file by any name: `hello.py`.
      const others = [...names].filter(
        (f) => f.endsWith('.py') && !FILES.includes(f) && !/^(?:setup|conftest|test_)/.test(f),
      );
      if (others.length <= 3) wanted.push(...others);
    }
    for (const name of wanted) {
      const text = await project.text(path.join(dir, sub, name));
      const server = text && pythonServers.find((s) => s.pattern.test(text));
      if (!text || !server) continue;
      all.push({ home: dir, ...importable(project, dir, path.posix.join(sub, name), text), text, server });
    }
    if (all.length > 0) break;
  }
  return all.sort((a, b) => rank(a) - rank(b))[0];
}

const rank = ({ server }: Found) => pythonServers.indexOf(server);

/** The folder from which the file's own imports work: its parent's where it imports itself by name. */
function importable(
  project: Project,
  dir: string,
  file: string,
  text: string,
): { cwd: string; file: string } {
  const own = path.basename(dir);
  const relative = /^\s*from \.+\w* import/m.test(text);
  if (
    dir !== project.root &&
    !file.includes('/') &&
    (relative || new RegExp(`^\\s*(?:from|import) ${own}\\b`, 'm').test(text))
  ) {
    return { cwd: path.dirname(dir), file: `${own}/${file}` };
  }
  const top = file.split('/')[0] ?? '';
  if (file.startsWith('src/') && !relative && !new RegExp(`^\\s*(?:from|import) ${top}\\b`, 'm').test(text)) {
    return { cwd: path.join(dir, 'src'), file: file.slice(4) };
  }
  return { cwd: dir, file };
}

async function startFile(scope: Scope, name: string, found: Found): Promise<Candidate> {
  const { project, context } = scope;
  const { cwd, file, text, server } = found;
  const python = await pythonCommand(project, cwd);
  const module = file.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');
  const object = new RegExp(
    `^(\\w+)(?:\\s*:\\s*[\\w.]+)?\\s*=\\s*(?:\\w+\\.)*(?:${constructorOf(server)})\\(`,
    'm',
  ).exec(text)?.[1];
  const assigned = object ?? /^(app|application|api)\s*(?::[^=\n]+)?=\s*\w+/m.exec(text)?.[1];
  const factory = assigned
    ? undefined
    : /^def (create_app|make_app|get_app|build_app|get_application|create_application)\(/m.exec(text)?.[1];
  const reload = context.prod ? [] : ['--reload'];
  let argv: [string, ...string[]];
  if (server.start === 'uvicorn' && (assigned || factory)) {
    argv = [
      ...python,
      '-m',
      'uvicorn',
      `${module}:${assigned ?? factory}`,
      ...(assigned ? [] : ['--factory']),
      ...reload,
    ];
  } else if (server.start === 'flask' || server.start === 'quart') {
    const target = assigned && !['app', 'application'].includes(assigned) ? `${module}:${assigned}` : module;
    const debug = context.prod ? [] : ['--debug'];
    argv = [
      ...python,
      '-m',
      server.start,
      '--app',
      target,
      'run',
      ...(server.start === 'flask' ? debug : []),
    ];
  } else if (server.start === 'streamlit' || server.start === 'chainlit') {
    argv = [...python, '-m', server.start, 'run', file];
  } else argv = [...python, file];
  return finish(scope, name, argv, found, server);
}

const constructors: Record<string, string> = {
  fastapi: 'FastAPI',
  litestar: 'Litestar',
  starlette: 'Starlette',
  quart: 'Quart',
  flask: 'Flask|APIFlask',
};
const constructorOf = (server: PythonServer) => constructors[server.id] ?? server.label;

async function finish(
  scope: Scope,
  name: string,
  argv: [string, ...string[]],
  { home, cwd, file }: Pick<Found, 'home' | 'cwd' | 'file'>,
  server?: PythonServer,
): Promise<Candidate> {
  const draft = draftApp(name, { kind: 'argv', argv }, cwd, evidenceOf(scope.project, cwd, file));
  const { app } = await recognise(scope.project, draft, scope.context);
  if (!server) return { app: { ...app, evidence: `${app.evidence} (Django)` }, home };
  const started = { ...app, framework: server.id, evidence: `${app.evidence} (${server.label})` };
  return { app: started, home };
}
