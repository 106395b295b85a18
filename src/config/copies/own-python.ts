import path from 'node:path';
import { appFolder } from '../detect/python-modules.ts';
import { consoleScripts } from '../detect/python-source.ts';
import { callsOfCode, callsOfEnv } from './calls.ts';
import { portInData } from './data-files.ts';
import { type Env, envFileNames, openEnv, portNames } from './env-files.ts';
import { type AppTrail, type Facts, openFirst, ownByPattern, ownOf, ownOfEnv } from './facts.ts';
import { importsOf, openImport } from './modules.ts';
import { listens } from './servers.ts';
import type { SourceFile } from './sources.ts';
import { expressionEnd } from './text.ts';
import type { Own } from './types.ts';
import { portOf } from './values.ts';

/** Where FastAPI's and Flask's own commands look, and what starts a server beside its module. */
const DEFAULTS =
  'main.py app.py api.py wsgi.py asgi.py app/main.py app/app.py app/api.py app/__init__.py src/main.py'.split(
    ' ',
  );
const STARTERS = 'run.py main.py server.py start.py app.py __main__.py wsgi.py'.split(' ');
const MAX_STARTERS = 3;
const SERVES = /^(?:uvicorn|fastapi|hypercorn|granian|gunicorn|flask|quart)$/;
const LOADERS =
  /dotenv|pydantic[_-]settings|BaseSettings|environ\b|environs|decouple|starlette\.config|dynaconf/;

/** A Python server: its start in code, its config file, its env files. */
export async function pythonFacts(trail: AppTrail): Promise<Facts> {
  const { app, program, dir } = trail;
  const id = app.framework ?? '';
  if (program.words[0] === 'manage.py') return djangoFacts(trail);
  const entry = await findEntry(trail);
  const settings = entry ? await settingsOf(trail, entry) : [];
  const env = await pythonEnv(trail, [...(entry ? [entry] : []), ...settings]);
  const inner: AppTrail = { ...trail, env };
  const own: Own[] = await configured(inner, id);
  let reads: string | undefined;
  let unclear: Facts['unclear'];
  const files = entry ? [entry] : [];
  if (entry) files.push(...(await starters(trail, entry)));
  // Where its owner has a program serve the module, nothing that would serve it otherwise runs.
  const served = !app.byFile && SERVES.test(program.words[0] ?? '');
  for (const file of served ? [] : files) {
    for (const said of await listens(inner, file)) {
      reads ??= said.name;
      unclear ??= said.unclear;
      own.push(...ownOf(inner, said, said.label));
    }
    if (own.some(({ found }) => found.file === file.file)) break;
  }
  if (own.length === 0 && unclear) own.push(...(await portInData(inner, [...files, ...settings])));
  if (own.length === 0 && reads === undefined && program.words[0] === 'python') own.push(...ownOfEnv(env));
  const texts = [...files, ...settings];
  const calls = [...texts.flatMap((file) => callsOfCode(file, env)), ...callsOfEnv(env)];
  return {
    app: { ...app },
    own,
    reads,
    calls,
    env,
    ...(own.length === 0 && reads === undefined && { unclear }),
  };

  /** What the server's own command reads: `.flaskenv`, `gunicorn.conf.py`, `.streamlit/config.toml`. */
  async function configured(at: AppTrail, framework: string): Promise<Own[]> {
    if (program.words[0] === 'flask') {
      return portNames(env, 'server')
        .filter(({ name }) => name === 'FLASK_RUN_PORT')
        .map((found): Own => ({ found, label: 'FLASK_RUN_PORT', fixed: false }));
    }
    const [names, pattern] =
      CONFIGS[program.words[0] === 'python' ? framework : (program.words[0] ?? '')] ?? [];
    return names && pattern ? ownByPattern(await openFirst(at, dir, names), pattern, 'bind', false) : [];
  }
}

