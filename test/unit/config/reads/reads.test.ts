import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { minimalConfig } from '../../../../src/config/detect/minimal.ts';
import { loadSettings } from '../../../../src/config/settings/load.ts';
import type { App } from '../../../../src/config/types.ts';

type Files = Record<string, string | object>;

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart-reads-ü-'));
after(() => rm(base, { recursive: true, force: true }));
let count = 0;

async function appsOf(files: Files, env: Record<string, string> = {}): Promise<Record<string, App>> {
  const root = path.join(base, String(count++));
  await mkdir(root);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const { settings } = await loadSettings({ flags: {}, env, cwd: root });
  return Object.fromEntries(settings.apps.map((app) => [app.name, app]));
}

const node = (deps: string[] = [], dev = 'node index.js') => ({
  scripts: { dev },
  dependencies: Object.fromEntries(['express', ...deps].map((name) => [name, '*'])),
});
const vite = { scripts: { dev: 'vite' }, devDependencies: { vite: '*' } };
const API = "require('express')().listen(process.env.PORT || 3001);\n";
const NAMES = 'API_URL=http://localhost:9/api\nCORS_ORIGINS=http://a.test\n';
const OWN = { API_URL: 'own', CORS_ORIGINS: 'own' };

// [what it is, files, what the backend and the frontend read in a way of their own]
const cases: [string, Files, object | undefined, object | undefined][] = [
  [
    'nobody loads the project’s .env',
    { 'backend/package.json': node(), 'backend/index.js': API, 'frontend/package.json': vite, '.env': NAMES },
    undefined,
    undefined,
  ],
  [
    'each its own',
    {
      'backend/package.json': node(['dotenv']),
      'backend/index.js': `require('dotenv').config();\n${API}`,
      'backend/.env': 'CORS_ORIGINS=http://a.test\n',
      'frontend/package.json': vite,
      'frontend/.env.development': 'export API_URL=/api\n',
    },
    { CORS_ORIGINS: 'own' },
    { API_URL: 'own' },
  ],
  [
    'dotenv loads the one beside it, not the one above',
    {
      'backend/package.json': node(['dotenv']),
      'backend/index.js': `require('dotenv/config');\n${API}`,
      'backend/.env': 'X=1\n',
      'frontend/package.json': vite,
      '.env': NAMES,
    },
    undefined,
    undefined,
  ],
  [
    'a path in the code',
    {
      'backend/package.json': node(['dotenv']),
      'backend/index.js': `require('dotenv').config({ path: '../.env' });\n${API}`,
      'frontend/package.json': vite,
      '.env': NAMES,
    },
    OWN,
    undefined,
  ],
  [
    'a path that is put together: it may be any above',
    {
      'backend/package.json': node(['dotenv']),
      'backend/src/index.js': `require('dotenv').config({ path: path.join(__dirname, '..', '..', '.env') });\n${API}`,
      'frontend/package.json': vite,
      '.env': NAMES,
    },
    OWN,
    undefined,
  ],
  [
    'node --env-file, env-cmd',
    {
      'backend/package.json': node([], 'node --env-file=../local.env index.js'),
      'backend/index.js': API,
      'frontend/package.json': { ...vite, scripts: { dev: 'env-cmd -f ../web.env vite' } },
      'local.env': NAMES,
      'web.env': 'API_URL=/v1\n',
    },
    OWN,
    { API_URL: 'own' },
  ],
  [
    'Vite’s envDir',
    {
      'backend/package.json': node(),
      'backend/index.js': API,
      'frontend/package.json': vite,
      'frontend/vite.config.js': "export default { envDir: '../env' };",
      'env/.env': 'API_URL=/v1\n',
    },
    undefined,
    { API_URL: 'own' },
  ],
  [
    'production’s file is not read in development, an example never',
    {
      'backend/package.json': node(),
      'backend/index.js': API,
      'frontend/package.json': vite,
      'frontend/.env.production': NAMES,
      'frontend/.env.example': NAMES,
    },
    undefined,
    undefined,
  ],
  [
    'pydantic: the file that it names, in whatever case',
    {
      'backend/requirements.txt': 'fastapi\npydantic-settings\n',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'backend/config.py':
        'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_file="../.env")\n',
      'frontend/package.json': vite,
      '.env': 'cors_origins=["http://a.test"]\n',
    },
    { CORS_ORIGINS: 'own' },
    undefined,
  ],
  [
    'pydantic that names no file loads none; its list is JSON',
    {
      'backend/requirements.txt': 'fastapi\npydantic-settings\n',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'backend/.env': 'CORS_ORIGINS=["http://a.test"]\n',
      'backend/core/config.py':
        'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    cors_origins: list[str] = []\n',
      'frontend/package.json': vite,
    },
    { CORS_ORIGINS: 'json' },
    undefined,
  ],
  [
    'python-dotenv looks in every folder above',
    {
      'backend/requirements.txt': 'fastapi\npython-dotenv\n',
      'backend/main.py':
        'from dotenv import load_dotenv\nload_dotenv()\nfrom fastapi import FastAPI\napp = FastAPI()\n',
      'frontend/package.json': vite,
      '.env': NAMES,
    },
    OWN,
    undefined,
  ],
  [
    'a page’s code is the browser’s, its config is not',
    {
      'backend/package.json': node(),
      'backend/index.js': API,
      'frontend/package.json': vite,
      'frontend/src/config.js': "export const api = process.env.API_URL || '/api';",
      'frontend/vite.config.js': "const web = process.env.FRONTEND_URL ?? '/';\nexport default {};",
    },
    undefined,
    { FRONTEND_URL: 'own' },
  ],
];
for (const [name, files, backend, frontend] of cases) {
  test(`names told: ${name}`, async () => {
    const apps = await appsOf(files);
    assert.deepEqual([apps.backend?.reads, apps.frontend?.reads], [backend, frontend]);
  });
}

