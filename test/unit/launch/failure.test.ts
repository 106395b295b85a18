import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingIn } from '../../../src/launch/failure.ts';

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
