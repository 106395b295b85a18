/** Ordinary Node projects, as their own generators make them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { startsAndStops } from './checks.ts';
import { createVite, MINUTE, project, sh } from './support.ts';

const timeout = 10 * MINUTE;

/** What people write: the API's address from the environment, a default beside it. */
const client = `const api = import.meta.env.VITE_API_URL || 'http://localhost:3001'
const { message } = await (await fetch(api + '/api/hello')).json()
document.querySelector('#app, #root').textContent = message
`;

const express = `import cors from 'cors'
import express from 'express'

const app = express()
app.use(cors({ origin: (process.env.CORS_ORIGINS || 'http://localhost:5173').split(',') }))
app.get('/api/hello', (req, res) => res.json({ message: 'Hello' }))

const port = process.env.PORT || 3001
app.listen(port, () => console.log(\`Server listening on port \${port}\`))
`;

test('Vite and Express: scripts in one package.json, a concurrently of both', { timeout }, async (t) => {
  const at = project(t, 'shop');
  await createVite(path.dirname(at.root), 'shop', 'vanilla');
  const manifest = JSON.parse(readFileSync(path.join(at.root, 'package.json'), 'utf8'));
  manifest.scripts = {
    ...manifest.scripts,
    dev: 'concurrently "npm:dev:server" "npm:dev:client"',
    'dev:server': 'node --watch server/index.js',
    'dev:client': 'vite',
  };
  at.write({
    'package.json': JSON.stringify(manifest, null, 2),
    'server/index.js': express,
    'src/main.js': client,
  });
  await sh(at.root, 'npm', 'install', 'express@5', 'cors@2');
  await sh(at.root, 'npm', 'install', '-D', 'concurrently@9');
  await startsAndStops(t, at, { api: '/api/hello', page: /id="app"/, module: '/src/main.js', apps: 2 });
});

test('Next: a single app', { timeout }, async (t) => {
  const at = project(t, 'site');
  const options =
    '--js --app --empty --no-linter --no-tailwind --no-src-dir --no-react-compiler --disable-git';
  await sh(
    path.dirname(at.root),
    'npx',
    '--yes',
    'create-next-app@16',
    'site',
    ...options.split(' '),
    '--use-npm',
    '--yes',
  );
  await startsAndStops(t, at, { page: /Hello World!/, apps: 1 });
});

test('an npm workspace with apps/api and apps/web', { timeout }, async (t) => {
  const at = project(t, 'acme');
  const api = {
    name: '@acme/api',
    private: true,
    type: 'module',
    scripts: { dev: 'node --watch src/index.js', start: 'node src/index.js' },
    dependencies: { '@acme/greeting': '*', cors: '^2.8.5', express: '^5.0.0' },
  };
  const greeting = { name: '@acme/greeting', version: '1.0.0', type: 'module', exports: './index.js' };
  at.write({
    'package.json': JSON.stringify({ name: 'acme', private: true, workspaces: ['apps/*', 'packages/*'] }),
    'apps/api/package.json': JSON.stringify(api),
    'apps/api/src/index.js': express
      .replace("'Hello'", 'greeting')
      .replace(/^/, "import { greeting } from '@acme/greeting'\n"),
    'packages/greeting/package.json': JSON.stringify(greeting),
    'packages/greeting/index.js': "export const greeting = 'Hello'\n",
  });
  await createVite(path.join(at.root, 'apps'), 'web', 'react');
  const main = path.join(at.root, 'apps/web/src/main.jsx');
  at.write({ 'apps/web/src/main.jsx': `${readFileSync(main, 'utf8')}\n${client}` });
  await sh(at.root, 'npm', 'install');
  assert.match(await sh(at.root, 'npm', 'ls', '@acme/greeting'), /packages[/\\]greeting/);
  await startsAndStops(t, at, { api: '/api/hello', page: /id="root"/, module: '/src/main.jsx', apps: 2 });
});
