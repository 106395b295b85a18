import path from 'node:path';
import { programFile } from '../../system/programs.ts';
import type { Role } from '../types.ts';
import { type Candidate, draftApp, evidenceOf, type Scope } from './candidate.ts';
import { managerOf } from './manage.ts';
import type { Project } from './project.ts';
import { findPythonServer, type PythonFile } from './python-find.ts';
import { type ConsoleScript, type ManageKind, mainDoesMore } from './python-source.ts';
import { recognise } from './recognise.ts';
import { pythonCommand, venvBin } from './venv.ts';

type Argv = [string, ...string[]];

/** A Python server in `dir`: a manage.py's, or the file that holds a server object. */
export async function pythonCandidate(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project } = scope;
  for (const sub of ['', 'src', 'backend', 'server']) {
    const folder = path.join(dir, sub);
    if (!(await project.has(folder, 'manage.py'))) continue;
    if (sub && dir === project.root && sub !== 'src') break; // A folder of its own: found as one.
    const managed = await manageCandidate(scope, dir, folder);
    if (managed) return managed;
  }
  const found = (await managedBelow(scope, dir)) ?? (await findPythonServer(project, dir));
  if (!found) return undefined;
  if ('app' in found) return found;
  const { id, label, port } = found.server;
  const argv = await argvOf(scope, found);
  const candidate = await startOf(scope, dir, found, argv);
  const { app } = candidate;
  const known = Object.keys(app.defaultPorts).length > 0 || port === undefined;
  const defaultPorts = known ? app.defaultPorts : { own: port };
  if (found.script) {
    const evidence = `${project.relative(path.join(dir, 'pyproject.toml'))} script "${found.script.name}"`;
    const start = await scriptStart(project, dir, found, found.script);
    const roles: Role[] = app.roles.length > 0 ? app.roles : ['backend'];
    const its = port === undefined ? app.defaultPorts : { own: port };
    return { ...candidate, app: { ...app, ...start, roles, defaultPorts: its, framework: id, evidence } };
  }
  const others = found.beside?.map((file) => project.relative(file)).join(', ');
  const note = others && `beside ${app.evidence} there are servers in ${others}; a config can add them`;
  return {
    ...candidate,
    ...(note && { note }),
    app: { ...app, byFile: true, defaultPorts, framework: id, evidence: `${app.evidence} (${label})` },
  };
}

const managers: Record<ManageKind, { label: string; verb: string }> = {
  django: { label: 'Django', verb: 'runserver' },
  'flask-script': { label: 'Flask-Script', verb: 'runserver' },
  'flask-cli': { label: 'Flask', verb: 'run' },
};

/** `server/notes/manage.py`: the one Django project below a folder that is none itself. */
async function managedBelow(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project } = scope;
  // What lies below the top is looked at as apps of their own.
  if (dir === project.root) return undefined;
  const folders = [...(await project.list(dir)).dirs].filter(
    (name) => !/^(?:\.|node_modules$|s?venv$|env$)/.test(name),
  );
  const lists = await Promise.all(folders.slice(0, 20).map((name) => project.list(path.join(dir, name))));
  const having = folders.filter((_, i) => lists[i]?.files.has('manage.py'));
  return having.length === 1 ? manageCandidate(scope, dir, path.join(dir, having[0] ?? '')) : undefined;
}

/** A manage.py that starts a server: people write programs of this name for much else. */
async function manageCandidate(scope: Scope, dir: string, cwd: string): Promise<Candidate | undefined> {
  const { project } = scope;
  const kind = await managerOf(project, cwd);
  if (!kind) return undefined;
  const { label, verb } = managers[kind];
  const argv: Argv = [...(await pythonCommand(project, cwd)), 'manage.py', verb];
  const candidate = await startOf(scope, dir, { cwd, file: 'manage.py' }, argv);
  return { ...candidate, app: { ...candidate.app, evidence: `${candidate.app.evidence} (${label})` } };
}

async function argvOf({ project, context }: Scope, found: PythonFile): Promise<Argv> {
  const { cwd, file, server, entry, text } = found;
  // Not where the user says another.
  const host = found.host !== undefined && context.host === undefined ? ['--host', found.host] : [];
  const python = await pythonCommand(project, cwd);
  const module = moduleOf(file);
  if (!context.prod && /^(?:uvicorn|flask|quart)$/.test(server.start) && mainDoesMore(text)) {
    return file.includes('/') ? [...python, '-m', module] : [...python, file];
  }
  if (!context.prod && server.start === 'uvicorn' && (await startsItself(project, found)))
    return [...python, '-m', file.split('/')[0] as string];
  // Loaded by another server it would start its own before that.
  if (server.start === 'uvicorn' && RUNS_AT_MARGIN.test(text)) return [...python, file];
  if (server.start === 'uvicorn' && entry) {
    const reload = context.prod ? [] : ['--reload'];
    const factory = entry.factory ? ['--factory'] : [];
    return [...python, '-m', 'uvicorn', `${module}:${entry.name}`, ...factory, ...reload, ...host];
  }
  if (server.start === 'flask' || server.start === 'quart') {
    // Names that they find by themselves.
    const found = !entry || /^(?:app|application|create_app|make_app)$/.test(entry.name);
    const target = found ? module : `${module}:${entry.name}`;
    const debug = server.start === 'flask' && !context.prod ? ['--debug'] : [];
    return [...python, '-m', server.start, '--app', target, 'run', ...debug, ...host];
  }
  if (server.start === 'streamlit' || server.start === 'chainlit') {
    return [...python, '-m', server.start, 'run', file];
  }
  return [...python, file];
}

/** `python -m shop`: the package's own start serves the module, and does more than that. */
async function startsItself(project: Project, { cwd, file }: PythonFile): Promise<boolean> {
  const [name = '', ...inner] = file.split('/');
  if (inner.length === 0) return false;
  const main = (await project.text(path.join(cwd, name, '__main__.py'))) ?? '';
  return main.includes(`${moduleOf(file)}:`) && /\buvicorn\b/.test(main) && mainDoesMore(main);
}

const RUNS_AT_MARGIN = /^(?!subprocess\.)\w+\.run\(/m;

const moduleOf = (file: string) => file.replace(/(?:(?:^|\/)__init__)?\.py$/, '').replaceAll('/', '.');

/** A console script: the installed program, else what it would call. */
async function scriptStart(
  project: Project,
  dir: string,
  { cwd, file, args = [] }: PythonFile,
  { name, call }: ConsoleScript,
): Promise<{ command: { kind: 'argv'; argv: Argv }; cwd: string }> {
  const start = (folder: string, argv: Argv) => ({ command: { kind: 'argv' as const, argv }, cwd: folder });
  const bin = await venvBin(project, dir, programFile(name));
  if (bin) return start(dir, [path.join(bin, name), ...args]);
  const python = await pythonCommand(project, dir);
  if (python[1] === 'run') return start(dir, [python[0], 'run', name, ...args]);
  return start(cwd, [...python, '-c', `from ${moduleOf(file)} import ${call}; ${call}()`, ...args]);
}

async function startOf(
  scope: Scope,
  home: string,
  { cwd, file }: { cwd: string; file: string },
  argv: Argv,
): Promise<Candidate> {
  const name = home === scope.project.root ? '' : path.basename(home);
  const draft = draftApp(name, { kind: 'argv', argv }, cwd, evidenceOf(scope.project, cwd, file));
  const { app } = await recognise(scope.project, draft, scope.context);
  return { app, home };
}