test('what the shell has is not looked for', async () => {
  const files = {
    'backend/package.json': node(),
    'backend/index.js': `${API}cors({ origin: process.env.CORS_ORIGINS })`,
    'frontend/package.json': vite,
  };
  assert.deepEqual((await appsOf(files)).backend?.reads, { CORS_ORIGINS: 'own' });
  const said = await appsOf(files, { CORS_ORIGINS: 'http://a.test' });
  assert.equal(said.backend?.reads, undefined);
});

test('a Procfile’s lines are handed the project’s .env, as it stands there', async () => {
  const apps = await appsOf({
    'Procfile.dev': 'web: node web.js\nworker: ./work\n',
    'web.js': API,
    '.env': 'A=1\nB=${A}\n',
    '.env.local': 'C=3\n',
  });
  assert.deepEqual(apps.web?.handed, { A: '1', B: '${A}' });
  assert.deepEqual(apps.worker?.handed, { A: '1', B: '${A}' });
});

test('the config that init writes for a Procfile names the .env', async () => {
  const files = { 'Procfile.dev': 'web: node web.js\n', 'web.js': API };
  const config = async (more: Files) => minimalConfig(Object.values(await appsOf({ ...files, ...more })));
  assert.equal((await config({})).apps[0]?.envFile, undefined);
  assert.equal((await config({ '.env': 'A=1\n' })).apps[0]?.envFile, '.env');
});

test('envFile of the config: the later file wins, names are filled in, from the shell first', async () => {
  const config = {
    apps: [
      { name: 'api', command: './api', cwd: 'server', envFile: ['base.env', 'server/.env'] },
      { name: 'web', command: './web', envFile: 'base.env' },
      { name: 'job', command: './job' },
    ],
  };
  const files = {
    'devstart.config.json': config,
    'base.env': 'HOST_NAME=db\nURL=pg://${HOST_NAME}\n',
    'server/.env': 'HOST_NAME=localhost\nSELF=${HOST_NAME}/${URL}\n',
    '.env': 'SECRET=1\n',
  };
  const apps = await appsOf(files);
  assert.deepEqual(apps.api?.handed, {
    HOST_NAME: 'localhost',
    URL: 'pg://db',
    SELF: 'localhost/pg://db',
  });
  assert.deepEqual(apps.web?.handed, { HOST_NAME: 'db', URL: 'pg://db' });
  assert.equal(apps.job?.handed, undefined);
  const said = await appsOf(files, { HOST_NAME: 'shell' });
  assert.equal(said.web?.handed?.URL, 'pg://shell');
  await assert.rejects(appsOf({ 'devstart.config.json': { apps: [{ command: 'x', envFile: 'no.env' }] } }), {
    message: /apps\[0\]\.envFile: there is no file "no\.env"/,
  });
});
