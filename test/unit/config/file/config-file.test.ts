import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { findConfig, parseConfig, readConfigFile } from '../../../../src/config/file/config-file.ts';
import type { ConfigFile } from '../../../../src/config/file/locate.ts';
import { bySchema, checkMeaning } from '../../../../src/config/file/validate.ts';
import { appsFromConfig } from '../../../../src/config/settings/apps.ts';
import { loadSettings, withConfigLines } from '../../../../src/config/settings/load.ts';
import { readPortsFile } from '../../../../src/config/settings/sticky.ts';
import { DevstartError } from '../../../../src/errors.ts';

let base: string;
before(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'devstart config ü ')));
});
after(() => rm(base, { recursive: true, force: true }));

let count = 0;
async function project(files: Record<string, string>): Promise<string> {
  const root = path.join(base, `p${++count}`);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

async function failure(work: Promise<unknown>): Promise<DevstartError> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DevstartError, String(error));
  assert.equal(error.exitCode, 2);
  return error;
}

async function validateConfig(config: ConfigFile, given: unknown, root: string) {
  const value = await bySchema(config, given);
  await checkMeaning(config, value, root);
  return value;
}

const load = async (root: string) => {
  const config = await findConfig(root);
  return config && validateConfig(config, await parseConfig(config), root);
};

const WANTED = { basePort: 5000, apps: [{ name: 'api', command: 'node api.js', port: '8000-8003' }] };
const TEXTS: Record<string, string> = {
  'devstart.config.json': JSON.stringify(WANTED),
  'package.json': JSON.stringify({ devDependencies: { devstart: '1' }, devstart: WANTED }),
  'devstart.config.yaml':
    'basePort: 5000\napps:\n  - name: api\n    command: node api.js\n    port: 8000-8003\n',
  'devstart.config.yml': 'basePort: 5000\napps: [{name: api, command: node api.js, port: 8000-8003}]\n',
  'devstart.config.toml':
    'basePort = 5000\n[[apps]]\nname = "api"\ncommand = "node api.js"\nport = "8000-8003"\n',
};
for (const [name, text] of Object.entries(TEXTS)) {
  test(`reads ${name}`, async () => {
    assert.deepEqual(await load(await project({ [name]: text })), WANTED);
  });
}

test('no config, and several', async () => {
  assert.equal(await findConfig(await project({ 'package.json': '{"name":"devstart"}' })), undefined);
  const two = await project({ 'devstart.config.json': '{}', 'package.json': '{"devstart":{}}' });
  const error = await failure(findConfig(two));
  assert.equal(error.code, 'CONFIG_INVALID');
  assert.match(error.message, /devstart\.config\.json and devstart in package\.json/);
  const missing = await failure(readConfigFile(path.join(two, 'x.json'), two));
  assert.equal(missing.code, 'CONFIG_NOT_FOUND');
  assert.equal((await failure(readConfigFile(path.join(two, 'x.ini'), two))).code, 'CONFIG_INVALID');
});

