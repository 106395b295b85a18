import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts, summary } from '../projects.ts';

const project = await projects();

const vite = scripts({ dev: 'vite', build: 'vite build' }, ['vite']);
const next = scripts({ dev: 'next dev', build: 'next build' }, ['next']);
const express = scripts({ dev: 'node --watch index.js' }, ['express']);
const lib = (name: string, build = 'tsc') => scripts({ build, dev: 'tsc --watch' }, [], { name });
const SERVER = "require('http').createServer().listen(process.env.PORT)";
const WORKER = 'setInterval(() => {}, 1e3)';

/** Title, files, apps, what is left out. */
const shapes: [string, Files, string[], string[]?][] = [
  // Scripts
  [
    'two unnamed parts, one of them a worker',
    {
      'package.json': scripts({ dev: 'concurrently "node server.js" "node worker.js"' }),
      'server.js': SERVER,
      'worker.js': WORKER,
    },
    ['backend backend node any: $ node server.js', 'worker none node -: $ node worker.js'],
  ],
  [
    'a & b',
    {
      'package.json': scripts({ dev: 'node server.js & node worker.js' }),
      'server.js': SERVER,
      'worker.js': WORKER,
    },
    ['backend backend node any: $ node server.js', 'worker none node -: $ node worker.js'],
  ],
  [
    'unnamed parts that their files name',
    {
      'package.json': scripts({ dev: 'concurrently "node api.js" "node web.js"' }),
      'api.js': SERVER,
      'web.js': SERVER,
    },
    ['api backend node any: $ node api.js', 'web frontend node any: $ node web.js'],
  ],
  [
    'unnamed parts that their words name',
    {
      'package.json': scripts({ dev: 'concurrently "node server.js api" "node server.js web"' }),
      'server.js': SERVER,
    },
    ['api backend node any: $ node server.js api', 'web frontend node any: $ node server.js web'],
  ],
  [
    'a watcher in the folder of a server',
    {
      'package.json': { workspaces: ['apps/*'], scripts: { dev: 'npm run dev -w web -w widget' } },
      'apps/web/package.json': scripts({ dev: 'tailwindcss -w & react-scripts start' }),
      'apps/widget/package.json': scripts({ dev: 'react-scripts start' }),
    },
    [
      'tailwindcss none task -: bin tailwindcss -w @apps/web',
      'web frontend cra 3000: bin react-scripts start @apps/web',
      'widget none cra 3000: npm run dev @apps/widget',
    ],
  ],
  [
    'three parts: a server, a worker, a service',
    {
      'package.json': scripts({ dev: 'concurrently "node server.js" "python worker.py" redis-server' }),
      'server.js': SERVER,
      'worker.py': 'import time\nwhile True: time.sleep(1)\n',
    },
    [
      'backend backend node any: $ node server.js',
      'worker none python -: $ python worker.py',
      'redis-server none task -: bin redis-server',
    ],
  ],
  [
    'variables of cross-env reach every part',
    {
      'package.json': scripts({
        dev: 'cross-env NODE_ENV=development PORT=4001 concurrently "node server.js" "vite"',
      }),
      'server.js': "require('http').createServer().listen(process.env.PORT || 3001)",
    },
    [
      'backend backend node 4001: NODE_ENV=development PORT=4001 $ node server.js',
      'frontend frontend vite 5173: NODE_ENV=development PORT=4001 bin vite +P',
    ],
  ],
  [
    'variables with a shell’s own in them stay before each part',
    {
      'package.json': scripts({ dev: 'cross-env API=$BASE/v1 concurrently "node server.js" "vite"' }),
      'server.js': SERVER,
    },
    [
      "backend backend node any: bin cross-env 'API=$BASE/v1' node server.js",
      "frontend frontend vite 5173: bin cross-env 'API=$BASE/v1' vite +P",
    ],
  ],
  [
    'predev runs first',
    {
      'package.json': scripts({
        predev: 'node gen.js',
        dev: 'concurrently "npm:dev:*"',
        'dev:api': 'node server.js',
        'dev:web': 'vite',
        postdev: 'rm -rf tmp',
      }),
      'server.js': SERVER,
    },
    [
      'predev none ? once: npm run predev',
      'api backend node any: npm run dev:api after predev',
      'web frontend vite 5173: npm run dev:web -- +P after predev',
    ],
    ['postdev package.json'],
  ],
  [
    'yarn from 2 on runs no predev',
    {
      'package.json': scripts({ predev: 'node gen.js', dev: 'concurrently "node server.js" "vite"' }, [], {
        packageManager: 'yarn@4.1.0',
      }),
      'server.js': SERVER,
    },
    ['backend backend node any: $ node server.js', 'frontend frontend vite 5173: bin vite +P'],
  ],
  [
    'what stands before the parts',
    {
      'package.json': scripts({
        dev: 'docker compose up -d db && concurrently -n api,web "node server.js" "vite"',
      }),
      'server.js': SERVER,
    },
    [
      'docker none ? once: $ docker compose up -d db',
      'api backend node any: $ node server.js after docker',
      'web frontend vite 5173: bin vite +P after docker',
    ],
  ],
  [
    'npm-run-all in groups',
    {
      'package.json': scripts({
        dev: 'npm-run-all clean -p "dev:* -- --debug"',
        clean: 'rimraf dist',
        'dev:api': 'node server.js',
        'dev:web': 'vite',
      }),
      'server.js': SERVER,
    },
    [
      'clean none ? once: npm run clean',
      'api backend node any: npm run dev:api -- --debug after clean',
      'web frontend vite 5173: npm run dev:web -- --debug +P after clean',
    ],
  ],
  [
    'a script through another script',
    {
      'package.json': scripts({ dev: 'pnpm with-env next dev', 'with-env': 'dotenv -e ../../.env --' }, [
        'next',
      ]),
      'pnpm-lock.yaml': '',
    },
    ['frontend frontend next 3000: pnpm run dev +P'],
  ],
  [
    'a wrapper before several',
    {
      'package.json': scripts({
        dev: 'dotenv -e .env -- concurrently "npm:dev:*"',
        'dev:api': 'node server.js',
        'dev:web': 'vite',
      }),
      'server.js': SERVER,
    },
    [
      'api backend node any: bin dotenv -e .env -- npm run --silent dev:api',
      'web frontend vite 5173: bin dotenv -e .env -- npm run --silent dev:web -- +P',
    ],
  ],
  [
    'a composite within a composite',
    {
      'package.json': scripts({
        dev: 'concurrently "npm:dev:server" "cd client && npm run dev"',
        'dev:server': 'concurrently "tsc -w" "node server.js"',
      }),
      'server.js': SERVER,
      'client/package.json': vite,
    },
    [
      'tsc none task -: bin tsc -w',
      'backend backend node any: $ node server.js',
      'client frontend vite 5173: $ cd client && npm run dev -- +P',
    ],
  ],
  [
    'MERN: a server and a worker at the top, the client in its folder',
    {
      'package.json': scripts({ dev: 'concurrently "nodemon server.js" "node worker.js"' }, [
        'express',
        'nodemon',
      ]),
      'server.js': SERVER,
      'worker.js': WORKER,
      'client/package.json': scripts({ start: 'react-scripts start' }),
    },
    [
      'backend backend express any: bin nodemon server.js',
      'worker none express -: $ node worker.js',
      'client frontend cra 3000: npm run start @client',
    ],
  ],
  // wireit
  [
    'wireit',
    {
      'package.json': {
        scripts: { dev: 'wireit', 'dev:server': 'wireit', 'dev:client': 'wireit', build: 'wireit' },
        wireit: {
          dev: { dependencies: ['dev:server', 'dev:client'] },
          'dev:server': { command: 'node server/index.js', service: true, dependencies: ['build'] },
          'dev:client': { command: 'vite client', service: { readyWhen: { lineMatches: 'ready' } } },
          build: { command: 'tsc' },
        },
        dependencies: { express: '^5' },
      },
      'client/vite.config.js': '',
      'client/index.html': '<script src=/a.ts>',
      'server/index.js': SERVER,
    },
    ['server backend express any: npm run dev:server', 'client frontend vite 5173: npm run dev:client -- +P'],
  ],
  [
    'wireit: a command beside its services',
    {
      'package.json': {
        scripts: { dev: 'wireit', api: 'wireit', codegen: 'wireit' },
        wireit: {
          dev: { command: 'vite', dependencies: ['api', 'codegen'] },
          api: { command: 'node server.js', service: true },
          codegen: { command: 'node gen.js' },
        },
      },
      'server.js': SERVER,
    },
    [
      'codegen none ? once: npm run codegen',
      'api backend node any: npm run api',
      'frontend frontend vite 5173: bin vite +P after codegen',
    ],
  ],
  // turbo
  [
    'create-t3-turbo',
    {
      'package.json': {
        workspaces: ['apps/*', 'packages/*'],
        scripts: { dev: 'turbo watch dev --continue' },
      },
      'pnpm-lock.yaml': '',
      'turbo.json': {
        tasks: {
          build: { dependsOn: ['^build'] },
          dev: { dependsOn: ['^dev'], cache: false, persistent: false },
        },
      },
      'apps/expo/package.json': scripts({ dev: 'expo start' }, ['expo'], { name: '@acme/expo' }),
      'apps/nextjs/package.json': scripts(
        { dev: 'pnpm with-env next dev', 'with-env': 'dotenv -e ../../.env --' },
        ['next', '@acme/db'],
        { name: '@acme/nextjs' },
      ),
      'packages/db/package.json': scripts({ dev: 'tsc', build: 'tsc' }, [], { name: '@acme/db' }),
      'packages/ui/package.json': scripts({ dev: 'tsc' }, [], { name: '@acme/ui' }),
    },
    [
      'expo none expo 8081: pnpm run dev +P @apps/expo',
      'nextjs frontend next 3000: pnpm run dev +P @apps/nextjs',
      'turbo none ? -: bin turbo watch dev --filter=@acme/db --filter=@acme/ui',
    ],
  ],
  [
    'turborepo with a build before',
    {
      'package.json': { workspaces: ['apps/*', 'packages/*'], scripts: { dev: 'turbo run dev' } },
      'turbo.json':
        '{ // comments\n "tasks": { "build": {}, "dev": { "dependsOn": ["^build"], "persistent": true } }, }',
      'apps/api/package.json': scripts({ dev: 'node --watch index.js' }, ['express', '@x/db'], {
        name: 'api',
      }),
      'apps/docs/package.json': scripts({ dev: 'next dev --port 3001' }, ['next'], { name: 'docs' }),
      'apps/web/package.json': scripts({ dev: 'next dev --port 3000' }, ['next', '@x/ui'], { name: 'web' }),
      'packages/db/package.json': scripts({ build: 'tsc' }, [], { name: '@x/db' }),
      'packages/ui/package.json': lib('@x/ui'),
    },
    [
      'build none ? once: bin turbo run build --filter=@x/db --filter=@x/ui',
      'api backend express any: npm run dev @apps/api after build',
      'docs none next 3001: npm run dev -- +P @apps/docs after build',
      'web frontend next 3000: npm run dev -- +P @apps/web after build',
      'ui none task -: npm run dev @packages/ui after build',
    ],
  ],
  [
    'turbo with filters',
    {
      'package.json': {
        workspaces: ['apps/*', 'packages/*'],
        scripts: { dev: 'dotenv -- turbo run dev --filter=web... --filter=!@x/ui --filter=./apps/a*' },
      },
      'turbo.json': { tasks: { dev: { persistent: true } } },
      'apps/api/package.json': express,
      'apps/admin/package.json': vite,
      'apps/web/package.json': scripts({ dev: 'vite' }, ['vite', '@x/ui', '@x/lib'], { name: 'web' }),
      'apps/docs/package.json': next,
      'packages/ui/package.json': lib('@x/ui'),
      'packages/lib/package.json': lib('@x/lib'),
    },
    [
      'admin none vite 5173: bin dotenv -- npm run --silent dev -- +P @apps/admin',
      'api backend express any: bin dotenv -- npm run --silent dev @apps/api',
      'web frontend vite 5173: bin dotenv -- npm run --silent dev -- +P @apps/web',
      'lib none task -: bin dotenv -- npm run --silent dev @packages/lib',
    ],
  ],
  [
    'turbo asked for what git knows',
    {
      'package.json': { workspaces: ['apps/*'], scripts: { dev: 'turbo run dev --filter=[HEAD^1]' } },
      'apps/api/package.json': express,
    },
    ['app none ? *: npm run dev'],
  ],
  [
    'pnpm with filters, in parallel',
    {
      'package.json': scripts({ dev: 'pnpm --parallel --filter "./apps/*" run dev' }),
      'pnpm-workspace.yaml': 'packages: ["apps/*", "packages/*"]',
      'apps/server/package.json': express,
      'apps/client/package.json': vite,
      'packages/lib/package.json': lib('lib'),
    },
    [
      'client frontend vite 5173: pnpm run dev +P @apps/client',
      'server backend express any: pnpm run dev @apps/server',
    ],
  ],
  [
    'npm workspaces and lerna',
    {
      'package.json': {
        workspaces: ['packages/*'],
        scripts: { dev: 'lerna run dev --parallel --scope=@x/*', start: 'npm run dev -w server -w client' },
      },
      'packages/server/package.json': { ...express, name: '@x/server' },
      'packages/client/package.json': { ...vite, name: '@x/client' },
      'packages/other/package.json': { ...vite, name: 'other' },
    },
    [
      'client frontend vite 5173: npm run dev -- +P @packages/client',
      'server backend express any: npm run dev @packages/server',
    ],
  ],
  [
    'yarn workspaces foreach',
    {
      'package.json': {
        workspaces: ['apps/*'],
        scripts: { dev: 'yarn workspaces foreach -Api --exclude docs run dev' },
        packageManager: 'yarn@4.0.0',
      },
      'apps/api/package.json': { ...express, name: 'api' },
      'apps/docs/package.json': { ...vite, name: 'docs' },
      'apps/web/package.json': { ...vite, name: 'web' },
    },
    ['api backend express any: yarn run dev @apps/api', 'web frontend vite 5173: yarn run dev +P @apps/web'],
  ],
  // Nx
  [
    'Nx with project.json',
    {
      'package.json': scripts({ start: 'nx serve web', dev: 'nx run-many -t serve' }, [
        'express',
        'nx',
        'vite',
      ]),
      'nx.json': { targetDefaults: {} },
      'apps/web/vite.config.ts': 'export default { server: { port: 4200 } }',
      'apps/web/project.json': {
        name: 'web',
        targets: { serve: { executor: '@nx/vite:dev-server', options: {} } },
      },
      'apps/api/src/main.ts': "import express from 'express'; app.listen(process.env.PORT || 3333)",
      'apps/api/project.json': {
        name: 'api',
        targets: { serve: { executor: '@nrwl/js:node', options: {} } },
      },
      'apps/web-e2e/project.json': { name: 'web-e2e', targets: { e2e: { executor: '@nx/cypress:cypress' } } },
    },
    [
      'api backend express 3333: bin nx run api:serve',
      'web frontend vite 4200: bin nx run web:serve --port={port}',
    ],
  ],
  [
    'Nx with inferred targets and packages',
    {
      'package.json': {
        workspaces: ['apps/*'],
        scripts: { dev: 'nx run-many --targets=dev --projects=shop,@org/api' },
      },
      'nx.json': { plugins: [{ plugin: '@nx/vite/plugin', options: { serveTargetName: 'serve' } }] },
      'apps/shop/vite.config.mts': '',
      'apps/shop/project.json': { name: 'shop' },
      'apps/api/package.json': scripts({ dev: 'node --watch index.js' }, ['fastify'], { name: '@org/api' }),
      'apps/other/package.json': scripts({ dev: 'vite' }, [], { name: 'other' }),
    },
    [
      'api backend fastify any: npm run dev @apps/api',
      'shop frontend vite 5173: bin nx run shop:dev --port={port}',
    ],
  ],
  [
    'Nx: a target with a colon, a build before it',
    {
      'package.json': scripts({
        dev: 'pnpm concurrently -n "frontend,backend" "pnpm run client:dev" "pnpm run server:dev"',
        'client:dev': 'nx run client:dev',
        'server:dev': 'nx run server:start:dev',
      }),
      'pnpm-workspace.yaml': 'packages: ["apps/*"]',
      'nx.json': { targetDefaults: { 'start:dev': { dependsOn: ['^build'] } } },
      'apps/client/package.json': { ...vite, name: 'client' },
      'apps/server/package.json': scripts({ 'start:dev': 'nest start --watch' }, ['@nestjs/core'], {
        name: 'server',
      }),
    },
    [
      'client frontend vite 5173: pnpm run dev +P @apps/client',
      'server backend nest any: bin nx run server:start:dev',
    ],
  ],
  [
    'Nx in a project of one',
    {
      'package.json': scripts({ start: 'nx serve' }, ['express']),
      'nx.json': {},
      'project.json': {
        name: 'api',
        targets: { serve: { executor: '@nx/js:node' }, build: { options: { main: 'src/main.ts' } } },
      },
      'src/main.ts': 'app.listen(process.env.PORT || 3333)',
    },
    ['api backend express 3333: bin nx run api:serve'],
  ],
  [
    'lerna with a list of names',
    {
      'package.json': {
        workspaces: ['apps/*'],
        scripts: {
          start: 'node menu.js',
          'start:dev': 'lerna run start:dev --parallel --scope=@x/{api,web}',
        },
      },
      'menu.js': "import inquirer from 'inquirer'; import { spawn } from 'child_process'; spawn(x)",
      'apps/api/package.json': scripts({ 'start:dev': 'nest start --watch' }, ['@nestjs/core'], {
        name: '@x/api',
      }),
      'apps/web/package.json': scripts({ 'start:dev': 'vite' }, ['vite'], { name: '@x/web' }),
      'apps/ws/package.json': scripts({ 'start:dev': 'nest start --watch' }, ['@nestjs/core'], {
        name: '@x/ws',
      }),
    },
    [
      'api backend nest any: npm run start:dev @apps/api',
      'web frontend vite 5173: npm run start:dev -- +P @apps/web',
    ],
  ],
  [
    'a script of every package that leads to several',
    {
      'package.json': scripts({ dev: 'pnpm -r do-dev' }),
      'pnpm-workspace.yaml': 'packages: ["packages/*"]',
      'packages/shop-web/package.json': scripts({
        'do-dev': 'pnpm run dev',
        dev: 'npm-run-all -p -l dev:*',
        'dev:vite': 'vite',
        'dev:gql': 'graphql-codegen -w',
      }),
      'packages/shop-backend/package.json': scripts(
        { 'do-dev': 'pnpm run start:dev', 'start:dev': 'nest start --watch' },
        ['@nestjs/core'],
      ),
    },
    [
      'shop-backend backend nest any: pnpm run do-dev @packages/shop-backend',
      'shop-web frontend vite 5173: pnpm run dev:vite +P @packages/shop-web',
      'gql none task -: pnpm run dev:gql @packages/shop-web',
    ],
  ],
  [
    'a script at the top that starts a server needs no package beside it',
    {
      'package.json': {
        workspaces: ['packages/*'],
        scripts: { dev: 'node demo/server.js' },
        dependencies: { express: '*' },
      },
      'demo/server.js': SERVER,
      'packages/sheets-ui/package.json': vite,
      'packages/grid/package.json': vite,
    },
    ['backend backend express any: npm run dev'],
  ],
  // Procfiles
  [
    'Rails with jobs',
    {
      'Procfile.dev':
        'web: bin/rails server\njs: yarn build --watch\ncss: yarn watch:css\njobs: bin/jobs\nworker: bundle exec sidekiq\n',
      'bin/dev':
        '#!/usr/bin/env sh\n\nif ! gem list foreman -i --silent; then\n  echo "Installing foreman..."\n  gem install foreman\nfi\n\n# Default to port 3000\nexport PORT="${PORT:-3000}"\n\nexec foreman start -f Procfile.dev --env /dev/null "$@"\n',
      Gemfile: "gem 'rails'",
    },
    [
      'web frontend rails 3000: $ bin/rails server +P',
      'js none ? -: $ yarn build --watch',
      'css none ? -: $ yarn watch:css',
      'jobs none task -: $ bin/jobs',
      'worker none task -: $ bundle exec sidekiq',
    ],
  ],
  [
    'Rails behind bundle exec, programs of its own in bin/',
    {
      'Procfile.dev':
        'web: bundle exec ${DEBUG:+rdbg -O -n -c --} bin/rails server -b 0.0.0.0\ncss: bundle exec bin/rails tailwindcss:watch\n',
      'bin/dev':
        '#!/usr/bin/env sh\nexport PORT="${PORT:-3000}"\nexport RUBY_DEBUG_OPEN="true"\nexec bundle exec foreman start -f Procfile.dev "$@"\n',
      'bin/rails': '#!/usr/bin/env ruby\nAPP_PATH = File.expand_path("../config/application", __dir__)\n',
    },
    [
      'web frontend ? 3000: RUBY_DEBUG_OPEN=true $ bundle exec ${DEBUG:+rdbg -O -n -c --} bin/rails server -b 0.0.0.0',
      'css none task -: RUBY_DEBUG_OPEN=true $ bundle exec bin/rails tailwindcss:watch',
    ],
  ],
  [
    'foreman’s own ports',
    {
      'package.json': scripts({ dev: 'nf start -j Procfile.local' }),
      'Procfile.local':
        'api: node server.js\nweb: next dev --port $PORT\nqueue: node queue.js\nrelease: node migrate.js\n',
      'server.js': "require('http').createServer().listen(process.env.PORT || 3001)",
      'queue.js': WORKER,
    },
    [
      'api backend node 5000: $ node server.js',
      'web frontend next 5100: bin next dev --port $PORT',
      'queue none node -: $ node queue.js',
    ],
  ],
  [
    'a plain Procfile’s worker is said',
    {
      Procfile: 'web: gunicorn app:app\nworker: python worker.py\nrelease: python migrate.py\n',
      'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'requirements.txt': 'flask',
    },
    ['backend backend flask 5000: python3 -m flask --app app run --debug +P'],
    ['worker Procfile'],
  ],
  // Other files
  [
    'Laravel’s composer dev',
    {
      artisan: '#!/usr/bin/env php',
      'package.json': scripts({ dev: 'vite', build: 'vite build' }, ['vite', 'laravel-vite-plugin']),
      'composer.json': {
        scripts: {
          dev: [
            'Composer\\Config::disableProcessTimeout',
            'npx concurrently -c "#93c5fd,#c4b5fd,#fb7185,#fdba74" "php artisan serve" "php artisan queue:listen --tries=1" "php artisan pail --timeout=0" "npm run dev" --names=server,queue,logs,vite --kill-others',
          ],
        },
      },
    },
    [
      'server backend laravel 8000: $ php artisan serve --port={port}',
      'queue none task -: $ php artisan queue:listen --tries=1',
      'logs none task -: $ php artisan pail --timeout=0',
      'vite frontend vite 5173: npm run dev -- +P',
    ],
  ],
  [
    'a Makefile: Go and React',
    {
      Makefile:
        'GO ?= go\nWEB := web\n.PHONY: dev api web\n\ndev: deps\n\t@$(MAKE) -j2 api web\n\ndeps:\n\tcd $(WEB) && npm install\n\napi:\n\t$(GO) run ./cmd/server\n\nweb:\n\tcd $(WEB) && npm run dev\n',
      'go.mod': '',
      'cmd/server/main.go': 'package main',
      'web/package.json': vite,
    },
    [
      'deps none ? once: $ make deps',
      'api backend go any: $ go run ./cmd/server after deps',
      'web frontend vite 5173: $ cd web && npm run dev -- +P after deps',
    ],
  ],
  [
    'a Makefile that puts a folder on PATH',
    {
      Makefile:
        'export PATH := $(HOME)/.local/bin:$(PATH)\nexport STAGE := dev\nexport SHA := $(shell git rev-parse HEAD)\ndev:\n\t$(MAKE) -j 2 api web\napi:\n\tcd api && uvicorn main:app\nweb:\n\tcd web && npm run dev\n',
      'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
      'web/package.json': vite,
    },
    [
      'api backend uvicorn 8000: STAGE=dev $ export PATH="${HOME}/.local/bin:${PATH}" && cd api && uvicorn main:app +P',
      'web frontend vite 5173: STAGE=dev $ export PATH="${HOME}/.local/bin:${PATH}" && cd web && npm run dev -- +P',
    ],
  ],
  [
    'a Makefile with & and wait',
    {
      Makefile:
        'dev:\n\t@trap "kill 0" INT; \\\n\t(cd backend && uvicorn main:app --reload) & \\\n\t(cd frontend && npm run dev) & \\\n\twait\n',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
      'frontend/package.json': vite,
    },
    [
      'backend backend uvicorn 8000: $ cd backend && uvicorn main:app --reload +P',
      'frontend frontend vite 5173: $ cd frontend && npm run dev -- +P',
    ],
  ],
  [
    'Taskfile.yml',
    {
      'Taskfile.yml':
        'version: "3"\nvars:\n  DIR: web\ntasks:\n  dev:\n    deps: [backend, frontend]\n  backend:\n    dir: api\n    env: { APP_ENV: local }\n    cmds: [go run .]\n  frontend:\n    dir: "{{.DIR}}"\n    cmds:\n      - npm run dev\n',
      'api/main.go': 'package main',
      'web/package.json': vite,
    },
    [
      'backend backend go any: APP_ENV=local $ go run . @api',
      'frontend frontend vite 5173: $ npm run dev -- +P @web',
    ],
  ],
  [
    'Taskfile.yml whose tasks are shell files',
    {
      'Taskfile.yml':
        'version: "3"\ntasks:\n  start-dev:\n    deps: [migrate, { task: start-api }, { task: start-frontend }]\n  migrate:\n    cmds: [go run ./cmd/migrate]\n  start-api:\n    cmds: [bash ./hack/start-api.sh]\n  start-frontend:\n    cmds: [bash ./hack/start-frontend.sh]\n',
      'hack/start-api.sh':
        '#!/bin/bash\nset -eux\ncaddy start\nset -a\n. .env\nset +a\nnpx --yes nodemon --exec go run \\\n  ./cmd/api\n',
      'hack/start-frontend.sh': '#!/bin/bash\ncd ./frontend && npm run dev\n',
      'frontend/package.json': vite,
      'go.mod': '',
    },
    [
      'caddy none ? once: $ caddy start',
      'migrate none go -: $ go run ./cmd/migrate',
      'api backend go any: $ set -a && . .env && npx --yes nodemon --exec go run    ./cmd/api after caddy',
      'frontend frontend vite 5173: $ npm run dev -- +P @frontend',
    ],
  ],
  [
    'justfile',
    {
      justfile:
        'port := "8010"\n\n# everything\ndev: _install\n    just api & just web\n\n_install:\n    npm ci\n\napi:\n    @uvicorn app:app --port {{port}}\n\n[working-directory: "web"]\nweb *args:\n    npm run dev\n',
      'app.py': '',
      'web/package.json': vite,
    },
    [
      '_install none ? once: $ just _install',
      'api backend uvicorn 8010: $ uvicorn app:app --port 8010 +P after _install',
      'web frontend vite 5173: $ npm run dev -- +P @web after _install',
    ],
  ],
  [
    'mise.toml',
    {
      'mise.toml':
        '[env]\nAPP = "1"\n[tasks."dev:api"]\nrun = "node server.js"\n[tasks."dev:web"]\ndir = "web"\nrun = "npm run dev"\n[tasks.dev]\ndepends = ["dev:*"]\n',
      'server.js': SERVER,
      'web/package.json': vite,
    },
    [
      'api backend node any: APP=1 $ node server.js',
      'web frontend vite 5173: APP=1 $ npm run dev -- +P @web',
    ],
  ],
  [
    'dev.sh',
    {
      'dev.sh': `#!/usr/bin/env bash
set -euo pipefail
ROOT="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
cleanup() {
  echo "stopping"
  kill $BACKEND_PID 2>/dev/null || true
}
trap cleanup EXIT
if [ ! -d "$ROOT/frontend/node_modules" ]; then
  npm --prefix frontend install
fi
cd "$ROOT/backend"
source .venv/bin/activate
uvicorn main:app --reload --port 8001 &
BACKEND_PID=$!
cd ../frontend
npm run dev &
wait
`,
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
      'frontend/package.json': vite,
    },
    [
      'before none ? once: $ if [ ! -d "ROOT/frontend/node_modules" ]; then\nnpm --prefix frontend install\nfi',
      'backend backend uvicorn 8001: $ . .venv/bin/activate && uvicorn main:app --reload --port 8001 +P @backend after before',
      'frontend frontend vite 5173: $ . .venv/bin/activate && cd ../frontend && npm run dev -- +P @backend after before',
    ],
  ],
  [
    'a shell file that takes a shell to read',
    {
      'dev.sh': '#!/bin/bash\nfor app in a b; do\n  (cd "$app" && ./run) &\ndone\nwait\n',
      'a/run': '',
      'b/run': '',
    },
    ['app none ? *: $ bash dev.sh'],
  ],
  [
    'a program of the owner’s own that starts the others',
    {
      'package.json': scripts({ dev: 'node scripts/dev.mjs' }),
      'scripts/dev.mjs':
        "import { spawn } from 'node:child_process';\nspawn('node', ['a.js']); spawn('vite', []);\n",
      'server/package.json': express,
      'client/package.json': vite,
    },
    ['app none ? *: npm run dev'],
  ],
  [
    'run.py',
    {
      'run.py':
        "import subprocess\nsubprocess.Popen(['uvicorn', 'main:app'], cwd='svc')\nsubprocess.run(['npm', 'run', 'dev'], cwd='page')\n",
    },
    ['app none ? *: $ python run.py'],
  ],
  [
    'containers only',
    {
      'docker-compose.yml':
        'services:\n  web:\n    build: ./web\n    ports: ["3000:3000"]\n  api:\n    build: .\n    ports: ["127.0.0.1:8000:80", "9000"]\n  db:\n    image: postgres\n    ports: ["5432:5432"]\n',
    },
    ['compose none ? *: $ docker compose up'],
  ],
  [
    'containers by a script',
    {
      'package.json': scripts({ dev: 'docker compose -f compose.dev.yml up --build' }),
      'compose.dev.yml': 'services: { web: { build: ., ports: ["${PORT:-3000}:3000"] } }',
      'backend/package.json': express,
    },
    ['app none ? *: npm run dev'],
  ],
  [
    'containers of services beside a server of the project',
    {
      Makefile: 'dev:\n\tdocker compose up -d\n\tgo run .\n',
      'docker-compose.yml': 'services: { db: { image: postgres } }',
      'go.mod': '',
      'main.go': 'package main',
    },
    ['docker none ? once: $ docker compose up -d', 'backend backend go any: $ go run . after docker'],
  ],
  // Windows
  [
    'tauri',
    {
      'package.json': scripts({ dev: 'tauri dev', vite: 'vite' }, ['vite']),
      'src-tauri/tauri.conf.json': {
        build: { beforeDevCommand: 'npm run vite', devUrl: 'http://localhost:1420' },
      },
      'vite.config.ts': 'export default { server: { port: 1420, strictPort: true } }',
    },
    [
      'frontend frontend vite 1420: $ npm run vite -- +P',
      `window none task -: bin tauri dev --config '{"build":{"beforeDevCommand":"","devUrl":"http://localhost:{frontend}"}}'`,
    ],
  ],
  [
    'electron beside Vite',
    {
      'package.json': scripts({ dev: 'concurrently -k "vite" "wait-on tcp:5173 && electron ."' }),
    },
    ['frontend frontend vite 5173: bin vite +P', 'electron none task -: bin wait-on tcp:5173 && electron .'],
  ],
  [
    'electron alone',
    { 'package.json': scripts({ start: 'electron-forge start' }) },
    ['app none task -: npm run start'],
  ],
  // Python
  [
    'Streamlit beside FastAPI in one folder',
    {
      'requirements.txt': 'fastapi\nuvicorn[standard]\nstreamlit\nrequests\n',
      'api.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
      'app.py': 'import requests\nimport streamlit as st\n',
    },
    [
      'backend backend fastapi 8000: python3 -m uvicorn api:app --reload +P',
      'frontend frontend streamlit 8501: python3 -m streamlit run app.py --server.port {port} --server.headless true',
    ],
  ],
  [
    'both in a folder of a project with more',
    {
      'services/py/app.py': 'import gradio as gr\n',
      'services/py/server.py': 'from flask import Flask\napp = Flask(__name__)\n',
    },
    [
      'py backend flask 5000: python3 -m flask --app server run --debug +P @services/py',
      'py-2 frontend gradio 7860: python3 app.py @services/py',
    ],
  ],
  [
    'a page that its API mounts is a part of it',
    {
      'chat.py': 'import chainlit as cl\n',
      'main.py':
        'from fastapi import FastAPI\napp = FastAPI()\nmount_chainlit(app=app, target="chat.py", path="/chat")\n',
    },
    ['frontend frontend chainlit 8000: python3 -m chainlit run chat.py +P --headless'],
  ],
  [
    'Reflex beside an API',
    {
      'rxconfig.py': 'import reflex as rx\nconfig = rx.Config(app_name="shop")',
      'uv.lock': '',
      'shop/shop.py': 'import reflex as rx',
      'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
    },
    [
      'reflex backend+frontend reflex 8000+3000: uv run reflex run --backend-port {backend} --frontend-port {frontend}',
      'api none fastapi 8000: uv run python -m uvicorn main:app --reload +P @api',
    ],
  ],
  [
    'an API that Reflex mounts is a part of it',
    {
      'rxconfig.py': 'config = rx.Config(app_name="shop")',
      'uv.lock': '',
      'shop/shop.py': 'import reflex as rx\nfrom api.main import app',
      'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
    },
    [
      'reflex backend+frontend reflex 8000+3000: uv run reflex run --backend-port {backend} --frontend-port {frontend}',
    ],
  ],
  [
    'Reflex in a folder beside an API in another',
    {
      'frontend/rxconfig.py': 'config = rx.Config(app_name="shop")',
      'frontend/uv.lock': '',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()',
    },
    [
      'frontend backend+frontend reflex 8000+3000: uv run reflex run --backend-port {backend} --frontend-port {frontend} @frontend',
      'backend none fastapi 8000: python3 -m uvicorn main:app --reload +P @backend',
    ],
  ],
  // Read, not guessed
  [
    'a folder’s name wins over a bare Node file in it',
    {
      'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'client/server.js': 'new WebpackDevServer(webpack(config)).listen(3000)',
      'client/webpack.config.js': '',
    },
    [
      'backend backend flask 5000: python3 -m flask --app app run --debug +P',
      'client frontend node 3000: node server.js @client',
    ],
  ],
  [
    'a folder without a role’s name where one is open',
    { 'backend/package.json': express, 'dashboard/package.json': vite },
    [
      'backend backend express any: npm run dev @backend',
      'dashboard frontend vite 5173: npm run dev -- +P @dashboard',
    ],
  ],
  [
    'no static files beside a bundler’s config',
    {
      'server/package.json': express,
      'client/vite.config.js': '',
      'client/index.html': '<script type=module src=/src/main.ts>',
    },
    ['server backend express any: npm run dev @server'],
  ],
  [
    'left out: a second page',
    {
      'api/package.json': express,
      'web/package.json': next,
      'admin/package.json': vite,
      'package.json': { workspaces: ['*'] },
    },
    ['api backend express any: npm run dev @api', 'web frontend next 3000: npm run dev -- +P @web'],
    ['admin admin'],
  ],
];

