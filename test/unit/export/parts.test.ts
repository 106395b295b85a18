import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOf, commandInside } from '../../../src/export/checks.ts';
import { environment, placed } from '../../../src/export/env.ts';
import { dnsName, dnsNames } from '../../../src/export/names.ts';
import { nodeWords } from '../../../src/export/recipes/node.ts';
import { nodeVersion, pythonVersion } from '../../../src/export/recipes/versions.ts';
import { proxiesIn } from '../../../src/export/routes.ts';
import { filledByShell, withoutSecrets } from '../../../src/export/secret-words.ts';
import { looksSecret, mentionsPath, namesIn } from '../../../src/export/secrets.ts';
import { deployment, service } from './sample.ts';

test('names are what DNS takes, and differ', () => {
  assert.deepEqual(['My_Shop!', '-x-', '', 'a'.repeat(70)].map(dnsName), [
    'my-shop',
    'x',
    'app',
    'a'.repeat(63),
  ]);
  assert.deepEqual(dnsNames(['a_b', 'a-b', 'A B']), ['a-b', 'a-b-2', 'a-b-3']);
});

const shop = deployment({
  services: [
    service({ name: 'api', roles: ['backend'], port: { inside: 8000, outside: [16101] } }),
    service({ name: 'web', roles: ['frontend'], port: { inside: 8080, outside: [16100] } }),
  ],
});

for (const [name, value, containers, machine] of [
  ['API_URL', 'http://localhost:16101', 'http://api:8000', 'http://127.0.0.1:16101'],
  ['VITE_API_URL', 'http://localhost:16101/v1', 'https://api.shop.example/v1', 'https://api.shop.example/v1'],
  ['FRONTEND_URL', 'http://localhost:16100', 'https://shop.example', 'https://shop.example'],
  ['WEB', 'http://127.0.0.1:16100', 'https://shop.example', 'https://shop.example'],
  ['API_ADDRESS', 'localhost:16101', 'api:8000', '127.0.0.1:16101'],
  ['DATABASE', 'postgres://localhost:5432', 'postgres://localhost:5432', 'postgres://localhost:5432'],
  ['CORS_ORIGINS', 'http://localhost:16100', 'http://localhost:16100', 'http://localhost:16100'],
] as const) {
  test(`three kinds of URL: ${name}=${value}`, () => {
    assert.equal(placed(shop, name, value, 'containers'), containers);
    assert.equal(placed(shop, name, value, 'machine'), machine);
  });
}

test('its own port and address are the ones inside', () => {
  const one = service({
    name: 'api',
    env: { PORT: '{port}', HOST: '{host}', ADDR: '{host}:{port}' },
    port: { inside: 8000, outside: [16101] },
  });
  const all = deployment({ services: [one] });
  assert.deepEqual(environment(all, one, 'containers'), {
    ADDR: '0.0.0.0:8000',
    HOST: '0.0.0.0',
    PORT: '8000',
  });
  assert.deepEqual(environment(all, one, 'machine'), {
    ADDR: '127.0.0.1:16101',
    HOST: '127.0.0.1',
    PORT: '16101',
  });
});

for (const [name, value, secret] of [
  ['SECRET_KEY', 'x', true],
  ['STRIPE_API_KEY', 'x', true],
  ['DATABASE_URL', 'sqlite:///x', true],
  ['CACHE', 'redis://user:pw@host/0', true],
  ['LABEL', 'sk_live_abcdefghijkl', true],
  ['MODE', 'production', false],
  ['KEYBOARD', 'de', false],
  ['API_URL', 'http://localhost:8000', false],
] as const) {
  test(`secret or not: ${name}=${value}`, () => assert.equal(looksSecret(name, value), secret));
}

for (const [words, hidden, names] of [
  ['node a.js --api-key xyz --port 1', 'sh -c exec node a.js --api-key "$API_KEY" --port 1', 'API_KEY'],
  ['node a.js --db-password=x,y', 'sh -c exec node a.js --db-password="$DB_PASSWORD"', 'DB_PASSWORD'],
  ['worker redis://:pw@host/0', 'sh -c exec worker "$SECRET_1"', 'SECRET_1'],
  ['celery --broker redis://:pw@host/0', 'sh -c exec celery --broker "$BROKER"', 'BROKER'],
  // What is no secret, though its name sounds like one.
  [
    'uvicorn a:b --ssl-keyfile key.pem --token {port}',
    'uvicorn a:b --ssl-keyfile key.pem --token {port}',
    '',
  ],
  ['serve --token-file /run/t --auth', 'serve --token-file /run/t --auth', ''],
] as const) {
  test(`a command without its secrets: ${words}`, () => {
    const found = withoutSecrets(words.split(' '));
    assert.deepEqual([filledByShell(found.words).join(' '), found.names.join(' ')], [hidden, names]);
  });
}

