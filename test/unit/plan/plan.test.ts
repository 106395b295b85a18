import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { draftApp } from '../../../src/config/detect/candidate.ts';
import { instanceId } from '../../../src/config/instance-id.ts';
import { type App, type PortKey, ROLES, type Settings, type Sourced } from '../../../src/config/types.ts';
import { joinEnv } from '../../../src/launch/environment.ts';
import { corsOrigins } from '../../../src/plan/cors.ts';
import { addedEnv } from '../../../src/plan/env.ts';
import { fillPlaceholders } from '../../../src/plan/placeholders.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { portsFileOf } from '../../../src/plan/ports-file.ts';
import { urlText } from '../../../src/plan/url.ts';
import { PortMap } from '../../../src/ports/port-map.ts';
import type { PortAssignment } from '../../../src/ports/types.ts';
import { replaceFile } from '../../../src/system/files.ts';

const values = { port: '4000', backend: '8000', frontend: undefined };

for (const [text, expected] of [
  ['node api.js --port {port}', 'node api.js --port 4000'],
  ['{port}{backend}', '40008000'],
  ['{frontend} stays', '{frontend} stays'],
  ['{"port": 1} and {other}', '{"port": 1} and {other}'],
  ['{{port}}', '{port}'],
  ['{{other}}', '{{other}}'],
  ['{constructor}', '{constructor}'],
  ['echo $' + '{port}', 'echo $' + '{port}'],
] as const) {
  test(`placeholders: ${text}`, () => assert.equal(fillPlaceholders(text, values), expected));
}

const cors = {
  frontendPort: 3000,
  scheme: 'http',
  host: undefined,
  own: [],
  prod: false,
  frontendUrl: undefined,
} as const;
for (const [name, input, expected] of [
  ['the guide’s default', cors, ['http://localhost:3000', 'http://127.0.0.1:3000']],
  [
    'a moved frontend keeps the fallbacks',
    { ...cors, frontendPort: 3002 },
    ['http://localhost:3002', 'http://127.0.0.1:3002', 'http://localhost:3000', 'http://127.0.0.1:3000'],
  ],
  [
    'a page by TLS',
    { ...cors, scheme: 'https', frontendPort: 5173 },
    ['https://localhost:5173', 'https://127.0.0.1:5173', 'http://localhost:3000', 'http://127.0.0.1:3000'],
  ],
  [
    'own origins come last, once',
    { ...cors, own: ['http://shop.test', 'http://localhost:3000'] },
    ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://shop.test'],
  ],
  [
    'an address of one’s own is an origin too',
    { ...cors, host: '192.0.2.7', frontendPort: 3000 },
    ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://192.0.2.7:3000'],
  ],
  [
    'production: the explicit ones alone',
    { ...cors, prod: true, own: ['https://a.test'] },
    ['https://a.test'],
  ],
  [
    'production: FRONTEND_URL without its path',
    { ...cors, prod: true, frontendUrl: 'https://a.test/app' },
    ['https://a.test'],
  ],
] as const) {
  test(`cors: ${name}`, () => assert.deepEqual(corsOrigins(input), expected));
}

const by = <T>(value: T): Sourced<T> => ({ value, source: { kind: 'default', name: 'test' }, overrode: [] });

function app(over: Partial<App>): App {
  return {
    ...draftApp('api', { kind: 'argv', argv: ['node', 'api.js', '{port}'] }, '/p', ''),
    roles: ['backend'],
    ready: [{ port: 'own' }],
    ...over,
  };
}

const web = app({
  name: 'web',
  roles: ['frontend'],
  command: { kind: 'shell', line: 'vite --port {port}' },
});

interface Given {
  /** The launcher's environment. */
  env?: Record<string, string>;
  host?: string;
  forceColor?: boolean;
}

