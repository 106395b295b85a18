import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { DevstartError } from '../../../../src/errors.ts';
import { detect, type Files, type Place, projects, scripts, summary, testPlaces } from './projects.ts';

/** What public projects look like, one row a kind: commands under other names, programs a folder further down. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const next = scripts({ dev: 'next dev' }, ['next']);
const express = scripts({ dev: 'node server.js' }, ['express']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const DJANGO =
  'import os\ndef main():\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "x.settings")\n    from django.core.management import execute_from_command_line\n';
const SPRING =
  '<project><artifactId>spring-boot-starter-web</artifactId><build><defaultGoal>spring-boot:run</defaultGoal></build></project>';
const uvicorn = (target: string) => `python3 -m uvicorn ${target} --reload +P`;

/** A workspace of Nx before its projects had files of their own. */
const NX = {
  'nx.json': {},
  'angular.json': {
    defaultProject: 'api',
    projects: {
      api: {
        root: 'apps/api',
        architect: {
          serve: { builder: '@nrwl/node:execute', options: { buildTarget: 'api:build' } },
          build: { builder: '@nrwl/node:build', options: { main: 'apps/api/src/main.ts' } },
          'serve-all': {
            builder: '@nrwl/workspace:run-commands',
            options: {
              commands: [{ command: 'nx serve api' }, { command: 'nx serve shop' }],
              parallel: true,
            },
          },
        },
      },
      shop: {
        root: 'apps/shop',
        architect: { serve: { builder: '@angular-devkit/build-angular:dev-server' } },
      },
    },
  },
  'apps/api/src/main.ts': 'await app.listen(process.env.PORT || 3333);',
  'apps/shop/src/main.ts': '',
};
const NX_API = 'api backend nest 3333: bin nx run api:serve';

