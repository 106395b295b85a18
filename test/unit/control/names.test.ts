import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  displayName,
  type KnownRun,
  nameWithin,
  resolveHere,
  resolveName,
  runsHere,
} from '../../../src/control/names.ts';

const run = (
  id: string,
  root: string,
  project: string,
  ...instances: [string, number, number][]
): KnownRun => ({
  run: id,
  root,
  project,
  instances: instances.map(([app, instance, number]) => ({ app, instance, id: number })),
});
const shop = run('r1-a', '/work/shop', 'shop', ['api', 0, 0], ['api', 1, 1], ['web', 0, 2]);
const other = run('r2-b', '/tmp/shop', 'shop', ['api', 0, 3], ['dev:api', 0, 4]);
const blog = run('r3-c', '/work/blog', 'blog', ['blog', 0, 5]);
const tools = run('r4-d', '/work/tools', 'tools', ['tools', 0, 6], ['docs', 0, 7]);
const all = [shop, other, blog, tools];

/** the name; the folder; what it means, as `run name`, or the error's code */
const cases: [string, string, string][] = [
  ['api', '/work/shop', 'r1-a api'],
  ['api', '/work/shop/api/src', 'r1-a api'],
  ['api', '/tmp/shop', 'r2-b api'],
  ['api', '/work', 'AMBIGUOUS'],
  ['web', '/work', 'r1-a web'],
  ['api:1', '/work/shop', 'r1-a api:1'],
  ['api:1', '/work', 'r1-a api:1'],
  ['api:2', '/work/shop', 'NOT_FOUND'],
  ['dev:api', '/work/shop', 'r2-b dev:api'],
  ['dev:api:0', '/work/shop', 'r2-b dev:api:0'],
  ['shop', '/work/shop', 'r1-a r1-a'],
  ['shop', '/work/blog', 'AMBIGUOUS'],
  ['work/shop', '/work/blog', 'r1-a r1-a'],
  ['tmp/shop', '/work/blog', 'r2-b r2-b'],
  ['work/shop/api', '/', 'r1-a api'],
  ['tmp/shop/api:0', '/', 'r2-b api:0'],
  ['shop/web', '/', 'r1-a web'],
  ['shop/api', '/', 'AMBIGUOUS'],
  ['shop/api', '/tmp/shop', 'r2-b api'],
  ['r2-b', '/', 'r2-b r2-b'],
  ['r2-b/api', '/', 'r2-b api'],
  ['4', '/', 'r2-b dev:api:0'],
  ['1', '/work/blog', 'r1-a api:1'],
  ['99', '/', 'NOT_FOUND'],
  // A project's only app: the whole; one of several: the app.
  ['blog', '/', 'r3-c r3-c'],
  ['tools', '/work/tools', 'r4-d tools'],
  ['tools/tools', '/', 'r4-d tools'],
  ['nope', '/', 'NOT_FOUND'],
];
for (const [name, folder, expected] of cases) {
  test(`"${name}" in ${folder} is ${expected}`, () => {
    const resolve = () => resolveName(name, all, runsHere(all, folder));
    if (/^[A-Z]/.test(expected)) return assert.throws(resolve, { code: expected });
    const target = resolve();
    assert.equal(`${target.run.run} ${nameWithin(target)}`, expected);
  });
}

test('the candidates, and what runs, are named so that each can be asked for', () => {
  assert.throws(
    () => resolveName('api', all, []),
    (error: { hint?: string; exitCode: number }) => {
      assert.equal(error.exitCode, 2);
      assert.equal(error.hint, 'Say which:\n  work/shop/api  in /work/shop\n  tmp/shop/api  in /tmp/shop');
      for (const [, name = ''] of error.hint?.matchAll(/^ {2}(\S+)/gm) ?? []) resolveName(name, all, []);
      return true;
    },
  );
  assert.throws(
    () => resolveName('nope', all, []),
    (error: { hint?: string; exitCode: number }) => {
      assert.equal(error.exitCode, 1);
      assert.match(error.hint ?? '', /^What runs:\n {2}work\/shop \(api, web\) {2}in \/work\/shop\n/);
      return true;
    },
  );
  assert.throws(() => resolveName('nope', [], []), { hint: /^Nothing runs/ });
});

test('the run of a folder: the only one there, or none, or which', () => {
  assert.equal(resolveHere(all, runsHere(all, '/work/shop/web')), shop);
  assert.throws(() => resolveHere(all, runsHere(all, '/work')), { code: 'NOT_FOUND' });
  assert.throws(() => resolveHere(all, runsHere(all, '/work/shop2')), { code: 'NOT_FOUND' });
  const second = run('r9', '/work/shop', 'shop', ['api', 0, 9]);
  assert.throws(() => resolveHere([...all, second], [shop, second]), {
    code: 'AMBIGUOUS',
    hint: /r1-a .*\n.*r9 /,
  });
  assert.equal(displayName(shop, [shop, second, blog]), 'shop');
});
