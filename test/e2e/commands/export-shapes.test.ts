// Projects as people have them: found in public ones, each written anew here.
import { test } from 'node:test';
import { checkShape, type Shape } from '../../rig/exported.ts';

const GO = {
  'server/go.mod': 'module shop/server\n\ngo 1.22\n',
  'server/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
};
const kit = (adapter: string, config: string) => ({
  'client/package.json': {
    name: 'client',
    scripts: { dev: 'vite dev', build: 'vite build' },
    devDependencies: { '@sveltejs/kit': '*', [adapter]: '*', vite: '*', svelte: '*' },
  },
  'client/package-lock.json': '{}',
  'client/vite.config.js': "import { sveltekit } from '@sveltejs/kit/vite';\n",
  'client/svelte.config.js': `import adapter from '${adapter}';\nexport default { kit: { adapter: adapter(${config}) } };\n`,
  'client/src/routes/+page.svelte': '<h1>shop</h1>\n',
});
const express = (scripts: object, devDependencies: object) => ({
  'server/package.json': {
    name: 'server',
    scripts,
    dependencies: { express: '*', mongoose: '*' },
    devDependencies,
  },
  'server/package-lock.json': '{}',
  'server/src/app.ts':
    "import express from 'express';\nexpress().listen(8000);\nmongoose.connect('mongodb://localhost:27017/rooms');\n",
  'client/package.json': {
    name: 'client',
    scripts: { dev: 'next dev', build: 'next build' },
    dependencies: { next: '14.1.1', react: '*', 'react-dom': '*' },
  },
  'client/package-lock.json': '{}',
});
const ports = ['-b', '8000', '-f', '3000'];