test('a line for a shell without its secrets', () => {
  const line = `API_KEY='x y' MODE=fast node a.js --token "q" && B_SECRET=z node b.js`;
  assert.deepEqual(withoutSecrets(['sh', '-c', line]), {
    words: ['sh', '-c', 'MODE=fast node a.js --token "$TOKEN" && node b.js'],
    names: ['API_KEY', 'B_SECRET', 'TOKEN'],
  });
});

test('paths of this machine, names of env files', () => {
  assert.deepEqual(
    ['/srv/p/x', '/home/me/x', '/health', 'C:\\x'].map((value) => mentionsPath(value, '/srv/p')),
    [true, true, false, true],
  );
  assert.deepEqual(namesIn('# c\nA=1\n export B_2 = "x"\nnot a line\n'), ['A', 'B_2']);
});

test('the paths that a dev server hands on', () => {
  const text = `export default { server: { proxy: {
    '/api': { target: 'http://localhost:8000', rewrite: (path) => path.replace(/^\\/api/, '') },
    '/ws': 'ws://localhost:8000',
    '^/auth/.*': { target, changeOrigin: true },
    '/maps': 'https://maps.example.com',
  } } }`;
  assert.deepEqual(
    proxiesIn(text).map(({ path, strip, line, ports, foreign }) => [path, strip, line, ...ports, foreign]),
    [
      ['/api', true, [2, 2], 8000, undefined],
      ['/ws', false, [3, 3], 8000, undefined],
      ['/auth/', false, [4, 4], undefined],
      ['/maps', false, [5, 5], 'https://maps.example.com'],
    ],
  );
  assert.deepEqual(proxiesIn('export default {}'), []);
});

for (const [words, production] of [
  ['node server.js', 'node server.js'],
  ['node --watch server.js --trace', 'node server.js --trace'],
  ['nodemon -w src index.js', 'node index.js'],
  ['nodemon src/index.ts', undefined],
  ['tsx watch src/index.ts', 'node --import tsx src/index.ts'],
  ['bun run index.ts', undefined],
] as const) {
  test(`in production: ${words}`, () => assert.equal(nodeWords(words.split(' '))?.join(' '), production));
}

for (const { checks, found, lost } of [
  {
    checks: [{ port: 'backend' as const, path: '/health' }, { port: 'backend' as const }],
    found: 'http /health',
    lost: 0,
  },
  { checks: [{ port: 'backend' as const, log: 'listening' }], found: 'tcp ', lost: 1 },
  {
    checks: [
      { port: 'backend' as const, command: 'test -f ok' },
      { port: 'backend' as const, path: '/a' },
    ],
    found: 'http /a',
    lost: 1,
  },
  { checks: [{ port: 'backend' as const, path: '/', includes: 'ok' }], found: 'http /', lost: 1 },
]) {
  test(`one check of ${checks.length}: ${found}`, () => {
    const said: string[] = [];
    const check = checkOf(service({ checks }), 'an engine', said);
    assert.equal(`${check?.kind} ${check?.path ?? ''}`, found);
    assert.equal(said.length, lost, said.join('\n'));
  });
}

test('a check inside asks by what the image has', () => {
  const check = { kind: 'http' as const, port: 8000, path: '/health', status: [200, 204] };
  for (const [runtime, program] of [
    ['node', 'node'],
    ['python', 'python3'],
    ['nginx', 'curl'],
    ['native', 'bash'],
    ['unknown', undefined],
  ] as const)
    assert.equal(commandInside(service({ recipe: { ...service({}).recipe, runtime } }), check)?.[0], program);
});

for (const [file, required, version] of [
  [undefined, undefined, '3.13'],
  ['3.12\n', '>=3.11', '3.12'],
  ['cpython-3.11.4', undefined, '3.11'],
  [undefined, '>=3.10,<3.12', '3.11'],
  [undefined, '>=3.14', '3.14'],
  [undefined, '==3.12.*', '3.12'],
  [undefined, '^3.9', '3.13'],
] as const)
  test(`Python of ${file?.trim()} and ${required}`, () =>
    assert.equal(pythonVersion(file, required), version));

for (const [file, engine, version] of [
  [undefined, undefined, 22],
  ['v20.11.0\n', '>=18', 20],
  ['lts/*', undefined, 22],
  [undefined, '20.x', 20],
  [undefined, '^18.17 || >=20', 22],
  [undefined, '>=18', 22],
  [undefined, '>=24', 24],
  [undefined, '>=20 <21', 20],
] as const)
  test(`Node of ${file?.trim()} and ${engine}`, () => assert.equal(nodeVersion(file, engine), version));
