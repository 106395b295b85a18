import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Place, projects, scripts, testPlaces } from './projects.ts';

/** Small projects of single people, one row a kind. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const LISTENS = "import express from 'express';\nexpress().listen(process.env.PORT || 5000);\n";
const nestCli = (root: string) => ({
  sourceRoot: `${root}/src`,
  monorepo: true,
  projects: {
    shop: { type: 'application', root: 'apps/shop', sourceRoot: 'apps/shop/src' },
    mail: { type: 'application', root: 'apps/mail' },
    lib: { type: 'library', root: 'libs/lib' },
  },
});

/** Title, files, apps, what is left out. */
const places: Place[] = [
  [
    'a script by a name of its own, which nodemon.json explains',
    {
      'web/package.json': vite,
      'server/package.json': scripts({ 'dev-server': 'nodemon', build: 'tsc', seed: 'node seed.js' }, [
        'express',
      ]),
      'server/nodemon.json': { exec: 'ts-node ./src/server.ts' },
      'server/src/server.ts': LISTENS,
    },
    ['server backend express 5000: npm run dev-server @server', WEB],
  ],
  [
    'of two ways to start it the one that restarts it, by whatever name',
    {
      'web/package.json': vite,
      'server/package.json': scripts({ launch: 'node app.js', hack: 'nodemon app.js' }, ['express']),
      'server/app.js': LISTENS,
    },
    ['server backend express 5000: npm run hack @server', WEB],
  ],
  [
    'two servers by names of their own: neither is meant',
    {
      'web/package.json': vite,
      'server/package.json': scripts({ one: 'node a.js', two: 'node b.js' }, ['express']),
      'server/a.js': LISTENS,
      'server/b.js': LISTENS,
    },
    [WEB],
    ['server'],
  ],
  [
    'a file that Bun serves with a type of its own',
    {
      'web/package.json': vite,
      'server/package.json': { devDependencies: { 'bun-types': '*' } },
      'server/server.ts': 'Bun.serve<Data>({\n  port: 6970,\n  fetch() {},\n});\n',
    },
    ['server backend bun 6970: bun --hot server.ts @server', WEB],
  ],
  [
    'a script that outlived its file',
    {
      'web/package.json': vite,
      'server/package.json': scripts({ dev: 'nodemon api/index.js' }, ['express']),
      'server/index.js': LISTENS,
    },
    ['server backend express 5000: node index.js @server', WEB],
  ],
  [
    'what is built later is not gone',
    {
      'web/package.json': vite,
      'server/package.json': scripts({ build: 'tsc', dev: 'nodemon out/index.js' }, ['express']),
      'server/index.ts': LISTENS,
    },
    ['server backend express 5000: npm run dev @server', WEB],
  ],
  [
    'of two folders the one that the script at the top runs',
    {
      'package.json': scripts({ dev: 'nodemon api/index.js' }, ['express']),
      'api/index.js': LISTENS.replace('5000', '3000'),
      'backend/package.json': scripts({}, ['express']),
      'backend/index.js': LISTENS,
      'web/package.json': vite,
    },
    ['api backend express 3000: npm run dev', WEB],
    ['backend'],
  ],
  [
    'one server by two names is no pair',
    {
      'package.json': scripts({
        dev: 'npm run build && npm run client',
        build: 'echo',
        client: 'node client/serve.js',
      }),
      'client/index.html': '',
      'client/serve.js': "require('http').createServer(f).listen(8080);\n",
      'server/package.json': scripts({ dev: 'node --watch main.js' }, ['express']),
      'server/main.js': LISTENS.replace('5000', '3000'),
    },
    ['server backend express 3000: npm run dev @server', 'client frontend node 8080: npm run dev'],
  ],
  [
    'a role that the command at the top has filled: the folder of that role is said',
    {
      'package.json': scripts({ dev: 'concurrently "nodemon main.js" "tsc --watch"' }, ['express']),
      'main.js': LISTENS,
      'server/package.json': scripts({ dev: 'nodemon main.js' }, ['express']),
      'server/main.js': LISTENS.replace('5000', '3000'),
      'web/package.json': vite,
    },
    ['backend backend express 5000: bin nodemon main.js', 'tsc none task -: bin tsc --watch', WEB],
    ['server'],
  ],
  [
    'the API’s `dev` beside the `start` of Create React App, in one package',
    {
      'package.json': scripts({ start: 'react-scripts start', dev: 'nodemon server/index.js' }, [
        'react-scripts',
      ]),
      'src/index.js': '',
      'server/package.json': scripts({ dev: 'nodemon index.js' }, ['express']),
      'server/index.js': LISTENS,
    },
    ['backend backend node 5000: npm run dev', 'frontend frontend cra 3000: npm run start'],
  ],
  [
    'the API’s `dev` beside the `serve` of Vue CLI, in one package',
    {
      'package.json': scripts(
        { serve: 'vue-cli-service serve', dev: 'nodemon server/index.js', start: 'node server/index.js' },
        ['express', '@vue/cli-service'],
      ),
      'server/index.js': LISTENS,
    },
    ['backend backend express 5000: npm run dev', 'frontend frontend vue-cli 8080: npm run serve -- +P'],
  ],
  [
    'one folder that holds everything: what lies in its own folders is said',
    {
      'shop/package.json': scripts({ start: 'ng serve' }, ['@angular/cli']),
      'shop/server/package.json': scripts({}, ['express']),
      'shop/server/server.js': LISTENS,
    },
    ['shop frontend angular 4200: npm run start -- +P @shop'],
    ['servers in shop'],
  ],
  [
    'a folder without a role’s name that needs a server’s package is said',
    {
      'package.json': scripts({ start: 'ng serve' }, ['@angular/cli']),
      'game/package.json': scripts({ bs: 'tsc' }, ['express', 'socket.io']),
      'game/src/app.ts': LISTENS,
    },
    ['frontend frontend angular 4200: npm run start -- +P'],
    ['game'],
  ],
  [
    '`server-dev` beside `server`, and `start-dev` for both',
    {
      'package.json': scripts(
        {
          server: 'NODE_ENV=production node src/main',
          'server-dev': 'nodemon src/main.js',
          dev: 'webpack-dev-server',
          'start-dev': 'concurrently "npm run server-dev" "npm run dev"',
        },
        ['express', 'webpack-dev-server'],
      ),
      'src/main.js': LISTENS,
    },
    ['server backend express 5000: npm run server-dev', 'frontend frontend webpack 8080: npm run dev -- +P'],
  ],
  [
    'a script of any name that starts several side by side, and none that installs them',
    {
      'package.json': scripts({
        setup: 'concurrently "npm install --prefix server" "npm install --prefix client"',
        go: 'concurrently "npm run lazy --prefix server" "npm start --prefix client"',
      }),
      'client/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'server/package.json': scripts(
        {
          start: 'nodemon server.js',
          send: 'nodemon hls.js',
          lazy: 'concurrently "npm run start" "npm run send"',
        },
        ['express'],
      ),
      'server/server.js': LISTENS,
      'server/hls.js': LISTENS.replace('5000', '4000'),
    },
    [
      'server backend express 5000: npm run start @server',
      'send none express 4000: npm run send @server',
      'client frontend cra 3000: $ npm start --prefix client',
    ],
  ],
  [
    'a `start` that serves what was built is no page for developing',
    {
      'package.json': scripts({ start: 'serve -s build', dev: 'nodemon index.js' }, ['express']),
      'index.js': LISTENS,
    },
    ['backend backend express 5000: npm run dev'],
  ],
  [
    'a backend that a web server of the machine runs is said',
    { 'backend/api.php': '<?php', 'backend/index.html': '', 'web/package.json': vite },
    [WEB],
    ['backend'],
  ],
  [
    'a sentence about an option names no command',
    {
      'README.md': '- It runs on port 3000 with `bun run --hot` for instant reload\n',
      'api/package.json': scripts({ dev: 'nodemon main.js' }, ['express']),
      'api/main.js': LISTENS,
      'web/package.json': vite,
    },
    ['api backend express 5000: npm run dev @api', WEB],
  ],
  [
    'a page that the bundler’s config at the top names is made by the server',
    {
      'package.json': scripts({ dev: 'nodemon index.js' }, ['express']),
      'index.js': LISTENS,
      'webpack.config.js':
        "module.exports = { plugins: [new HtmlWebpackPlugin({ template: 'client/index.html' })] };\n",
      'client/index.html': '<div id="root" />',
    },
    ['backend backend express 5000: npm run dev'],
  ],
  [
    'what is loaded before the program names nothing',
    {
      'package.json': scripts({ dev: 'nodemon -r dotenv/config src/app.ts' }, ['koa']),
      'src/app.ts': LISTENS,
    },
    ['backend backend koa 5000: npm run dev'],
  ],
  [
    'Nest’s monorepo: the one that is started, and its port',
    {
      'package.json': scripts({ start: 'nest start' }, ['@nestjs/core']),
      'nest-cli.json': nestCli('apps/shop'),
      'apps/shop/src/main.ts': 'await app.listen(4010);\n',
      'apps/mail/src/main.ts': 'await app.listen(4020);\n',
    },
    ['backend backend nest 4010: npm run start'],
    ['mail'],
  ],
  [
    'Nest’s monorepo: the one that is named',
    {
      'package.json': scripts({ 'start:dev': 'nest start mail --watch' }, ['@nestjs/core']),
      'nest-cli.json': nestCli('apps/shop'),
      'apps/shop/src/main.ts': 'await app.listen(4010);\n',
      'apps/mail/src/main.ts': 'await app.listen(4020);\n',
    },
    ['backend backend nest 4020: npm run start:dev'],
    ['shop'],
  ],
  [
    'Deno’s own number, where its call names none',
    {
      'deno.json': { tasks: { start: 'deno run -A main.ts' } },
      'main.ts': 'Deno.serve((request) => answer(request));\n',
    },
    ['backend backend deno 8000: deno task start'],
  ],
  [
    'programs in a folder of apps/ that only groups them',
    {
      'package.json': scripts({ lint: 'eslint .' }),
      'apps/shop/server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'apps/shop/server/index.js': LISTENS,
      'apps/shop/web/package.json': vite,
    },
    [
      'server backend express 5000: npm run dev @apps/shop/server',
      `${WEB.replace('@web', '@apps/shop/web')}`,
    ],
  ],
  [
    'programs deeper still, where the README says to start them',
    {
      'code/v2/shop/api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'code/v2/shop/api/index.js': LISTENS,
      'code/v2/shop/web/package.json': vite,
      'README.md':
        '```sh\ncd code/v2/shop/api && npm run dev\n```\n```sh\ncd code/v2/shop/web && npm run dev\n```\n',
    },
    [
      'api backend express 5000: npm run dev @code/v2/shop/api',
      `${WEB.replace('@web', '@code/v2/shop/web')}`,
    ],
  ],
  [
    'what only docs/ says to type',
    {
      'package.json': vite,
      'board/main.js': LISTENS,
      'README.md': '# Shop\n',
      'docs/development.md': '```sh\nnpm run dev\ncd board\nnode main.js\n```\n',
    },
    ['frontend frontend vite 5173: npm run dev -- +P'],
    ['node main.js'],
  ],
  [
    'a page’s second server, by a script of its own',
    {
      'package.json': scripts(
        {
          dev: 'next dev',
          socket: 'node socket.js',
          'api:types': 'node types.js',
        },
        ['next'],
      ),
      'socket.js': LISTENS,
      'types.js': "require('fs').writeFileSync('types.ts', made);\n",
    },
    ['frontend frontend next 3000: npm run dev -- +P'],
    ['socket'],
  ],
  [
    'nodemon runs a script',
    {
      'package.json': scripts({
        dev: "nodemon --watch src -e ts --exec 'npm run begin'",
        begin: 'tsx src/begin.ts',
      }),
      'src/begin.ts': 'const port = 3456;\nserver.listen(port, host);\n',
    },
    ['backend backend node 3456: npm run dev'],
  ],
  [
    'what a watcher ignores is not what it runs',
    {
      'package.json': scripts(
        { dev: 'concurrently "tsx watch --ignore ./seed.ts ./src/index.ts" "livekit-server --dev"' },
        ['express', 'concurrently'],
      ),
      'src/index.ts': LISTENS,
    },
    [
      'backend backend express 5000: bin tsx watch --ignore ./seed.ts ./src/index.ts',
      'livekit-server none task -: bin livekit-server --dev',
    ],
  ],
  [
    'a folder that is compiled together with one beside it',
    {
      'api/package.json': scripts({ dev: 'nodemon out/api/app/www.js' }, ['express']),
      'api/app/www.ts': "import { serve } from './server';\nserve();\n",
      'api/app/server.ts': LISTENS,
    },
    ['api backend express 5000: npm run dev @api'],
  ],
  [
    'a start of what was built beside one for developing',
    {
      'package.json': scripts({ start: 'node dist/server/main.js', 'dev:ssr': 'ng run shop:serve-ssr' }, [
        '@angular/core',
        'express',
      ]),
    },
    ['frontend frontend angular 4200: npm run dev:ssr -- +P'],
  ],
  [
    'a folder of settings that are put together when it runs',
    {
      'package.json': scripts({ dev: 'nodemon server' }, ['express']),
      'server/index.js': "const config = require('./config');\napp.listen(config.port, config.ip);\n",
      'server/config/index.js': 'module.exports = merge(require(`./${env}`), require("./base"));\n',
      'server/config/base.js': 'module.exports = { port: process.env.PORT || 4321 };\n',
    },
    ['server backend express 4321: npm run dev'],
  ],
  [
    'the window that the script at the top opens, beside a site',
    {
      'package.json': scripts(
        { dev: 'npm run dev:desktop', 'dev:desktop': 'npm run dev -w @shop/desktop' },
        [],
        {
          workspaces: ['desktop', 'site'],
        },
      ),
      'desktop/package.json': scripts({ dev: 'electron-vite dev' }, ['electron-vite'], {
        name: '@shop/desktop',
      }),
      'site/package.json': scripts({ dev: 'astro dev' }, ['astro'], { name: '@shop/site' }),
    },
    ['desktop frontend electron-vite 5173: npm run dev @desktop'],
    ['site'],
  ],
  [
    'an API that only the README starts, in the package of its page',
    {
      'package.json': scripts({ start: 'ng serve' }, ['@angular/core', 'express']),
      'src/server/bin/www': "#!/usr/bin/env node\nrequire('http').createServer(app).listen(3000);\n",
      'README.md': 'Run `ng serve` for a dev server.\nRun `node src/server/bin/www` for its API.\n',
    },
    [
      'frontend frontend angular 4200: npm run start -- +P',
      'www backend express 3000: $ node src/server/bin/www',
    ],
  ],
  [
    'a page that is made again and again has no server',
    {
      'server/package.json': scripts({ serve: 'node index.js' }, ['express']),
      'server/index.js': LISTENS,
      'client/package.json': scripts({ serve: 'vue-cli-service build --watch' }, ['@vue/cli-service']),
      'client/vue.config.js': 'module.exports = {};\n',
    },
    ['server backend express 5000: npm run serve @server'],
    ['client'],
  ],
  [
    'services that only containers start',
    {
      'api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'api/index.js': LISTENS,
      'parts/stock/package.json': scripts({ 'start:dev': 'nest start --watch' }, ['@nestjs/core']),
      'db/Dockerfile': 'FROM postgres\n',
      'compose.yml':
        'services:\n  api:\n    build: ./api\n    ports: ["5000:5000"]\n  stock:\n    build: ./parts/stock\n  db:\n    build: ./db\n',
    },
    ['api backend express 5000: npm run dev @api'],
    ['stock'],
  ],
  [
    'everything by a name of its own, before production’s start',
    {
      'package.json': scripts({ start: 'turbo run start', 'dev:all': 'turbo run dev' }, ['turbo'], {
        workspaces: ['api', 'web'],
      }),
      'turbo.json': { tasks: { dev: {}, start: {} } },
      'api/package.json': scripts({ dev: 'node index.js', start: 'node index.js' }, ['express'], {
        name: 'api',
      }),
      'api/index.js': LISTENS,
      'web/package.json': scripts({ dev: 'vite', start: 'vite preview' }, ['vite'], { name: 'web' }),
    },
    ['api backend express 5000: npm run dev @api', WEB],
  ],
  [
    'a renderer by its own script',
    {
      'package.json': scripts({ 'start:renderer': 'webpack serve', 'start:main': 'node debug.js' }, [
        'electron',
      ]),
    },
    ['frontend frontend webpack 8080: npm run start:renderer -- +P'],
  ],
  [
    'a port that is handed to what listens',
    {
      'package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['express']),
      'src/index.ts':
        "import { PORT } from './config';\nimport { App } from './app';\nnew App([new Users()], PORT).start();\n",
      'src/config.ts': 'export const PORT = process.env.PORT ? parseInt(process.env.PORT, 10) : 4400;\n',
      'src/app.ts':
        'export class App {\n  constructor(all, port) { this.port = port; }\n  start() { this.server.listen(this.port); }\n}\n',
    },
    ['backend backend express 4400: npm run dev'],
  ],
  [
    'a socket server that the README starts beside Next',
    {
      'package.json': scripts({ dev: 'next dev' }, ['next', 'ws']),
      'lib/sockets.js': 'new WebSocketServer({ port: 3001 });\n',
      'README.md': '```sh\nnpm run dev\nnode lib/sockets.js\n```\n',
    },
    ['frontend frontend next 3000: npm run dev -- +P', 'sockets backend ws 3001: $ node lib/sockets.js'],
  ],
  [
    'a file that prepares a machine of production’s, beside dev',
    {
      'package.json': scripts({ dev: 'vite', start: 'node server.js' }, ['vite', 'express']),
      'start.sh': '#!/bin/sh\nfallocate -l 512M /swapfile\nswapon /swapfile\nnpm run start\n',
      'README.md': '```sh\nnx run-many -t <target>\n```\n',
    },
    ['frontend frontend vite 5173: npm run dev -- +P'],
  ],
  [
    'Vite in packages that are made for others is no page',
    {
      'package.json': scripts({}, ['vite'], { workspaces: ['ui', 'apps/*'] }),
      'ui/package.json': {},
      'ui/vite.config.ts': "export default { build: { lib: { entry: 'src/index.ts' } } };\n",
      'apps/web/package.json': {},
      'apps/web/vite.config.ts': 'export default {};\n',
      'apps/web/index.html': '<script type="module" src="/src/main.ts"></script>',
    },
    ['web frontend vite 5173: npm exec --silent -- vite +P @apps/web'],
  ],
  [
    'a socket server beside the API',
    {
      'api/package.json': scripts({ start: 'nodemon server.js' }, ['express']),
      'api/server.js': LISTENS,
      'socket/package.json': scripts({ start: 'nodemon index.js' }, ['socket.io']),
      'socket/index.js': 'io.listen(3000);\n',
      'web/package.json': vite,
    },
    ['api backend express 5000: npm run start @api', WEB],
    ['socket'],
  ],
  [
    'what is done with a database is no server',
    {
      'package.json': scripts({ dev: 'nodemon index.js', 'db:rollback': 'node rollback.js' }, ['express']),
      'index.js': LISTENS,
      'rollback.js': "import './index.js';\n",
    },
    ['backend backend express 5000: npm run dev'],
  ],
  [
    'a server by several names is one',
    {
      'package.json': scripts(
        { dev: 'nodemon src/server.js', server: 'node src/server.js', api: 'node dist/server.js' },
        ['express'],
      ),
      'src/server.js': LISTENS,
    },
    ['backend backend express 5000: npm run dev'],
  ],
];

testPlaces('a small project', places, project);

test('a number of Deno’s that nobody can read is said', async () => {
  const root = await project({
    'deno.json': { tasks: { start: 'deno run -A main.ts' } },
    'main.ts': 'Deno.serve({ port: config.port, onListen: () => {} }, handler);\n',
  });
  assert.match((await detect(root)).notes.join(), /no file that was read says where it listens/);
});

test('a script at the top that starts the very server of a folder is not spoken of', async () => {
  const root = await project({
    'package.json': scripts({ dev: 'nodemon api/main.js' }),
    'api/package.json': scripts({ dev: 'nodemon main.js' }, ['express']),
    'api/main.js': LISTENS,
    'web/package.json': vite,
  });
  const { notes, apps } = await detect(root);
  assert.deepEqual([notes, apps.length], [[], 2]);
});

test('functions beside a page of plain files are said', async () => {
  const root = await project({
    'index.html': '<html></html>',
    'netlify/functions/rooms.js': 'exports.handler = () => {};\n',
  });
  const { leftOut } = await detect(root);
  assert.deepEqual(
    leftOut.map(({ what, file }) => `${what} ${file}`),
    ['functions netlify/functions'],
  );
});
