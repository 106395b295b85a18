// Nothing told that means something else: over every shape of server, the environment under devstart less the one
// under the owner's own command is exactly what the README documents.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Link, Rig } from '../../rig/rig.ts';

type Environment = Record<string, string | undefined>;

const server = fileURLToPath(new URL('../../rig/server.mjs', import.meta.url));

/** What every server gets. */
/** Where a port has moved: docs/follow.md. */
const FOLLOWING = ['DEVSTART_MOVED', 'NODE_OPTIONS', 'PYTHONPATH'];
const ALWAYS = [
  'BACKEND_PORT',
  'BACKEND_URL',
  'API_URL',
  'FRONTEND_PORT',
  'FRONTEND_URL',
  'CORS_ALLOWED_ORIGINS',
  'CORS_ORIGINS',
  'DEVSTART_APP',
  'DEVSTART_INSTANCE',
  'DEVSTART_LIFE',
  'DEVSTART_PORTS_FILE',
  'DEVSTART_RUN',
  'NODE_APP_INSTANCE',
  'PM2_INSTANCE_ID',
];
/** Whatever this machine's shell has of what is told. */
const CLEAN: Environment = Object.fromEntries(
  [...ALWAYS, 'PORT', 'HOST', 'PYTHONUNBUFFERED', 'FORCE_COLOR'].map((name) => [name, undefined]),
);
const less = (...names: string[]) => ALWAYS.filter((name) => !names.includes(name));

/** A shell's or a package manager's own, which tell how they were called. */
const CALLERS = /^(?:npm_\w+|_|SHLVL|PWD|OLDPWD|INIT_CWD|COLOR|NODE|PYENV_\w+)$/;

/** Programs that dial back under a name and take any flags: what a framework's own would be. */
const program = (name: string) => `#!/bin/sh\nexec "${process.execPath}" "${server}" ${name} "$@"\n`;
const nodeServer = (name: string, code = '') =>
  `${code}\nprocess.argv.splice(2, 0, '${name}');\nimport('${new URL(`file://${server}`)}'); // .listen(process.env.PORT)\n`;
const pythonServer = (name: string) =>
  `# HTTPServer(\nimport os\nos.execv("${process.execPath}", ["node", "${server}", "${name}"])\n`;

const express = { scripts: { dev: 'node index.cjs' }, dependencies: { express: '*' } };
const backend = (code = '', more: object = {}) => ({
  'backend/package.json': JSON.stringify({ ...express, ...more }),
  'backend/index.cjs': nodeServer('api', code),
});
const page = (command: string, binary = command.split(' ')[0] ?? '') => ({
  'frontend/package.json': JSON.stringify({
    scripts: { dev: command },
    devDependencies: { [binary]: '*' },
  }),
  [`frontend/node_modules/.bin/${binary}`]: program('web'),
});
const config = (...apps: object[]) => ({ 'devstart.config.json': JSON.stringify({ apps }) });

interface Owner {
  argv: [string, ...string[]];
  cwd?: string;
  /** What the owner's tool (foreman, an activated environment) sets by itself. */
  env?: Environment;
}

interface Shape {
  name: string;
  files: Record<string, string>;
  /** How each server's owner starts it, by the name under which it dials back. */
  owner: Record<string, Owner>;
  /** Names that are added or changed, for each. */
  told: Record<string, string[]>;
  /** Values that the servers must have, for each; undefined: it must not have the name. */
  values?: Record<string, Environment>;
  args?: string[];
  /** The shell's own, for both. */
  env?: Environment;
}

const dev = (cwd: string): Owner => ({ argv: ['npm', 'run', 'dev'], cwd });
const PAIR = { api: dev('backend'), web: dev('frontend') };

