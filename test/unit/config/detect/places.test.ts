import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Place, projects, scripts, testPlaces } from './projects.ts';

/** What public projects look like, one row a kind. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const express = scripts({ dev: 'node server.js' }, ['express']);
const next = scripts({ dev: 'next dev' }, ['next']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const SPRING =
  '<project><artifactId>spring-boot-starter-web</artifactId><build><defaultGoal>spring-boot:run</defaultGoal></build></project>';
const ASPIRE = '<Project Sdk="Aspire.AppHost.Sdk/13.0.0"></Project>';

/** Title, files, apps, what is left out. */
const places: Place[] = [
  [
    'a page in a folder of its own beside what composer starts',
    {
      'composer.json': {
        scripts: { dev: ['npx concurrently "php artisan serve" "npm run dev" --names=server,vite'] },
      },
      artisan: '',
      'package.json': vite,
      'frontend/package.json': vite,
      'tools/package.json': vite,
    },
    [
      'server backend laravel 8000: $ php artisan serve --port={port}',
      'vite frontend vite 5173: npm run dev -- +P',
    ],
    ['frontend'],
  ],
  [
    'programs at the top that nothing knows, beside a page that is found at last',
    {
      'go.mod': 'module shop\n',
      'cmd/orders/main.go': 'package main\n\nfunc main() { run() }\n',
      'cmd/stock/main.go': 'package main\n\nfunc main() { run() }\n',
      'shop-fe/package.json': vite,
    },
    ['shop-fe frontend vite 5173: npm run dev -- +P @shop-fe'],
    ['go.mod'],
  ],
  [
    'the page that the script at the top goes to, though its package is made for others as well',
    {
      'package.json': scripts({ dev: 'npm run dev --workspace=@shop/page' }, [], {
        workspaces: ['packages/*'],
      }),
      'packages/page/package.json': scripts({ dev: 'vite' }, ['vite'], {
        name: '@shop/page',
        files: ['dist'],
        exports: { '.': './src/embed.ts' },
      }),
      'packages/shell/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    ['page frontend vite 5173: npm run dev -- +P @packages/page'],
    ['shell'],
  ],
  [
    'the frame of a page in Dart is none of plain files',
    {
      'api/package.json': scripts({ dev: 'node server.js' }, ['express']),
      'api/server.js': "require('express')().listen(4000)",
      'app/pubspec.yaml': 'name: shop\n',
      'app/web/index.html': '<script src="flutter_bootstrap.js"></script>',
      'pubspec.yaml': 'name: shop\n',
      'web/index.html': '<script src="flutter_bootstrap.js"></script>',
    },
    ['api backend express 4000: npm run dev @api'],
    ['app'],
  ],
  [
    'a page of sources that the server’s own package compiles is none of plain files',
    {
      'package.json': scripts({ 'start:dev': 'nodemon ./src/server.js', pages: 'webpack watch' }, [
        'express',
      ]),
      'src/server.js': "require('express')().listen(3000)",
      'src/client/index.html': '<div id="root"></div>',
      'src/client/app/index.tsx': '',
    },
    ['backend backend express 3000: npm run start:dev'],
  ],
  [
    'of several Go commands the one that listens itself, whatever it is called',
    {
      'go.mod': 'module shop\n',
      'cmd/bot/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8090", nil) }\n',
      'cmd/importer/main.go': 'package main\n\nimport "shop/internal/web"\n\nfunc main() { web.Load() }\n',
      'internal/web/web.go': 'package web\n\nfunc Serve() { http.ListenAndServe(":8091", nil) }\n',
    },
    ['backend backend go 8090: go run ./cmd/bot'],
  ],
  [
    'a page whose script first builds in another folder, in a group of its own',
    {
      'backend/package.json': scripts({ dev: 'node server.js' }, ['express']),
      'backend/server.js': "require('express')().listen(4000)",
      'frontend/ui/package.json': scripts({ build: 'vite build' }, ['vite']),
      'frontend/shop/package.json': scripts({ dev: '(cd ../ui && npm run build) && vite' }, ['vite']),
    },
    [
      'backend backend express 4000: npm run dev @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend/shop',
    ],
  ],
  [
    'servers in folders two down that are called by no role',
    {
      'more/services/stock/package.json': express,
      'cli/go/go.mod': 'module cli\n',
      'cli/go/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      'backend/package.json': scripts({ dev: 'node server.js' }, ['express']),
      'backend/server.js': "require('express')().listen(4000)",
      'frontend/package.json': vite,
      'kiosk/terminal/package.json': vite,
      'internal/orders/go.mod': 'module orders\n',
      'internal/orders/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      'internal/common/go.mod': 'module common\n',
      'internal/common/log.go': 'package common\n',
      'bots/mail/package.json': scripts({ dev: 'node mail.js' }),
      'bots/mail/mail.js': 'setInterval(() => {}, 1000)',
      'examples/one/package.json': vite,
    },
    [
      'backend backend express 4000: npm run dev @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend',
    ],
    ['orders', 'terminal', 'stock'],
  ],
  [
    'where the command at the top starts a server of each role, the others are its owner’s choice',
    {
      'package.json': scripts({ dev: 'concurrently "npm run dev --prefix api" "npm run dev --prefix web"' }),
      'api/package.json': scripts({ dev: 'node server.js' }, ['express']),
      'api/server.js': "require('express')().listen(4000)",
      'web/package.json': vite,
      'kiosk/terminal/package.json': vite,
    },
    [
      'api backend express 4000: $ npm run dev --prefix api',
      'web frontend vite 5173: $ npm run dev --prefix web -- +P',
    ],
    [],
  ],
  [
    'the script at the top starts a folder that has none of its own: its folder is the top',
    {
      'package.json': scripts({ dev: 'NODE_ENV=development nodemon backend/server.js' }, ['express']),
      'backend/server.js': "require('express')().listen(process.env.PORT || 5000)",
      'frontend/package.json': vite,
    },
    ['backend backend express 5000: npm run dev', 'frontend frontend vite 5173: npm run dev -- +P @frontend'],
  ],
  [
    'a folder with a dev script of its own keeps it',
    {
      'package.json': scripts({ start: 'node backend/server.js' }, ['express']),
      'backend/package.json': scripts({ dev: 'nodemon server.js' }, ['express']),
      'backend/server.js': "require('express')().listen(process.env.PORT || 5000)",
      'frontend/package.json': vite,
    },
    [
      'backend backend express 5000: npm run dev @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend',
    ],
  ],
  [
    'what is built is served only where nothing else is started',
    {
      'web/package.json': scripts({ serve: 'npx http-server build -p 5001', start: 'yarn && vite' }, [
        'vite',
      ]),
    },
    ['web frontend vite 5173: npm run start -- +P @web'],
  ],
  [
    'of equals the one that the script at the top goes to',
    {
      'package.json': scripts({ start: 'yarn --cwd ./shop start' }, [], {
        workspaces: ['shop', 'samples/*'],
      }),
      'yarn.lock': '',
      'shop/package.json': scripts({ start: 'vite' }, ['vite']),
      'samples/a/package.json': next,
    },
    ['shop frontend vite 5173: yarn run start +P @shop'],
    ['a'],
  ],
  [
    'of equals the one that the script at the top goes to, with what it does before',
    {
      'package.json': scripts({ dev: 'pnpm css && pnpm --filter @self/app dev', css: 'node css.mjs' }),
      'pnpm-workspace.yaml': 'packages:\n  - js/*\n',
      'pnpm-lock.yaml': '',
      'js/app/package.json': scripts({ dev: 'vite dev' }, ['vite'], { name: '@self/app' }),
      'js/spa/package.json': scripts({ dev: 'vite dev' }, ['vite'], { name: '@self/spa' }),
    },
    ['app frontend vite 5173: pnpm run dev +P'],
    ['spa'],
  ],
  [
    'a watcher beside the server of another language',
    { artisan: '', 'package.json': scripts({ dev: 'mix watch --hot' }, ['laravel-mix']) },
    ['dev none task -: npm run dev', 'backend backend laravel 8000: php artisan serve --port={port}'],
  ],
  [
    'an extension beside the page',
    { 'web-extension/package.json': vite, 'web-frontend/package.json': vite },
    ['web-frontend frontend vite 5173: npm run dev -- +P @web-frontend'],
  ],
  [
    'a package whose dev script nobody knows is what its dependencies say',
    {
      'apps/node/package.json': scripts({ dev: 'nodemon' }, ['express']),
      'apps/node/nodemon.json': '{"exec": "nx build && export A=1 && nx node"}',
      'apps/page/package.json': vite,
    },
    [
      'node backend express any: npm run dev @apps/node',
      'page frontend vite 5173: npm run dev -- +P @apps/page',
    ],
  ],
  [
    'a folder with a role in its name, in which nothing is recognised',
    {
      'web/package.json': vite,
      'backend/todo-api/go.mod': 'module x\n',
      'backend/todo-api/x.go': 'package x\n',
    },
    [WEB],
    ['backend'],
  ],
  [
    'a page whose window Tauri opens',
    { 'package.json': vite, 'src-tauri/tauri.conf.json': '{}' },
    ['frontend frontend vite 5173: npm run dev -- +P'],
    ['window'],
  ],
  [
    'an API that the window starts itself',
    {
      'package.json': scripts({ dev: 'electron-vite dev' }, ['electron', 'electron-vite']),
      'src/main/index.ts': "spawn('uv', ['run', 'main.py'], { cwd: path.join(appPath, 'api') })",
      'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    },
    ['frontend frontend electron-vite 5173: npm run dev'],
    ['api'],
  ],
  [
    "Maven's default goal",
    {
      'api/package.json': scripts({ dev: './mvnw -ntp' }),
      'api/pom.xml': SPRING,
      'api/src/main/resources/config/application-dev.yml': 'server:\n  port: 8081\n',
      'web/package.json': vite,
    },
    ['api backend spring 8081: npm run dev @api', WEB],
  ],
  [
    'a port that a script waits for is not stronger than the server’s own',
    {
      'package.json': scripts({ dev: 'vite', api: 'node api.js', e2e: 'wait-on http://localhost:9000' }, [
        'vite',
      ]),
      'api.js': "require('http').createServer().listen(process.env.PORT || 4100)",
    },
    ['api backend node 4100: npm run api', 'frontend frontend vite 5173: npm run dev -- +P'],
  ],
  [
    'Aspire starts what it names',
    {
      'shop.slnx': '',
      'src/Shop.AppHost/Shop.AppHost.csproj': ASPIRE,
      'src/Web/Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
    },
    ['aspire none ? *: $ dotnet run --project src/Shop.AppHost'],
  ],
  [
    'a shell file that keeps its processes in a list is run as it stands',
    { 'bin/dev': '#!/bin/bash\nnode a.js &\nA=$!\nnode b.js &\npids=($A $!)\nwait "${pids[@]}"\n' },
    ['app none ? *: $ bin/dev'],
  ],
  [
    'Chainlit’s own package is no app of Chainlit',
    {
      'backend/pyproject.toml': '',
      'backend/chainlit/__init__.py': '',
      'backend/chainlit/server.py': 'import chainlit\nfrom fastapi import FastAPI\napp = FastAPI()\n',
      'frontend/package.json': vite,
    },
    ['frontend frontend vite 5173: npm run dev -- +P @frontend'],
    ['backend'],
  ],
  [
    'Wasp tells its server its own port, not the page’s',
    { 'main.wasp': 'app x { wasp: { version: "^0.16.0" } }' },
    ['wasp backend+frontend wasp 3001+3000: wasp start'],
  ],
];

testPlaces('a public place', places, project);

test('equals that are called app with another word are asked about', async () => {
  const root = await project({ 'apps/next-app/package.json': next, 'apps/react-vite/package.json': vite });
  await assert.rejects(detect(root), { code: 'AMBIGUOUS' });
});

test('projects below one without a server of its own are named', async () => {
  const root = await project({ 'code/frontend/package.json': vite, 'code/gateway/package.json': next });
  await assert.rejects(detect(root), { code: 'NOTHING_FOUND', message: /devstart --cwd code\./ });
});