const CONFIGS: Record<string, [string[], RegExp]> = {
  gunicorn: [
    ['gunicorn.conf.py', 'gunicorn_conf.py', 'gunicorn_config.py'],
    /^bind\s*=\s*\[?\s*f?["'][^"'\n]*?:(\d{4,5})["']/m,
  ],
  hypercorn: [['hypercorn.toml', 'hypercorn_config.py'], /^bind\s*=\s*\[?\s*["'][^"'\n]*?:(\d{4,5})["']/m],
  streamlit: [['.streamlit/config.toml'], /\[server\][^[]*?\n\s*port\s*=\s*(\d{4,5})/],
  mkdocs: [['mkdocs.yml', 'mkdocs.yaml'], /^dev_addr\s*:\s*['"]?[^\s'"]*?:?(\d{4,5})\b/m],
};

async function djangoFacts(trail: AppTrail): Promise<Facts> {
  const { sources, dir, app } = trail;
  const manage = await sources.open(path.join(dir, 'manage.py'));
  const own = ownByPattern(manage, /\bdefault_port\s*=\s*["'](\d{4,5})["']/, 'default_port', false);
  const module = manage && /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)/.exec(manage.code)?.[1];
  const settings = module ? await openModule(trail, module) : undefined;
  const env = await pythonEnv(trail, settings ? [settings] : []);
  const calls = [...(settings ? callsOfCode(settings, env) : []), ...callsOfEnv(env)];
  return { app, own, calls, env };
}

const openModule = (trail: AppTrail, module: string): Promise<SourceFile | undefined> => {
  const file = module.replaceAll('.', '/');
  return openFirst(trail, path.join(trail.dir, appFolder(trail.program.words)), [
    `${file}.py`,
    `${file}/__init__.py`,
    `${file}/main.py`,
    `${file}/__main__.py`,
  ]);
};

/** `app.main:app`, `--app hello`, `server.py`, and what a command without one takes. */
async function findEntry(trail: AppTrail): Promise<SourceFile | undefined> {
  const { program, dir, sources } = trail;
  const { words } = program;
  const file = words.find(
    (word, index) => index > 0 && word.endsWith('.py') && !/^-?-c/.test(words[index - 1] ?? ''),
  );
  if (file) return sources.open(path.resolve(dir, file));
  const app = words.findIndex((word) => word === '--app' || word === '-A');
  const given = app > 0 ? words[app + 1] : undefined;
  const named =
    given ?? words.find((word) => /^[A-Za-z_][\w.]*:[\w.()]+$/.test(word)) ?? program.env.FLASK_APP;
  const [module] = (named ?? '').split(':');
  if (module) return openModule(trail, module.replace(/\.py$/, ''));
  return openFirst(trail, dir, DEFAULTS);
}

/** Files beside the entry, or above its package, that start it: `run.py` with `uvicorn.run("app.main:app", port=5050)`. */
async function starters(trail: AppTrail, entry: SourceFile): Promise<SourceFile[]> {
  const { sources, dir } = trail;
  const here = path.dirname(entry.path);
  const found: SourceFile[] = [];
  for (const folder of new Set([dir, here])) {
    const { files } = await sources.project.list(folder);
    for (const name of STARTERS) {
      if (found.length >= MAX_STARTERS || !files.has(name) || path.join(folder, name) === entry.path)
        continue;
      const source = await sources.open(path.join(folder, name));
      if (source && /__main__|\.run\(/.test(source.code) && mentions(source, entry)) found.push(source);
    }
  }
  for (const source of await scripted(trail))
    if (found.length < MAX_STARTERS && source !== entry && !found.includes(source) && mentions(source, entry))
      found.push(source);
  return found;
}

/** The modules that a console script of pyproject.toml calls: `serve = "shop.cli:serve"`. */
async function scripted(trail: AppTrail): Promise<SourceFile[]> {
  const { project } = trail.sources;
  for (const folder of [trail.dir, path.dirname(trail.dir)]) {
    if (!(await project.has(folder, 'pyproject.toml'))) continue;
    const text = (await project.text(path.join(folder, 'pyproject.toml'))) ?? '';
    const scripts = consoleScripts(text).slice(0, MAX_STARTERS);
    const modules = await Promise.all(scripts.map(({ module }) => openModule(trail, module)));
    return modules.filter((file) => file !== undefined);
  }
  return [];
}

/** It speaks of the entry's module: another server beside it is none of its starters. */
function mentions({ code }: SourceFile, entry: SourceFile): boolean {
  const name = path.basename(entry.path, '.py');
  const word = name === '__init__' ? path.basename(path.dirname(entry.path)) : name;
  return new RegExp(`["'](?:[\\w.]+\\.)?${word}:\\w+|\\b(?:from|import)\\s+(?:[\\w.]+\\.)?${word}\\b`).test(
    code,
  );
}

/** What the entry imports that sounds like settings: env files and origins stand there. */
async function settingsOf(trail: AppTrail, entry: SourceFile): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const taken of importsOf(entry)) {
    if (!/(?:^|\.)(?:config|settings?|env|core)\b/i.test(taken.from) || found.length >= 3) continue;
    for (const file of await openImport(trail.sources, entry, taken, trail.top))
      if (!found.includes(file)) found.push(file);
  }
  return found;
}

async function pythonEnv(trail: AppTrail, files: SourceFile[]): Promise<Env> {
  const { sources, dir, program, mode } = trail;
  const named: string[] = [];
  for (const file of files) {
    for (const match of file.code.matchAll(
      /\b(?:env_file|dotenv_path|load_dotenv|read_env|from_dotenv)\s*[=(]\s*([^\n]*)/g,
    )) {
      const text = /["']([^"'\n]*\.env[\w.]*)["']/.exec(match[1] ?? '')?.[1];
      if (!text) continue;
      const base = /__file__|BASE_DIR/.test(match[1] ?? '') ? path.dirname(file.path) : dir;
      named.push(path.resolve(base, text), path.resolve(dir, text));
    }
  }
  const flag = /--env-file[= ](\S+)/.exec(program.line)?.[1];
  if (flag) named.push(path.resolve(dir, flag));
  const requirements = await openFirst(trail, dir, ['requirements.txt', 'pyproject.toml', 'Pipfile']);
  const loads = [...files, ...(requirements ? [requirements] : [])].some(({ text }) => LOADERS.test(text));
  const flask = program.words[0] === 'flask';
  const names = envFileNames(flask ? 'flask' : 'plain', mode);
  // python-dotenv looks upwards from the file that calls it.
  const upwards = files.some(({ code }) =>
    /\bload_dotenv\(\s*(?:\)|find_dotenv|override|verbose)/.test(code),
  );
  const folders = loads || flask ? (upwards ? sources.project.upwards(dir) : [dir]) : [];
  return openEnv(sources, [
    ...named,
    ...folders.flatMap((folder) => names.map((name) => path.join(folder, name))),
  ]);
}

/** Reflex's two ports in rxconfig.py, or where its settings have them; what it computes for itself is no number. */
export async function reflexPorts(trail: AppTrail): Promise<{ backend: Own[]; frontend: Own[] }> {
  const source = await trail.sources.open(path.join(trail.dir, 'rxconfig.py'));
  const of = async (key: string): Promise<Own[]> => {
    const plain = new RegExp(
      `\\b${key}\\s*=\\s*(?:int\\()?(?:os\\.(?:getenv|environ\\.get)\\([^,()]*,\\s*)?["']?(\\d{4,5})\\b`,
    );
    const own = ownByPattern(source, plain, key, false);
    const taken =
      source &&
      own.length === 0 &&
      new RegExp(`\\b${key}\\s*=\\s*(?=[a-z_.]+[,\\s)])`, 'i').exec(source.code);
    if (!source || !taken) return own;
    const from = taken.index + taken[0].length;
    const said = await portOf(trail, source, from, expressionEnd(source.code, from, source.syntax));
    return ownOf(trail, said, key).map((one) => ({ ...one, fixed: false }));
  };
  return { backend: await of('backend_port'), frontend: await of('frontend_port') };
}