const shapes: Shape[] = [
  {
    name: 'PORT for a Node server, flags for Vite, compose’s .env for neither',
    files: {
      ...backend(),
      ...page('vite'),
      '.env': 'DB_HOST=db\nNODE_ENV=production\nSECRET=s\nVITE_TITLE=live\nAPI_URL=http://live.test/api\n',
      'frontend/.env': 'VITE_TITLE=dev\n',
    },
    owner: PAIR,
    told: { api: [...ALWAYS, 'PORT'], web: ALWAYS },
    values: { web: { VITE_API_URL: undefined, HOST: undefined, NODE_ENV: undefined } },
  },
  {
    name: 'a PORT of the shell goes to the one that it is meant for',
    files: { ...backend(), ...page('vite') },
    owner: PAIR,
    // The page is not where it is written down: what names that number follows.
    told: { api: [...ALWAYS, 'PORT', ...FOLLOWING], web: [...ALWAYS, ...FOLLOWING] },
    values: { web: { PORT: undefined } },
    env: { PORT: '1' },
  },
  {
    name: 'Create React App with "proxy": no HOST',
    files: {
      ...backend(),
      ...page('react-scripts start', 'react-scripts'),
      'frontend/package.json': JSON.stringify({
        proxy: 'http://localhost:5000',
        scripts: { dev: 'react-scripts start' },
        dependencies: { 'react-scripts': '*' },
      }),
    },
    owner: PAIR,
    told: { api: [...ALWAYS, 'PORT'], web: [...ALWAYS, 'PORT'] },
    values: { web: { HOST: undefined, BROWSER: undefined, REACT_APP_API_URL: undefined } },
  },
  {
    name: 'Next, and env files of each that have the names',
    files: {
      ...backend("require('dotenv').config();", { dependencies: { express: '*', dotenv: '*' } }),
      'backend/node_modules/dotenv/index.js': 'exports.config = () => {};',
      'backend/.env': 'CORS_ORIGINS=http://a.test\n',
      ...page('next dev'),
      'frontend/.env.development': 'API_URL=http://localhost:8000/api/v1\n',
    },
    owner: PAIR,
    told: { api: [...less('CORS_ORIGINS'), 'PORT'], web: less('API_URL') },
  },
  {
    name: 'names that the shell has',
    files: { ...backend(), ...page('vite') },
    owner: PAIR,
    told: {
      api: [...less('API_URL', 'CORS_ALLOWED_ORIGINS'), 'PORT'],
      web: less('API_URL', 'CORS_ALLOWED_ORIGINS'),
    },
    env: { API_URL: 'http://api.test/v1', CORS_ALLOWED_ORIGINS: 'http://a.test', BACKEND_URL: '' },
  },
  {
    name: 'an address of the user’s',
    files: { ...backend(), ...page('vite') },
    owner: PAIR,
    told: { api: [...ALWAYS, 'PORT', 'HOST'], web: [...ALWAYS, 'HOST'] },
    values: { web: { HOST: '0.0.0.0' } },
    args: ['--host', '0.0.0.0'],
  },
  {
    name: 'NO_COLOR beside FORCE_COLOR',
    files: { ...backend(), ...page('vite') },
    owner: PAIR,
    told: { api: [...ALWAYS, 'PORT'], web: ALWAYS },
    values: { api: { FORCE_COLOR: undefined, NO_COLOR: '1' } },
    env: { NO_COLOR: '1', FORCE_COLOR: '1' },
  },
  {
    name: 'Python by its file; its list as pydantic reads it',
    files: {
      'backend/app.py': pythonServer('api'),
      'backend/config.py':
        'from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    cors_origins: list[str] = []\n',
      ...page('vite'),
    },
    owner: { api: { argv: ['python3', 'app.py'], cwd: 'backend' }, web: dev('frontend') },
    told: { api: [...ALWAYS, 'PORT', 'PYTHONUNBUFFERED'], web: ALWAYS },
    values: {
      api: {
        CORS_ORIGINS:
          '["http://localhost:${web}","http://127.0.0.1:${web}","http://localhost:3000","http://127.0.0.1:3000"]',
      },
    },
  },
  {
    name: 'uvicorn of a virtual environment, as if activated',
    files: {
      ...config(
        { name: 'api', role: 'backend', command: 'uvicorn main:app', cwd: 'backend' },
        { name: 'web', role: 'frontend', command: 'node_modules/.bin/vite', cwd: 'frontend' },
      ),
      'backend/.venv/bin/python': program('none'),
      'backend/.venv/bin/uvicorn': program('api'),
      ...page('vite'),
    },
    owner: {
      api: { argv: ['.venv/bin/uvicorn', 'main:app'], cwd: 'backend' },
      web: { argv: ['node_modules/.bin/vite'], cwd: 'frontend' },
    },
    told: { api: [...ALWAYS, 'PATH', 'PYTHONUNBUFFERED'], web: ALWAYS },
  },
  {
    name: 'Reflex: names of its own, and not the plain list',
    files: {
      'rxconfig.py': '',
      'requirements.txt': 'reflex==0.7.14\n',
      '.venv/bin/python': program('none'),
      '.venv/bin/reflex': program('reflex'),
    },
    owner: { reflex: { argv: ['.venv/bin/reflex', 'run'] } },
    told: {
      reflex: [...less('CORS_ALLOWED_ORIGINS'), 'PYTHONUNBUFFERED', 'REFLEX_API_URL', 'REFLEX_DEPLOY_URL'],
    },
  },
  {
    name: 'a Procfile’s lines get the project’s .env, as foreman gives it',
    files: {
      'Procfile.dev': 'web: node web.cjs\napi: node api.cjs --port $PORT\nworker: ./work\n',
      'web.cjs': nodeServer('web'),
      'api.cjs': nodeServer('api'),
      work: program('worker'),
      '.env': 'SECRET=s\nFRONTEND_URL=http://front.test\n',
      '.env.local': 'OTHER=1\n',
    },
    owner: Object.fromEntries(
      (['web', 'api', 'worker'] as const).map((name) => [
        name,
        {
          argv: name === 'worker' ? ['./work'] : ['node', `${name}.cjs`],
          env: { SECRET: 's', FRONTEND_URL: 'http://front.test' },
        } satisfies Owner,
      ]),
    ),
    told: {
      web: [...less('FRONTEND_URL'), 'PORT'],
      api: [...less('FRONTEND_URL'), 'PORT'],
      worker: less('FRONTEND_URL'),
    },
    values: { worker: { OTHER: undefined } },
  },
  {
    name: 'a config: env, envFile, a flag that says the port, a worker, copies',
    files: {
      ...config(
        {
          name: 'api',
          role: 'backend',
          command: ['node', 'api.cjs'],
          envFile: 'api.env',
          env: { GREETING: 'hello', WEB: '{frontendUrl}/x' },
        },
        { name: 'web', role: 'frontend', script: 'node', args: ['web.cjs', '--port', '{port}'] },
        { name: 'worker', command: 'node worker.cjs', port: false },
      ),
      'api.cjs': nodeServer('api'),
      'web.cjs': nodeServer('web'),
      'worker.cjs': nodeServer('worker'),
      'api.env': 'DB=pg://${HOST_NAME:-localhost}\nAPI_URL=http://live.test/v1\n',
      '.env': 'SECRET=s\n',
    },
    owner: {
      api: { argv: ['node', 'api.cjs'] },
      web: { argv: ['node', 'web.cjs'] },
      worker: { argv: ['node', 'worker.cjs'] },
    },
    told: { api: [...ALWAYS, 'PORT', 'DB', 'GREETING', 'WEB'], web: ALWAYS, worker: ALWAYS },
    values: {
      api: {
        DB: 'pg://localhost',
        API_URL: 'http://live.test/v1',
        WEB: 'http://localhost:${web}/x',
        SECRET: undefined,
      },
      worker: { PORT: undefined, SECRET: undefined },
    },
  },
  {
    name: 'a script that places PORT itself',
    files: { ...backend(), ...page('vite --port $PORT') },
    owner: PAIR,
    told: { api: [...ALWAYS, 'PORT'], web: [...ALWAYS, 'PORT'] },
  },
];

