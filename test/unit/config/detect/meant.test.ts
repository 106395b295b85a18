import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts, summary } from './projects.ts';

/** Which of several commands their owner means for developing, and what is then no part of it. */

const project = await projects();

const LISTENS = "require('express')().listen(process.env.PORT || 4000)";
const SERVES_BUILT = `const express = require('express');\nexpress().use(express.static('dist/')).listen(4000)`;
const vite = scripts({ dev: 'vite' }, ['vite']);
const GULP =
  "const nodemon = require('gulp-nodemon');\ngulp.task('run', gulp.series('build', () => nodemon({ script: 'bin/server.js' })));";
const PAGE = 'frontend frontend vite 5173: npm run dev -- +P';

/** Title, files, apps, what is left out, notes. */
const places: [string, Files, string[], string[]?, string[]?][] = [
  [
    'a builder whose own file starts what it has built',
    {
      'package.json': scripts({ start: 'gulp run' }, ['express']),
      'gulpfile.js': GULP,
      'src/server/server.js': LISTENS,
      'src/client/index.html': '<html></html>',
    },
    ['app none ? *: npm run start'],
    [],
    ['package.json script "start" is run as it stands: gulpfile.js builds and starts in its own way'],
  ],
  [
    'a command for Windows’ shell',
    {
      'package.json': scripts({
        both: 'concurrently "cd server & npm start" "npm run web"',
        web: 'cd web & npm run dev',
      }),
      'server/package.json': scripts({ start: 'node index.js' }, ['express']),
      'server/index.js': LISTENS,
      'web/package.json': vite,
    },
    [
      'server backend express 4000: $ cd server && npm start',
      'web frontend vite 5173: $ cd web && npm run dev -- +P',
    ],
    [],
    [
      'package.json script "both" is written for Windows, where "cd server & npm start" changes the folder first: it is started as "cd server && npm start"',
      'package.json script "web" is written for Windows, where "cd web & npm run dev" changes the folder first: it is started as "cd web && npm run dev"',
    ],
  ],
  ...(process.platform === 'win32'
    ? []
    : ([
        [
          'a variable for Windows’ shell',
          { 'package.json': scripts({ start: 'set PORT=3005&& react-scripts start' }, ['react-scripts']) },
          ['frontend frontend cra 3000: npm run start'],
          [],
          ['frontend: its script sets PORT as Windows’ shell does; here PORT stays as it is'],
        ],
      ] satisfies typeof places)),
  [
    'a builder that no script calls, by the README’s word',
    {
      'package.json': scripts({ start: 'node bin/server.js', test: 'gulp test' }, ['express', 'gulp']),
      'gulpfile.js': GULP,
      'bin/server.js': LISTENS,
      'README.md': 'Install everything, then run `gulp run` and open http://localhost:4000.',
    },
    ['app none ? *: $ npx gulp run'],
    [],
    ['gulpfile.js "run" is run as it stands: gulpfile.js builds and starts in its own way'],
  ],
  [
    'its first task, in a sentence',
    {
      'package.json': scripts({ test: 'mocha' }, ['gulp']),
      'gulpfile.js': "const server = require('gulp-connect');\nexports.default = gulp.series(build, serve);",
      'README.md': 'Use `gulp` to start it.',
    },
    ['app none ? *: $ npx gulp'],
    [],
    ['gulpfile.js "default" is run as it stands: gulpfile.js builds and starts in its own way'],
  ],
  [
    'its tasks in a folder, and no start of another kind',
    {
      'package.json': scripts({ build: 'gulp build' }, ['gulp', 'browser-sync']),
      'gulpfile.js': "require('require-dir')('./tasks');\ngulp.task('serve', ['watch']);",
      'index.html': '<html></html>',
    },
    ['app none ? *: $ npx gulp serve'],
    [],
    ['gulpfile.js "serve" is run as it stands: gulpfile.js builds and starts in its own way'],
  ],
  [
    'a script for it that is not called start',
    {
      'package.json': scripts({ serve: 'gulp serve' }, ['gulp', 'browser-sync']),
      'gulpfile.js': "const sync = require('browser-sync');\ngulp.task('serve', () => sync.init());",
    },
    ['app none ? *: npm run serve'],
    [],
    ['package.json script "serve" is run as it stands: gulpfile.js builds and starts in its own way'],
  ],
  [
    'a builder that serves, of which no README speaks, beside a start',
    {
      'package.json': scripts({ start: 'node server.js' }, ['express', 'gulp']),
      'gulpfile.js': GULP,
      'server.js': LISTENS,
    },
    ['backend backend express 4000: npm run start'],
  ],
  [
    'a builder that only builds',
    {
      'package.json': scripts({ watch: 'gulp watch', start: 'node server.js' }, ['express']),
      'gulpfile.js': "gulp.task('watch', () => gulp.watch('src', build));",
      'server.js': LISTENS,
    },
    ['backend backend express 4000: npm run start'],
  ],
  [
    'a pair of which each has something that ends first, beside production’s start',
    {
      'package.json': scripts({
        start: 'node dist/apps/api/main',
        'start:client': 'nx run client:assets && nx run client:serve --configuration=de --hmr',
        'start:server': 'nx run api:assets && nx run api:serve --watch',
      }),
      'nx.json': {},
      'apps/api/project.json': { name: 'api', targets: { serve: { executor: '@nx/js:node' } } },
      'apps/api/package.json': scripts({}, ['@nestjs/core']),
      'apps/api/src/main.ts': 'await app.listen(process.env.PORT || 3333);',
      'apps/client/project.json': {
        name: 'client',
        targets: {
          serve: {
            executor: '@nx/angular:dev-server',
            options: { proxyConfig: 'apps/client/proxy.conf.json' },
          },
        },
      },
      'apps/client/proxy.conf.json': { '/api': { target: 'http://localhost:3333' } },
    },
    [
      'nx none ? once: bin nx run api:assets',
      'server backend nest 3333: bin nx run api:serve --watch after nx',
      'nx-2 none ? once: bin nx run client:assets',
      'client frontend angular 4200: bin nx run client:serve --configuration=de --hmr --port={port} after nx-2',
    ],
  ],
  [
    'projects of Nx in folders that only group others',
    {
      'package.json': scripts({ dev: 'nx run-many -t serve' }),
      'nx.json': {},
      'apps/backend/admin/admin-api/project.json': {
        name: 'admin-api',
        targets: { serve: { executor: '@nx/js:node' } },
      },
      'apps/backend/admin/admin-api/src/main.ts': 'await app.listen(process.env.PORT || 3333);',
      'apps/web/project.json': { name: 'web', targets: { serve: { executor: '@nx/vite:dev-server' } } },
    },
    [
      'admin-api backend node 3333: bin nx run admin-api:serve',
      'web frontend vite 5173: bin nx run web:serve --port={port}',
    ],
  ],
  [
    'the one that starts again, beside the one that starts once',
    {
      'server/package.json': scripts(
        { start: 'node app.js', server: 'nodemon app.js', 'debug:server': 'nodemon --inspect app.js' },
        ['express'],
      ),
      'server/app.js': LISTENS,
      'client/package.json': vite,
    },
    [
      'server backend express 4000: npm run server @server',
      'client frontend vite 5173: npm run dev -- +P @client',
    ],
  ],
  [
    'the one that starts again would lose what comes before the other',
    {
      'package.json': scripts(
        { prestart: 'cp config.sample.js config.js', start: 'node app.js', 'start-dev': 'nodemon app.js' },
        ['express'],
      ),
      'app.js': LISTENS,
    },
    ['backend backend express 4000: npm run start'],
  ],
  [
    'names that differ only in the role, beside a start that is production’s',
    {
      'package.json': scripts(
        {
          start: 'PRODUCTION=true npm run server:start',
          'server:start': 'tsx server/index.ts',
          'server:start:dev': 'nodemon --exec tsx server/index.ts',
          'client:start:dev': 'vite --config client/vite.config.js',
        },
        ['express', 'vite', 'tsx'],
      ),
      'server/index.ts': LISTENS,
      'client/vite.config.js': 'export default { server: { port: 3000 } }',
    },
    [
      'server backend express 4000: npm run server:start:dev',
      'client frontend vite 3000: npm run client:start:dev -- +P',
    ],
  ],
  [
    'a dev that nobody can look into, beside one that starts several',
    {
      'package.json': scripts(
        {
          dev: 'node tools/own.mjs',
          'dev:all': 'concurrently "npm:serve:*"',
          'serve:api': 'node api.js',
          'serve:web': 'vite',
        },
        ['express', 'vite'],
      ),
      'tools/own.mjs': "import './start.mjs';",
      'api.js': LISTENS,
    },
    ['api backend express 4000: npm run serve:api', 'web frontend vite 5173: npm run serve:web -- +P'],
    [],
    ['package.json script "dev" is not used: what it starts cannot be seen; "dev:all" is'],
  ],
  [
    'a dev whose file is gone, beside what serves the built ones',
    {
      'package.json': scripts(
        {
          dev: 'node scripts/dev.mjs',
          serve: 'concurrently npm:site:*',
          'site:a': 'serve a',
          'site:b': 'serve b',
        },
        ['serve'],
      ),
    },
    [
      'site:a frontend serve 3000: npm run site:a -- -l {port}',
      'site:b none serve 3000: npm run site:b -- -l {port}',
    ],
    [],
    ['package.json script "dev" is not used: what it starts cannot be seen; "serve" is'],
  ],
  [
    'a package of the workspace that is called as a role, and starts what nobody knows',
    {
      'package.json': { workspaces: ['packages/*'] },
      'packages/frontend/package.json': {
        name: 'frontend',
        ...scripts({ start: 'ng serve' }, ['@angular/core']),
      },
      'packages/backend/package.json': {
        name: 'backend',
        ...scripts({ serve: 'npm run build && firebase emulators:start --only functions', build: 'tsc' }),
      },
    },
    ['frontend frontend angular 4200: npm run start -- +P @packages/frontend'],
    ['packages/backend: no server was recognised in it; a config can add it'],
  ],
  [
    'a program of PocketBase, which does nothing without its word',
    {
      'pb/go.mod': 'module pb\n\nrequire (\n\tgithub.com/pocketbase/pocketbase v0.27.2\n)\n',
      'pb/main.go': 'package main\n\nfunc main() {\n\tapp := pocketbase.New()\n\tapp.Start()\n}\n',
      'sk/package.json': vite,
      'sk/vite.config.js': "export default { server: { proxy: { '/api': 'http://127.0.0.1:8090' } } }",
    },
    [
      'pb backend go 8090: go run . serve --http={host}:{port} @pb',
      'sk frontend vite 5173: npm run dev -- +P @sk',
    ],
  ],
  [
    'a folder found at last, beside containers',
    {
      'docker-compose.yml': 'services:\n  api:\n    build: .\n    ports: ["1667:1667"]\n',
      'source/server.ts':
        'import { serve } from "https://deno.land/std/http/server.ts";\nserve({ port: 1667 });',
      'source/deno.json': {},
    },
    ['source backend deno 1667: deno run -A --watch server.ts @source'],
    ['docker-compose.yml: it builds and starts the containers api; "docker compose up" would start them'],
  ],
  [
    'a port of an env file that the config loads from above, and one that a function of the project makes',
    {
      '.env.development': 'VITE_APP_PORT=3001\n',
      'package.json': { workspaces: ['web', 'admin'], ...scripts({ dev: 'npm run dev --workspaces' }) },
      'web/package.json': { name: 'web', ...vite },
      'web/vite.config.js':
        'export default defineConfig(({ mode }) => {\n  const vars = loadEnv(mode, `../`);\n  return { server: { port: Number(vars.VITE_APP_PORT || 3000) } };\n});',
      'admin/package.json': { name: 'admin', ...vite },
      'admin/vite.config.js':
        "import { page } from '../page.js';\nexport default page({ name: 'admin', port: 4200 });",
    },
    ['admin none vite 4200: npm run dev -- +P @admin', 'web frontend vite 3001: npm run dev -- +P @web'],
  ],
  [
    'what restarts another program',
    {
      'package.json': scripts({ start: 'node app.js', tool: 'nodemon tool.js' }, ['express']),
      'app.js': LISTENS,
      'tool.js': '',
    },
    ['backend backend express 4000: npm run start'],
  ],
  [
    'the server’s script for developing, beside the one that builds first',
    {
      'package.json': scripts(
        {
          start: 'vite',
          'start:server': 'tsc && node dist/index.js',
          'start:server:dev': 'nodemon api/index.js',
        },
        ['express', 'vite'],
      ),
      'api/index.js': LISTENS,
    },
    [
      'server backend express 4000: npm run start:server:dev',
      'frontend frontend vite 5173: npm run start -- +P',
    ],
  ],
  [
    'production’s server is no part of developing',
    {
      'package.json': scripts({ dev: 'vite', start: 'node server' }, ['vite', 'express']),
      'server.js': SERVES_BUILT,
    },
    [PAGE],
    ['server.js: "start" runs it on what was built, and "dev" starts the page; a config can add it'],
  ],
  [
    'a server to which the page hands its calls on is one of developing, too',
    {
      'package.json': scripts({ dev: 'vite', start: 'node server.js' }, ['vite', 'express']),
      'server.js': SERVES_BUILT,
      'vite.config.js': "export default { server: { proxy: { '/api': 'http://localhost:4000' } } }",
    },
    ['backend backend express 4000: node server.js', PAGE],
  ],
  [
    'several of the owner’s own command, beside a worker and a file that only a shell can read',
    {
      'package.json': { ...scripts({ dev: 'turbo dev' }), workspaces: ['apps/*'] },
      'turbo.json': { tasks: { dev: { persistent: true } } },
      'start-dev.sh': 'npm run web & WEB=$!\nif x; then\n  cd y\nfi\nnpm run workers &\nwait\n',
      'apps/web/package.json': { name: 'web', ...scripts({ dev: 'next dev' }, ['next']) },
      'apps/site/package.json': { name: 'site', ...scripts({ dev: 'astro dev' }, ['astro']) },
      'apps/workers/package.json': { name: 'workers', ...scripts({ start: 'tsx watch index.ts' }, ['hono']) },
      'apps/workers/index.ts': 'serve({ fetch: app.fetch, port: config.port })',
    },
    [
      'site none astro 4321: npm run dev -- +P @apps/site',
      'web frontend next 3000: npm run dev -- +P @apps/web',
    ],
    ['apps/workers: the command at the top does not start it; a config can add it'],
  ],
];
for (const [title, files, apps, leftOut = [], notes = []] of places) {
  test(title, async () => {
    const root = await project(files);
    const found = await detect(root);
    assert.deepEqual(
      found.apps.map((app) => summary(app, root)),
      apps,
    );
    assert.deepEqual(
      found.leftOut.map(({ file, why }) => `${file}: ${why}`),
      leftOut,
    );
    assert.deepEqual(found.notes, notes);
  });
}