/** Title, files, apps, what is left out. */
const places: Place[] = [
  [
    '`start` is the backend alone, `serve` is all of it',
    {
      'package.json': scripts(
        {
          start: 'npm run serve:api',
          serve: 'concurrently npm:serve:api npm:serve:web npm:serve:assets',
          'serve:api': 'make api',
          'serve:web': 'webpack serve',
          'serve:assets': 'cpx "a/**" dist --watch',
        },
        ['webpack'],
      ),
      Makefile: 'api:\n\tcd src && gunicorn -b 127.0.0.1:8080 app:app\n',
    },
    [
      'api backend gunicorn 8080: bin cd src && gunicorn -b 127.0.0.1:{port} app:app',
      'web frontend webpack 8080: npm run serve:web -- +P',
      'assets none task -: npm run serve:assets',
    ],
  ],
  [
    'a script for developing does not give way to what may be production’s',
    {
      'package.json': scripts({ dev: 'make web', start: 'node api & node page' }),
      Makefile: 'web:\n\tnpm run dev --prefix web\n',
      'web/package.json': vite,
    },
    ['web frontend vite 5173: $ npm run dev --prefix web -- +P'],
  ],
  [
    'a script that starts everything under a name of its own',
    {
      'package.json': scripts({
        'web:dev': 'npm run dev --prefix web',
        'concurrently:dev': 'concurrently "npm run dev --prefix web" "npm run dev --prefix api"',
      }),
      'web/package.json': vite,
      'api/package.json': express,
      'api/server.js': "require('express')().listen(4001)",
    },
    [
      'web frontend vite 5173: $ npm run dev --prefix web -- +P',
      'api backend express 4001: $ npm run dev --prefix api',
    ],
  ],
  [
    '`all` that comes to one server is not meant for developing',
    {
      'package.json': scripts({ dev: 'nodemon server.js', all: 'make all' }, ['express']),
      Makefile: 'all:\n\tnode dist/server.js\n',
      'server.js': "require('express')().listen(4002)",
    },
    ['backend backend express 4002: npm run dev'],
  ],
  [
    'what stands in brackets gets its flags in them',
    {
      'package.json': scripts({ dev: 'concurrently "(cd api && npm run dev)" "(cd web && npm run dev)"' }),
      'web/package.json': vite,
      'api/package.json': express,
    },
    [
      'api backend express any: $ (cd api && npm run dev)',
      'web frontend vite 5173: $ cd web && npm run dev -- +P',
    ],
  ],
  [
    'a runner with its version',
    {
      'package.json': scripts({
        dev: 'npx --yes concurrently@9 "npm run dev --prefix api" "npm run dev --prefix web"',
      }),
      'web/package.json': vite,
      'api/package.json': express,
    },
    [
      'api backend express any: $ npm run dev --prefix api',
      'web frontend vite 5173: $ npm run dev --prefix web -- +P',
    ],
  ],
  [
    '`dev:start` is a start',
    {
      'server/package.json': scripts({ 'dev:start': 'nodemon lib/index.js' }, ['express']),
      'web/package.json': vite,
    },
    ['server backend express any: npm run dev:start @server', WEB],
  ],
  [
    'a builder’s config that starts what it has built',
    {
      'api/package.json': scripts({ dev: 'tsup --config tsup.dev.config.ts' }, ['koa']),
      'api/tsup.dev.config.ts': "export default { onSuccess: 'node build/index.js' };",
      'web/package.json': vite,
    },
    ['api backend tsup any: npm run dev @api', WEB],
  ],
  [
    'what shows another one has no role beside it',
    {
      'package.json': scripts(
        { dev: 'concurrently npm:dev:*', 'dev:demo-app': 'vite', 'dev:console': 'vite' },
        ['vite'],
      ),
    },
    [
      'demo-app none vite 5173: npm run dev:demo-app -- +P',
      'console frontend vite 5173: npm run dev:console -- +P',
    ],
  ],
  [
    'FastAPI in a package of its own, below a folder that has only a lock file',
    { 'backend/uv.lock': '', 'backend/shop/main.py': FASTAPI, 'web/package.json': vite },
    [`backend backend fastapi 8000: uv run python -m uvicorn shop.main:app --reload +P @backend`, WEB],
  ],
  [
    'a load test is no backend',
    { 'loadtest/mock/app.py': FASTAPI, 'loadtest/requirements.txt': 'fastapi', 'web/package.json': vite },
    [WEB],
  ],
  [
    'a package that has its project’s name is imported from `src`',
    {
      'backend/pyproject.toml': '[project]\nname = "backend"\n',
      'backend/src/backend/main.py': `from backend.settings import x\n${FASTAPI}`,
      'web/package.json': vite,
    },
    [`backend backend fastapi 8000: ${uvicorn('backend.main:app')} @backend/src`, WEB],
  ],
  [
    'main.py at the top that serves the app of a folder is started, not the folder',
    {
      'requirements.txt': 'fastapi',
      'main.py':
        'from backend.server.app import app\n\nif __name__ == "__main__":\n    import uvicorn\n    uvicorn.run(app)\n',
      'backend/server/app.py': FASTAPI,
      'web/package.json': vite,
    },
    [`backend backend fastapi 8000: ${uvicorn('main:app')}`, WEB],
  ],
  [
    'a server of its own at the top that only imports from a folder is left out, by its file',
    {
      'package.json': vite,
      'app.py': `from backend.routes import x\n${FASTAPI}`,
      'backend/app.py': FASTAPI,
    },
    [
      `backend backend fastapi 8000: ${uvicorn('app:app')} @backend`,
      'frontend frontend vite 5173: npm run dev -- +P',
    ],
    ['app.py (FastAPI)'],
  ],
  [
    'the package below a plain page is the frontend',
    {
      'backend/main.py': FASTAPI,
      'frontend/index.html': '<h1>x</h1>',
      'frontend/nextjs/package.json': next,
    },
    [
      `backend backend fastapi 8000: ${uvicorn('main:app')} @backend`,
      'frontend frontend next 3000: npm run dev -- +P @frontend/nextjs',
    ],
    ['frontend'],
  ],
  [
    'the one program below a folder that is none itself',
    {
      'backend/package.json': express,
      'frontend/shop/package.json': vite,
      'frontend/design/package.json': scripts({ dev: 'storybook dev' }),
    },
    [
      'backend backend express any: npm run dev @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend/shop',
    ],
  ],
  [
    'of several programs below such a folder none is taken: each is named',
    {
      'backend/package.json': express,
      'frontend/a/package.json': vite,
      'frontend/b/package.json': vite,
    },
    ['backend backend express any: npm run dev @backend'],
    ['a', 'b'],
  ],
  [
    'a page among Java’s sources',
    { 'pom.xml': SPRING, 'src/main/webapp/package.json': scripts({ start: 'ng serve' }, ['@angular/core']) },
    [
      'backend backend spring 8080: mvn spring-boot:run',
      'webapp frontend angular 4200: npm run start -- +P @src/main/webapp',
    ],
  ],
  [
    'Django a folder further down',
    { 'server/requirements.txt': 'django', 'server/notes/manage.py': DJANGO, 'web/package.json': vite },
    ['server backend django 8000: python3 manage.py runserver {port} @server/notes', WEB],
  ],
  [
    'an older Nx workspace: several commands of one target',
    { ...NX, 'package.json': scripts({ start: 'ng run api:serve-all' }, ['@nestjs/core']) },
    [NX_API, 'shop frontend angular 4200: bin nx run shop:serve --port={port}'],
  ],
  [
    'one project of an Nx workspace: the other that has a server is named',
    { ...NX, 'package.json': scripts({ start: 'nx serve' }, ['@nestjs/core']) },
    [NX_API],
    ['shop'],
  ],
  [
    'ClientApp is the frontend, and what is not recognised in it is said',
    {
      'x.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
      'ClientApp/package.json': scripts({ build: 'webpack --watch' }),
    },
    ['backend backend dotnet 5000: dotnet watch'],
    ['ClientApp'],
  ],
  [
    'a page that a script above builds is not served as it lies there',
    {
      'package.json': scripts({ build: 'parcel build ./client/index.html', start: 'node index.js' }, [
        'express',
      ]),
      'index.js': "require('express')().listen(3000)",
      'client/index.html': '<script src="index.js"></script>',
    },
    ['backend backend express 3000: npm run start'],
  ],
  [
    'what makes Laravel’s own pages is no rival of the frontend',
    {
      'laravel/artisan': '',
      'laravel/composer.json': '{}',
      'laravel/package.json': vite,
      'next-js/package.json': next,
    },
    [
      'laravel backend laravel 8000: php artisan serve --port={port} @laravel',
      'next-js frontend next 3000: npm run dev -- +P @next-js',
    ],
    ['laravel'],
  ],
  [
    'rollup that serves what it has built, as Svelte’s old template has it',
    {
      'api/go.mod': 'module x\n',
      'api/main.go': 'package main\nfunc main() { http.ListenAndServe(":3100", nil) }\n',
      'client/package.json': scripts({ dev: 'rollup -c -w', start: 'sirv public --no-clear' }, [], {
        devDependencies: { rollup: '^2.3.4', 'sirv-cli': '^1.0.0' },
      }),
      'client/rollup.config.js':
        "require('child_process').spawn('npm', ['run', 'start', '--', '--dev'], {});",
    },
    ['api backend go 3100: go run . @api', 'client frontend rollup 5000: npm run dev @client'],
  ],
  [
    'a Python folder that is the package itself',
    { 'server/__init__.py': FASTAPI, 'package.json': scripts({ dev: 'vite' }, ['vite']) },
    [
      `server backend fastapi 8000: ${uvicorn('server:app')}`,
      'frontend frontend vite 5173: npm run dev -- +P',
    ],
  ],
  [
    'a command that starts a server goes before a plain page',
    {
      Makefile: 'run:\n\t- go run cmd/one/main.go & npm run watch\n',
      'go.mod': 'module x\n',
      'cmd/one/main.go': 'package main\nfunc main() { http.ListenAndServe(":3100", nil) }\n',
      'cmd/two/main.go': 'package main\nfunc main() { }\n',
      'package.json': scripts({ watch: 'esbuild a.ts --watch' }),
      'web/public/index.html': '<h1>x</h1>',
    },
    ['backend backend go 3100: $ go run cmd/one/main.go', 'esbuild none task -: npm run watch'],
  ],
  [
    'a page within a Python package, folders below the top',
    {
      'src/shop/main.py': FASTAPI,
      'src/shop/__init__.py': '',
      'pyproject.toml': '',
      'src/shop/static/shop/package.json': scripts({ serve: 'cross-env A=1 vite' }, ['vite']),
    },
    [`backend backend fastapi 8000: ${uvicorn('shop.main:app')} @src`],
    ['shop'],
  ],
  [
    'a workspace of its own beside a Python server',
    {
      'server/main.py': FASTAPI,
      'server/requirements.txt': '',
      'clients/package.json': scripts({ dev: 'turbo watch dev' }, ['turbo']),
      'clients/pnpm-workspace.yaml': 'packages:\n  - apps/*\n',
      'clients/apps/web/package.json': scripts({ dev: 'next dev' }, ['next']),
    },
    [`server backend fastapi 8000: ${uvicorn('main:app')} @server`],
    ['clients'],
  ],
  [
    'webpack’s own server, whatever its script is called',
    {
      'package.json': scripts(
        {
          start: 'npm-run-all --parallel watch:lib webpack-dev-server',
          'watch:lib': 'tsc -w',
          'webpack-dev-server': 'webpack-dev-server',
        },
        ['webpack'],
      ),
    },
    [
      'lib none task -: npm run watch:lib',
      'webpack-dev-server frontend webpack 8080: npm run webpack-dev-server -- +P',
    ],
  ],
  [
    'a plain Procfile that the README says to start, with a task of pyproject.toml',
    {
      'README.md': '# Shop\n\n```sh\ngoreman start\n```\n',
      Procfile:
        'web: cd web && npm run dev\napi: cd api && poetry poe dev\nworker: cd api && celery -A app worker\n',
      'web/package.json': vite,
      'api/pyproject.toml': '[tool.poe.tasks]\ndev = "uvicorn app:app --port 8123"\n',
      'api/poetry.lock': '',
      'api/app.py': FASTAPI,
    },
    [
      'web frontend vite 5173: $ cd web && npm run dev -- +P',
      'api backend uvicorn 8123: $ poetry run uvicorn app:app --port 8123 +P @api',
      'worker none task -: $ cd api && celery -A app worker',
    ],
  ],
  [
    'a plain Procfile that only a heading on deploying speaks of stays production’s',
    {
      'README.md': '# Shop\n\n## Deployment\n\n```sh\nforeman start\n```\n',
      Procfile: 'web: gunicorn app:app\n',
      'backend/app.py': FASTAPI,
      'web/package.json': vite,
    },
    [
      'backend backend fastapi 8000: python3 -m uvicorn app:app --reload +P @backend',
      'web frontend vite 5173: npm run dev -- +P @web',
    ],
  ],
  [
    'a chat bot’s own servers that the README says to start beside the API',
    {
      'README.md':
        '```sh\nrasa train\n```\n```sh\nrasa run actions\n```\n```sh\ncd server\npython app.py\n```\n',
      'server/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    },
    ['server backend flask 5000: python3 -m flask --app app run --debug +P @server'],
    ['rasa run actions'],
  ],
  [
    'a start file for Windows: what it starts beside the servers is said',
    {
      'start-all.bat':
        '@echo off\r\nrem python -m app.worker.old\r\ncd /d "%~dp0backend"\r\nstart cmd /k "python -m uvicorn main:app"\r\nstart cmd /k "python -m app.workers.printer"\r\n',
      'backend/main.py': FASTAPI,
      'web/package.json': vite,
    },
    [
      'backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P @backend',
      'web frontend vite 5173: npm run dev -- +P @web',
    ],
    ['python -m app.workers.printer'],
  ],
  [
    'a Go program outside of modules is said',
    { 'server/main.go': 'package main\n', 'client/package.json': vite },
    ['client frontend vite 5173: npm run dev -- +P @client'],
    ['server'],
  ],
  [
    'a server in a package beside the Reflex app, which the app does not import',
    {
      'rxconfig.py': 'config = rx.Config(app_name="desk")\n',
      'desk/desk.py': 'import reflex as rx\nfrom shared import db\napp = rx.App()\n',
      'shared/main.py': FASTAPI,
      'app/main.py': FASTAPI,
    },
    [
      'reflex backend+frontend reflex 8000+3000: python3 -m reflex run --backend-port {backend} --frontend-port {frontend}',
    ],
    ['app'],
  ],
  [
    'Poetry’s packages without its lock',
    {
      'backend/pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.12"\nfastapi = "*"\n',
      'backend/main.py': FASTAPI,
      'web/package.json': vite,
    },
    [
      'backend backend fastapi 8000: poetry run python -m uvicorn main:app --reload +P @backend',
      'web frontend vite 5173: npm run dev -- +P @web',
    ],
  ],
  [
    'a server that the README alone shows, below a folder of sources',
    {
      'README.md': '```sh\ncd src\npython -m shop.api.server\n```\n',
      'src/shop/__init__.py': '',
      'src/shop/api/server.py': `${FASTAPI}if __name__ == "__main__":\n    uvicorn.run(app, port=8011)\n`,
    },
    ['backend backend fastapi 8011: $ python -m shop.api.server @src'],
  ],
  [
    'a bot beside an API that does not start it',
    {
      'requirements.txt': 'fastapi\naiogram\n',
      'main.py': FASTAPI,
      'bot.py': 'from aiogram import Dispatcher\nasyncio.run(dp.start_polling(bot))\n',
    },
    ['backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P'],
    ['bot'],
  ],
  [
    'a bot that the API starts',
    {
      'requirements.txt': 'fastapi\naiogram\n',
      'main.py': `import bot\n${FASTAPI}`,
      'bot.py': 'from aiogram import Dispatcher\nasyncio.run(dp.start_polling(bot))\n',
    },
    ['backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P'],
  ],
  [
    'Laravel beside its own pages, in a folder whose name says little',
    {
      'app/artisan': '#!/usr/bin/env php\n',
      'app/composer.json': {},
      'app/package.json': vite,
      'docs/x.md': '',
    },
    [
      'app backend laravel 8000: php artisan serve --port={port} @app',
      'app-2 frontend vite 5173: npm run dev -- +P @app',
    ],
  ],
  [
    'a worker of a Go module, and a page in a folder for files',
    {
      'go.mod': 'module example.com/shop\n',
      'cmd/web/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8081", nil) }\n',
      'cmd/consumer/main.go': 'package main\n\nfunc main() { consume() }\n',
      'admin/package.json': vite,
      'public/package.json': vite,
    },
    ['backend backend go 8081: go run ./cmd/web', 'admin frontend vite 5173: npm run dev -- +P @admin'],
    ['consumer', 'public'],
  ],
  [
    'a Go program in cmd/ itself, beside a tool below',
    {
      'go.mod': 'module example.com/shop\n',
      'cmd/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8081", nil) }\n',
      'cmd/seed/main.go': 'package main\n\nfunc main() { seed() }\n',
    },
    ['backend backend go 8081: go run ./cmd'],
  ],
  [
    'further servers of a Go module',
    {
      'go.mod': 'module example.com/shop\n',
      'cmd/api/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8081", nil) }\n',
      'cmd/admin/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8082", nil) }\n',
      'cmd/web/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":80", nil) }\n',
      'cmd/seed/main.go': 'package main\n\nfunc main() { seed() }\n',
    },
    ['backend backend go 8081: go run ./cmd/api'],
    ['admin', 'web'],
  ],
  [
    'a package of the server at the top is not said to be left out',
    { 'app/main.py': FASTAPI, 'app/__init__.py': '', 'requirements.txt': 'fastapi\n' },
    ['backend backend fastapi 8000: python3 -m uvicorn app.main:app --reload +P'],
  ],
  [
    'of equals the one in whose folder the README starts something',
    {
      'README.md':
        '```bash\ncd backend\nuvicorn main:app --reload\n\n# page\ncd web/desk\nnpm run dev\n```\n',
      'backend/main.py': FASTAPI,
      'web/desk/package.json': vite,
      'web/phone/package.json': vite,
    },
    [
      'backend backend uvicorn 8000: $ python3 -m uvicorn main:app --reload +P @backend',
      'web frontend vite 5173: npm run dev -- +P @web/desk',
    ],
    ['phone'],
  ],
  [
    'of two folders of one role, likewise, by the clone’s own name',
    {
      'README.md': '```\ncd shop/server\npython app.py\ncd ../web\nnpm run dev\n```\n',
      'backend/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'server/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'web/package.json': vite,
    },
    [
      'server backend flask 5000: python3 -m flask --app app run --debug +P @server',
      'web frontend vite 5173: npm run dev -- +P @web',
    ],
    ['backend'],
  ],
  [
    'a window in a folder of its own',
    {
      'electron/package.json': scripts({ start: 'electron .' }, ['electron']),
      'web/package.json': vite,
    },
    ['web frontend vite 5173: npm run dev -- +P @web'],
    ['window'],
  ],
  [
    'a server that stands in for another, beside the folder of that',
    { 'mock_server.py': FASTAPI, 'server/main.py': FASTAPI, 'web/package.json': vite },
    [`server backend fastapi 8000: ${uvicorn('main:app')} @server`, WEB],
  ],
  [
    'a server that stands in for another, and nothing else',
    { 'mock_server.py': FASTAPI, 'web/package.json': vite },
    [`backend backend fastapi 8000: ${uvicorn('mock_server:app')}`, WEB],
  ],
  [
    'Vite before 3',
    { 'web/package.json': { scripts: { dev: 'vite' }, dependencies: { vite: '^2.9.1' } } },
    ['web frontend vite 3000: npm run dev -- +P @web'],
  ],
];

testPlaces('a public place', places, project);

test('of Python packages side by side one is started, and the others are named', async () => {
  const files = { 'backend/uv.lock': '', 'backend/one/main.py': FASTAPI, 'backend/two/main.py': FASTAPI };
  const first = await project({ ...files, 'web/package.json': vite });
  const { apps, notes } = await detect(first);
  assert.match(summary(apps[0] as never, first), /one\.main:app/);
  assert.match(notes.join(), /servers in backend\/two\/main\.py/);
  // The one that is called as the project is meant.
  const named = path.join(await project({ 'two/web/package.json': vite, ...inside('two', files) }), 'two');
  assert.match(summary((await detect(named)).apps[0] as never, named), /two\.main:app/);
});

const inside = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

test('a folder that a template engine names is no project yet', async () => {
  const root = await project({ '{{cookiecutter.slug}}/manage.py': DJANGO, 'setup.py': '' });
  await assert.rejects(detect(root), { code: 'NOTHING_FOUND' });
});

test('a collection of projects is asked about: some are named, and how one of them is started', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const root = await project(Object.fromEntries(names.map((name) => [`${name}/rxconfig.py`, ''])));
  await assert.rejects(detect(root), (error) => {
    assert.ok(error instanceof DevstartError);
    assert.match(
      error.message,
      /More than one server was found: a\/rxconfig\.py, .*f\/rxconfig\.py and 3 more/,
    );
    assert.match(error.hint ?? '', /^Start one: devstart --cwd a\. Or say which in devstart\.config\.json/);
    return true;
  });
});
