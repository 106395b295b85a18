import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveDependencies } from '../../../../src/config/settings/depends.ts';
import type { App } from '../../../../src/config/types.ts';

const app = (name: string, dependsOn?: string[], roles: App['roles'] = []): App =>
  ({ name, roles, ...(dependsOn && { dependsOn }) }) as App;

const cases: [string, App[], string[] | undefined, Record<string, string[] | undefined> | RegExp][] = [
  ['none', [app('a')], undefined, { a: undefined }],
  ['by name', [app('a', ['b']), app('b')], undefined, { a: ['b'], b: undefined }],
  [
    'by role',
    [app('web', ['backend']), app('api', undefined, ['backend'])],
    undefined,
    { web: ['api'], api: undefined },
  ],
  [
    'a name before a role',
    [app('x', ['backend']), app('backend'), app('api', undefined, ['backend'])],
    undefined,
    { x: ['backend'], backend: undefined, api: undefined },
  ],
  ['left out by --only', [app('a', ['b']), app('b')], ['a'], { a: [] }],
  ['unknown', [app('web', ['apo']), app('api')], undefined, /there is no app "apo"; did you mean "api"/],
  ['itself', [app('a', ['a'])], undefined, /circle: a -> a/],
  [
    'a circle of three',
    [app('a', ['b']), app('b', ['c']), app('c', ['a'])],
    undefined,
    /circle: a -> b -> c -> a/,
  ],
];

for (const [name, apps, only, expected] of cases) {
  test(`dependsOn: ${name}`, () => {
    const resolve = () =>
      resolveDependencies(apps, only ? apps.filter((one) => only.includes(one.name)) : apps);
    if (expected instanceof RegExp) {
      assert.throws(
        resolve,
        (error: Error & { exitCode?: number }) => expected.test(error.message) && error.exitCode === 2,
      );
    } else assert.deepEqual(Object.fromEntries(resolve().map((one) => [one.name, one.dependsOn])), expected);
  });
}