const APP = '"command": "true"';
/** file, text, the message's beginning, the underlined text */
const BROKEN: [string, string, RegExp, string][] = [
  [
    'devstart.config.json',
    `{ "apps": [\n  { ${APP},\n    "port": "abc" } ] }`,
    /json:3:13: "abc" is not a port/,
    '"abc"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [\n  { ${APP},\n    "prot": 1 } ] }`,
    /json:3:5: unknown key "prot" in apps\[0\], did you mean "port"\?/,
    '"prot"',
  ],
  [
    'devstart.config.json',
    '{\n  "host": "a",\n  "hst": 1 }',
    /json:3:3: unknown key "hst", did you mean "host"\?/,
    '"hst"',
  ],
  [
    'devstart.config.json',
    '{\n  "host": "a"\n  "prod": true }',
    /json:3:3: this is not JSON: comma expected/,
    '"prod"',
  ],
  ['devstart.config.json', '{\n  // no\n  "prod": true }', /json:2:3: JSON has no comments/, '// no'],
  ['devstart.config.json', '{ "maxAttempts": 0 }', /maxAttempts: 0 is less than 1/, '0'],
  ['devstart.config.json', '{ "prod": "yes" }', /prod: "yes" is not true or false/, '"yes"'],
  ['devstart.config.json', '{ "apps": [] }', /apps: it is empty/, '[]'],
  [
    'devstart.config.json',
    '{ "apps": [{ "command": "a", "script": "b" }] }',
    /exactly one of "command" and "script"/,
    '{ "command": "a", "script": "b" }',
  ],
  [
    'devstart.config.json',
    '{ "apps": [{ "name": "a" }] }',
    /apps\[0\]: it wants exactly one/,
    '{ "name": "a" }',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "role": "back" }] }`,
    /"back" is none of "backend", "frontend"/,
    '"back"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "cwd": "nope" }] }`,
    /apps\[0\]\.cwd: there is no folder "nope"/,
    '"nope"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "name": "a" },\n { ${APP}, "name": "a" }] }`,
    /json:2:31: two apps have the name "a"/,
    '"a"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "log": "(" } }] }`,
    /apps\[0\]\.ready\.log: "\(" is not valid: .*[Uu]nterminated group/,
    '"("',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "http": "http://" } }] }`,
    /ready\.http: "http:\/\/" is not valid: Invalid URL/,
    '"http://"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "tcp": 70000 } }] }`,
    /ready\.tcp: 70000 is not a port/,
    '70000',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "ready": { "htp": "/" } }] }`,
    /unknown key "htp" in apps\[0\]\.ready, did you mean "http"/,
    '"htp"',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "maxRestarts": 3 }] }`,
    /maxRestarts: it belongs to "restart"/,
    '3',
  ],
  [
    'devstart.config.json',
    `{ "apps": [{ ${APP}, "role": "backend", "port": false }] }`,
    /port: a backend has a port/,
    'false',
  ],
  ['devstart.config.json', `{ "apps": [{ ${APP}, "port": true }] }`, /port: it is a port or false/, 'true'],
  ['devstart.config.json', '{ "clean": ["../x"] }', /"\.\.\/x" is not inside the project/, '"../x"'],
  ['devstart.config.json', '{ "corsOrigins": ["a.b"] }', /corsOrigins\[0\] wants an origin/, '"a.b"'],
  ['devstart.config.json', '[]', /json:1:1: the config: \[\] is not an object/, '[]'],
  [
    'package.json',
    '{\n  "devstart": {\n    "hots": 1 } }',
    /package\.json:3:5: unknown key "hots"/,
    '"hots"',
  ],
  ['devstart.config.yaml', 'apps:\n  - command: a\n    port: abc\n', /yaml:3:11: "abc" is not a port/, 'abc'],
  ['devstart.config.yaml', 'apps:\n  - command: a\n    prot: 1\n', /yaml:3:5: unknown key "prot"/, 'prot'],
  ['devstart.config.yaml', 'host: a\nprod: [1\n', /yaml:\d:\d+: this is not YAML/, ''],
  [
    'devstart.config.toml',
    'host = "a"\n[[apps]]\ncommand = "a"\n[[apps]]\ncommand = "b"\nport = "abc" # x\n',
    /toml:6:8: "abc" is not a port/,
    '"abc"',
  ],
  [
    'devstart.config.toml',
    'host = "a"\nhosst = 1\n',
    /toml:2:1: unknown key "hosst", did you mean "host"/,
    'hosst',
  ],
  ['devstart.config.toml', 'a = 1\nb = = 2\n', /toml:2:5: this is not TOML: invalid value/, '='],
];
for (const [file, text, message, marked] of BROKEN) {
  test(`a broken config: ${message.source}`, async () => {
    const error = await failure(load(await project({ [file]: text })));
    assert.match(error.message, message);
    assert.equal(error.code, /not a port/.test(error.message) ? 'PORT_INVALID' : 'CONFIG_INVALID');
    const [line = '', underline = ''] = (error.hint ?? '').split('\n');
    const start = underline.indexOf('^');
    if (marked) assert.equal(line.slice(start, underline.length), marked);
    else assert.ok(start >= 0);
  });
}

test('places in a script', async () => {
  const text = `import { defineConfig } from 'devstart';
// apps: "no"
export default defineConfig({
  apps: [
    { command: 'a, { b', /* x, */ port: 1 },
    { command: ['b'], 'port': 'abc' }, // here
  ],
});`;
  const root = await project({ 'devstart.config.mjs': text });
  const config = await readConfigFile(path.join(root, 'devstart.config.mjs'), root);
  const value = { apps: [{ command: 'a' }, { command: ['b'], port: 'abc' }] };
  const error = await failure(validateConfig(config, value, root));
  assert.match(error.message, /mjs:6:31: "abc" is not a port/);
});

