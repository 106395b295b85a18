import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Copy } from '../../../src/config/copies/types.ts';
import type { App, Settings } from '../../../src/config/types.ts';
import { followEnv, followingOf, withRealPorts } from '../../../src/plan/following.ts';
import { PortMap } from '../../../src/ports/port-map.ts';

const app = (name: string, role: 'backend' | 'frontend', port: number, framework = 'node') =>
  ({
    name,
    roles: [role],
    instances: 1,
    framework,
    env: {},
    defaultPorts: {},
    written: { [role]: [{ port, source: { kind: 'framework', name: 'x' } }] },
  }) as unknown as App;
const copy = (
  by: string,
  of: string,
  port: number,
  kind: Copy['kind'] = 'proxy',
  more: Partial<Copy> = {},
): Copy => ({
  by,
  of,
  port,
  kind,
  file: 'vite.config.js',
  line: 2,
  columns: [0, 4],
  ...more,
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
  ['the backend moved', settings(pair, [proxy]), [3002, 5173], [[3001, 3002]], ['3001 3002 connect']],
  ['--no-follow', settings(pair, [proxy], false), [3002, 5173], [[3001, 3002]], ['3001 3002 no']],
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
    ['3001 3002 no'],
  ],
  [
    'two with one number: it is the backend’s, which stays',
    settings([app('web', 'frontend', 3001, 'next'), pair[0] as App], [proxy]),
    [3001, 3002],
    [],
    [],
  ],
  [
    'two with one number: the backend moved, the page stays',
    settings([app('web', 'frontend', 3001, 'next'), pair[0] as App], [proxy]),
    [3002, 3001],
    [[3001, 3002]],
    ['3001 3002 no'],
  ],
  [
    'a reader in another language',
    settings([pair[0] as App, app('web', 'frontend', 5173, 'go')], [proxy]),
    [3002, 5173],
    [[3001, 3002]],
    ['3001 3002 no'],
  ],
  [
    'a file that only a program of another language reads',
    settings(pair, [copy('web', 'api', 3001, 'proxy', { file: 'web/Caddyfile' })]),
    [3002, 5173],
    [[3001, 3002]],
    ['3001 3002 no'],
  ],
  [
    'a number apart from its host, in code that a browser runs',
    settings(pair, [copy('web', 'api', 3001, 'literal', { bare: true })]),
    [3002, 5173],
    [[3001, 3002]],
    ['3001 3002 no'],
  ],
];
for (const [name, given, [backend, frontend], moved, copies] of cases) {
  test(`following: ${name}`, () => {
    const found = followingOf(given, given.copies, ports(backend, frontend), {});
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
    const following = followingOf(settings(pair, [proxy]), [proxy], real, {});
    return followEnv(one, following, { runId: 'r', ports: real, inherited: {}, files });
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

test('the environment: of two with one number each listens where it is; who calls it means the backend', () => {
  const [api, web] = [app('api', 'backend', 3000), app('web', 'frontend', 3000, 'next')];
  const files = { node: '/d/preload.cjs', python: '/d/python' };
  const of = (one: App, real: PortMap) => {
    const following = followingOf(settings([api, web], []), [], real, {});
    return followEnv(one, following, { runId: 'r', ports: real, inherited: {}, files }).DEVSTART_MOVED;
  };
  assert.equal(of(api, ports(3000, 3001)), undefined);
  assert.equal(of(web, ports(3000, 3001)), undefined);
  assert.equal(of(api, ports(8000, 3000)), 'run=r own=3000:8000');
  assert.equal(of(web, ports(8000, 3000)), undefined);
  assert.equal(of(web, ports(8000, 3001)), 'run=r ports=3000:8000 own=3000:3001 pages');
});

test('by value: only the port is another one', () => {
  const moved = new Map([
    [8000, 8001],
    [3000, 3002],
  ]);
  for (const [value, wanted] of [
    ['http://localhost:8000/api/v1?x=8000', 'http://localhost:8001/api/v1?x=8000'],
    ['ws://127.0.0.1:8000/ws', 'ws://127.0.0.1:8001/ws'],
    ['8000', '8001'],
    [':8000', ':8001'],
    ['80001', '80001'],
    ['localhost:8000', 'localhost:8001'],
    [
      'http://localhost:3000, https://x.example:3000 http://127.0.0.1:3000',
      'http://localhost:3002, https://x.example:3000 http://127.0.0.1:3002',
    ],
    ['["http://localhost:3000"]', '["http://localhost:3002"]'],
    ['postgres://u:p@localhost:8000/db', 'postgres://u:p@localhost:8000/db'],
    ['http://[::1]:8000', 'http://[::1]:8001'],
  ] as const)
    assert.equal(withRealPorts(value, moved), wanted);
});

test('by value: who is told which variable', () => {
  const url = copy('web', 'api', 3001, 'env', {
    name: 'VITE_API_URL',
    value: 'http://localhost:3001/api',
    host: 'localhost',
  });
  const rest = {
    list: copy('api', 'web', 5173, 'cors'),
    own: copy('web', 'web', 5173, 'env', {
      name: 'AUTH_URL',
      value: 'http://localhost:5173',
      host: 'localhost',
    }),
    said: copy('api', 'api', 3001, 'default', { name: 'PORT', value: '3001' }),
    foreign: copy('web', 'api', 3001, 'env', { name: 'KEYCLOAK_URL', value: 'http://localhost:3001' }),
  };
  const copies = [url, ...Object.values(rest)];
  const of = (given: Copy[], shell: Record<string, string> = {}, apps = pair) =>
    followingOf(settings(apps, given), given, ports(3002, 5174), shell);
  const all = of(copies);
  assert.deepEqual(Object.fromEntries(all.values), {
    web: { VITE_API_URL: 'http://localhost:3002/api', AUTH_URL: 'http://localhost:5174' },
  });
  assert.deepEqual(
    all.copies.map(({ by, name, follows }) => [by, name, follows]),
    [
      ['web', 'VITE_API_URL', 'env'],
      ['api', undefined, 'connect'],
      ['web', 'AUTH_URL', 'env'],
    ],
  );
  assert.deepEqual([...all.origins], [['api', [5173]]]);
  // Go reads the variable all the same.
  const go = [pair[0] as App, app('web', 'frontend', 5173, 'go')];
  assert.deepEqual(of([url], {}, go).copies[0]?.follows, 'env');
  // What the shell exports is left as it is, and said where it names the port.
  for (const [value, follows] of [
    ['http://localhost:3001/api', 'no'],
    ['https://staging.example', undefined],
  ] as const) {
    const found = of([url], { VITE_API_URL: value });
    assert.deepEqual([found.values.size, found.copies[0]?.follows], [0, follows]);
  }
  // A list that is told with the real origin is not shown the written one.
  const told = copy('api', 'web', 5173, 'env', {
    name: 'ALLOWED_ORIGINS',
    value: 'http://localhost:5173',
    host: 'localhost',
  });
  assert.deepEqual([...of([rest.list, told]).origins], [['api', []]]);
});

test('by value: the config’s own env, whatever the shell has', () => {
  const said = copy('web', 'api', 3001, 'env', { name: 'A', value: 'http://localhost:3001', config: true });
  const web = { ...(pair[1] as App), env: { A: 'http://localhost:3001' } };
  const given = settings([pair[0] as App, web], [said]);
  const { values, copies } = followingOf(given, [said], ports(3002, 5173), { A: 'http://localhost:9' });
  assert.deepEqual(values.get('web'), { A: 'http://localhost:3002' });
  assert.equal(copies[0]?.follows, 'env');
});

test('a number that an app knows as somebody else’s service alone is not led anywhere', () => {
  const keycloak = copy('web', 'api', 3001, 'env', { name: 'KEYCLOAK_URL', value: 'http://localhost:3001' });
  const files = { node: '/d/preload.cjs', python: '/d/python' };
  const real = ports(3002, 5173);
  const env = (copies: Copy[]) =>
    followEnv(pair[1] as App, followingOf(settings(pair, copies), copies, real, {}), {
      runId: 'r',
      ports: real,
      inherited: {},
      files,
    });
  assert.deepEqual(env([keycloak]), {});
  assert.match(env([keycloak, proxy]).DEVSTART_MOVED ?? '', /ports=3001:3002/);
});

test('Vite within a server: its hot updates on a number of their own, where the usual one is another’s', () => {
  const files = { node: '/d/preload.cjs', python: '/d/python' };
  const real = ports(3001, 5173);
  const env = (hot: number | undefined) =>
    followEnv(pair[1] as App, followingOf(settings(pair, []), [], real, {}), {
      runId: 'r',
      ports: real,
      inherited: {},
      files,
      hot,
    });
  assert.deepEqual(env(undefined), {});
  assert.deepEqual(env(24_678), {});
  assert.equal(env(24_680).DEVSTART_MOVED, 'run=r ports=24678:24680 own=24678:24680 pages');
});