async function write(rig: Rig, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(rig.dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    if (content.startsWith('#!')) await chmod(file, 0o755);
  }
}

/** Each server's environment under its owner's own command. */
async function underOwner(rig: Rig, { owner, env }: Shape): Promise<Record<string, Environment>> {
  const found: Record<string, Environment> = {};
  for (const [name, { argv, cwd = '.', env: own }] of Object.entries(owner)) {
    const [file, ...args] = argv;
    const child = spawn(file, args, {
      cwd: path.join(rig.dir, cwd),
      env: { ...rig.env, ...CLEAN, ...env, ...own },
      stdio: 'ignore',
    });
    const link = await rig.link(name);
    found[name] = link.env;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    link.order('exit', { code: 0 });
    await Promise.all([ended, link.gone]);
  }
  return found;
}

/** The same under devstart, and what it prints as its plan. */
async function underDevstart(
  rig: Rig,
  { owner, told, args = [], env = {} }: Shape,
): Promise<Record<string, Link>> {
  // Whoever has a default port meanwhile must not matter.
  const follows = Object.values(told).some((names) => names.includes('DEVSTART_MOVED'));
  const options = follows ? args : ['--no-follow', ...args];
  const run = rig.spawnDevstart(['--json', ...options], { env: { ...CLEAN, ...env } });
  const links = await Promise.all(Object.keys(owner).map((name) => rig.link(name)));
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143, run.stderr());
  return Object.fromEntries(links.map((link) => [link.name, link]));
}

