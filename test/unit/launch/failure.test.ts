import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { explainSpawnError, missingIn } from '../../../src/launch/failure.ts';
import type { InstancePlan } from '../../../src/plan/types.ts';

const cases: [string, string | undefined][] = [
  ['sh: 1: vite: not found', 'vite'],
  ['/bin/sh: 1: pnpm: not found', 'pnpm'],
  ['bash: line 1: pnpm: command not found', 'pnpm'],
  ['zsh:1: command not found: yarn', 'yarn'],
  ['sh: turbo: not found', 'turbo'],
  ['/usr/bin/env: ‘bun’: No such file or directory', 'bun'],
  ["env: 'python': No such file or directory", 'python'],
  ['Error: user 7 not found', undefined],
  ['GET /x 404', undefined],
];
for (const [line, program] of cases) {
  test(`missing in ${JSON.stringify(line)}: ${program}`, () => {
    assert.equal(missingIn(['> dev', line, '', 'npm error code 127']), program);
  });
}

const installs: [string, Record<string, string>, RegExp][] = [
  ['nothing says which', {}, /no node_modules for .*: run `npm install` there/],
  [
    'packageManager of the root',
    { '../package.json': '{"packageManager": "pnpm@9.1.0"}' },
    /run `pnpm install`/,
  ],
  ['a lock of the root', { '../yarn.lock': '' }, /run `yarn install`/],
  ['installed above', { '../node_modules/.keep': '' }, /^Install it, or name its path/],
  ["Yarn's Plug'n'Play", { '../yarn.lock': '', '../.pnp.cjs': '' }, /^Install it, or name its path/],
];
for (const [title, files, hint] of installs) {
  test(`a missing program, and how to get it: ${title}`, async (t) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'devstart-failure-'));
    t.after(() => rm(dir, { recursive: true }));
    const cwd = path.join(dir, 'web');
    for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) {
      await mkdir(path.dirname(path.join(cwd, file)), { recursive: true });
      await writeFile(path.join(cwd, file), text);
    }
    const plan = {
      label: 'web',
      cwd,
      command: { kind: 'argv', argv: ['vite'] },
      env: { without: [] },
    } as unknown as InstancePlan;
    const error = Object.assign(new Error('spawn vite ENOENT'), { code: 'ENOENT' });
    const { failure, exitCode } = await explainSpawnError(plan, error, { PATH: '' });
    assert.equal(exitCode, 127);
    assert.match(failure.hint ?? '', hint);
  });
}
