// The command line from outside, on the built program: words, values, sources, exit codes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const program = path.resolve(import.meta.dirname, '../../../bin/devstart.cjs');
const base = mkdtempSync(path.join(tmpdir(), 'devstart cli ü '));
after(() => rmSync(base, { recursive: true }));

const PAIR = {
  'package.json': JSON.stringify({
    name: 'shop',
    scripts: { 'dev:api': 'node api.js', 'dev:web': 'node web.js' },
  }),
};
let count = 0;

function project(files: Record<string, string> = PAIR): string {
  const folder = path.join(base, String(count++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

interface Options {
  cwd?: string;
  env?: Record<string, string>;
}

function devstart(args: string[], { cwd = project(), env = {} }: Options = {}) {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/_PORT$|^CORS|^DEVSTART|COLOR|^npm_|^NODE_TEST/.test(name),
    ),
  );
  const result = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env: { ...inherited, DEVSTART_HOME: path.join(base, 'home'), ...env },
    encoding: 'utf8',
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

for (const value of [
  'abc',
  '70000',
  '-5',
  '8080x',
  '1e3',
  '',
  '0',
  ' ',
  '8003-8000',
  '80.5',
  'auto:x',
  '0x50',
]) {
  for (const [where, args, env, file, config] of [
    ['--backend-port', ['-b', value], {}, {}, undefined],
    ['--frontend-port', [`--frontend-port=${value}`], {}, {}, undefined],
    ['BACKEND_PORT', [], { BACKEND_PORT: value }, {}, undefined],
    ['.env line 2', [], {}, { '.env': `A=1\nFRONTEND_PORT="${value}"\n` }, undefined],
    ['.env.local line 1', [], {}, { '.env.local': `BACKEND_PORT="${value}"\n` }, undefined],
    ['devstart.config.json', [], {}, {}, value],
  ] as [string, string[], Record<string, string>, Record<string, string>, string | undefined][]) {
    // An empty variable is not given, an empty flag is an error.
    if (value === '' && /BACKEND_PORT|\.env/.test(where)) continue;
    test(`a port of ${JSON.stringify(value)} from ${where} is refused`, () => {
      const apps = [{ name: 'api', role: 'backend', command: 'node api.js', port: config }];
      const files = config === undefined ? PAIR : { 'devstart.config.json': JSON.stringify({ apps }) };
      const cwd = project({ ...files, ...file });
      const { code, stdout, stderr } = devstart(args, { cwd, env });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.ok(stderr.includes(where), `names its source: ${stderr}`);
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
      assert.equal(existsSync(path.join(cwd, '.ports.json')), false, 'nothing was started');
    });
  }
}

for (const flag of '-b --host --base-port --ports-file --cors-origin --only --kill-timeout --cwd --config --stdin'.split(
  ' ',
)) {
  test(`an empty ${flag} is refused`, () => {
    const { code, stderr } = devstart(['--dry-run', flag, ''], { cwd: project() });
    assert.equal(code, 2, stderr);
    assert.ok(flag === '-b' || stderr.includes(flag), `names it: ${stderr}`);
  });
}

test('an empty variable is not given', () => {
  const names =
    'BACKEND_PORT DEVSTART_HOST DEVSTART_PROD DEVSTART_PORTS_FILE CORS_ORIGINS FRONTEND_URL NO_COLOR';
  const env = Object.fromEntries(names.split(' ').map((name) => [name, '']));
  const file = `${names.replaceAll(' ', '=\n')}=\n`;
  for (const [cwd, given] of [
    [project(), env],
    [project({ ...PAIR, '.env': file }), {}],
  ] as const) {
    const { code, stdout, stderr } = devstart(['--explain', '--json'], { cwd, env: given });
    assert.equal(code, 0, stderr);
    const { settings } = JSON.parse(stdout);
    assert.deepEqual([settings.host.value, settings.host.source.kind], [null, 'default']);
    assert.deepEqual(settings.corsOrigins.value, []);
  }
});

for (const [name, args, expected] of [
  [
    'an unknown flag',
    ['--fronted-port', '3'],
    /unknown option "--fronted-port": did you mean --frontend-port\?/,
  ],
  ['an unknown short flag', ['-x'], /unknown option "-x"/],
  ['an unknown command', ['intit'], /unknown command "intit": did you mean init\?/],
  ['a command of a later version', ['proxy'], /unknown command "proxy"/],
  ['a flag without its value', ['-b'], /-b needs a value|backend-port needs a value/],
  ['an unknown log format', ['--log-format', 'xml'], /"xml" is not a log format/],
  ['a word behind a command', ['init', 'more'], /unexpected argument "more"/],
  ['an app that is not there', ['--only', 'wob'], /"?wob"?.*did you mean "?web/s],
  ['a port for an unknown app', ['--port', 'wob=3000'], /"?wob"?.*did you mean "?web/s],
  ['a port without a name', ['--port', '3000'], /--port/],
  ['an attempt count', ['--max-attempts', '1e3'], /--max-attempts .*"1e3"/],
  ['a kill timeout', ['--kill-timeout', '5s'], /--kill-timeout .*"5s"/],
  ['a missing folder', ['--cwd', 'nowhere'], /nowhere/],
  ['a missing config', ['--config', 'no.json'], /no\.json/],
  ['an origin', ['--cors-origin', 'shop'], /--cors-origin .*"shop"/],
  ['production without ports', ['--prod'], /prod/],
  ['production with a wildcard', ['--prod', '-b', '8000', '-f', '3000', '--cors-origin', '*'], /wildcard|\*/],
] as [string, string[], RegExp][]) {
  test(`${name}: one sentence, code 2`, () => {
    const { code, stdout, stderr } = devstart(args);
    assert.equal(code, 2, stdout + stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /^error /);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

test('with --json an error is one object on stdout', () => {
  const { code, stdout, stderr } = devstart(['--json', '-b', 'abc']);
  assert.equal(code, 2);
  assert.equal(stderr, '');
  const { type, code: name, message, hint } = JSON.parse(stdout);
  assert.deepEqual([type, name], ['error', 'PORT_INVALID']);
  assert.match(message, /abc.*--backend-port/);
  assert.equal(typeof hint, 'string');
});

for (const [args, json] of [
  [['--log-format', 'json', '-b', 'abc'], true],
  [['--json=true', '-b', 'abc'], true],
  [['-b', 'abc', '--log-format=json'], true],
  [['--json', '-b'], true],
  [['--log-format', 'json', '--nonsense'], true],
  [['--json', '--no-json', '-b', 'abc'], false],
  [['--json=false', '-b', 'abc'], false],
  [['exec', '-b', 'abc', '--', 'echo', '--json'], false],
  [['exec', '-b', 'abc', '--', 'echo', '--log-format=json'], false],
  [['exec', '--json', '-b', 'abc', '--', 'echo'], true],
] as [string[], boolean][]) {
  test(`devstart ${args.join(' ')}: its error is ${json ? 'an object on stdout' : 'text on stderr'}`, () => {
    const { code, stdout, stderr } = devstart(args);
    assert.equal(code, 2);
    if (json) {
      assert.equal(JSON.parse(stdout).type, 'error');
      assert.equal(stderr, '');
    } else {
      assert.match(stderr, /^error /);
      assert.equal(stdout, '');
    }
  });
}

test('the last of a repeated option wins', () => {
  const { stdout } = devstart(['-b', '8000', '--dry-run', '--json', '-b', '9123']);
  assert.equal(JSON.parse(stdout).ports.backend, 9123);
});

for (const [agent, words] of [
  ['pnpm/10.0.0 npm/? node/v20.19.0 linux x64', ['--', '-b', '9123']],
  ['yarn/4.5.0 npm/? node/v20.19.0 linux x64', ['-b', '8000', '--', '-b', '9123']],
] as [string, string[]][]) {
  test(`${agent.split(' ')[0]} leaves its dashes in: devstart ${words.join(' ')}`, () => {
    const env = { npm_config_user_agent: agent };
    const { code, stdout, stderr } = devstart(['--dry-run', '--json', ...words], { env });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).ports.backend, 9123);
    assert.match(devstart(words).stderr, /nothing can follow --/, 'nobody’s but our own');
  });
}

test('help and version', () => {
  const help = devstart(['--help']);
  assert.equal(help.code, 0);
  for (const word of ['--backend-port', '-f', '--clean', 'init', 'BACKEND_PORT=9000', 'Exit codes']) {
    assert.ok(help.stdout.includes(word), word);
  }
  const { version } = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
  );
  assert.equal(devstart(['--version']).stdout.trim(), version);
});

test('precedence: flag, environment, .env.local, .env, config', () => {
  const cwd = project({
    'devstart.config.json': JSON.stringify({
      apps: [{ name: 'api', role: 'backend', command: 'node api.js', port: 9105 }],
    }),
    '.env': 'BACKEND_PORT=9104\n',
    '.env.local': '\nBACKEND_PORT=9103\n',
  });
  const backend = (args: string[], env: Record<string, string>) => {
    const { stdout } = devstart(['--explain', '--json', ...args], { cwd, env });
    return JSON.parse(stdout).settings.backendPort;
  };
  const flag = backend(['-b', '9101'], { BACKEND_PORT: '9102' });
  assert.equal(String(flag.value), '9101');
  assert.equal(flag.source.kind, 'flag');
  assert.deepEqual(flag.overrode.map((one: { value: unknown }) => String(one.value)).slice(0, 4), [
    '9102',
    '9103',
    '9104',
    '9105',
  ]);
  assert.equal(String(backend([], { BACKEND_PORT: '9102' }).value), '9102');
  const file = backend([], {});
  assert.deepEqual(
    [String(file.value), file.source.kind, file.source.file, file.source.line],
    ['9103', 'env-file', '.env.local', 2],
  );
  rmSync(path.join(cwd, '.env.local'));
  assert.match(devstart(['--explain'], { cwd }).stdout, /BACKEND_PORT=9104 from \.env line 1/);
  rmSync(path.join(cwd, '.env'));
  assert.equal(backend([], {}).source.kind, 'config');
});

test('--dry-run writes nothing and shows what would run', () => {
  const cwd = project();
  const { code, stdout } = devstart(['--dry-run', '--json', '-b', '9200', '-f', '9201'], { cwd });
  assert.equal(code, 0);
  const plan = JSON.parse(stdout);
  assert.deepEqual(plan.ports, { backend: 9200, frontend: 9201 });
  assert.deepEqual(plan.urls, { backend: 'http://localhost:9200', frontend: 'http://localhost:9201' });
  assert.deepEqual(plan.apps.map((app: { role: string }) => app.role).sort(), ['backend', 'frontend']);
  assert.equal(plan.apps[0].env.BACKEND_PORT, '9200');
  assert.equal(existsSync(path.join(cwd, '.ports.json')), false);
});

test('init writes the smallest config once, and clean keeps to the caches', () => {
  const cwd = project({ ...PAIR, '.gitignore': 'node_modules' });
  const first = devstart(['init', '--yes'], { cwd });
  assert.equal(first.code, 0, first.stderr);
  const config = JSON.parse(readFileSync(path.join(cwd, 'devstart.config.json'), 'utf8'));
  assert.equal(config.apps.length, 2);
  assert.equal(readFileSync(path.join(cwd, '.gitignore'), 'utf8'), 'node_modules\n.ports.json\n');
  const again = devstart(['init', '--yes'], { cwd });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /devstart\.config\.json exists already/);
  assert.equal(devstart(['--dry-run'], { cwd }).code, 0, 'what init wrote is a config');
  assert.match(devstart(['clean'], { cwd }).stdout, /nothing to clean/);
});

test('clean removes caches, never what git tracks', () => {
  const cwd = project({
    'package.json': JSON.stringify({ scripts: { dev: 'vite' }, devDependencies: { vite: '7' } }),
    'node_modules/.vite/deps/x.js': 'x'.repeat(2000),
    'devstart.config.json': JSON.stringify({
      clean: ['tmp', 'kept'],
      apps: [{ name: 'web', role: 'frontend', command: 'vite' }],
    }),
    'tmp/x': '1',
    'kept/x': '1',
  });
  execFileSync('git', ['init', '-q'], { cwd });
  execFileSync('git', ['add', 'kept'], { cwd });
  const { stdout, code } = devstart(['clean'], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /removed node_modules\/\.vite \(2\.0 kB\)/);
  assert.equal(existsSync(path.join(cwd, 'node_modules/.vite')), false);
  assert.equal(existsSync(path.join(cwd, 'tmp')), false);
  assert.equal(existsSync(path.join(cwd, 'kept/x')), true);
  assert.match(stdout, /left kept: /);
});

test('a broken config shows its place', () => {
  const cwd = project({
    'devstart.config.json': '{\n  "apps": [\n    { "name": "api", "prot": 1 }\n  ]\n}\n',
  });
  const { code, stderr } = devstart([], { cwd });
  assert.equal(code, 2);
  assert.match(stderr, /devstart\.config\.json:3:\d+/);
  assert.match(stderr, /"prot".*"port"/s);
  assert.match(stderr, /\^/);
});

// Twice: the second run's code comes from V8's cache.
for (const [name, text] of [
  [
    'devstart.config.ts',
    "import { defineConfig } from 'devstart';\nimport { port } from './port';\nexport default defineConfig({ apps: [{ name: 'api', role: 'backend', command: 'x', port: port as number }] });\n",
  ],
  [
    'devstart.config.mjs',
    "import { defineConfig } from 'devstart';\nexport default async () => defineConfig({ apps: [{ name: 'api', role: 'backend', command: 'x', port: 9301 }] });\n",
  ],
  [
    'devstart.config.cjs',
    "module.exports = { apps: [{ name: 'api', role: 'backend', command: 'x', port: 9301 }] };\n",
  ],
  [
    'devstart.config.ts',
    "import { port } from '@/port';\nenum Role { api = 'backend' }\nmodule.exports = { apps: [{ role: Role.api, script: require('node:path').join(__dirname, 'x'), port }] };\n",
  ],
  ['devstart.config.yaml', 'apps:\n  - { name: api, role: backend, command: x, port: 9301 }\n'],
  [
    'devstart.config.yaml',
    'x-base: &base { command: x, depends-on: [] }\napps:\n  - { <<: *base, role: backend, port: "9301" }\n',
  ],
  ['devstart.config.toml', '[[apps]]\nname = "api"\nrole = "backend"\ncommand = "x"\nport = 9301\n'],
] as const) {
  test(`${name} is read, by the program as it is shipped`, () => {
    const tsconfig = '{ "compilerOptions": { "paths": { "@/*": ["./*"], }, }, } // as tsc takes it';
    const port = 'export const port: number = 9301;\n';
    const cwd = project({ [name]: text, 'port.ts': port, 'tsconfig.json': tsconfig });
    for (let run = 0; run < 2; run++) {
      const { code, stdout, stderr } = devstart(['--dry-run', '--json'], { cwd });
      assert.equal(code, 0, stdout + stderr);
      assert.equal(JSON.parse(stdout).ports.backend, 9301);
    }
  });
}

test('two apps of one framework without roles: the first is the frontend; a watcher has no port', () => {
  const apps = [
    { name: 'web', command: 'vite' },
    { name: 'admin', command: 'vite', port: 5300 },
    { name: 'types', command: 'tsc -w' },
  ];
  const cwd = project({ 'devstart.config.json': JSON.stringify({ apps }) });
  const plan = JSON.parse(devstart(['--dry-run', '--json'], { cwd }).stdout);
  assert.deepEqual(
    plan.apps.map((app: { name: string; role?: string; ports: number[] }) => [
      app.name,
      app.role,
      app.ports.length,
    ]),
    [
      ['web', 'frontend', 1],
      ['admin', undefined, 1],
      ['types', undefined, 0],
    ],
  );
});

test('production: the start scripts, exactly these ports, these origins alone', () => {
  const scripts = { 'dev:api': 'x', 'dev:web': 'x', 'start:api': 'node api.js', 'start:web': 'node web.js' };
  const cwd = project({ 'package.json': JSON.stringify({ scripts }), 'api.js': '', 'web.js': '' });
  const args = [
    '--prod',
    '-b',
    '9310',
    '-f',
    '9311',
    '--cors-origin',
    'https://shop.example',
    '--dry-run',
    '--json',
  ];
  const { stdout, stderr } = devstart(args, { cwd });
  const plan = JSON.parse(stdout || stderr);
  assert.deepEqual(plan.ports, { backend: 9310, frontend: 9311 });
  assert.deepEqual(plan.corsOrigins, ['https://shop.example']);
  assert.ok(plan.apps.every((app: { argv: string[] }) => app.argv.some((arg) => arg.startsWith('start:'))));
});

test('a script that calls a bare uvicorn gets the project’s own virtual environment', () => {
  const scripts = { 'dev:api': 'cd backend && uvicorn main:app --reload', 'dev:web': 'node web.js' };
  const cwd = project({
    'package.json': JSON.stringify({ scripts }),
    'web.js': '',
    'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    'backend/.venv/bin/python': '',
  });
  const plan = JSON.parse(devstart(['--dry-run', '--json'], { cwd }).stdout);
  const [api, web] = plan.apps;
  assert.ok(api.env.PATH.startsWith(`${path.join(cwd, 'backend/.venv/bin')}:`), api.env.PATH);
  assert.equal(web.env.PATH, undefined);
});

test('what a config prints goes to stderr: stdout is one document', () => {
  const command = 'node api.js';
  for (const [name, text] of [
    [
      'devstart.config.ts',
      "console.log('hey' as string);\nexport default () => { console.info('you'); return APPS; };\n",
    ],
    [
      'devstart.config.cjs',
      "console.log('hey');\nmodule.exports = () => { console.info('you'); return APPS; };\n",
    ],
  ] as const) {
    const apps = JSON.stringify({ apps: [{ name: 'api', command, port: 9300 }] });
    const cwd = project({ [name]: text.replace('APPS', `(${apps})`) });
    const { stdout, stderr } = devstart(['--dry-run', '--json'], { cwd });
    assert.equal(JSON.parse(stdout).apps[0].command, command);
    assert.match(stderr, /^hey\nyou\n/);
  }
});