for (const [title, files, expected, left = []] of shapes) {
  test(`the owner's command: ${title}`, async () => {
    const root = await project(files);
    const { apps, leftOut } = await detect(root);
    assert.deepEqual(
      apps.map((app) => summary(app, root)),
      expected,
    );
    assert.deepEqual(
      leftOut.map(({ what, file }) => `${what} ${file}`),
      left,
    );
    for (const { why } of leftOut) assert.ok(why);
  });
}

/** Title, files, the notes. */
const noted: [string, Files, string[]][] = [
  [
    'run as it stands',
    { 'dev.sh': 'for a in x y; do (cd $a && ./run) & done\nwait\n' },
    ['dev.sh is run as it stands: dev.sh needs a shell to be read'],
  ],
  [
    'run as it stands where folders would give a pair out of many',
    {
      'dev.sh': 'for a in api auth mail web; do (cd $a && npm run dev) & done\nwait\n',
      ...Object.fromEntries(['api', 'auth', 'mail'].map((name) => [`${name}/package.json`, express])),
      'web/package.json': vite,
    },
    ['dev.sh is run as it stands: dev.sh needs a shell to be read'],
  ],
  [
    'not used, since both servers are known without it',
    {
      'dev.sh': 'for a in api web; do (cd $a && npm run dev) & done\nwait\n',
      'api/package.json': express,
      'api/server.js': 'app.listen(process.env.PORT || 4000);',
      'web/package.json': vite,
    },
    ['dev.sh is not used: dev.sh needs a shell to be read; the servers are started from their folders'],
  ],
  ['nothing', { 'package.json': vite }, []],
];
for (const [title, files, expected] of noted) {
  test(`says: ${title}`, async () => assert.deepEqual((await detect(await project(files))).notes, expected));
}