function plan(apps: App[], { env = {}, host, forceColor = false }: Given = {}) {
  const assignments: PortAssignment[] = apps
    .filter((one) => !one.noPort)
    .flatMap((one) =>
      (one.roles.length > 1 ? one.roles : ['own' as const]).flatMap((key: PortKey) =>
        Array.from({ length: one.instances }, (_, instance) => {
          const role = ROLES.find((known) => known === key) ?? one.roles[0] ?? null;
          const port = (role === 'frontend' ? 3001 : role === 'backend' ? 8001 : 4000) + instance;
          return { id: instanceId(one.name, instance), key, role, port, requested: port, moved: false };
        }),
      ),
    );
  const settings: Settings = {
    root: '/p',
    apps,
    copies: [],
    ports: {},
    basePort: undefined,
    host: host === undefined ? undefined : by(host),
    maxAttempts: by(10),
    strictPort: by(false),
    prod: by(false),
    clean: by(false),
    cleanPaths: by([]),
    avoid: by([]),
    corsOrigins: by(['http://own.test']),
    portsFile: by('/p/.ports.json'),
    sticky: by(true),
    follow: by(true),
    handover: undefined,
    killTimeout: by(5),
    keepGoing: by(false),
    open: by(false),
    frontendUrl: undefined,
  };
  const ports = new PortMap(assignments);
  return makePlan({ settings, ports, runId: 'r1', inherited: env, forceColor });
}

/** What the first app's first instance gets beside the launcher's environment. */
const told = (first: App, given: Given = {}, others: App[] = [first.name === 'web' ? app({}) : web]) => {
  const [instance] = plan([first, ...others], given).instances;
  return instance ? addedEnv(instance.env) : {};
};

const LIST = [
  'http://localhost:3001',
  'http://127.0.0.1:3001',
  'http://localhost:3000',
  'http://127.0.0.1:3000',
  'http://own.test',
];
const ORIGINS = LIST.join(',');
/** A server that takes its port by PORT. */
const plain = (over: Partial<App> = {}) =>
  app({ command: { kind: 'argv', argv: ['node', 'api.js'] }, ...over });

const EVERYWHERE = {
  BACKEND_PORT: '8001',
  FRONTEND_PORT: '3001',
  BACKEND_URL: 'http://localhost:8001',
  FRONTEND_URL: 'http://localhost:3001',
  API_URL: 'http://localhost:8001',
  CORS_ORIGINS: ORIGINS,
  CORS_ALLOWED_ORIGINS: ORIGINS,
  PM2_INSTANCE_ID: '0',
  NODE_APP_INSTANCE: '0',
  DEVSTART_RUN: 'r1',
  DEVSTART_INSTANCE: '0',
  DEVSTART_PORTS_FILE: '/p/.ports.json',
};

const worker = app({ name: 'worker', roles: [], noPort: true, command: { kind: 'shell', line: './work' } });
const shapes: [string, App, Given, Record<string, string>][] = [
  ['a server that takes its port by PORT', plain(), {}, { DEVSTART_APP: 'api', PORT: '8001' }],
  ['a server whose flag says the port', web, {}, { DEVSTART_APP: 'web' }],
  [
    'a peer’s port in the command is not its own',
    plain({ command: { kind: 'shell', line: 'node api.js --web {frontend}' } }),
    {},
    { DEVSTART_APP: 'api', PORT: '8001' },
  ],
  [
    '{{port}} is a text',
    plain({ command: { kind: 'shell', line: 'node api.js {{port}}' } }),
    {},
    { DEVSTART_APP: 'api', PORT: '8001' },
  ],
  [
    'a server that its flags could not reach, and that reads no PORT',
    app({
      name: 'web',
      roles: ['frontend'],
      command: { kind: 'shell', line: 'vite | cat' },
      readsPort: false,
    }),
    {},
    { DEVSTART_APP: 'web' },
  ],
  [
    'an address of the user’s',
    plain(),
    { host: '127.0.0.9' },
    { DEVSTART_APP: 'api', PORT: '8001', HOST: '127.0.0.9' },
  ],
  ['Python', plain({ python: true }), {}, { DEVSTART_APP: 'api', PORT: '8001', PYTHONUNBUFFERED: '1' }],
  ['colour', plain(), { forceColor: true }, { DEVSTART_APP: 'api', PORT: '8001', FORCE_COLOR: '1' }],
  ['NO_COLOR', plain(), { forceColor: true, env: { NO_COLOR: '1' } }, { DEVSTART_APP: 'api', PORT: '8001' }],
  [
    'colour that would break it',
    plain({ noForceColor: true }),
    { forceColor: true },
    { DEVSTART_APP: 'api', PORT: '8001' },
  ],
  ['a worker', worker, { host: '127.0.0.9' }, { DEVSTART_APP: 'worker' }],
];
for (const [name, first, given, more] of shapes) {
  test(`environment, exactly: ${name}`, () => {
    const others = [app({}), web].filter((other) => other.name !== first.name);
    assert.deepEqual(told(first, given, others), { ...EVERYWHERE, ...more });
  });
}