function difference(owner: Environment, devstart: Environment): { told: string[]; lost: string[] } {
  const names = Object.keys(devstart).filter((name) => devstart[name] !== owner[name] && !CALLERS.test(name));
  const lost = Object.keys(owner).filter(
    (name) => owner[name] !== undefined && !(name in devstart) && !CALLERS.test(name),
  );
  return { told: names.sort(), lost };
}

for (const shape of shapes) {
  test(`told exactly: ${shape.name}`, async (t: TestContext) => {
    const rig = await Rig.create(t);
    await write(rig, shape.files);
    const owners = await underOwner(rig, shape);
    const links = await underDevstart(rig, shape);
    const port = links.web?.env.FRONTEND_PORT ?? '';
    for (const [name, link] of Object.entries(links)) {
      const { told, lost } = difference(owners[name] ?? {}, link.env);
      assert.deepEqual(told, [...(shape.told[name] ?? [])].sort(), name);
      const scrubbed = ['PORT', 'FORCE_COLOR'].filter((known) => shape.env?.[known] && !link.env[known]);
      assert.deepEqual(lost.sort(), scrubbed.sort(), name);
      for (const [key, value] of Object.entries(shape.values?.[name] ?? {}))
        assert.equal(link.env[key], value?.replaceAll('${web}', port), `${name}: ${key}`);
    }
    await rig.assertNothingLeft();
  });
}

test('a server that reads SERVER_PORT is told it where the port is not its own, and PORT never', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0, other = 0] = await rig.freePorts(2);
  const files = { ...backend(`if (0) app.listen(process.env.SERVER_PORT || ${port});`), ...page('vite') };
  await write(rig, files);
  for (const [args, expected] of [
    [[], undefined],
    [['-b', String(other)], String(other)],
  ] as const) {
    const shape = { name: '', files, owner: PAIR, told: {}, args: [...args, '--no-sticky'] };
    const { api } = await underDevstart(rig, shape);
    assert.equal(api?.env.BACKEND_PORT, String(args.length > 0 ? other : port));
    assert.deepEqual([api?.env.SERVER_PORT, api?.env.PORT], [expected, undefined]);
  }
});

test('a relative DEVSTART_HOME is absolute for the servers', async (t) => {
  const rig = await Rig.create(t);
  await write(rig, {
    ...config({ name: 'api', command: ['node', 'api.cjs'] }),
    'api.cjs': nodeServer('api'),
  });
  const run = rig.spawnDevstart(['--json'], { env: { DEVSTART_HOME: '../home' } });
  assert.equal((await rig.link('api')).env.DEVSTART_HOME, rig.home);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a .env of PowerShell’s, with names filled in, for devstart’s own settings', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  await write(rig, {
    ...config({ name: 'api', role: 'backend', command: ['node', 'api.cjs'] }),
    'api.cjs': nodeServer('api'),
  });
  const text = `\uFEFFBASE=${port}\r\nBACKEND_PORT=\${BASE}\r\nCORS_ORIGINS=http://localhost:\${BASE}\r\n`;
  await writeFile(path.join(rig.dir, '.env'), text, 'utf16le');
  const run = rig.spawnDevstart(['--json']);
  const { env } = await rig.link('api');
  assert.deepEqual([env.BACKEND_PORT, env.BASE], [String(port), undefined]);
  assert.ok(env.CORS_ORIGINS?.split(',').includes(`http://localhost:${port}`));
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('exec’s command gets where all are, and nothing that one server has', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0, wish = 0] = await rig.freePorts(2);
  await write(rig, {
    ...config({
      name: 'api',
      role: 'backend',
      command: ['node', 'api.cjs'],
      port,
      env: { OWN: '1' },
    }),
    'api.cjs': nodeServer('api'),
    '.env': 'SECRET=s\n',
  });
  const own = { ...CLEAN, PORT: String(wish), FORCE_COLOR: '1' };
  const shell = { ...rig.env, ...own };
  const run = rig.spawnDevstart(['exec', '--', ...rig.server('command')], { env: own });
  await (await rig.link('api')).tell('listen', { port });
  const command = await rig.link('command');
  const { told, lost } = difference(shell, command.env);
  assert.deepEqual(told, [
    'API_URL',
    'BACKEND_PORT',
    'BACKEND_URL',
    'CORS_ALLOWED_ORIGINS',
    'CORS_ORIGINS',
    'DEVSTART_PORTS_FILE',
    'DEVSTART_RUN',
  ]);
  assert.deepEqual(lost, []);
  command.order('exit', { code: 0 });
  assert.equal(await rig.exitCode(run), 0);
});
