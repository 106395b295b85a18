// Keys as people write them: kebab-case, synonyms, their own under x-, YAML's anchors and merges.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { findConfig, parseConfig } from '../../../../src/config/file/config-file.ts';
import { locate } from '../../../../src/config/file/locate.ts';
import { withOurKeys } from '../../../../src/config/file/spelling.ts';
import { bySchema, checkMeaning } from '../../../../src/config/file/validate.ts';
import { KEYS } from '../../../../src/config/generated/keys.ts';
import { appsFromConfig } from '../../../../src/config/settings/apps.ts';

const base = await mkdtemp(path.join(tmpdir(), 'devstart-spelling-'));
after(() => rm(base, { recursive: true }));
let count = 0;

async function configOf(file: string, text: string) {
  const root = path.join(base, String(count++));
  await mkdir(root);
  await writeFile(path.join(root, file), text);
  const config = await findConfig(root);
  assert.ok(config);
  return { root, config };
}

async function load(file: string, text: string) {
  const { root, config } = await configOf(file, text);
  const value = await bySchema(config, await parseConfig(config));
  await checkMeaning(config, value, root);
  return value;
}

const message = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => assert.fail('it did not fail'),
    (error: Error) => error.message,
  );

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const KEBABS = Object.entries(KEYS).flatMap(([place, keys]) =>
  keys.filter((key) => kebab(key) !== key).map((key) => ({ place, key })),
);

test('each key may stand in kebab-case', () => {
  assert.ok(KEBABS.length >= 9);
  for (const { place, key } of KEBABS) {
    const nested = (inner: object): unknown =>
      place === ''
        ? inner
        : place === 'apps[]'
          ? { apps: [inner] }
          : place === 'apps[].tcpPorts.*'
            ? { apps: [{ tcpPorts: { '8080': inner } }] }
            : assert.fail(`no such test for ${place}`);
    assert.deepEqual(withOurKeys(nested({ [kebab(key)]: 1 })), { value: nested({ [key]: 1 }), twice: [] });
  }
});

test('the schema, which editors read, knows them too', async () => {
  const schema = JSON.parse(
    await readFile(path.resolve(import.meta.dirname, '../../../../schema.json'), 'utf8'),
  );
  for (const [place, object] of [
    ['', schema],
    ['apps[]', schema.definitions.AppConfig],
    ['apps[].tcpPorts.*', schema.definitions.TcpPort],
  ]) {
    const pattern = Object.keys(object.patternProperties).find((one) => one.startsWith('^('));
    const wanted = KEBABS.filter((one) => one.place === place).map(({ key }) => kebab(key));
    assert.deepEqual(pattern, `^(${wanted.join('|')})$`);
  }
});

test('names of variables and unknown keys stay as they are', () => {
  const value = { apps: [{ env: { 'base-port': 1, environ: 2 }, 'no-key': 3 }], 'un-known': 4 };
  assert.deepEqual(withOurKeys(value), { value, twice: [] });
  for (const odd of [null, 5, [], 'a', { apps: 'a' }, { apps: [null, 1] }])
    assert.deepEqual(withOurKeys(odd), { value: odd, twice: [] });
});

const BASE = 'x-command: &command node srv.mjs\n';
const YAML: [string, string, object][] = [
  [
    'a merged app with a merged environment',
    `apps:
  - &base
    name: api
    role: backend
    command: node srv.mjs api
    env: &env { NODE_ENV: development, A: "1" }
  - <<: *base
    name: web
    role: frontend
    env: { <<: *env, B: "2" }
`,
    {
      apps: [
        {
          name: 'api',
          role: 'backend',
          command: 'node srv.mjs api',
          env: { NODE_ENV: 'development', A: '1' },
        },
        {
          name: 'web',
          role: 'frontend',
          command: 'node srv.mjs api',
          env: { NODE_ENV: 'development', A: '1', B: '2' },
        },
      ],
    },
  ],
  [
    'several merges, the first one wins',
    'x-a: &a { cwd: ., restart: always }\nx-b: &b { restart: never, max-restarts: 3 }\napps:\n  - <<: [*a, *b]\n    command: a\n',
    {
      'x-a': { cwd: '.', restart: 'always' },
      'x-b': { restart: 'never', 'max-restarts': 3 },
      apps: [{ command: 'a', cwd: '.', restart: 'always', maxRestarts: 3 }],
    },
  ],
  [
    'an anchor under x-',
    `${BASE}apps:\n  - command: *command\n    x-note: mine\n`,
    { 'x-command': 'node srv.mjs', apps: [{ command: 'node srv.mjs', 'x-note': 'mine' }] },
  ],
];
for (const [name, text, expected] of YAML) {
  test(`YAML: ${name}`, async () => assert.deepEqual(await load('devstart.config.yaml', text), expected));
}

