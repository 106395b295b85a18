import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { instanceId } from '../../../src/config/instance-id.ts';
import type { App, PortKey, Settings, Sourced } from '../../../src/config/types.ts';
import { corsOrigins } from '../../../src/plan/cors.ts';
import { fillPlaceholders } from '../../../src/plan/placeholders.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { portsFileOf } from '../../../src/plan/ports-file.ts';
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

const cors = { frontendPort: 3000, host: '127.0.0.1', own: [], prod: false, frontendUrl: undefined };
for (const [name, input, expected] of [
  ['the guide’s default', cors, ['http://localhost:3000', 'http://127.0.0.1:3000']],
  [
    'a moved frontend keeps the fallbacks',
    { ...cors, frontendPort: 3002 },
    ['http://localhost:3002', 'http://127.0.0.1:3002', 'http://localhost:3000', 'http://127.0.0.1:3000'],
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
    name: 'api',
    roles: ['backend'],
    command: { kind: 'argv', argv: ['node', 'api.js', '{port}'] },
    cwd: '/p',
    env: {},
    frameworkEnv: {},
    defaultPorts: {},
    ports: {},
    instances: 1,
    ready: [{ port: 'own' }],
    stopSignal: 'SIGTERM',
    caches: [],
    evidence: '',
    ...over,
  };
}

const web = app({
  name: 'web',
  roles: ['frontend'],
  command: { kind: 'shell', line: 'vite --port {port} --host {host}' },
  frameworkEnv: { VITE_API_URL: '{backendUrl}' },
});

function plan(apps: App[], env: Record<string, string>, envFiles: Record<string, string> = {}) {
  const assignments: PortAssignment[] = apps.flatMap((one) =>
    (one.roles.length > 1 ? one.roles : ['own' as const]).flatMap((key: PortKey) =>
      Array.from({ length: one.instances }, (_, instance) => {
        const role = key === 'own' ? (one.roles[0] ?? null) : key;
        const port = (role === 'frontend' ? 3001 : role === 'backend' ? 8001 : 4000) + instance;
        return { id: instanceId(one.name, instance), key, role, port, requested: port, moved: false };
      }),
    ),
  );
  const settings: Settings = {
    root: '/p',
    apps,
    ports: {},
    basePort: undefined,
    host: by('127.0.0.1'),
    maxAttempts: by(10),
    strictPort: by(false),
    prod: by(false),
    clean: by(false),
    cleanPaths: by([]),
    avoid: by([]),
    corsOrigins: by(['http://own.test']),
    portsFile: by('/p/.ports.json'),
    sticky: by(true),
    killTimeout: by(5),
    keepGoing: by(false),
    open: by(false),
    frontendUrl: undefined,
    envFiles,
  };
  return makePlan({
    settings,
    ports: new PortMap(assignments),
    runId: 'r1',
    inherited: env,
    forceColor: true,
  });
}

const ORIGINS =
  'http://localhost:3001,http://127.0.0.1:3001,http://localhost:3000,http://127.0.0.1:3000,http://own.test';

test('every server is told where all are', () => {
  const [api, page] = plan([app({}), web], {}).instances;
  assert.deepEqual(api?.env, {
    PORT: '8001',
    HOST: '127.0.0.1',
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
    DEVSTART_APP: 'api',
    DEVSTART_INSTANCE: '0',
    DEVSTART_PORTS_FILE: '/p/.ports.json',
    PYTHONUNBUFFERED: '1',
    FORCE_COLOR: '1',
  });
  assert.deepEqual(api?.command, { kind: 'argv', argv: ['node', 'api.js', '8001'] });
  assert.deepEqual(page?.command, { kind: 'shell', line: 'vite --port 3001 --host 127.0.0.1' });
  assert.equal(page?.env.VITE_API_URL, 'http://localhost:8001');
  assert.equal(page?.env.PORT, '3001');
});

test('what the user set wins, but for the ports and HOST', () => {
  const inherited = { API_URL: 'http://api.test', HOST: 'zsh-host', PORT: '1', BACKEND_PORT: '1' };
  const [api, page] = plan([app({ env: { BACKEND_URL: 'http://b/{port}' } }), web], inherited, {
    VITE_API_URL: 'http://file.test',
    API_URL: 'http://file.test',
    SECRET: 's',
  }).instances;
  assert.equal(api?.env.API_URL, undefined, 'inherited as it is');
  assert.equal(api?.env.SECRET, 's');
  assert.equal(api?.env.BACKEND_URL, 'http://b/8001');
  assert.equal(page?.env.VITE_API_URL, 'http://file.test');
  assert.deepEqual([api?.env.HOST, api?.env.PORT, api?.env.BACKEND_PORT], ['127.0.0.1', '8001', '8001']);
});

test('the user’s CORS lists are added to', () => {
  const [api] = plan([app({}), web], { CORS_ALLOWED_ORIGINS: 'http://x.test/, http://own.test' }).instances;
  assert.equal(api?.env.CORS_ALLOWED_ORIGINS, `${ORIGINS},http://x.test`);
});

test('a role that the project lacks is not spoken of', () => {
  const made = plan([web], {});
  assert.deepEqual(made.ports, { frontend: 3001 });
  assert.equal(made.instances[0]?.env.VITE_API_URL, undefined);
  assert.equal(made.instances[0]?.env.BACKEND_URL, undefined);
});

test('one process for both roles: PORT is the page’s', () => {
  const [both] = plan([app({ name: 'reflex', roles: ['backend', 'frontend'] })], {}).instances;
  assert.deepEqual(both?.ports, { backend: 8001, frontend: 3001 });
  assert.equal(both?.env.PORT, '3001');
  assert.equal(both?.url, 'http://localhost:3001');
});

test('instances have ports and numbers of their own', () => {
  const made = plan([app({ instances: 2 })], {});
  assert.deepEqual(
    made.instances.map(({ label, env }) => [label, env.PORT, env.PM2_INSTANCE_ID, env.BACKEND_PORT]),
    [
      ['api.0', '8001', '0', '8001'],
      ['api.1', '8002', '1', '8001'],
    ],
  );
});

test('.ports.json by the contract, running and stopped', () => {
  const made = plan([app({}), web], {});
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
