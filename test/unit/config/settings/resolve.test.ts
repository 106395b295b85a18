import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'dotenv';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { nearest } from '../../../../src/config/nearest.ts';
import type { Flags } from '../../../../src/config/options.ts';
import { envFileOf } from '../../../../src/config/settings/dotenv.ts';
import { explain, explainLines } from '../../../../src/config/settings/explain.ts';
import type { ResolveInput } from '../../../../src/config/settings/port-candidates.ts';
import { resolveSettings } from '../../../../src/config/settings/resolve.ts';
import type { App, Role } from '../../../../src/config/types.ts';
import { DevstartError } from '../../../../src/errors.ts';

function app(name: string, roles: Role[], more: Partial<App> = {}): App {
  return { ...draftApp(name, { kind: 'shell', line: 'true' }, '/p', `app ${name}`), roles, ...more };
}

const api = app('api', ['backend']);
const web = app('web', ['frontend']);
const worker = app('worker', []);

const dotenv = (text: string, file = '.env') => envFileOf(file, text, parse);

const input = (more: Partial<ResolveInput> = {}): ResolveInput => ({
  root: '/p',
  flags: {},
  env: {},
  envFiles: [],
  apps: [api, web],
  ...more,
});

const resolve = (more: Partial<ResolveInput> = {}) => resolveSettings(input(more)).settings;

