import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { recogniseApp } from '../../../../src/config/detect/index.ts';
import { nodemonLine, usedPackages } from '../../../../src/config/detect/node-entry.ts';
import { Project } from '../../../../src/config/detect/project.ts';
import { type Files, found, projectOf } from './files.ts';

const dir = await projectOf({
  'package.json': {
    scripts: { dev: 'vp dev', api: 'wrangler dev', wrapped: 'dotenv next dev' },
    dependencies: { vite: '*' },
  },
  'web/package.json': { name: 'web', scripts: {} },
});
const V = '--port {port} --strictPort';

// [command line, framework, default port, what it becomes]
const lines: [string, string | undefined, number | undefined, string][] = [
  ['yarn vite', 'vite', 5173, `yarn vite ${V}`],
  ['yarn run vite --port 4000', 'vite', 4000, `yarn run vite --port 4000 ${V}`],
  ['pnpm next dev', 'next', 3000, 'pnpm next dev -p {port}'],
  ['bun run vite', 'vite', 5173, `bun run vite ${V}`],
  ['yarn cross-env A=1 vite', 'vite', 5173, `yarn cross-env A=1 vite ${V}`],
  ['npm exec vite', 'vite', 5173, `npm exec vite -- ${V}`],
  ['dotenv next dev --turbo', 'next', 3000, 'dotenv next dev --turbo -- -p {port}'],
  ['npx dotenv -e .env -- next dev', 'next', 3000, 'npx dotenv -e .env -- next dev -p {port}'],
  ['pnpm run wrapped', 'next', 3000, 'pnpm run wrapped -- -p {port}'],
  ['bun run wrapped', 'next', 3000, 'bun run wrapped'],
  ['npm exec -- vite', 'vite', 5173, `npm exec -- vite ${V}`],
  ['vp dev', 'vite-plus', 5173, `vp dev ${V}`],
  ['vp run dev', 'vite-plus', 5173, `vp run dev ${V}`],
  ['vpr dev', 'vite-plus', 5173, `vpr dev ${V}`],
  ['vp exec vite', 'vite', 5173, `vp exec vite ${V}`],
  ['node --run dev', 'vite-plus', 5173, `node --run dev -- ${V}`],
  ['vinext dev', 'vinext', 5173, `vinext dev ${V}`],
  ['electron-vite dev', 'electron-vite', 5173, 'electron-vite dev'],
  ['snowpack dev', 'snowpack', 8080, 'snowpack dev --port {port}'],
  ['./gradlew :api:bootRun', 'spring', 8080, './gradlew :api:bootRun'],
  ['mvn -pl api quarkus:dev', 'quarkus', 8080, 'mvn -pl api quarkus:dev'],
  [
    'bundle exec sidekiq -C config/sidekiq.yml',
    'task',
    undefined,
    'bundle exec sidekiq -C config/sidekiq.yml',
  ],
  ['bin/jobs', 'task', undefined, 'bin/jobs'],
  ['bin/vite dev', 'task', undefined, 'bin/vite dev'],
  ['python manage.py qcluster', 'task', undefined, 'python manage.py qcluster'],
  ['celery -A shop worker', 'task', undefined, 'celery -A shop worker'],
  ['redis-server', 'task', undefined, 'redis-server'],
  [
    'cloudflared tunnel --url http://localhost:3000',
    'task',
    undefined,
    'cloudflared tunnel --url http://localhost:3000',
  ],
];
for (const [line, framework, port, expected] of lines) {
  test(`knows: ${line}`, async () => {
    const app = await recogniseApp(draftApp('x', { kind: 'shell', line }, dir, ''), { prod: false });
    assert.deepEqual(
      [app.framework, app.runs?.pinned ?? app.defaultPorts.own, app.command],
      [framework, port, { kind: 'shell', line: expected }],
    );
  });
}

test('Astro 7 is told that it is in the background already', async () => {
  const app = await recogniseApp(draftApp('x', { kind: 'shell', line: 'astro dev' }, dir, ''), {
    prod: false,
  });
  assert.deepEqual(app.frameworkEnv.ASTRO_DEV_BACKGROUND, '1');
});