test('a PORT that its owner gives to a program for something else stays', () => {
  const source = { kind: 'framework', name: 'port' } as const;
  const env = { PORT: '5173' };
  const own = (port: number) => ({ backend: [{ port, source }] });
  const told = (over: Partial<App>) => plan([plain(over)]).instances[0]?.env;
  const stays = told({ env, written: own(8001) });
  assert.deepEqual([stays?.run.PORT, stays?.own.PORT], [undefined, '5173']);
  assert.equal(told({ env, written: own(5173) })?.run.PORT, '8001');
  assert.equal(told({ env, written: own(8001), portName: 'PORT' })?.run.PORT, '8001');
});

test('what is not passed on: another’s PORT, and FORCE_COLOR beside NO_COLOR', () => {
  const without = (first: App, env: Record<string, string> = {}) =>
    plan([first], { env }).instances[0]?.env.without;
  assert.deepEqual(without(plain(), { PORT: '1' }), []);
  assert.deepEqual(without(web, { PORT: '1' }), ['PORT']);
  assert.deepEqual(without(worker), ['PORT']);
  assert.deepEqual(without(plain(), { NO_COLOR: '1', FORCE_COLOR: '1' }), ['FORCE_COLOR']);
});

test('a name that the shell, an env file handed over or one of its own has is not told; an empty one is', () => {
  const env = { API_URL: 'http://api.test', cors_origins: '[]', BACKEND_URL: '' };
  const got = told(
    plain({
      handed: { FRONTEND_URL: 'http://file.test', SECRET: 's', API_URL: 'x' },
      reads: { CORS_ALLOWED_ORIGINS: 'own' },
    }),
    { env },
  );
  assert.equal(got.API_URL, undefined);
  assert.equal(got.BACKEND_URL, 'http://localhost:8001');
  assert.equal(got.FRONTEND_URL, 'http://file.test');
  assert.equal(got.SECRET, 's');
  assert.equal(got.CORS_ORIGINS, undefined);
  assert.equal(got.CORS_ALLOWED_ORIGINS, undefined);
});

test('lists in the form that the code reads', () => {
  const got = told(plain({ reads: { CORS_ORIGINS: 'json', CORS_ALLOWED_ORIGINS: 'spaces' } }));
  assert.equal(got.CORS_ORIGINS, JSON.stringify(LIST));
  assert.equal(got.CORS_ALLOWED_ORIGINS, LIST.join(' '));
  assert.equal(told(plain({ reads: { CORS_ORIGINS: 'semicolons' } })).CORS_ORIGINS, LIST.join(';'));
});