test('x- keys in every format', async () => {
  const wanted = { 'x-note': { a: 1 }, apps: [{ command: 'a', 'x-y': 2 }] };
  assert.deepEqual(await load('devstart.config.json', JSON.stringify(wanted)), wanted);
  assert.deepEqual(
    await load('devstart.config.toml', 'x-note = { a = 1 }\n[[apps]]\ncommand = "a"\nx-y = 2\n'),
    wanted,
  );
  assert.deepEqual(await load('devstart.config.mjs', `export default ${JSON.stringify(wanted)}`), wanted);
});

const APP = '"command": "a"';
for (const [file, text, expected] of [
  [
    'devstart.config.yaml',
    'apps:\n  - <<: *nobody\n    command: a\n',
    /yaml:2:9: there is no anchor &nobody before this/,
  ],
  [
    'devstart.config.yaml',
    'apps:\n  - <<: 5\n    command: a\n',
    /yaml:2:5: this is not YAML: Merge sources must be maps/,
  ],
  [
    'devstart.config.yaml',
    'x-a: &a\n  port: abc\napps:\n  - <<: *a\n    command: a\n',
    /yaml:2:9: "abc" is not a port \(from apps\[0\]\.port\)/,
  ],
  [
    'devstart.config.yaml',
    'apps:\n  - &a\n    command: a\n    prot: 1\n  - *a\n',
    /yaml:4:5: unknown key "prot" in apps\[0\], did you mean "port"/,
  ],
  ['devstart.config.json', '{\n"max-attempts": 0 }', /json:2:17: maxAttempts: 0 is less than 1/],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP},\n"max-restarts": 1 }] }`,
    /json:2:17: apps\[0\]\.maxRestarts: it belongs/,
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP},\n"environ": { "A": [] } }] }`,
    /json:2:19: apps\[0\]\.env\.A: \[\] is not/,
  ],
  [
    'devstart.config.json',
    '{ "base-port": 1,\n"basePort": 2 }',
    /json:2:1: "base-port" and "basePort" are the same key/,
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "env": {},\n"environ": {} }] }`,
    /json:2:1: "env" and "environ" are the same key/,
  ],
  [
    'devstart.config.json',
    '{ "max-atempts": 1 }',
    /json:1:3: unknown key "max-atempts", did you mean "maxAttempts"/,
  ],
  ['devstart.config.json', '{ "X-a": 1 }', /unknown key "X-a"/],
  [
    'devstart.config.json',
    '{ "name": "my shop" }',
    /json:1:11: name: "my shop" is not a name: no spaces, slashes, colons, commas or =/,
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "status": 403 } }] }`,
    /ready\.status: it belongs to "http"/,
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "http": "/", "status": [99] } }] }`,
    /status\[0\]: 99 is less than 100/,
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "http": "/", "status": "4xx" } }] }`,
    /status: "4xx" is not a whole number or a list/,
  ],
] as [string, string, RegExp][]) {
  test(`a broken config: ${expected.source}`, async () =>
    assert.match(await message(load(file, text)), expected));
}

test('environ, ready.status and script with args become an app', async () => {
  const config = await load(
    'devstart.config.json',
    JSON.stringify({
      name: 'shop',
      apps: [
        {
          name: 'a',
          script: 'node',
          args: ['a.js'],
          environ: { A: 1 },
          port: '3000',
          ready: { http: '/', status: 403 },
        },
        { name: 'b', command: 'b', ready: { http: 'http://localhost:1/', status: [200, 401] } },
      ],
    }),
  );
  assert.equal(config.name, 'shop');
  const [a, b] = await appsFromConfig(config, base, { file: 'devstart.config.json', prod: false });
  assert.deepEqual(a?.command, { kind: 'argv', argv: ['node', 'a.js'] });
  assert.equal(a?.env.A, '1');
  assert.deepEqual(Object.values(a?.ports ?? {})[0]?.value, { kind: 'single', port: 3000 });
  const [ready] = a?.ready ?? [];
  assert.deepEqual([ready?.path, ready?.status], ['/', [403]]);
  assert.deepEqual(b?.ready, [{ port: 'own', url: 'http://localhost:1/', status: [200, 401] }]);
});

test('the place of a merged value is where it is written', async () => {
  const text = 'x-a: &a { env: { A: one } }\napps:\n  - <<: *a\n    depends-on: [b]\n    command: a\n';
  const { config } = await configOf('devstart.config.yaml', text);
  assert.deepEqual(await locate(config, ['apps', 0, 'env', 'A']), { line: 1, column: 21, length: 3 });
  assert.deepEqual((await locate(config, ['apps', 0, 'dependsOn', 0]))?.line, 4);
  assert.deepEqual((await locate(config, ['apps', 0, 'port']))?.line, 3);
});