// [what nodemon is called with, the files beside it, what it runs]
const nodemon: [string, Files, string | undefined][] = [
  ['nodemon', { 'package.json': { main: 'src/app.js' }, 'index.js': '' }, 'node src/app.js'],
  ['nodemon', { 'package.json': {}, 'index.js': '' }, 'node index.js'],
  ['nodemon', { 'package.json': { scripts: { start: 'node bin/www' } } }, 'node bin/www'],
  ['nodemon', { 'package.json': { scripts: { start: 'nodemon' } } }, undefined],
  ['nodemon', { 'nodemon.json': { exec: 'ts-node src/index.ts' } }, 'ts-node src/index.ts'],
  [
    'nodemon',
    { 'package.json': { nodemonConfig: { exec: 'tsx', script: 'src/main.ts' } } },
    'tsx src/main.ts',
  ],
  [
    'nodemon --config dev.json',
    { 'dev.json': { exec: 'python app.py' }, 'nodemon.json': { exec: 'no' } },
    'python app.py',
  ],
  ['nodemon -w src -e ts,json', { 'package.json': { main: 'server.js' } }, 'node server.js'],
  ['nodemon --watch src server/index.ts', {}, 'ts-node server/index.ts'],
];
for (const [line, files, expected] of nodemon) {
  test(`${line} beside ${Object.keys(files)} runs ${expected}`, async () => {
    const root = await projectOf(files);
    assert.equal(await nodemonLine(new Project(root), root, line.split(' ')), expected);
  });
}

test('nodemon’s exec is its words’', async () => {
  const root = await projectOf({});
  const words = ['nodemon', '-w', 'src', '--exec', 'python -m flask run'];
  assert.equal(await nodemonLine(new Project(root), root, words), 'python -m flask run');
});

const page = { scripts: { dev: 'vite' }, dependencies: { vite: '*' } };
const VITE = 'frontend vite 5173: npm run --silent dev -- --port {port} --strictPort';
const projects: [string, Files, string[]][] = [
  [
    'bare nodemon of a package',
    {
      'package.json': { main: 'lib/main.js', scripts: { dev: 'nodemon' }, dependencies: { express: '*' } },
      'lib/main.js': 'app.listen(process.env.PORT || 4100)',
    },
    ['backend backend express -: npm run --silent dev'],
  ],
  [
    'webpack’s own server in client/',
    {
      'client/package.json': {
        scripts: { start: 'node server.js' },
        dependencies: { express: '*', 'webpack-dev-middleware': '*' },
      },
      'client/server.js': "const dev = require('webpack-dev-middleware');\napp.listen(3000)",
      'server/package.json': { scripts: { start: 'node index.js' }, dependencies: { express: '*' } },
      'server/index.js': 'app.listen(4000)',
    },
    [
      'server backend express -: npm run --silent start @server',
      'client frontend node -: npm run --silent start @client',
    ],
  ],
  [
    'a command line client in a package of its own',
    {
      'package.json': { workspaces: ['packages/*'] },
      'packages/cli/package.json': {
        name: 'cli',
        scripts: { dev: 'tsx src/index.ts' },
        dependencies: { commander: '*' },
      },
      'packages/cli/src/index.ts': "import { Command } from 'commander';\nimport { run } from './run.js';\n",
      'packages/cli/src/run.ts': 'export const run = () => {};\n',
      'packages/web/package.json': page,
    },
    [`web ${VITE} @packages/web`],
  ],
  [
    'a server that reads its options with commander',
    {
      'package.json': { scripts: { dev: 'tsx src/index.ts' }, dependencies: { commander: '*' } },
      'src/index.ts': "import { Command } from 'commander';\nimport { start } from './start.ts';\n",
      'src/start.ts': "import http from 'node:http';\nhttp.createServer().listen(process.env.PORT);\n",
    },
    ['backend backend node -: npm run --silent dev'],
  ],
];
for (const [name, files, expected] of projects) {
  test(`reads: ${name}`, async () => assert.deepEqual(await found(files), expected));
}

test('what a text imports', () => {
  const text =
    "import a from 'a';\nimport 'b';\nexport { c } from \"./c\";\nconst d = require('@d/e'); await import('f/g');";
  assert.deepEqual(usedPackages(text), ['a', 'b', './c', '@d/e', 'f/g']);
});