function fails(more: Partial<ResolveInput>, code: string, message: RegExp): void {
  assert.throws(
    () => resolve(more),
    (error) => {
      assert.ok(error instanceof DevstartError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(error.exitCode, 2);
      return true;
    },
  );
}

const configured = (name: string, role: Role, port: number): App =>
  app(name, [role], {
    defaultPorts: { [role]: 5173 },
    ports: {
      [role]: {
        value: { kind: 'single', port },
        source: { kind: 'config', name: 'apps[0].port', file: 'devstart.config.json' },
        overrode: [],
      },
    },
  });

test('precedence of a port: each source wins over all weaker ones', () => {
  const all = input({
    flags: { backendPort: '9001' },
    env: { BACKEND_PORT: '9002' },
    envFiles: [dotenv('BACKEND_PORT=9003', '.env.local'), dotenv('A=1\n# x\nBACKEND_PORT=9004')],
    apps: [configured('api', 'backend', 9005)],
    sticky: { file: '.ports.json', backend: 9006, apps: {} },
  });
  const weaken: [(from: ResolveInput) => ResolveInput, number, string][] = [
    [(from) => from, 9001, 'flag'],
    [(from) => ({ ...from, flags: {} }), 9002, 'env'],
    [(from) => ({ ...from, env: {} }), 9003, 'env-file'],
    [(from) => ({ ...from, envFiles: from.envFiles.slice(1) }), 9004, 'env-file'],
    [(from) => ({ ...from, envFiles: [] }), 9005, 'config'],
    [
      (from) => ({ ...from, apps: [app('api', ['backend'], { defaultPorts: { backend: 5173 } })] }),
      9006,
      'sticky',
    ],
    [(from) => ({ ...from, sticky: undefined }), 5173, 'framework'],
    [(from) => ({ ...from, apps: [api] }), 8000, 'default'],
  ];
  let now = all;
  for (const [index, [step, port, kind]] of weaken.entries()) {
    now = step(now);
    const got = resolveSettings(now).settings.ports.api?.backend;
    assert.deepEqual(got?.value, { kind: 'single', port }, kind);
    assert.equal(got?.source.kind, kind);
    assert.equal(got?.overrode.length, 7 - index, kind);
  }
  const env = resolve({ envFiles: [dotenv('A=1\n# x\nBACKEND_PORT=9004')] }).ports.api?.backend;
  assert.deepEqual(env?.source, { kind: 'env-file', name: 'BACKEND_PORT', file: '.env', line: 3 });
  assert.deepEqual(env?.overrode, [{ value: 8000, source: { kind: 'default', name: 'default' } }]);
});

test('precedence of options', () => {
  const config = { file: 'devstart.config.json', value: { maxAttempts: 4 } };
  const envFiles = [dotenv('DEVSTART_MAX_ATTEMPTS=3')];
  const env = { DEVSTART_MAX_ATTEMPTS: '2' };
  const flags = { maxAttempts: '1' };
  assert.equal(resolve({ flags, env, envFiles, config }).maxAttempts.value, 1);
  assert.equal(resolve({ env, envFiles, config }).maxAttempts.value, 2);
  assert.equal(resolve({ envFiles, config }).maxAttempts.value, 3);
  assert.equal(resolve({ config }).maxAttempts.value, 4);
  assert.equal(resolve().maxAttempts.value, 10);
});

const BAD_PORTS = ['abc', '70000', '-5', '8080x', '1e3', '', ' ', '0', '80.5', '0x50', '9-8'];
for (const bad of BAD_PORTS) {
  test(`malformed port ${JSON.stringify(bad)} from each source`, () => {
    for (const [role, flag, name] of [
      ['backend', 'backendPort', 'BACKEND_PORT'],
      ['frontend', 'frontendPort', 'FRONTEND_PORT'],
    ] as const) {
      fails({ flags: { [flag]: bad } }, 'PORT_INVALID', new RegExp(`--${role}-port`));
      // An empty variable is not given, an empty flag is an error.
      if (bad === '') continue;
      fails({ env: { [name]: bad } }, 'PORT_INVALID', new RegExp(name));
      fails(
        { envFiles: [dotenv(`\n${name}="${bad}"`)] },
        'PORT_INVALID',
        new RegExp(`${name} in .env line 2`),
      );
    }
    fails({ flags: { port: [`api=${bad}`] } }, 'PORT_INVALID', /--port api/);
    fails({ apps: [web], flags: { backendPort: bad } }, 'PORT_INVALID', /--backend-port/);
  });
}

const NUMBERS: [keyof Flags, string, string[]][] = [
  ['maxAttempts', 'DEVSTART_MAX_ATTEMPTS', ['1e3', '10x', '', '-1', '0', '1.5', '65536']],
  ['basePort', 'DEVSTART_BASE_PORT', ['1e3', 'abc', '', '-1', '0', '70000', 'auto']],
  ['killTimeout', 'DEVSTART_KILL_TIMEOUT', ['1e3', '5s', '', '-1', 'Infinity']],
  ['host', 'DEVSTART_HOST', ['', 'localhost:3000', 'http://a', '1.2.3', 'a b']],
  ['portsFile', 'DEVSTART_PORTS_FILE', ['']],
];
for (const [flag, name, values] of NUMBERS) {
  test(`malformed ${flag} from each source`, () => {
    const shown = `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const bad of values) {
      fails({ flags: { [flag]: bad } }, 'USAGE', new RegExp(`^${shown} wants`));
      if (bad === '') continue;
      fails({ env: { [name]: bad } }, 'USAGE', new RegExp(`^${name}.* wants`));
      fails({ envFiles: [dotenv(`${name}=${bad}`)] }, 'USAGE', new RegExp(`^${name} .*line 1 wants`));
    }
  });
}

test('an empty variable is not given, wherever it stands', () => {
  const names = [
    'BACKEND_PORT',
    'FRONTEND_PORT',
    'DEVSTART_BASE_PORT',
    'DEVSTART_HOST',
    'DEVSTART_MAX_ATTEMPTS',
    'DEVSTART_STRICT_PORT',
    'DEVSTART_PROD',
    'DEVSTART_PORTS_FILE',
    'DEVSTART_STICKY',
    'DEVSTART_KILL_TIMEOUT',
    'CORS_ORIGINS',
    'FRONTEND_URL',
  ];
  const env = Object.fromEntries(names.map((name) => [name, '']));
  const file = names.map((name) => `${name}=`).join('\n');
  const plain = resolveSettings(input());
  assert.deepEqual(resolveSettings(input({ env })), plain);
  assert.deepEqual(resolveSettings(input({ envFiles: [dotenv(file)] })), plain);
  const weaker = resolve({ env, envFiles: [dotenv(file, '.env.local'), dotenv('BACKEND_PORT=9000')] });
  assert.deepEqual(weaker.ports.api?.backend?.value, { kind: 'single', port: 9000 });
});

test('an address only where somebody gave one', () => {
  assert.equal(resolve().host, undefined);
  const config = { file: 'devstart.config.json', value: { host: '::' } };
  const asked = resolve({ env: { DEVSTART_HOST: '0.0.0.0' }, config }).host;
  assert.deepEqual([asked?.value, asked?.source.kind, asked?.overrode.length], ['0.0.0.0', 'env', 1]);
  const unsaid = { value: null, source: { kind: 'default', name: 'default' }, overrode: [] };
  assert.deepEqual(explain(resolve()).settings.host, unsaid);
  assert.ok(explainLines(resolve()).includes('host=each server’s own by default'));
});

test('the project’s own list of origins may be in a form of its own', () => {
  const origins = (text: string, flags: Flags = {}) =>
    resolveSettings(input({ envFiles: [dotenv(`CORS_ORIGINS=${text}`)], flags }));
  const two = ['http://a.test', 'http://b.test:81'];
  for (const form of [two.join(','), `'${JSON.stringify(two)}'`, two.join(' '), two.join(';')])
    assert.deepEqual(origins(form).settings.corsOrigins.value, two, form);
  const odd = origins('http://a.test,a.test');
  assert.deepEqual(odd.settings.corsOrigins.value, ['http://a.test']);
  assert.deepEqual(odd.warnings, [
    {
      code: 'CORS_ORIGIN_IGNORED',
      message: 'CORS_ORIGINS from .env line 1 has no origin in "a.test": it is left out',
    },
  ]);
  const prod = { prod: true, backendPort: '8000', frontendPort: '3000' };
  assert.throws(() => origins('a.test', prod), /CORS_ORIGINS from .env line 1 wants an origin/);
});

test('well-formed numbers and hosts', () => {
  assert.equal(resolve({ flags: { killTimeout: '0.5' } }).killTimeout.value, 0.5);
  assert.equal(resolve({ flags: { killTimeout: '0' } }).killTimeout.value, 0);
  for (const host of ['0.0.0.0', '::1', '::', 'localhost', 'dev.example.com', 'my_box'])
    assert.equal(resolve({ flags: { host } }).host?.value, host);
});

test('booleans', () => {
  for (const word of ['1', 'true', 'yes', 'on', 'TRUE'])
    assert.equal(resolve({ env: { DEVSTART_STRICT_PORT: word } }).strictPort.value, true, word);
  for (const word of ['0', 'false', 'no', 'off']) {
    assert.equal(resolve({ env: { DEVSTART_STRICT_PORT: word } }).strictPort.value, false, word);
    assert.equal(resolve({ env: { DEVSTART_STICKY: word } }).sticky.value, false, word);
  }
  for (const bad of ['2', 'ja', 'enabled'])
    for (const name of ['DEVSTART_STRICT_PORT', 'DEVSTART_PROD', 'DEVSTART_STICKY'])
      fails({ env: { [name]: bad } }, 'USAGE', new RegExp(name));
  assert.deepEqual(resolve({ flags: { sticky: false } }).sticky.source, {
    kind: 'flag',
    name: '--no-sticky',
  });
});

test('an empty variable counts as not given', () => {
  const envFiles = [
    dotenv('BACKEND_PORT=\nDEVSTART_MAX_ATTEMPTS=""', '.env.local'),
    dotenv('BACKEND_PORT=9004'),
  ];
  const env = { BACKEND_PORT: '', FRONTEND_PORT: '', PORT: '', DEVSTART_STRICT_PORT: '', DEVSTART_HOST: '' };
  const settings = resolve({ env, envFiles });
  assert.deepEqual(settings.ports.api?.backend?.source, {
    kind: 'env-file',
    name: 'BACKEND_PORT',
    file: '.env',
    line: 1,
  });
  assert.equal(settings.ports.web?.frontend?.source.kind, 'default');
  assert.deepEqual([settings.strictPort.value, settings.maxAttempts.value], [false, 10]);
});

test('PORT is the wish for the frontend or the only app', () => {
  const shell = { PORT: '4567' };
  const of = (more: Partial<ResolveInput>) =>
    Object.values(resolve(more).ports).flatMap((keyed) => Object.values(keyed).map((port) => port.value));
  const single = (port: number) => ({ kind: 'single', port });
  const table: [string, Partial<ResolveInput>, object[]][] = [
    ['the frontend of two', { env: shell }, [single(8000), single(4567)]],
    ['the only app, a backend', { apps: [api], env: shell }, [single(4567)]],
    ['the only app, without a role', { apps: [worker], env: shell }, [single(4567)]],
    [
      'one process with both roles',
      { apps: [app('site', ['backend', 'frontend'])], env: shell },
      [single(8000), single(4567)],
    ],
    ['FRONTEND_PORT says it', { env: { ...shell, FRONTEND_PORT: '4000' } }, [single(8000), single(4000)]],
    [
      'FRONTEND_PORT of a file says it',
      { env: shell, envFiles: [dotenv('FRONTEND_PORT=4000')] },
      [single(8000), single(4000)],
    ],
    ['a flag says it', { env: shell, flags: { frontendPort: '4000' } }, [single(8000), single(4000)]],
    [
      'over the config',
      { env: shell, apps: [api, configured('web', 'frontend', 4000)] },
      [single(8000), single(4567)],
    ],
    [
      'a file’s, of several apps: not ours',
      { envFiles: [dotenv('PORT=4567')] },
      [single(8000), single(3000)],
    ],
    ['a file’s, of the only app', { apps: [web], envFiles: [dotenv('PORT=4567')] }, [single(4567)]],
    ['a file’s, production’s', { apps: [web], envFiles: [dotenv('PORT=80')] }, [single(3000)]],
    ['the only one that is chosen', { env: shell, flags: { only: ['api'] } }, [single(4567)]],
    ['no port at all', { env: { PORT: '\\\\.\\pipe\\x' } }, [single(8000), single(3000)]],
    ['none', { env: { PORT: '0' } }, [single(8000), single(3000)]],
  ];
  for (const [name, more, expected] of table) assert.deepEqual(of(more), expected, name);
  assert.deepEqual(resolve({ env: shell }).ports.web?.frontend?.source, { kind: 'env', name: 'PORT' });
});

test('CONDUCTOR_PORT is a base port, after DEVSTART_BASE_PORT', () => {
  const { basePort, ports } = resolve({ env: { CONDUCTOR_PORT: '55100' } });
  assert.deepEqual(basePort, { value: 55100, source: { kind: 'env', name: 'CONDUCTOR_PORT' }, overrode: [] });
  assert.deepEqual(ports.web?.frontend?.value, { kind: 'single', port: 55101 });
  assert.equal(
    resolve({ env: { CONDUCTOR_PORT: '55100', DEVSTART_BASE_PORT: '6000' } }).basePort?.value,
    6000,
  );
});

test('the project’s own number: over the framework’s default, under the last run, home before a moved one', () => {
  const source = { kind: 'framework' as const, name: 'PORT', file: 'api/index.js', line: 4 };
  const written = { backend: [{ port: 3001, source }] };
  const apps = [
    app('api', ['backend'], { written, defaultPorts: { backend: 5000 }, framework: 'flask' }),
    web,
  ];
  const sticky = { file: '.ports.json', backend: 3002, apps: { api: [3002] } };
  const moved = { ...sticky, moved: ['api'] };
  const of = (more: Partial<ResolveInput>) => resolve({ apps, ...more }).ports.api?.backend;
  const table: [string, Partial<ResolveInput>, object, string][] = [
    ['alone', {}, { kind: 'single', port: 3001 }, 'framework'],
    ['the last run had it by wish', { sticky }, { kind: 'single', port: 3002 }, 'sticky'],
    [
      'the last run had to move',
      { sticky: moved },
      { kind: 'single', port: 3001, otherwise: 3002 },
      'framework',
    ],
    ['in a linked worktree', { sticky: moved, worktree: true }, { kind: 'single', port: 3002 }, 'sticky'],
    [
      'its own number is as it was',
      { sticky: { ...sticky, own: { api: 3001 } } },
      { kind: 'single', port: 3002 },
      'sticky',
    ],
    [
      'its owner has written another one since',
      { sticky: { ...sticky, own: { api: 3002 } } },
      { kind: 'single', port: 3001, otherwise: 3002 },
      'framework',
    ],
    [
      'pinned',
      { sticky: moved, pins: { file: 'ports.json', backend: 3003, apps: {} } },
      { kind: 'single', port: 3003, exact: true },
      'config',
    ],
    ['a flag', { sticky: moved, flags: { backendPort: '9000' } }, { kind: 'single', port: 9000 }, 'flag'],
  ];
  for (const [name, more, spec, kind] of table) {
    const port = of(more);
    assert.deepEqual([port?.value, port?.source.kind], [spec, kind], name);
  }
  assert.deepEqual(
    explainLines(resolve({ apps }))[0],
    "BACKEND_PORT=3001 from api/index.js line 4 (PORT) (overrode 5000, flask's default; 8000, default)",
  );
  assert.deepEqual(explain(resolve({ apps })).settings.backendPort?.source, source);
  const standard = [app('api', ['backend'], { defaultPorts: { backend: 5000 }, framework: 'flask' }), web];
  assert.deepEqual(resolve({ apps: standard, sticky: moved }).ports.api?.backend?.value, {
    kind: 'single',
    port: 5000,
    otherwise: 3002,
  });
  // Without a number of its own there is no home.
  assert.deepEqual(resolve({ sticky: moved }).ports.api?.backend?.value, { kind: 'single', port: 3002 });
});

test('--port by name, by role, unknown, malformed', () => {
  const apps = [api, web, worker];
  const ports = resolve({ apps, flags: { port: ['worker=4100', 'worker=4200', 'backend=auto'] } }).ports;
  assert.deepEqual(ports.worker?.own?.value, { kind: 'single', port: 4200 });
  assert.deepEqual(ports.api?.backend?.value, { kind: 'auto' });
  fails({ apps, flags: { port: ['worke=1'] } }, 'USAGE', /no app "worke"; did you mean "worker"\?/);
  fails({ apps, flags: { port: ['4100'] } }, 'USAGE', /NAME=SPEC/);
  const both = app('site', ['backend', 'frontend']);
  fails({ apps: [both], flags: { port: ['site=1'] } }, 'USAGE', /both roles/);
  assert.equal(resolve({ apps }).ports.worker?.own?.source.kind, 'search');
});

test('--only, ambiguity, missing roles', () => {
  const second = app('api2', ['backend']);
  fails({ apps: [api, second] }, 'AMBIGUOUS', /"api" and "api2" both have the role backend/);
  assert.deepEqual(
    resolve({ apps: [api, second], flags: { only: ['api2'] } }).apps.map((known) => known.name),
    ['api2'],
  );
  fails({ flags: { only: ['wbe'] } }, 'USAGE', /did you mean "web"/);
  const { warnings } = resolveSettings(input({ apps: [web], env: { BACKEND_PORT: '9000' } }));
  assert.deepEqual(
    warnings.map((warning) => warning.code),
    ['ROLE_MISSING'],
  );
  assert.deepEqual(resolveSettings(input({ flags: { only: ['web'], backendPort: '9000' } })).warnings, []);
});

test('a base port is one block, weaker than a port said as strongly', () => {
  const ports = resolve({ apps: [worker, web, api], flags: { basePort: '5000' } }).ports;
  assert.deepEqual(
    [ports.api?.backend, ports.web?.frontend, ports.worker?.own].map((port) => port?.value),
    [5000, 5001, 5002].map((port) => ({ kind: 'single', port })),
  );
  const mixed = resolve({
    apps: [configured('api', 'backend', 7000), web],
    flags: { basePort: '5000', frontendPort: '6000' },
    sticky: { file: '.ports.json', backend: 8003, apps: {} },
  }).ports;
  assert.deepEqual(mixed.api?.backend?.value, { kind: 'single', port: 5000 });
  assert.deepEqual(mixed.web?.frontend?.value, { kind: 'single', port: 6000 });
  fails({ flags: { basePort: '65535' } }, 'USAGE', /pass 65535/);
});

test('the base port of another program: weaker than ours, stronger than the config', () => {
  const config = { value: { basePort: 5000 }, file: 'devstart.config.json' };
  const base = (env: Record<string, string>) => resolve({ env, config }).basePort;
  assert.equal(base({ CONDUCTOR_PORT: '4100' })?.source.name, 'CONDUCTOR_PORT');
  assert.equal(base({ CONDUCTOR_PORT: '4100', DEVSTART_BASE_PORT: '4200' })?.value, 4200);
  assert.equal(base({})?.value, 5000);
});

test('sticky restores further apps too', () => {
  const sticky = { file: '.ports.json', frontend: 3001, apps: { worker: [4005, 4006] } };
  const ports = resolve({ apps: [worker, web], sticky }).ports;
  assert.deepEqual(ports.worker?.own?.value, { kind: 'single', port: 4005 });
  assert.deepEqual(ports.web?.frontend?.value, { kind: 'single', port: 3001 });
});

test('origins of all layers add up', () => {
  const { corsOrigins } = resolve({
    flags: { corsOrigin: ['http://A.example/'] },
    env: { CORS_ORIGINS: 'https://b.example:443, http://a.example' },
    envFiles: [dotenv(`CORS_ORIGINS='["http://c.example:81"]'`)],
    config: { file: 'devstart.config.json', value: { corsOrigins: ['tauri://localhost'] } },
  });
  assert.deepEqual(corsOrigins.value, [
    'http://a.example',
    'https://b.example',
    'http://c.example:81',
    'tauri://localhost',
  ]);
  for (const bad of [
    'localhost:3000',
    'http://a/path',
    'http://a:99999',
    'http://',
    'x',
    'http://u@a',
    'http://a?b',
  ]) {
    fails({ flags: { corsOrigin: [bad] } }, 'USAGE', /--cors-origin wants an origin/);
    fails({ env: { CORS_ORIGINS: bad } }, 'USAGE', /CORS_ORIGINS.* wants an origin/);
  }
  assert.deepEqual(resolve({ env: { CORS_ORIGINS: '' } }).corsOrigins.value, []);
  const wild = resolveSettings(input({ flags: { corsOrigin: ['http://localhost:*', '*'] } }));
  assert.deepEqual(wild.settings.corsOrigins.value, ['*']);
  assert.equal(wild.warnings.length, 2);
});

test('--prod wants explicit ports and origins and refuses wildcards', () => {
  const prod = { prod: true, backendPort: '8000', frontendPort: '3000' };
  fails({ flags: { prod: true } }, 'PROD_UNSAFE', /explicit ports/);
  fails({ flags: { ...prod, backendPort: 'auto' } }, 'PROD_UNSAFE', /explicit ports/);
  fails({ flags: prod }, 'PROD_UNSAFE', /explicit CORS origins/);
  for (const origin of ['*', 'https://*.example.com', 'http://localhost:*'])
    fails({ flags: { ...prod, corsOrigin: [origin] } }, 'PROD_UNSAFE', /wildcard/);
  fails({ flags: prod, env: { FRONTEND_URL: 'https://*.a' } }, 'PROD_UNSAFE', /wildcard/);
  fails({ flags: prod, env: { FRONTEND_URL: 'a.example' } }, 'USAGE', /FRONTEND_URL/);
  const settings = resolve({ flags: prod, env: { FRONTEND_URL: 'https://a.example/app/' } });
  assert.equal(settings.frontendUrl?.value, 'https://a.example');
  assert.equal(settings.strictPort.value, true);
  assert.equal(settings.strictPort.source.name, '--prod');
  assert.deepEqual(resolve({ flags: { prod: true, frontendPort: '80' }, apps: [web] }).apps.length, 1);
});

test('explain says where each value came from', () => {
  const settings = resolve({
    apps: [api, web, worker],
    envFiles: [dotenv('A=1\n\nBACKEND_PORT=9000')],
    flags: { frontendPort: '8000-8003' },
  });
  const lines = explainLines(settings);
  assert.equal(lines[0], 'BACKEND_PORT=9000 from .env line 3 (overrode 8000, default)');
  assert.equal(lines[1], 'FRONTEND_PORT=8000-8003 from --frontend-port (overrode 3000, default)');
  assert.equal(lines[2], 'port of worker=4000 from the search');
  assert.ok(lines.includes('maxAttempts=10 by default'));
  const same = resolve({ apps: [api], flags: { backendPort: '8000' } });
  assert.equal(explainLines(same)[0], 'BACKEND_PORT=8000 from --backend-port', 'nothing else was said');
  assert.deepEqual(explain(settings).settings.backendPort, {
    value: 9000,
    source: { kind: 'env-file', name: 'BACKEND_PORT', file: '.env', line: 3 },
    overrode: [{ value: 8000, source: { kind: 'default', name: 'default' } }],
  });
});

test('env files: the line of the assignment that counts', () => {
  const file = dotenv('\uFEFFA=1\r\nB="x\r\nA=7\r\n"\r\nexport A = 2 # A=3\r\n#A=9\r\nAB=4\r\nC=`A=5`');
  assert.deepEqual(file.values, { A: '2', B: 'x\nA=7\n', AB: '4', C: 'A=5' });
  assert.equal(file.lineOf('A'), 5);
  assert.equal(file.lineOf('AB'), 7);
  assert.equal(file.lineOf('none'), undefined);
});

test('nearest', () => {
  const words = ['port', 'ports', 'name', 'command', 'frontend', 'backend-port'];
  for (const [word, near] of [
    ['prot', 'port'],
    ['Port', 'port'],
    ['comand', 'command'],
    ['front', 'frontend'],
    ['backed-port', 'backend-port'],
    ['xyzzy', undefined],
    ['', undefined],
  ] as const)
    assert.equal(nearest(word, words), near, word);
});