test('the config’s env wins over what is found out, not over the truth; placeholders are filled', () => {
  const got = told(
    plain({
      env: {
        API_URL: '{backendUrl}/api',
        VITE_API: '{frontendUrl}|{backend}|{host}|{instance}|{{port}}|{other}',
        CORS_ORIGINS: '{corsOrigins},http://x.test',
        PORT: '1',
        BACKEND_PORT: '2',
        DEVSTART_RUN: '3',
      },
    }),
  );
  assert.equal(got.API_URL, 'http://localhost:8001/api');
  assert.equal(got.VITE_API, 'http://localhost:3001|8001|127.0.0.1|0|{port}|{other}');
  assert.equal(got.CORS_ORIGINS, `${ORIGINS},http://x.test`);
  assert.deepEqual([got.PORT, got.BACKEND_PORT, got.DEVSTART_RUN], ['8001', '8001', 'r1']);
  assert.equal(told({ ...web, env: { PORT: '{backend}' } }).PORT, '8001', 'told by nobody else');
});

test('placeholders in a command', () => {
  const [api] = plan([
    plain({
      command: { kind: 'argv', argv: ['x', '{port}', '{backendUrl}', '{frontendUrl}', '{corsOrigins}'] },
    }),
    web,
  ]).instances;
  assert.deepEqual(api?.command, {
    kind: 'argv',
    argv: ['x', '8001', 'http://localhost:8001', 'http://localhost:3001', ORIGINS],
  });
});

test('a variable that holds an address is not told a number', () => {
  for (const portName of ['SHOP_URL', 'BIND', 'LISTEN_ADDR'])
    assert.equal(told(plain({ portName }))?.[portName], undefined, portName);
});

test('a variable that the code reads in place of PORT says the port where it is not the server’s own', () => {
  const own = { port: 8001, source: { kind: 'framework', name: 'x' } } as const;
  const reads = (over: Partial<App>) => {
    const { PORT, SERVER_PORT } = told(plain({ portName: 'SERVER_PORT', ...over }));
    return [PORT, SERVER_PORT];
  };
  assert.deepEqual(reads({ written: { backend: [own] } }), [undefined, undefined]);
  assert.deepEqual(reads({ written: { backend: [{ ...own, port: 7000 }] } }), [undefined, '8001']);
  assert.deepEqual(reads({ written: { backend: [own, { ...own, port: 7000 }] } }), [undefined, '8001']);
  assert.deepEqual(reads({}), [undefined, '8001']);
  assert.deepEqual(reads({ portName: 'PORT', written: { backend: [own] } }), ['8001', undefined]);
  const phoenix = { portName: 'PORT', framework: 'phoenix' };
  const own4000 = { ...phoenix, written: { backend: [{ ...own, port: 4000 }] } };
  assert.deepEqual(
    reads({ ...phoenix, written: { backend: [own] } })[0],
    undefined,
    'its watchers inherit it',
  );
  assert.deepEqual(reads(own4000)[0], '8001');
  assert.deepEqual(reads({ readsPort: true }), ['8001', undefined], 'its line has $PORT');
  assert.deepEqual(reads({ readsPort: false }), [undefined, undefined], 'a flag says it');
});

test('a framework’s own variable says the port where it is not the server’s own', () => {
  const spring = plain({
    readsPort: false,
    frameworkEnv: { SERVER_PORT: '{port}' },
    defaultPorts: { backend: 8001 },
  });
  assert.equal(told(spring).SERVER_PORT, undefined);
  assert.equal(told({ ...spring, defaultPorts: { backend: 8080 } }).SERVER_PORT, '8001');
  assert.equal(
    told({ ...spring, defaultPorts: { backend: 8080 } }, { env: { SERVER_PORT: '9' } }).SERVER_PORT,
    undefined,
  );
  assert.equal(told(spring).PORT, undefined);
});

test('a virtual environment’s programs come first, once', () => {
  const venv = plain({ path: ['/p/.venv/bin'] });
  const PATH = ['/usr/bin', '/bin'].join(path.delimiter);
  assert.equal(told(venv, { env: { PATH } }).PATH, ['/p/.venv/bin', PATH].join(path.delimiter));
  assert.equal(told(venv, { env: { PATH: ['/p/.venv/bin', PATH].join(path.delimiter) } }).PATH, undefined);
  assert.equal(told(venv).PATH, '/p/.venv/bin');
});

