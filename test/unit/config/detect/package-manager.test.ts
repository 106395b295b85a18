import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreed, packageManager, spokenOf } from '../../../../src/config/detect/package-manager.ts';
import { Project } from '../../../../src/config/detect/project.ts';
import { type Files, projectOf } from './files.ts';

const cases: [string, Files, string][] = [
  ['no lock', { 'package.json': {} }, 'npm'],
  ['bun.lockb left beside package-lock.json', { 'package-lock.json': '{}', 'bun.lockb': '' }, 'npm'],
  ['bun.lockb alone', { 'bun.lockb': '' }, 'bun'],
  ['bun.lock beside package-lock.json', { 'package-lock.json': '{}', 'bun.lock': '' }, 'bun'],
  [
    'bun.lock, and all else speaks of npm',
    { 'package-lock.json': '{}', 'bun.lock': '', 'README.md': 'npm install\nnpm run dev\n' },
    'npm',
  ],
  [
    'package-lock.json beside bun.lockb, and the scripts call bun',
    {
      'package-lock.json': '{}',
      'bun.lockb': '',
      'package.json': { scripts: { dev: 'bun run --hot src/index.ts' } },
    },
    'bun',
  ],
  [
    'what is installed',
    { 'yarn.lock': '', 'package-lock.json': '{}', 'node_modules/.package-lock.json': '{}' },
    'npm',
  ],
  ['settings of yarn', { 'pnpm-lock.yaml': '', 'yarn.lock': '', '.yarnrc.yml': '' }, 'yarn'],
  [
    'a README that offers all of them decides nothing',
    {
      'yarn.lock': '',
      'package-lock.json': '{}',
      'README.md': 'npm run dev\n# or\nyarn dev\n# or\npnpm dev\n# or\nbun dev\n',
    },
    'yarn',
  ],
  [
    'packageManager beats every lock',
    { 'package.json': { packageManager: 'pnpm@9.1.0' }, 'yarn.lock': '' },
    'pnpm',
  ],
  [
    'devEngines',
    { 'package.json': { devEngines: { packageManager: { name: 'yarn', version: '4' } } } },
    'yarn',
  ],
];
for (const [name, files, expected] of cases) {
  test(`package manager: ${name}`, async () => {
    const root = await projectOf(files);
    assert.equal(await packageManager(new Project(root), root), expected);
  });
}

test('a folder’s package manager is the root’s', async () => {
  const root = await projectOf({ 'pnpm-lock.yaml': '', 'web/package.json': {} });
  assert.equal(await packageManager(new Project(root), `${root}/web`), 'pnpm');
});

test('the most votes, else the first', () => {
  assert.equal(agreed(['pnpm', 'npm'], ['npm', 'yarn', 'yarn']), 'npm');
  assert.equal(agreed(['pnpm', 'npm'], []), 'pnpm');
});

test('whom a text calls most', () => {
  assert.equal(spokenOf('npm i, npx vite, then npm run dev; see package bun of Brian, npm-run-all'), 'npm');
  assert.equal(spokenOf('nothing'), undefined);
  assert.equal(spokenOf('yarn dev or pnpm dev'), undefined);
});
