import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AppFacts, decide } from '../../../../src/config/copies/decide.ts';
import type { Call, Found, Own } from '../../../../src/config/copies/types.ts';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import type { App, Role } from '../../../../src/config/types.ts';

function app(name: string, roles: Role[], more: Partial<App> = {}): App {
  return { ...draftApp(name, { kind: 'shell', line: `start ${name}` }, '/p', ''), roles, ...more };
}

const found = (port: number, more: Partial<Found> = {}): Found => ({
  file: `${port}.js`,
  line: 1,
  columns: [0, 4],
  port,
  kind: 'literal',
  ...more,
});
const own = (port: number, name?: string): Own => ({
  found: found(port, name ? { name, kind: 'default' } : {}),
  label: name ?? 'listen',
  fixed: name === undefined,
});
const calls = (port: number, weight: Call['weight'] = 3, path?: string): Call => ({
  found: found(port, { file: `calls-${port}.js` }),
  weight,
  ...(path && { path }),
});
const api = app('api', ['backend']);
const told = app('api', ['backend'], {
  command: { kind: 'argv', argv: ['flask', 'run', '--port', '{port}'] },
  defaultPorts: { backend: 5000 },
});
const web = app('web', ['frontend'], { defaultPorts: { frontend: 5173 } });
const facts = (one: App, mine: Own[] = [], called: Call[] = []): AppFacts => ({
  app: one,
  own: mine,
  calls: called,
});

const table: [string, AppFacts[], number[]][] = [
  ['nothing known', [facts(api), facts(web)], []],
  ['its own', [facts(api, [own(3001, 'PORT')]), facts(web)], [3001]],
  ['both agree', [facts(api, [own(3001, 'PORT')]), facts(web, [], [calls(3001)])], [3001]],
  [
    'they disagree, PORT reaches it',
    [facts(api, [own(3001, 'PORT')]), facts(web, [], [calls(4000)])],
    [4000, 3001],
  ],
  [
    'they disagree, a flag reaches it',
    [facts(told, [own(5001)]), facts(web, [], [calls(4000)])],
    [4000, 5001],
  ],
  [
    'they disagree, its own command says its number',
    [
      facts({ ...told, runs: { words: [], dir: '/', line: '', lineDir: '/', env: {}, pinned: 5001 } }, [
        own(5001),
      ]),
      facts(web, [], [calls(4000)]),
    ],
    [5001, 4000],
  ],
  [
    'they disagree, nothing reaches it',
    [facts(api, [own(3001)]), facts(web, [], [calls(4000)])],
    [3001, 4000],
  ],
  [
    'they disagree, another variable',
    [facts(api, [own(3001, 'API_PORT')]), facts(web, [], [calls(4000)])],
    [4000, 3001],
  ],
  [
    'one of its two is called',
    [facts(api, [own(3001, 'PORT'), own(3002)]), facts(web, [], [calls(3002)])],
    [3002, 3001],
  ],
  [
    'a proxy leads elsewhere, and its standard number is called beside it',
    [facts(told), facts(web, [], [calls(8000), calls(5000, 2)])],
    [5000],
  ],
  [
    'a proxy leads elsewhere, and nobody calls its standard number',
    [facts(told), facts(web, [], [calls(8000)])],
    [8000],
  ],
  ['the page’s own port is not the backend’s', [facts(api), facts(web, [], [calls(5173)])], []],
  [
    'nor a further app’s',
    [facts(api), facts(app('chat', []), [own(4005)]), facts(web, [], [calls(4005), calls(4000)])],
    [4000],
  ],
  ['two that nothing tells apart', [facts(api), facts(web, [], [calls(4000), calls(4001)])], []],
  ['of two the one under /api', [facts(api), facts(web, [], [calls(4000), calls(4001, 3, '/api')])], [4001]],
  [
    'a proxy before a URL, a URL before a script',
    [facts(api), facts(web, [], [calls(4002, 1), calls(4001, 2), calls(4000, 3)])],
    [4000],
  ],
  ['no weight, no word', [facts(api), facts(web, [], [calls(4000, 0)])], []],
  ['a service is nobody’s', [facts(api), facts(web, [], [calls(5432), calls(54321), calls(8025)])], []],
  [
    'unless the server says so itself',
    [facts(api, [own(8025, 'PORT')]), facts(web, [], [calls(8025)])],
    [8025],
  ],
  ['production’s port is no wish', [facts(api), facts(web, [], [calls(80)])], []],
];

for (const [name, all, expected] of table) {
  test(`the backend’s number: ${name}`, () => {
    const ports = decide(all).written.get('api')?.backend ?? [];
    assert.deepEqual(
      ports.map(({ port }) => port),
      expected,
    );
  });
}

test('a number in code may be that of a server that is left out; a proxy’s is believed', () => {
  const of = (kind: 'literal' | 'proxy', rivals: boolean) => {
    const called: Call = { found: found(8080, { kind }), weight: kind === 'proxy' ? 3 : 2 };
    const { written } = decide([facts(api, [own(8000, 'PORT')]), facts(web, [], [called])], rivals);
    return written.get('api')?.backend?.[0]?.port;
  };
  assert.deepEqual([of('literal', true), of('literal', false), of('proxy', true)], [8000, 8080, 8080]);
});

test('a page of which nothing is known is where its backend says that it is', () => {
  const plain = app('web', ['frontend']);
  const origin = (port: number): Call => ({ found: found(port, { kind: 'cors' }), weight: 0 });
  const named: Call = { found: found(3100, { kind: 'default', name: 'CLIENT_URL' }), weight: 0 };
  const of = (page: App, called: Call[]) =>
    decide([facts(api, [own(8000, 'PORT')], called), facts(page)])
      .written.get('web')
      ?.frontend?.map(({ port }) => port);
  assert.deepEqual(of(plain, [origin(3100), named]), [3100]);
  assert.equal(of(plain, [origin(3100), origin(5173)]), undefined, 'which of them');
  assert.equal(of(plain, [origin(8000), calls(4000)]), undefined, 'its own, a stranger');
  assert.equal(of(web, [origin(3100)]), undefined, 'Vite is where Vite is');
});

test('a source has file and line; the shell’s is the environment’s', () => {
  const mine: Own = { ...own(7000, 'API_PORT'), found: found(7000, { file: '', line: 0 }), shell: true };
  const [shell, code] =
    decide([facts(api, [mine, own(3001, 'API_PORT')]), facts(web)]).written.get('api')?.backend ?? [];
  assert.deepEqual(shell?.source, { kind: 'env', name: 'API_PORT' });
  assert.deepEqual(code?.source, { kind: 'framework', name: 'API_PORT', file: '3001.js', line: 1 });
});

test('whose a copy is: by its number, the backend’s first', () => {
  const { copies } = decide([
    facts(web, [], [calls(3000), calls(5173), calls(9999), calls(5173)]),
    facts(app('api', ['backend']), [own(3000, 'PORT')]),
  ]);
  assert.deepEqual(
    copies.map(({ file, of, by }) => `${file} ${of} ${by}`),
    ['3000.js api api', 'calls-3000.js api web', 'calls-5173.js web web'],
  );
});
