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