test('a role that the project lacks is not spoken of', () => {
  const made = plan([{ ...web, frameworkEnv: { X_API: '{backendUrl}', X_SELF: '{frontendUrl}' } }]);
  assert.deepEqual(made.ports, { frontend: 3001 });
  const { computed = {} } = made.instances[0]?.env ?? {};
  assert.deepEqual(
    [computed.X_API, computed.X_SELF, computed.BACKEND_URL],
    [undefined, 'http://localhost:3001', undefined],
  );
});

test('one process for both roles: PORT is the page’s', () => {
  const [both] = plan([plain({ name: 'site', roles: ['backend', 'frontend'] })]).instances;
  assert.deepEqual(both?.ports, { backend: 8001, frontend: 3001 });
  assert.equal(both?.env.run.PORT, '3001');
  assert.deepEqual(both?.url, { scheme: 'http', host: 'localhost', port: 3001 });
});

test('instances have ports and numbers of their own', () => {
  const made = plan([plain({ instances: 2 })]);
  assert.deepEqual(
    made.instances.map(({ label, env: { run } }) => [label, run.PORT, run.PM2_INSTANCE_ID, run.BACKEND_PORT]),
    [
      ['api:0', '8001', '0', '8001'],
      ['api:1', '8002', '1', '8001'],
    ],
  );
});

test('a URL is written in one place', () => {
  assert.equal(urlText({ scheme: 'https', host: '[::1]', port: 443 }), 'https://[::1]:443');
  const [asked] = plan([plain()], { host: '2001:db8::1' }).instances;
  assert.deepEqual(asked?.url, { scheme: 'http', host: '[2001:db8::1]', port: 8001 });
});

test('a process gets the launcher’s environment, less what is not passed on, and the layers by strength', () => {
  const layers = {
    without: ['PORT'],
    computed: { A: 'computed', B: 'computed', C: 'computed' },
    own: { B: 'own', C: 'own' },
    run: { C: 'run' },
  };
  assert.deepEqual(joinEnv({ PORT: '1', A: 'shell', D: 'shell' }, layers), {
    A: 'computed',
    B: 'own',
    C: 'run',
    D: 'shell',
  });
});

test('.ports.json by the contract, running and stopped', () => {
  const made = plan([app({}), web]);
  const launcher = { pid: 4711, startedAt: '2026-11-21T10:00:00.000Z' };
  const running = portsFileOf(
    made,
    'running',
    launcher,
    new Map([
      ['api:0', { status: 'ready', pid: 4712 }],
      ['web:0', { status: 'starting', pid: undefined }],
    ]),
  );
  assert.deepEqual(running, {
    version: 1,
    run: made.runId,
    name: 'p',
    status: 'running',
    backend: 8001,
    frontend: 3001,
    urls: { backend: 'http://localhost:8001', frontend: 'http://localhost:3001' },
    corsOrigins: ORIGINS.split(','),
    pid: 4711,
    startedAt: '2026-11-21T10:00:00.000Z',
    apps: [
      { name: 'api', role: 'backend', status: 'ready', ports: [8001], pids: [4712] },
      { name: 'web', role: 'frontend', status: 'starting', ports: [3001], pids: [] },
    ],
  });
  const stopped = portsFileOf(
    made,
    'stopped',
    launcher,
    new Map([['api:0', { status: 'failed', pid: undefined }]]),
  );
  assert.equal('pid' in stopped, false);
  assert.deepEqual(stopped.apps[0], { name: 'api', role: 'backend', status: 'failed', ports: [8001] });
});

test('a file is replaced whole or not at all', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'devstart ports ü '));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, '.ports.json');
  await writeFile(file, 'old');
  replaceFile(file, 'new');
  assert.equal(await readFile(file, 'utf8'), 'new');
  assert.throws(() => replaceFile(path.join(folder, 'absent', 'x'), 'new'), { code: 'ENOENT' });
  assert.deepEqual(await readdir(folder), ['.ports.json']);
});
