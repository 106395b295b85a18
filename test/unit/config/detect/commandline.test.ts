import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptCall, splitLine } from '../../../../src/config/detect/commandline.ts';

const calls: [string, object | undefined][] = [
  ['npm run dev', { pm: 'npm', script: 'dev' }],
  ['npm start --prefix client', { pm: 'npm', script: 'start', dir: 'client' }],
  ['npm --prefix=client run dev', { pm: 'npm', script: 'dev', dir: 'client' }],
  ['npm run dev -w web', { pm: 'npm', script: 'dev', workspace: 'web' }],
  [
    'npm run dev -w packages/web -- --open',
    { pm: 'npm', script: 'dev', workspace: 'packages/web', args: ['--open'] },
  ],
  ['npm run dev -w web -w api', { pm: 'npm', script: 'dev', all: true, filters: ['web', 'api'] }],
  ['npm run dev --workspaces --if-present', { pm: 'npm', script: 'dev', all: true }],
  ['npm run with-env -- next dev', { pm: 'npm', script: 'with-env', args: ['next', 'dev'] }],
  ['npm run with-env next dev', { pm: 'npm', script: 'with-env', args: ['next', 'dev'] }],
  ['yarn workspace web dev', { pm: 'yarn', script: 'dev', workspace: 'web' }],
  [
    'yarn workspace @x/web run dev --port 3',
    { pm: 'yarn', script: 'dev', workspace: '@x/web', args: ['--port', '3'] },
  ],
  ['yarn workspaces foreach -Api run dev', { pm: 'yarn', script: 'dev', all: true }],
  [
    'yarn workspaces foreach -A --include @x/* --exclude docs run dev',
    { pm: 'yarn', script: 'dev', all: true, filters: ['@x/*', '!docs'] },
  ],
  ['yarn --cwd client start', { pm: 'yarn', script: 'start', dir: 'client' }],
  ['pnpm --filter ./web dev', { pm: 'pnpm', script: 'dev', workspace: 'web' }],
  ['pnpm --filter web... dev', { pm: 'pnpm', script: 'dev', all: true, filters: ['web...'] }],
  ['pnpm -r --parallel dev', { pm: 'pnpm', script: 'dev', all: true }],
  ['pnpm --parallel --filter web dev', { pm: 'pnpm', script: 'dev', workspace: 'web' }],
  ['pnpm -r --workspace-concurrency 4 run dev', { pm: 'pnpm', script: 'dev', all: true }],
  ['pnpm with-env next dev', { pm: 'pnpm', script: 'with-env', args: ['next', 'dev'] }],
  ['pnpm dev --filter=web', { pm: 'pnpm', script: 'dev', args: ['--filter=web'] }],
  ['bun --filter * dev', { pm: 'bun', script: 'dev', all: true, filters: ['*'] }],
  ['node --run dev -- --open', { pm: 'npm', script: 'dev', args: ['--open'] }],
  ['npm install', undefined],
  ['npm exec vite', undefined],
  ['bun run src/index.ts', undefined],
  ['node server.js', undefined],
  ['vite', undefined],
];

test('calls of scripts', () => {
  for (const [line, expected] of calls) {
    assert.deepEqual(scriptCall(line.split(' ')), expected && { args: [], ...expected }, line);
  }
});

test('operators within quotes are words', () => {
  assert.deepEqual(
    splitLine(`a "b && c" & d`).map(({ words, next }) => [words, next]),
    [
      [['a', 'b && c'], '&'],
      [['d'], ''],
    ],
  );
});