test('every malformed port in a config', async () => {
  for (const port of ['abc', 70000, -5, '8080x', '1e3', '', 0, 80.5]) {
    const root = await project({
      'devstart.config.json': JSON.stringify({ apps: [{ command: 'a', port }] }),
    });
    const error = await failure(load(root));
    assert.equal(error.code, 'PORT_INVALID', String(port));
    assert.match(error.message, /^devstart\.config\.json:1:\d+: .*apps\[0\]\.port/);
  }
});

test('apps from a config', async () => {
  const root = await project({ 'web/x': '' });
  const apps = await appsFromConfig(
    {
      apps: [
        { role: 'backend', command: './no-such-api', port: 8000, ready: '/health', env: { A: 1, B: true } },
        {
          name: 'web',
          role: 'frontend',
          script: './no-such-web',
          args: ['{port}'],
          cwd: 'web',
          port: '3000',
        },
        { command: ['./x', 'y'], instances: 2 },
      ],
    },
    root,
    { file: 'devstart.config.json', prod: false },
  );
  const [api, web, third] = apps;
  assert.equal(api?.name, 'backend');
  assert.deepEqual(api?.env, { A: '1', B: 'true' });
  assert.deepEqual(api?.ready, [{ port: 'backend', path: '/health' }]);
  assert.deepEqual(api?.ports.backend?.source, {
    kind: 'config',
    name: 'apps[0].port',
    file: 'devstart.config.json',
  });
  assert.deepEqual(web?.command, { kind: 'argv', argv: ['./no-such-web', '{port}'] });
  assert.equal(web?.cwd, path.join(root, 'web'));
  assert.equal(third?.instances, 2);
  assert.equal(new Set(apps.map((app) => app.name)).size, 3);
});

test('the ports file: the contract’s, the guide’s, broken and foreign ones', async () => {
  const cases: [string, object | undefined][] = [
    ['{"backend":8000,"frontend":3000}', { backend: 8000, frontend: 3000, apps: {} }],
    [
      '{"version":1,"backend":8001,"apps":[{"name":"w","ports":[4000,4001]}]}',
      { backend: 8001, apps: { w: [4000, 4001] } },
    ],
    ['', undefined],
    ['{', undefined],
    ['[]', undefined],
    ['null', undefined],
    ['{"name":"x"}', undefined],
    ['{"version":2,"backend":8000}', undefined],
    ['{"backend":"8000"}', undefined],
    ['{"backend":70000}', undefined],
    ['{"version":1,"apps":{}}', undefined],
    ['{"version":1,"apps":[{"name":"w","ports":["x"]}]}', undefined],
  ];
  for (const [text, ports] of cases) {
    const file = path.join(await project({ '.ports.json': text }), '.ports.json');
    const got = await readPortsFile(file);
    if (ports) assert.deepEqual(got, { ports: { file: '.ports.json', ...ports } });
    else assert.match(got.warning?.message ?? '', /^\.ports\.json /, text);
  }
  assert.deepEqual(await readPortsFile(path.join(base, 'none.json')), {});
  assert.match((await readPortsFile(base)).warning?.message ?? '', /EISDIR/);
});

test('everything together', async () => {
  const root = await project({
    'devstart.config.json': `{ "apps": [\n  { "role": "backend", "command": "./no-such-api",\n    "port": 8100 } ] }`,
    '.env': 'X=1\nDEVSTART_MAX_ATTEMPTS=3\n',
    '.ports.json': '{"broken"',
  });
  const loaded = await loadSettings({
    flags: { cwd: path.basename(root) },
    env: {},
    cwd: path.dirname(root),
  });
  assert.equal(loaded.settings.root, root);
  assert.equal(loaded.settings.maxAttempts.source.line, 2);
  assert.deepEqual(
    loaded.warnings.map((warning) => warning.code),
    ['PORTS_FILE_IGNORED'],
  );
  const lined = await withConfigLines(loaded);
  assert.equal(lined.ports.backend?.backend?.source.line, 3);
  const unsticky = await loadSettings({ flags: { sticky: false }, env: {}, cwd: root });
  assert.deepEqual(unsticky.warnings, []);
  const error = await failure(loadSettings({ flags: { cwd: 'nope' }, env: {}, cwd: root }));
  assert.equal(error.code, 'USAGE');
});