/** Title, files, what the question says. */
const asked: [string, Files, RegExp][] = [
  [
    'two backends, one of which is only called api',
    { 'api/package.json': express, 'gateway/package.json': express, 'package.json': { workspaces: ['*'] } },
    /More than one backend.*api\/package\.json.*gateway\/package\.json/,
  ],
  [
    'two pages, one of which is only called app',
    {
      'backend/package.json': express,
      'app/package.json': vite,
      'shop/package.json': vite,
      'package.json': { workspaces: ['*'] },
    },
    /More than one frontend.*app\/package\.json.*shop\/package\.json/,
  ],
  [
    'two folders for the role that is open',
    { 'backend/package.json': express, 'dashboard/package.json': vite, 'landing/package.json': vite },
    /More than one frontend.*dashboard.*landing/,
  ],
];
for (const [title, files, message] of asked) {
  test(`asks: ${title}`, async () => {
    await assert.rejects(detect(await project(files)), { code: 'AMBIGUOUS', message });
  });
}

const envFiles: [string, Files, boolean][] = [
  ['a Procfile', { 'Procfile.dev': 'web: node server.js\nworker: node worker.js\n' }, true],
  [
    'a Procfile whose runner is told of none',
    {
      'Procfile.dev': 'web: node server.js\n',
      'bin/dev': '#!/bin/sh\nexec foreman start -f Procfile.dev --env /dev/null "$@"\n',
    },
    false,
  ],
  [
    'a Makefile that exports it',
    { Makefile: '-include .env\nexport\ndev:\n\tnode server.js & node worker.js\n' },
    true,
  ],
  ['a Makefile that does not', { Makefile: 'dev:\n\tnode server.js & node worker.js\n' }, false],
  ['a justfile', { justfile: 'set dotenv-load\n\ndev:\n    node server.js & node worker.js\n' }, true],
  [
    'a Taskfile',
    {
      'Taskfile.yml':
        'dotenv: [".env"]\ntasks:\n  dev: { deps: [a, b] }\n  a: node server.js\n  b: node worker.js\n',
    },
    true,
  ],
  [
    'mise.toml',
    { 'mise.toml': '[env]\n_.file = ".env"\n[tasks]\ndev = "node server.js & node worker.js"\n' },
    true,
  ],
];
for (const [title, files, expected] of envFiles) {
  test(`.env by its runner: ${title}`, async () => {
    const { apps } = await detect(
      await project({ ...files, '.env': 'A=1', 'server.js': SERVER, 'worker.js': WORKER }),
    );
    assert.deepEqual(
      apps.map(({ procfile = false }) => procfile),
      apps.map(() => expected),
    );
  });
}