const rows: Shape[] = [
  {
    name: 'SvelteKit with the static adapter, its folder and fallback its own',
    ports,
    files: {
      ...GO,
      'server/views/index.html': '',
      ...kit('@sveltejs/adapter-static', "{ pages: 'dist', assets: 'dist', fallback: '200.html' }"),
    },
    has: {
      'compose/client.Dockerfile': [
        /^COPY --from=build \/app\/dist \/srv$/m,
        /try_files \$uri \$uri\.html \$uri\/ \/200\.html;/,
      ],
      'systemd/client.nginx.conf': [/root \/srv\/shop\/client\/dist;/],
      'compose/server.Dockerfile': [/^WORKDIR \/app\nCOPY \. \.\nUSER /m],
    },
  },
  {
    name: 'SvelteKit with adapter-auto is a TODO that says what is missing',
    ports,
    files: { ...GO, ...kit('@sveltejs/adapter-auto', '') },
    says: [/^client: .*@sveltejs\/adapter-node/m, /^TODO client: /m],
    has: {
      'compose/compose.yaml': [/# .*@sveltejs\/adapter-node[\s\S]*^ {2}client:$/m],
      // Nothing but sources: the program is all that goes along.
      'compose/server.Dockerfile': [/^WORKDIR \/app\nUSER /m],
    },
  },
  {
    name: 'Express in TypeScript, its tsconfig says where the build goes',
    ports,
    files: {
      ...express({ dev: 'nodemon ./src/app.ts' }, { nodemon: '*', 'ts-node': '*', typescript: '*' }),
      'server/tsconfig.json': `{
  // where to
  "compilerOptions": { "rootDir": "./src", "outDir": "./dist", "module": "commonjs", }
}
`,
    },
    says: [/needs mongodb at localhost:27017 \(server\/src\/app\.ts\)/],
    has: {
      'compose/server.Dockerfile': [
        /^RUN npx --no-install tsc$/m,
        /^RUN npm prune --omit=dev$/m,
        /^CMD \["node", "dist\/app\.js"\]$/m,
      ],
      'systemd/shop-server.service': [/^ExecStart=node dist\/app\.js$/m],
    },
  },
  {
    name: 'Express in TypeScript, its scripts say how it is built and started',
    ports,
    files: express(
      { dev: 'tsx watch src/app.ts', build: 'tsc', start: 'NODE_ENV=production node build/app.js' },
      { tsx: '*', typescript: '*' },
    ),
    has: { 'compose/server.Dockerfile': [/^RUN npm run build$/m, /^CMD \["node", "build\/app\.js"\]$/m] },
    lacks: { 'compose/server.Dockerfile': /tsx/ },
  },
  {
    name: 'Express in TypeScript without any build is a TODO that says what is missing',
    ports,
    files: express({ dev: 'ts-node src/app.ts' }, { 'ts-node': '*', typescript: '*' }),
    says: [/^server: .*"build".*"start"/m],
    has: { 'compose/compose.yaml': [/# .*"build"/] },
  },
  {
    name: 'a Dockerfile of its own on Alpine is checked by what Alpine has',
    ports,
    files: { ...GO, ...kit('@sveltejs/adapter-static', ''), 'server/Dockerfile': 'FROM golang:alpine\n' },
    has: { 'compose/compose.yaml': [/- CMD\n {8}- nc\n {8}- -z\n {8}- 127\.0\.0\.1\n {8}- "8080"$/m] },
    lacks: { 'compose/compose.yaml': /bash/ },
  },
  {
    name: 'a Dockerfile of its own on nothing at all: no check, which is said',
    ports,
    files: {
      ...GO,
      ...kit('@sveltejs/adapter-static', ''),
      'server/Dockerfile': 'FROM golang:1.22 AS build\nFROM gcr.io/distroless/static\n',
    },
    says: [/NOT_EXPRESSED server: nothing is known to be in its image/],
    has: {},
    lacks: { 'compose/compose.yaml': /bash/ },
  },
  {
    name: 'a Dockerfile of its own that checks itself',
    ports,
    files: {
      ...GO,
      ...kit('@sveltejs/adapter-static', ''),
      'server/Dockerfile': 'FROM debian:13\nHEALTHCHECK CMD /app/check\n',
    },
    has: { 'compose/compose.yaml': [/^ {2}server:$/m] },
    lacks: { 'compose/compose.yaml': /\/dev\/tcp/ },
  },
  {
    name: 'an origin with a name and a default of its own, one without, and Vite’s own port',
    ports,
    files: {
      'backend/requirements.txt': 'fastapi\nuvicorn\n',
      'backend/app/__init__.py': '',
      'backend/app/main.py': `import os
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from .hooks import later
app = FastAPI()
web_origin = os.getenv("web_ORIGIN", "http://localhost:5173")
app.add_middleware(CORSMiddleware, allow_origins=[web_origin])
`,
      'backend/app/hooks.py': `import os
later = "http://localhost:5173/hook"
origins = [os.getenv("ADMIN_ORIGIN", "http://localhost:5173")]
`,
      'web/package.json': {
        name: 'web',
        scripts: { dev: 'vite', build: 'vite build', preview: 'vite preview' },
        devDependencies: { vite: '*' },
      },
      'web/package-lock.json': '{}',
      'web/index.html': '<title>shop</title>\n',
    },
    says: [
      /NOT_EXPRESSED backend: backend\/app\/hooks\.py:2 names localhost:5173 \(web\): no file/,
      /hooks\.py:3 names localhost:5173 \(web\) where ADMIN_ORIGIN is not set: set it/,
    ],
    has: { 'compose/compose.yaml': [/^ {6}web_ORIGIN: https:\/\/shop\.example$/m] },
  },
  {
    name: 'Bun brings the packages of Express and Next, Node serves them',
    ports,
    files: {
      'backend/package.json': {
        name: 'backend',
        scripts: { dev: 'nodemon server.js', start: 'node server.js' },
        dependencies: { express: '*' },
        devDependencies: { nodemon: '*' },
        engines: { node: '>=14' },
      },
      'backend/bun.lock': '{}',
      'backend/server.js': "require('express')().listen(process.env.PORT || 8000);\n",
      'frontend/package.json': {
        name: 'frontend',
        scripts: { dev: 'next dev --turbopack', build: 'next build', start: 'next start' },
        dependencies: { next: '15.3.5', react: '*', 'react-dom': '*' },
      },
      'frontend/bun.lock': '{}',
    },
    has: {
      'compose/backend.Dockerfile': [
        /^ARG NODE_IMAGE=\S+node:22-slim\nARG BUN_IMAGE=\S+bun:1$/m,
        /^FROM \$\{BUN_IMAGE\} AS bun\n\nFROM \$\{NODE_IMAGE\} AS build$/m,
        /^COPY --from=bun \S+bun \S+bun\nCOPY package\.json bun\.lock \.\/\nRUN bun install --frozen-lockfile$/m,
        /^CMD \["node", "server\.js"\]$/m,
      ],
      'compose/frontend.Dockerfile': [/^RUN bun run build$/m],
      'systemd/build.sh': [/^ {2}bun install --frozen-lockfile$/m],
    },
  },
  {
    name: 'Laravel is a TODO with who knows it',
    ports: ['-b', '8000'],
    files: {
      artisan: '',
      'public/index.php': '',
      'composer.json': { name: 'acme/shop', require: { 'laravel/framework': '^12.0' } },
    },
    says: [/^TODO backend: .*buildpacks.*railpack/m],
    has: { 'compose/compose.yaml': [/# Laravel wants .*FrankenPHP.*\n.*# .*composer\.json/] },
  },
  {
    name: 'Deno is a TODO with its image',
    ports: ['-b', '8000'],
    files: {
      'deno.json': { tasks: { dev: 'deno run -A --watch main.ts' } },
      'main.ts': 'Deno.serve({ port: 8000 }, () => new Response("ok"));\n',
    },
    says: [/^TODO backend: /m],
    has: { 'compose/compose.yaml': [/# railpack knows Deno; .*denoland\/deno:2/] },
  },
  {
    name: 'a server that Bun runs',
    ports: ['-b', '8000'],
    files: {
      'package.json': {
        name: 'shop',
        scripts: { dev: 'bun run --hot src/index.ts' },
        dependencies: { hono: '*' },
      },
      'bun.lock': '{}',
      'src/index.ts': 'Bun.serve({ port: process.env.PORT, fetch: () => new Response("ok") });\n',
    },
    has: {
      'compose/backend.Dockerfile': [
        /^COPY package\.json bun\.lock \.\/\nRUN bun install --frozen-lockfile --production\nCOPY \. \.$/m,
        /^CMD \["bun", "src\/index\.ts"\]$/m,
      ],
      'compose/compose.yaml': [/- CMD\n {8}- bun\n {8}- -e$/m],
    },
  },
  {
    name: 'Django as it is begun: what production asks of its settings',
    ports: ['-b', '8000'],
    files: {
      'requirements.txt': 'Django>=5.1\n',
      'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
      'mysite/__init__.py': '',
      'mysite/wsgi.py': 'application = get_wsgi_application()\n',
      'mysite/settings.py': `SECRET_KEY = 'django-insecure-x'
DEBUG = True
ALLOWED_HOSTS = []
INSTALLED_APPS = ['django.contrib.staticfiles']
WSGI_APPLICATION = 'mysite.wsgi.application'
STATIC_URL = 'static/'
`,
    },
    says: [
      /DEBUG = True, ALLOWED_HOSTS = \[\] and SECRET_KEY/,
      /serves no static files: set STATIC_ROOT and add whitenoise/,
    ],
    has: { 'compose/backend.Dockerfile': [/^# .*DEBUG = True/m] },
    lacks: { 'compose/backend.Dockerfile': /collectstatic/ },
  },
];

for (const shape of rows)
  test(`${shape.name}: what is built, what serves it`, async (t) => await checkShape(t, shape));
