import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { detectProject, knownCaches, minimalConfig } from '../../../../src/config/detect/index.ts';
import type { App } from '../../../../src/config/types.ts';
import { DevstartError } from '../../../../src/errors.ts';

type Files = Record<string, string | object>;

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart detect-ü-'));
after(() => rm(base, { recursive: true, force: true }));
let count = 0;

async function project(files: Files): Promise<string> {
  const root = path.join(base, String(count++));
  await mkdir(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** `name role framework port: command @cwd`, one line an app. */
function summary(app: App, root: string): string {
  const command = app.command.kind === 'shell' ? `$ ${app.command.line}` : app.command.argv.join(' ');
  const cwd = path.relative(root, app.cwd).replaceAll(path.sep, '/');
  const starts = app.roles.length > 0 ? app.roles : (['own'] as const);
  const ports = starts.flatMap((key) => app.written?.[key]?.[0]?.port ?? app.defaultPorts[key] ?? []);
  const port = ports.join('+') || '-';
  const line = `${app.name} ${app.roles.join('+') || 'none'} ${app.framework ?? '?'} ${port}: ${command}`;
  return (line + (cwd ? ` @${cwd}` : '')).replaceAll(root, 'ROOT');
}

/** With an address, so that the flags for it are seen; without one, see the table of frameworks. */
const detect = (root: string, prod = false) =>
  detectProject(root, { prod, host: '0.0.0.0', env: { PATH: '' } });

const scripts = (all: Record<string, string>, deps: string[] = [], more: object = {}) => ({
  scripts: all,
  dependencies: Object.fromEntries(deps.map((name) => [name, '*'])),
  ...more,
});
const vite = scripts({ dev: 'vite', build: 'vite build', preview: 'vite preview' }, ['vite']);
const next = scripts({ dev: 'next dev', build: 'next build', start: 'next start' }, ['next']);
const express = scripts({ dev: 'nodemon index.js', start: 'node index.js' }, ['express']);
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const FLASK = 'from flask import Flask\napp = Flask(__name__)\n';
const DJANGO = 'from django.core.management import execute_from_command_line\n';
const V = '--port {port} --strictPort --host {host}';
const VITE = `npm run --silent dev -- ${V}`;
const HP = '--host {host} --port {port}';
const UVICORN = `python3 -m uvicorn main:app --reload ${HP}`;

const cases: [string, Files, string[], { prod?: boolean }?][] = [
  // Reflex
  [
    'reflex',
    { 'rxconfig.py': '' },
    [
      'reflex backend+frontend reflex 8000+3000: python3 -m reflex run --backend-port {backend} --frontend-port {frontend} --backend-host {host}',
    ],
  ],
  [
    'reflex with uv',
    { 'rxconfig.py': '', 'uv.lock': '' },
    [
      'reflex backend+frontend reflex 8000+3000: uv run reflex run --backend-port {backend} --frontend-port {frontend} --backend-host {host}',
    ],
  ],
  [
    'reflex prod',
    { 'rxconfig.py': '', 'poetry.lock': '' },
    [
      'reflex backend+frontend reflex 8000+3000: poetry run reflex run --env prod --backend-port {backend} --frontend-port {frontend} --backend-host {host}',
    ],
    { prod: true },
  ],
  [
    'reflex 0.10 prod: one port',
    { 'rxconfig.py': '', 'requirements.txt': 'reflex==0.10.1\n', 'uv.lock': '' },
    [
      'reflex frontend reflex 3000: uv run reflex run --env prod --backend-port {port} --frontend-port {port} --backend-host {host}',
    ],
    { prod: true },
  ],
  // Single apps
  ['vite', { 'package.json': vite }, [`frontend frontend vite 5173: ${VITE}`]],
  [
    'vite with pnpm',
    { 'package.json': vite, 'pnpm-lock.yaml': '' },
    [`frontend frontend vite 5173: pnpm run dev ${V}`],
  ],
  [
    'vite with yarn',
    { 'package.json': vite, 'yarn.lock': '' },
    [`frontend frontend vite 5173: yarn run dev ${V}`],
  ],
  [
    'vite with bun',
    { 'package.json': vite, 'bun.lock': '' },
    [`frontend frontend vite 5173: bun run dev ${V}`],
  ],
  [
    'packageManager field beats lock',
    { 'package.json': { ...vite, packageManager: 'pnpm@9.1.0' }, 'yarn.lock': '' },
    [`frontend frontend vite 5173: pnpm run dev ${V}`],
  ],
  [
    'vite, pinned',
    { 'package.json': scripts({ dev: 'vite --port 4000 --host' }) },
    ['frontend frontend vite 4000: npm run --silent dev -- --port {port} --strictPort'],
  ],
  [
    'vite.config port',
    { 'package.json': vite, 'vite.config.ts': 'export default { server: { port: 3333 } }' },
    [`frontend frontend vite 3333: ${VITE}`],
  ],
  [
    'vite, prod',
    { 'package.json': vite },
    [`frontend frontend vite 4173: npm run --silent preview -- ${V}`],
    { prod: true },
  ],
  [
    'sveltekit',
    { 'package.json': scripts({ dev: 'vite dev' }, ['@sveltejs/kit']) },
    [`frontend frontend sveltekit 5173: ${VITE}`],
  ],
  [
    'next',
    { 'package.json': next },
    ['frontend frontend next 3000: npm run --silent dev -- -p {port} -H {host}'],
  ],
  [
    'next, pinned',
    { 'package.json': scripts({ dev: 'cross-env NODE_ENV=development next dev -p 4100 --turbo' }) },
    ['frontend frontend next 4100: npm run --silent dev -- -p {port} -H {host}'],
  ],
  [
    'prod: a pair of scripts for developing is better than the server of `start` alone',
    {
      'package.json': scripts(
        {
          'dev:server': 'node server.js',
          'dev:client': 'vite',
          start: 'node server.js',
        },
        ['express', 'vite'],
      ),
      'server.js': "require('express')().listen(process.env.PORT)",
      'index.html': '',
    },
    [
      'server backend express -: npm run --silent dev:server',
      `client frontend vite 5173: npm run --silent dev:client -- ${V}`,
    ],
    { prod: true },
  ],
  [
    'next prod',
    { 'package.json': next },
    ['frontend frontend next 3000: npm run --silent start -- -p {port} -H {host}'],
    { prod: true },
  ],
  [
    'nuxt',
    { 'package.json': scripts({ dev: 'nuxt dev' }) },
    ['frontend frontend nuxt 3000: npm run --silent dev -- --port {port} --host {host}'],
  ],
  [
    'astro',
    { 'package.json': scripts({ dev: 'astro dev', start: 'astro dev' }) },
    ['frontend frontend astro 4321: npm run --silent dev -- --port {port} --host {host}'],
  ],
  [
    'angular',
    { 'package.json': scripts({ ng: 'ng', start: 'ng serve', watch: 'ng build --watch' }) },
    ['frontend frontend angular 4200: npm run --silent start -- --port {port} --host {host}'],
  ],
  [
    'create react app',
    { 'package.json': scripts({ start: 'react-scripts start' }) },
    ['frontend frontend cra 3000: npm run --silent start'],
  ],
  [
    'cra, PORT in the script',
    { 'package.json': scripts({ start: 'PORT=3006 react-scripts start' }) },
    ['frontend frontend cra 3006: npm exec --silent -c PORT={port} react-scripts start'],
  ],
  [
    'vue-cli',
    { 'package.json': scripts({ serve: 'vue-cli-service serve' }) },
    ['frontend frontend vue-cli 8080: npm run --silent serve -- --port {port} --host {host}'],
  ],
  [
    'parcel',
    { 'package.json': scripts({ start: 'parcel index.html' }) },
    ['frontend frontend parcel 1234: npm run --silent start -- -p {port} --host {host}'],
  ],
  [
    'nest',
    { 'package.json': scripts({ start: 'nest start', 'start:dev': 'nest start --watch' }, ['@nestjs/core']) },
    ['backend backend nest -: npm run --silent start:dev'],
  ],
  [
    'express, port in its source',
    { 'package.json': express, 'index.js': 'app.listen(process.env.PORT || 5000)' },
    ['backend backend express 5000: npm run --silent dev'],
  ],
  [
    'express, port in .env',
    { 'package.json': { ...express, devDependencies: { dotenv: '*' } }, '.env': 'PORT=4321\n' },
    ['backend backend express 4321: npm run --silent dev'],
  ],
  [
    'a compiler is not a server',
    { 'package.json': scripts({ dev: 'tsc -w', start: 'node dist/index.js' }, ['fastify']) },
    ['backend backend fastify -: npm run --silent start'],
  ],
  [
    'nested npm run',
    { 'package.json': scripts({ dev: 'npm run gen && npm run web', web: 'vite', gen: 'tsc' }) },
    [`frontend frontend vite 5173: npm run --silent dev -- -- ${V}`],
  ],
  [
    'piped',
    { 'package.json': scripts({ dev: 'tsx watch src/index.ts | pino-pretty' }, ['hono']) },
    ['backend backend hono -: npm run --silent dev'],
  ],
  [
    'wrangler',
    { 'package.json': scripts({ dev: 'wrangler dev' }) },
    ['backend backend wrangler 8787: npm run --silent dev -- --port {port} --ip {host}'],
  ],
  [
    'node without scripts',
    { 'package.json': {}, 'server.js': 'http.createServer().listen(3100)' },
    ['backend backend node 3100: node server.js'],
  ],
  [
    'dev runs devstart itself',
    { 'package.json': scripts({ dev: 'devstart', start: 'vite' }) },
    [`frontend frontend vite 5173: npm run --silent start -- ${V}`],
  ],
  [
    'script in a folder',
    {
      'package.json': scripts({ start: 'cd web && npm start' }),
      'web/package.json': scripts({ start: 'vite' }),
    },
    [`web frontend vite 5173: npm run --silent start -- ${V} @web`],
  ],
  [
    'vite beside a watcher',
    { 'package.json': scripts({ dev: 'concurrently "vite" "tailwindcss -w"' }) },
    [
      `frontend frontend vite 5173: npm exec --silent -c vite ${V}`,
      'tailwindcss none task -: npm exec --silent -c tailwindcss -w',
    ],
  ],
  // Script pairs
  [
    'dev:backend + dev:frontend',
    { 'package.json': scripts({ 'dev:backend': 'node api.js', 'dev:frontend': 'vite' }) },
    [
      'backend backend node -: npm run --silent dev:backend',
      `frontend frontend vite 5173: npm run --silent dev:frontend -- ${V}`,
    ],
  ],
  [
    'dev:api + dev:web win over start pairs',
    {
      'package.json': scripts(
        {
          'start:api': 'node a.js',
          'start:web': 'serve',
          'dev:api': 'tsx watch a.ts',
          'dev:web': 'vite',
          dev: 'devstart',
        },
        ['hono'],
      ),
    },
    [
      'api backend hono -: npm run --silent dev:api',
      `web frontend vite 5173: npm run --silent dev:web -- ${V}`,
    ],
  ],
  [
    'server + client',
    {
      'package.json': scripts({ server: 'nodemon server.js', client: 'npm start --prefix client' }, [
        'express',
      ]),
      'client/package.json': scripts({ start: 'react-scripts start' }),
    },
    [
      'server backend express -: npm run --silent server',
      'client frontend cra 3000: npm run --silent client',
    ],
  ],
  [
    'server + start',
    {
      'package.json': scripts({
        server: 'json-server --watch db.json --port 3001',
        start: 'react-scripts start',
      }),
    },
    [
      'server backend json-server 3001: npm run --silent server -- --port {port} --host {host}',
      'frontend frontend cra 3000: npm run --silent start',
    ],
  ],
  [
    'server + dev',
    {
      'package.json': scripts({ server: 'node server/index.js', dev: 'vite' }, ['express', 'vite']),
      'index.html': '',
    },
    ['server backend express -: npm run --silent server', `frontend frontend vite 5173: ${VITE}`],
  ],
  [
    'uvicorn script',
    {
      'package.json': scripts({ 'dev:api': 'cd api && uvicorn main:app --reload', 'dev:web': 'next dev' }),
      'api/main.py': '',
    },
    [
      `api backend uvicorn 8000: npm run --silent dev:api -- ${HP}`,
      'web frontend next 3000: npm run --silent dev:web -- -p {port} -H {host}',
    ],
  ],
  // Composite scripts
  [
    'concurrently npm:dev:*',
    {
      'package.json': scripts(
        { dev: 'concurrently "npm:dev:*"', 'dev:server': 'tsx watch server.ts', 'dev:client': 'vite' },
        ['express'],
      ),
    },
    [
      'server backend express -: npm run --silent dev:server',
      `client frontend vite 5173: npm run --silent dev:client -- ${V}`,
    ],
  ],
  [
    'concurrently npm run',
    {
      'package.json': scripts(
        {
          dev: 'concurrently "npm run server" "npm run client"',
          server: 'nodemon s.js',
          client: 'cd client && npm start',
        },
        ['express'],
      ),
      'client/package.json': scripts({ start: 'react-scripts start' }),
    },
    [
      'server backend express -: npm run --silent server',
      'client frontend cra 3000: npm run --silent client',
    ],
  ],
  [
    'concurrently, names and lines',
    { 'package.json': scripts({ dev: 'concurrently -k -n web,api -c blue,green "vite" "node server.js"' }) },
    [`web frontend vite 5173: npm exec --silent -c vite ${V}`, 'api backend node -: $ node server.js'],
  ],
  [
    'concurrently with cd',
    {
      'package.json': scripts({
        start: "concurrently 'cd backend && npm run dev' 'cd frontend && npm run dev'",
      }),
      'backend/package.json': express,
      'frontend/package.json': vite,
    },
    [
      'backend backend express -: $ cd backend && npm run dev',
      `frontend frontend vite 5173: $ cd frontend && npm run dev -- ${V}`,
    ],
  ],
  [
    'run-p',
    {
      'package.json': scripts({
        dev: 'run-p dev:*',
        'dev:api': 'node a.js',
        'dev:web': 'vite',
        'dev:css': 'tailwindcss -w',
      }),
    },
    [
      'api backend node -: npm run --silent dev:api',
      `web frontend vite 5173: npm run --silent dev:web -- ${V}`,
      'css none task -: npm run --silent dev:css',
    ],
  ],
  [
    'npm-run-all',
    {
      'package.json': scripts({
        start: 'npm-run-all --parallel server web',
        server: 'node a.js',
        web: 'vite',
      }),
    },
    [
      'server backend node -: npm run --silent server',
      `web frontend vite 5173: npm run --silent web -- ${V}`,
    ],
  ],
  [
    'ampersand',
    { 'package.json': scripts({ dev: 'npm run api & npm run ui', api: 'node a.js', ui: 'vite' }) },
    ['api backend node -: npm run --silent api', `ui frontend vite 5173: npm run --silent ui -- ${V}`],
  ],
  // Folder pairs
  [
    'backend + frontend',
    { 'backend/package.json': express, 'frontend/package.json': vite },
    [
      'backend backend express -: npm run --silent dev @backend',
      `frontend frontend vite 5173: ${VITE} @frontend`,
    ],
  ],
  [
    'server + client, own lock files',
    {
      'server/package.json': express,
      'server/yarn.lock': '',
      'client/package.json': vite,
      'client/pnpm-lock.yaml': '',
    },
    [
      'server backend express -: yarn run dev @server',
      `client frontend vite 5173: pnpm run dev ${V} @client`,
    ],
  ],
  [
    'fastapi + vite',
    { 'backend/main.py': FASTAPI, 'frontend/package.json': vite },
    [`backend backend fastapi 8000: ${UVICORN} @backend`, `frontend frontend vite 5173: ${VITE} @frontend`],
  ],
  [
    'fastapi in app/',
    {
      'backend/app/main.py': FASTAPI,
      'backend/pyproject.toml': '',
      'backend/uv.lock': '',
      'frontend/package.json': next,
    },
    [
      `backend backend fastapi 8000: uv run python -m uvicorn app.main:app --reload ${HP} @backend`,
      'frontend frontend next 3000: npm run --silent dev -- -p {port} -H {host} @frontend',
    ],
  ],
  [
    'flask + cra',
    { 'api/app.py': FLASK, 'web/package.json': scripts({ start: 'react-scripts start' }) },
    [
      `api backend flask 5000: python3 -m flask --app app run --debug ${HP} @api`,
      'web frontend cra 3000: npm run --silent start @web',
    ],
  ],
  [
    'django + angular',
    { 'backend/manage.py': DJANGO, 'frontend/package.json': scripts({ start: 'ng serve' }) },
    [
      'backend backend django 8000: python3 manage.py runserver {host}:{port} @backend',
      'frontend frontend angular 4200: npm run --silent start -- --port {port} --host {host} @frontend',
    ],
  ],
  [
    'go + vite',
    { 'server/go.mod': '', 'server/main.go': 'package main', 'web/package.json': vite },
    ['server backend go -: go run . @server', `web frontend vite 5173: ${VITE} @web`],
  ],
  [
    'named with a prefix',
    { 'shop-backend/package.json': express, 'shop-frontend/package.json': vite },
    [
      'shop-backend backend express -: npm run --silent dev @shop-backend',
      `shop-frontend frontend vite 5173: ${VITE} @shop-frontend`,
    ],
  ],
  [
    'two next apps by name',
    { 'api/package.json': next, 'web/package.json': next },
    [
      'api backend next 3000: npm run --silent dev -- -p {port} -H {host} @api',
      'web frontend next 3000: npm run --silent dev -- -p {port} -H {host} @web',
    ],
  ],
  // Workspaces
  [
    'npm workspace',
    {
      'package.json': { workspaces: ['apps/*'], scripts: { dev: 'turbo dev' } },
      'apps/api/package.json': express,
      'apps/web/package.json': vite,
      'package-lock.json': '',
    },
    ['api backend express -: npm run --silent dev @apps/api', `web frontend vite 5173: ${VITE} @apps/web`],
  ],
  [
    'pnpm workspace',
    {
      'package.json': scripts({ dev: 'pnpm -r --parallel dev' }),
      'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n",
      'packages/server/package.json': express,
      'packages/client/package.json': vite,
      'packages/lib/package.json': scripts({ dev: 'tsup --watch' }),
    },
    [
      `client frontend vite 5173: pnpm run dev ${V} @packages/client`,
      'lib none task -: pnpm run dev @packages/lib',
      `server backend express -: pnpm run dev @packages/server`,
    ],
  ],
  [
    'web beside docs',
    {
      'package.json': { workspaces: ['apps/*'] },
      'apps/web/package.json': next,
      'apps/docs/package.json': next,
    },
    ['web frontend next 3000: npm run --silent dev -- -p {port} -H {host} @apps/web'],
  ],
  [
    'python in apps/',
    { 'apps/api/main.py': FASTAPI, 'apps/web/package.json': vite },
    [`api backend fastapi 8000: ${UVICORN} @apps/api`, `web frontend vite 5173: ${VITE} @apps/web`],
  ],
  // A server at the top
  [
    'flask beside frontend/',
    { 'app.py': FLASK, 'frontend/package.json': vite },
    [
      `backend backend flask 5000: python3 -m flask --app app run --debug ${HP}`,
      `frontend frontend vite 5173: ${VITE} @frontend`,
    ],
  ],
  [
    'manage.py beside client/',
    { 'manage.py': DJANGO, 'client/package.json': vite },
    [
      'backend backend django 8000: python3 manage.py runserver {host}:{port}',
      `client frontend vite 5173: ${VITE} @client`,
    ],
  ],
  [
    'vite at the top beside api/',
    { 'package.json': vite, 'index.html': '', 'api/main.py': FASTAPI },
    [`api backend fastapi 8000: ${UVICORN} @api`, `frontend frontend vite 5173: ${VITE}`],
  ],
  [
    'vite and main.py at the top',
    { 'package.json': vite, 'main.py': FASTAPI },
    [`backend backend fastapi 8000: ${UVICORN}`, `frontend frontend vite 5173: ${VITE}`],
  ],
  [
    'go beside web/',
    { 'go.mod': '', 'cmd/server/main.go': 'package main', 'web/package.json': vite },
    ['backend backend go -: go run ./cmd/server', `web frontend vite 5173: ${VITE} @web`],
  ],
  [
    'rust beside ui/',
    { 'Cargo.toml': '[dependencies]\naxum = "0.8"\n', 'ui/package.json': vite },
    ['backend backend rust -: cargo run', `ui frontend vite 5173: ${VITE} @ui`],
  ],
  [
    'laravel',
    { artisan: '', 'package.json': vite, 'composer.json': '{}' },
    [
      'backend backend laravel 8000: php artisan serve --host={host} --port={port}',
      `frontend frontend vite 5173: ${VITE}`,
    ],
  ],
  [
    'express beside client/',
    {
      'package.json': scripts({ start: 'node server.js' }, ['express']),
      'client/package.json': scripts({ start: 'react-scripts start' }),
    },
    [
      'backend backend express -: npm run --silent start',
      'client frontend cra 3000: npm run --silent start @client',
    ],
  ],
  // Procfile.dev
  [
    'Procfile.dev',
    { 'Procfile.dev': 'web: bin/rails server -p 3000\njs: yarn build --watch\n' },
    [
      'web frontend rails 3000: $ bin/rails server -p 3000 -p {port} -b {host}',
      'js none ? -: $ yarn build --watch',
    ],
  ],
  [
    'Procfile.dev, $PORT',
    { 'Procfile.dev': 'api: uvicorn main:app --port $PORT\nweb: npm run dev\n', 'package.json': vite },
    [
      'api backend uvicorn 5000: $ uvicorn main:app --port $PORT',
      `web frontend vite 5173: $ npm run dev -- ${V}`,
    ],
  ],
  // Other languages alone
  [
    'fastapi',
    { 'main.py': FASTAPI, 'requirements.txt': 'fastapi' },
    [`backend backend fastapi 8000: ${UVICORN}`],
  ],
  [
    'fastapi factory',
    { 'main.py': 'from fastapi import FastAPI\ndef create_app():\n    return FastAPI()\n' },
    [`backend backend fastapi 8000: python3 -m uvicorn main:create_app --factory --reload ${HP}`],
  ],
  [
    'fastapi prod',
    { 'main.py': FASTAPI },
    [`backend backend fastapi 8000: python3 -m uvicorn main:app ${HP}`],
    { prod: true },
  ],
  [
    'fastapi in app/ at the top',
    { 'app/main.py': FASTAPI, 'app/__init__.py': '', 'requirements.txt': '' },
    [`backend backend fastapi 8000: python3 -m uvicorn app.main:app --reload ${HP}`],
  ],
  [
    'flask package',
    {
      'flaskr/__init__.py': 'from flask import Flask\ndef create_app():\n    return Flask(__name__)\n',
      'pyproject.toml': '',
    },
    [`backend backend flask 5000: python3 -m flask --app flaskr run --debug ${HP}`],
  ],
  [
    'streamlit',
    { 'app.py': 'import streamlit as st\n' },
    [
      'frontend frontend streamlit 8501: python3 -m streamlit run app.py --server.port {port} --server.address {host} --server.headless true',
    ],
  ],
  [
    'deno task',
    { 'deno.json': '{"tasks": {"dev": "deno run -A --watch main.ts"}}' },
    ['backend backend deno -: deno task dev'],
  ],
  [
    'bun',
    { 'package.json': {}, 'bun.lock': '', 'index.ts': 'Bun.serve({})' },
    ['backend backend bun 3000: bun --hot index.ts'],
  ],
  ['php', { 'index.php': '<?php' }, ['backend backend php 8000: php -S {host}:{port}']],
  [
    'any folder at all',
    { 'website/package.json': vite, 'README.md': '' },
    [`website frontend vite 5173: ${VITE} @website`],
  ],
];

for (const [title, files, expected, options] of cases) {
  test(`detects: ${title}`, async () => {
    const root = await project(files);
    const { apps } = await detect(root, options?.prod);
    assert.deepEqual(
      apps.map((app) => summary(app, root)),
      expected,
    );
    for (const app of apps) {
      assert.ok(app.evidence, 'evidence');
      if (app.framework !== 'task' && app.roles.length > 0)
        assert.ok(app.ready.length > 0, 'a server has a ready check');
    }
  });
}

test('a static page is served by Node itself', async () => {
  const root = await project({
    'index.html': '<p>hi',
    'first/package.json': vite,
    'second/package.json': vite,
  });
  const { apps, leftOut } = await detect(root);
  assert.deepEqual(
    apps.map((app) => [
      app.framework,
      app.roles,
      app.command.kind === 'argv' && app.command.argv.slice(0, 2),
    ]),
    [['static', ['frontend'], ['node', '-e']]],
  );
  assert.deepEqual(
    leftOut.map(({ what }) => what),
    ['first', 'second'],
  );
});

test('the virtual environment of a parent folder is found without activation', async () => {
  const root = await project({
    '.venv/bin/python': '',
    'backend/main.py': FASTAPI,
    'frontend/package.json': vite,
  });
  const { apps } = await detect(root);
  assert.equal(
    apps[0]?.command.kind === 'argv' && apps[0].command.argv[0],
    path.join(root, '.venv/bin/python'),
  );
});

test('Reflex: its own program, variables by version, readiness', async () => {
  const root = await project({
    'rxconfig.py': '',
    '.venv/bin/reflex': '',
    '.venv/lib/python3.11/site-packages/reflex-0.8.24.dist-info/METADATA': '',
  });
  const [app] = (await detect(root)).apps;
  assert.ok(app);
  assert.equal(app.command.kind === 'argv' && app.command.argv[0], path.join(root, '.venv/bin/reflex'));
  assert.deepEqual(app.frameworkEnv, { REFLEX_API_URL: '{backendUrl}', REFLEX_DEPLOY_URL: '{frontendUrl}' });
  assert.equal(app.stopSignal, 'SIGINT');
  assert.equal(app.noForceColor, true);
  assert.deepEqual(app.ready.at(-1), {
    port: 'frontend',
    path: '/env.json',
    includes: 'localhost:{backend}',
  });
  const newer = await project({ 'rxconfig.py': '' });
  assert.equal((await detect(newer)).apps[0]?.frameworkEnv.REFLEX_CORS_ALLOWED_ORIGINS, '{corsOrigins}');
});

test('no variable is made up for a page', async () => {
  const pair = await detect(
    await project({ 'backend/package.json': express, 'frontend/package.json': vite }),
  );
  assert.deepEqual(
    pair.apps.map(({ frameworkEnv }) => frameworkEnv),
    [{}, {}],
  );
});

for (const [version, reads] of [
  ['0.7.14', { CORS_ALLOWED_ORIGINS: 'own' }],
  ['0.8.0', {}],
  ['0.8.26', {}],
] as const) {
  test(`Reflex ${version}: the plain list that it would take apart at its colons`, async () => {
    const root = await project({ 'rxconfig.py': '', 'requirements.txt': `reflex==${version}\n` });
    assert.deepEqual((await detect(root)).apps[0]?.reads, reads);
  });
}

const refused: [string, Files, 'AMBIGUOUS' | 'NOTHING_FOUND', RegExp][] = [
  [
    'two frontends',
    { 'backend/package.json': express, 'web-a/package.json': vite, 'web-b/package.json': vite },
    'AMBIGUOUS',
    /web-a.*and.*web-b/,
  ],
  [
    'two backends in a workspace',
    {
      'package.json': { workspaces: ['packages/*'] },
      'packages/one/package.json': express,
      'packages/two/package.json': express,
    },
    'AMBIGUOUS',
    /packages\/one.*packages\/two/,
  ],
  ['empty', {}, 'NOTHING_FOUND', /looked for rxconfig/],
  [
    'only devstart itself',
    { 'package.json': scripts({ dev: 'devstart' }) },
    'NOTHING_FOUND',
    /"dev" runs devstart itself/,
  ],
  [
    'a library',
    { 'package.json': scripts({ build: 'tsc', test: 'vitest' }) },
    'NOTHING_FOUND',
    /scripts build, test/,
  ],
  ['broken package.json', { 'package.json': '{' }, 'NOTHING_FOUND', /Found no server/],
];
for (const [title, files, code, message] of refused) {
  test(`refuses: ${title}`, async () => {
    const root = await project(files);
    await assert.rejects(detect(root), (error) => {
      assert.ok(error instanceof DevstartError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      const json = (error.hint ?? '').slice((error.hint ?? '').indexOf('{'));
      assert.ok(Array.isArray(JSON.parse(json).apps), 'the hint is a config');
      return true;
    });
  });
}

test('a link to itself does not trap detection', async () => {
  const root = await project({ 'package.json': { ...vite, workspaces: ['**'] } });
  await symlink(root, path.join(root, 'loop'));
  assert.equal((await detect(root)).apps.length, 1);
});

test('the smallest config holds what was found and nothing that devstart adds', async () => {
  const root = await project({ '.venv/bin/python': '', 'main.py': FASTAPI, 'frontend/package.json': vite });
  const { apps } = await detect(root);
  assert.deepEqual(minimalConfig(apps, root), {
    apps: [
      {
        name: 'backend',
        role: 'backend',
        command: '.venv/bin/python -m uvicorn main:app --reload --host {host} --port {port}',
        port: 8000,
      },
      { name: 'frontend', role: 'frontend', command: 'npm run dev', cwd: 'frontend', port: 5173 },
    ],
  });
});

test('caches are caches: relative, inside, no build results', () => {
  for (const cache of knownCaches)
    assert.doesNotMatch(cache, /^\/|\.\.|^(?:dist|build|out|\.output|\.vercel)$/);
  for (const cache of [
    '.web',
    '.next',
    '.nuxt',
    '.astro',
    '.svelte-kit',
    '.angular/cache',
    'node_modules/.vite',
    '.parcel-cache',
    '.turbo',
  ]) {
    assert.ok(knownCaches.includes(cache), cache);
  }
});
