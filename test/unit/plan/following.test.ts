import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Copy } from '../../../src/config/copies/types.ts';
import type { App, Settings } from '../../../src/config/types.ts';
import { followEnv, followingOf } from '../../../src/plan/following.ts';
import { PortMap } from '../../../src/ports/port-map.ts';

const app = (name: string, role: 'backend' | 'frontend', port: number, framework = 'node') =>
  ({
    name,
    roles: [role],
    framework,
    env: {},
    defaultPorts: {},
    written: { [role]: [{ port, source: { kind: 'framework', name: 'x' } }] },
  }) as unknown as App;
const copy = (by: string, of: string, port: number, kind: Copy['kind'] = 'proxy'): Copy => ({
  by,
  of,
  port,
  kind,
  file: 'vite.config.js',
  line: 2,
  columns: [0, 4],
});
const settings = (apps: App[], copies: Copy[], follow = true) =>
  ({ apps, copies, follow: { value: follow } }) as unknown as Settings;
const ports = (backend: number, frontend: number) =>
  new PortMap([
    { id: 'api:0', key: 'backend', role: 'backend', port: backend, requested: 0, moved: true },
    { id: 'web:0', key: 'frontend', role: 'frontend', port: frontend, requested: 0, moved: true },
  ]);
const pair = [app('api', 'backend', 3001), app('web', 'frontend', 5173, 'vite')];
const proxy = copy('web', 'api', 3001);

/** settings, real ports, moved numbers, each copy as `from to follows` */
const cases: [string, Settings, [number, number], [number, number][], string[]][] = [
  ['nothing moved', settings(pair, [proxy]), [3001, 5173], [], []],
  ['the backend moved', settings(pair, [proxy]), [3002, 5173], [[3001, 3002]], ['3001 3002 true']],
  ['--no-follow', settings(pair, [proxy], false), [3002, 5173], [], []],
  [
    'its own number in its own code',
    settings(pair, [copy('api', 'api', 3001)]),
    [3002, 5173],
    [[3001, 3002]],
    [],
  ],
  [
    'another server of the run listens on the written number',
    settings(pair, [proxy]),
    [3002, 3001],
    [
      [3001, 3002],
      [5173, 3001],
    ],
    ['3001 3002 false'],
  ],
  [
    'a reader in another language',
    settings([pair[0] as App, app('web', 'frontend', 5173, 'go')], [proxy]),
    [3002, 5173],
    [[3001, 3002]],
    ['3001 3002 false'],
  ],
];
for (const [name, given, [backend, frontend], moved, copies] of cases) {
  test(`following: ${name}`, () => {
    const found = followingOf(given, ports(backend, frontend));
    assert.deepEqual([...found.moved], moved);
    assert.deepEqual(
      found.copies.map(({ from, to, follows }) => `${from} ${to} ${follows}`),
      copies,
    );
  });
}

test('the environment: nothing on an idle start, for another language or without the files', () => {
  const of = (backend: number, one: App, files: { node: string; python: string } | undefined) => {
    const real = ports(backend, 5173);
    const following = followingOf(settings(pair, [proxy]), real);
    return followEnv(one, following, { runId: 'r', ports: real, copies: [], inherited: {}, files });
  };
  const files = { node: '/d/preload.cjs', python: '/d/python' };
  const [api, web] = pair as [App, App];
  assert.deepEqual(of(3001, web, files), {});
  assert.deepEqual(of(3002, web, undefined), {});
  assert.deepEqual(of(3002, app('web', 'frontend', 5173, 'go'), files), {});
  assert.deepEqual(Object.keys(of(3002, web, files)).sort(), [
    'DEVSTART_MOVED',
    'NODE_OPTIONS',
    'PYTHONPATH',
  ]);
  assert.equal(
    of(3002, { ...api, env: { NODE_OPTIONS: '--inspect' } }, files).NODE_OPTIONS,
    '--inspect --require /d/preload.cjs',
  );
});
