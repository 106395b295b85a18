import path from 'node:path';
import { type Candidate, roleOfName, type Scope } from './candidate.ts';
import { folderCandidates } from './folders.ts';
import { pythonCandidate } from './python-app.ts';

/**
 * A Reflex project: its one process has both roles. An API of the project's own beside it, in a folder named for it or
 * in a file at the top, has a port and no role.
 */
export async function reflexCommand(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const reflex = await folderCandidates(scope, project.root);
  const config = (await project.text(path.join(project.root, 'rxconfig.py'))) ?? '';
  const own = /\bapp_name\s*=\s*['"]([\w.]+)/.exec(config)?.[1]?.split('.')[0];
  const code = await reflexCode(scope, own ?? path.basename(project.root));
  const beside: Candidate[] = [];
  const add = (found: Candidate | undefined, name: string) => {
    if (found) beside.push({ ...found, app: { ...found.app, name, roles: [] } });
  };
  for (const name of [...(await project.list(project.root)).dirs].sort()) {
    if (name === own || roleOfName(name) !== 'backend' || mounts(code, name)) continue;
    const [server] = (await folderCandidates(scope, path.join(project.root, name))).filter((c) => !c.task);
    if (server?.app.roles.includes('backend')) add(server, name);
  }
  const top = await pythonCandidate({ ...scope, notes: [] }, project.root);
  const file = top?.app.evidence.split(' ')[0] ?? '';
  const text = top && !file.includes('/') && (await textOf(scope, top));
  const name = path.parse(file).name;
  if (text && !isReflex(text) && !mounts(code, name)) add(top, name);
  await mentionOthers(scope, own, code);
  return [...reflex, ...beside];
}

/** A server in a package beside the app's own, which nothing of the app imports: how it is started no file says. */
async function mentionOthers(
  { project, leftOut }: Scope,
  own: string | undefined,
  code: string,
): Promise<void> {
  for (const name of [...(await project.list(project.root)).dirs].sort().slice(0, 30)) {
    const dir = path.join(project.root, name);
    if (name === own || /^[._]|^(?:s?venv|env|tests?|docs?|examples?|assets)$/.test(name)) continue;
    if (roleOfName(name) === 'backend' || mounts(code, name)) continue;
    const { files } = await project.list(dir);
    const file = ['main.py', 'app.py', 'server.py', 'api.py'].find((one) => files.has(one));
    const text = (file && (await project.text(path.join(dir, file)))) ?? '';
    if (!/^\w+(?:\s*:\s*\w+)?\s*=\s*(?:FastAPI|Flask)\(/m.test(text) || isReflex(text)) continue;
    const why = 'a server beside Reflex, of which no file says how it is started; a config can add it';
    leftOut.push({ what: name, file: `${name}/${file}`, why });
  }
}

/** What it is started from: its file, or the module that pyproject.toml's script calls. */
async function textOf({ project }: Scope, { app: { evidence } }: Candidate): Promise<string | undefined> {
  const [file = ''] = evidence.split(' ');
  const text = await project.text(path.join(project.root, file));
  const [, script] = / script "([\w.-]+)"$/.exec(evidence) ?? [];
  const [, module] =
    new RegExp(`^\\s*["']?${script}["']?\\s*=\\s*["']([\\w.]+):`, 'm').exec(text ?? '') ?? [];
  if (script === undefined || module === undefined) return text;
  const place = module.replaceAll('.', '/');
  const inner = [`${place}.py`, `${place}/__init__.py`, `src/${place}.py`];
  const texts = await Promise.all(inner.map((one) => project.text(path.join(project.root, one))));
  return texts.find((one) => one !== undefined) ?? text;
}

/** A part of its app, or another way to start it: `subprocess.run([sys.executable, "-m", "reflex", "run"])`. */
const isReflex = (text: string): boolean =>
  /^\s*(?:import|from) reflex\b|\breflex\b["', \t]+run\b/m.test(text);

/** The text of the Reflex app's own package. */
async function reflexCode({ project }: Scope, name: string): Promise<string> {
  const dir = path.join(project.root, name);
  const { files } = await project.list(dir);
  const texts = await Promise.all(
    [...files].filter((file) => file.endsWith('.py')).map((file) => project.text(path.join(dir, file))),
  );
  return texts.join('\n');
}

/** What the Reflex app imports is a part of it, mounted into its own backend. */
const mounts = (code: string, module: string): boolean =>
  new RegExp(`^\\s*(?:from|import) ${module}\\b`, 'm').test(code);
