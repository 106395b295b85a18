import path from 'node:path';
import { onPath, PYTHON, programFile } from '../../system/programs.ts';
import { isLoopback } from '../services/addresses.ts';
import type { App } from '../types.ts';
import type { DetectContext, Project } from './project.ts';
import { venvBin } from './venv.ts';

/** What Reflex needs beside its command, from facts measured on 0.8.26 and 0.10.1. */
export interface ReflexSettings
  extends Pick<
    App,
    | 'roles'
    | 'defaultPorts'
    | 'frameworkEnv'
    | 'ready'
    | 'stopSignal'
    | 'caches'
    | 'noForceColor'
    | 'python'
    | 'reads'
  > {
  flags: string[];
  note?: string;
}

/**
 * One process, two ports. `REFLEX_*` beat what rxconfig.py computes for itself, which is why a config
 * that looks for ports on its own still ends up on ours.
 * @param version `[major, minor, patch]`, undefined where it could not be read
 */
export function reflexSettings(
  version: number[] | undefined,
  { prod, host }: { prod: boolean; host?: string | undefined },
): ReflexSettings {
  const address = host === undefined ? [] : ['--backend-host', '{host}'];
  const since = (minor: number, patch: number) => !version || compare(version, [0, minor, patch]) >= 0;
  const frameworkEnv: Record<string, string> = {
    REFLEX_API_URL: '{backendUrl}',
    REFLEX_DEPLOY_URL: '{frontendUrl}',
  };
  // Up to 0.8.24 even one URL locks every origin out.
  if (since(8, 25)) frameworkEnv.REFLEX_CORS_ALLOWED_ORIGINS = '{corsOrigins}';
  // Before 0.8 it reads the plain name as its own, and takes the list apart at its colons.
  const plain = version !== undefined && since(8, 0);
  const reads: ReflexSettings['reads'] = plain ? {} : { CORS_ALLOWED_ORIGINS: 'own' };
  const common = {
    stopSignal: 'SIGINT',
    caches: ['.web'],
    noForceColor: true,
    python: true,
    reads,
  } satisfies Partial<ReflexSettings>;
  if (prod && version && since(10, 0)) {
    return {
      ...common,
      roles: ['frontend'],
      defaultPorts: { own: 3000 },
      flags: ['--env', 'prod', '--backend-port', '{port}', '--frontend-port', '{port}', ...address],
      frameworkEnv: { ...frameworkEnv, REFLEX_API_URL: '{frontendUrl}' },
      ready: [
        { port: 'own', path: '/ping' },
        { port: 'own', path: '/' },
      ],
      note: 'Reflex 0.10 serves its page and its backend on one port in production: the frontend port',
    };
  }
  return {
    ...common,
    roles: ['backend', 'frontend'],
    defaultPorts: { backend: 8000, frontend: 3000 },
    flags: [
      ...(prod ? ['--env', 'prod'] : []),
      ...['--backend-port', '{backend}', '--frontend-port', '{frontend}', ...address],
    ],
    frameworkEnv,
    ready: [
      { port: 'backend', path: '/ping' },
      { port: 'frontend', path: '/' },
      // The page finds its backend by this file alone.
      ...(prod ? [] : [{ port: 'frontend' as const, path: '/env.json', includes: 'localhost:{backend}' }]),
    ],
  };
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

const parse = (text: string | undefined) =>
  text === undefined ? undefined : text.split('.').map((part) => Number.parseInt(part, 10) || 0);

/** The version in the environment that `bin` belongs to, else what the lock or the requirements pin. */
export async function reflexVersion(
  project: Project,
  dir: string,
  bin: string | undefined,
): Promise<number[] | undefined> {
  if (bin) {
    const home = path.dirname(bin);
    const libs = [path.join(home, 'Lib', 'site-packages')];
    for (const name of (await project.list(path.join(home, 'lib'))).dirs) {
      if (name.startsWith('python')) libs.push(path.join(home, 'lib', name, 'site-packages'));
    }
    for (const lib of libs) {
      for (const name of (await project.list(lib)).dirs) {
        const found = /^reflex-(\d[\w.]*)\.dist-info$/.exec(name);
        if (found) return parse(found[1]);
      }
    }
  }
  const read = async (name: string) => (await project.text(path.join(dir, name))) ?? '';
  for (const lock of ['uv.lock', 'poetry.lock']) {
    const found = /name = "reflex"\s+version = "([\d.]+)/.exec(await read(lock));
    if (found) return parse(found[1]);
  }
  return parse(/^reflex\s*==\s*([\d.]+)/m.exec(await read('requirements.txt'))?.[1]);
}

/** A Reflex project: `rxconfig.py` in `dir`. */
export async function reflexApp(
  project: Project,
  dir: string,
  context: DetectContext,
): Promise<{ app: App; note: string | undefined } | undefined> {
  if (!(await project.has(dir, 'rxconfig.py'))) return undefined;
  const file = programFile('reflex');
  let bin: string | undefined;
  let start: [string, ...string[]] | undefined;
  const venv = await venvBin(project, dir, file);
  const { files } = await project.list(dir);
  if (venv) {
    bin = venv;
    start = [path.join(venv, file)];
  } else if (files.has('uv.lock')) start = ['uv', 'run', 'reflex'];
  else if (files.has('poetry.lock')) start = ['poetry', 'run', 'reflex'];
  else {
    const found = await onPath('reflex', context.env);
    if (found) {
      bin = path.dirname(found);
      start = ['reflex'];
    }
  }
  start ??= [PYTHON, '-m', 'reflex'];
  const { flags, note, ...settings } = reflexSettings(await reflexVersion(project, dir, bin), context);
  // Production of 0.8 looks for its own tools on PATH.
  const env: Record<string, string> =
    venv && context.prod ? { PATH: [venv, context.env.PATH].filter(Boolean).join(path.delimiter) } : {};
  const app: App = {
    name: dir === project.root ? 'reflex' : path.basename(dir),
    framework: 'reflex',
    command: { kind: 'argv', argv: [...start, 'run', ...flags] },
    cwd: dir,
    env,
    ports: {},
    instances: 1,
    evidence: project.relative(path.join(dir, 'rxconfig.py')),
    ...settings,
  };
  return { app, note: note ?? (await elsewhere(project, app.evidence)) };
}

/** The page of `api_url="https://api.example.com"` would speak to another machine: here it has its own backend. */
async function elsewhere(project: Project, file: string): Promise<string | undefined> {
  const text = (await project.text(path.join(project.root, file))) ?? '';
  const url = /^[^#\n]*\bapi_url\s*=\s*["'](https?:\/\/[^"'\s]+)["']\s*(?:[,)\n]|$)/m.exec(text)?.[1];
  if (url === undefined || !URL.canParse(url) || isLoopback(new URL(url).hostname)) return undefined;
  return `${file}: its api_url ${url} is not used: the page is told the backend that is started here`;
}
