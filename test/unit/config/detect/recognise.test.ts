import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { splitLine, unwrap } from '../../../../src/config/detect/commandline.ts';
import { recogniseApp } from '../../../../src/config/detect/index.ts';
import { pnpmPackages } from '../../../../src/config/detect/project.ts';
import type { Command } from '../../../../src/config/types.ts';

const dir = await mkdtemp(path.join(os.tmpdir(), 'devstart-recognise-'));
after(() => rm(dir, { recursive: true, force: true }));
await writeFile(
  path.join(dir, 'package.json'),
  JSON.stringify({
    scripts: {
      'dev:web': 'vite --port 4000',
      nested: 'npm run dev:web',
      dj: 'python manage.py runserver 8001',
      wds: 'rimraf out && webpack-dev-server --port 8081',
    },
  }),
);

const recognise = (command: Command) =>
  recogniseApp(draftApp('x', command, dir, ''), { prod: false, host: '0.0.0.0' });

// [command line, framework, default port, what it becomes]
const lines: [string, string | undefined, number | undefined, string][] = [
  ['vite', 'vite', 5173, 'vite --port {port} --strictPort --host {host}'],
  ['npx vite --port 4000', 'vite', 4000, 'npx vite --port 4000 --port {port} --strictPort --host {host}'],
  ['vite --port {port}', 'vite', 5173, 'vite --port {port}'],
  ['npm run dev:web', 'vite', 4000, 'npm run dev:web -- --port {port} --strictPort --host {host}'],
  ['npm run nested', 'vite', 4000, 'npm run nested -- -- --port {port} --strictPort --host {host}'],
  [
    'npm run dev:web -- --open',
    'vite',
    4000,
    'npm run dev:web -- --open --port {port} --strictPort --host {host}',
  ],
  ['pnpm dev:web', 'vite', 4000, 'pnpm dev:web --port {port} --strictPort --host {host}'],
  // Rsbuild 1 ends at a flag that Rsbuild 2 has.
  ['rsbuild dev', 'rsbuild', 3000, 'rsbuild dev --port {port} --host {host}'],
  ['next dev -p4100', 'next', 4100, 'next dev -p4100 -p {port} -H {host}'],
  [
    'yarn langgraphjs dev --port 54367 --no-browser',
    'langgraph',
    54367,
    'yarn langgraphjs dev --port 54367 --no-browser --port {port} --host {host}',
  ],
  ['next build', 'task', undefined, 'next build'],
  ['uvicorn main:app', 'uvicorn', 8000, 'uvicorn main:app --host {host} --port {port}'],
  [
    'uv run uvicorn main:app --host 0.0.0.0 --port 9000',
    'uvicorn',
    9000,
    'uv run uvicorn main:app --host 0.0.0.0 --port 9000 --port {port}',
  ],
  [
    '.venv/bin/python3 -m uvicorn a:b',
    'uvicorn',
    8000,
    '.venv/bin/python3 -m uvicorn a:b --host {host} --port {port}',
  ],
  ['FLASK_DEBUG=1 flask run', 'flask', 5000, 'FLASK_DEBUG=1 flask run --host {host} --port {port}'],
  ['python manage.py runserver', 'django', 8000, 'python manage.py runserver {host}:{port}'],
  ['python manage.py runserver 0.0.0.0:8005', 'django', 8005, 'python manage.py runserver 0.0.0.0:{port}'],
  ['gunicorn app:app', 'gunicorn', 8000, 'gunicorn app:app -b {host}:{port}'],
  ['gunicorn -b 0.0.0.0:9001 app:app', 'gunicorn', 9001, 'gunicorn -b 0.0.0.0:{port} app:app'],
  ['php -S localhost:8002 -t public', 'php', 8002, 'php -S localhost:{port} -t public'],
  ['python3 -m http.server 8003', 'http.server', 8003, 'python3 -m http.server {port}'],
  ['PORT=3005 node server.js', 'node', 3005, 'PORT={port} node server.js'],
  ['dotenv -e .env -- next dev', 'next', 3000, 'dotenv -e .env -- next dev -p {port} -H {host}'],
  ['node server.js', 'node', undefined, 'node server.js'],
  ['./start-everything', undefined, undefined, './start-everything'],
  ['tsc -w', 'task', undefined, 'tsc -w'],
  ['tshy --watch', 'task', undefined, 'tshy --watch'],
  ['trigger dev', 'task', undefined, 'trigger dev'],
  ['tsc-watch --onsuccess "node x"', 'tsc-watch', undefined, 'tsc-watch --onsuccess "node x"'],
  ['nest build --webpack --watch', 'nest', undefined, 'nest build --webpack --watch'],
  ['nest build', 'task', undefined, 'nest build'],
  [
    'npx mintlify@latest dev --port 3050',
    'mintlify',
    3050,
    'npx mintlify@latest dev --port 3050 --port {port}',
  ],
  // These end at a second --port, or open both.
  ['npx serve@14 -l 4400', 'serve', 4400, 'npx serve@14 -l tcp://{host}:{port}'],
  ['http-server dist -p 8081', 'http-server', 8081, 'http-server dist -p {port} -a {host}'],
  [
    'webpack-dev-server --port 8081 --host 0.0.0.0',
    'webpack',
    8081,
    'webpack-dev-server --port {port} --host 0.0.0.0',
  ],
  [
    'browser-sync start --server --port 8081',
    'browser-sync',
    8081,
    'browser-sync start --server --port {port}',
  ],
  ['email dev', 'react-email', 3000, 'email dev --port {port}'],
  ['bunx vike dev', 'vike', 3000, 'bunx vike dev --port {port} --host {host}'],
];
for (const [line, framework, port, expected] of lines) {
  test(`recognises: ${line}`, async () => {
    const app = await recognise({ kind: 'shell', line });
    assert.deepEqual(
      [app.framework, app.runs?.pinned ?? app.defaultPorts.own, app.command],
      [framework, port, { kind: 'shell', line: expected }],
    );
  });
}

for (const [line, expected, readsPort] of [
  ['vite', 'vite --port {port} --strictPort', false],
  ['next dev', 'next dev -p {port}', undefined],
  ['ng serve', 'ng serve --port {port}', false],
  // These end at a second --port, or open both.
  ['vue-cli-service serve --port 8081', 'vue-cli-service serve --port {port}', undefined],
  ['npx serve -s dist -l 8081', 'npx serve -s dist -l {port}', undefined],
  ['http-server dist -p 8081 -c-1', 'http-server dist -p {port} -c-1', undefined],
  ['http-server dist', 'http-server dist -p {port}', undefined],
  ['npx wds --port=8081', 'npx wds --port={port}', false],
  ['browser-sync start --server --port 8081', 'browser-sync start --server --port {port}', false],
  ['webpack-dev-server --hot --port 8081', 'webpack-dev-server --hot --port {port}', false],
  ['npm run wds', 'npm run wds', false],
  ['python manage.py runserver', 'python manage.py runserver {port}', false],
  ['gunicorn app:app', 'gunicorn app:app -b {host}:{port}', undefined],
  ['puma', 'puma -p {port}', false],
  ['serve dist', 'serve dist -l {port}', undefined],
  ['dotnet run', 'dotnet run', false],
  ['streamlit run a.py', 'streamlit run a.py --server.port {port} --server.headless true', false],
  ['reflex run', 'reflex run --backend-port {backend} --frontend-port {frontend}', undefined],
  ['mvn spring-boot:run', 'mvn spring-boot:run', false],
  ['cargo run', 'cargo run', undefined],
  ['react-scripts start', 'react-scripts start', undefined],
  ['node server.js', 'node server.js', undefined],
  ['go run .', 'go run .', undefined],
  ['./start', './start', undefined],
  ['vite --port $PORT', 'vite --port $PORT', true],
  ['uvicorn a:b --port ${PORT:-8000}', 'uvicorn a:b --port ${PORT:-8000}', true],
  ['vite | cat', 'vite | cat', false],
  ['next dev | cat', 'next dev | cat', undefined],
] as const) {
  test(`without an address: ${line}`, async () => {
    const app = await recogniseApp(draftApp('x', { kind: 'shell', line }, dir, ''), { prod: false });
    assert.deepEqual([app.command, app.readsPort], [{ kind: 'shell', line: expected }, readsPort]);
  });
}

for (const [line, python] of [
  ['uvicorn main:app', true],
  ['python worker.py', true],
  ['.venv/bin/python -m celery -A app worker', true],
  ['uv run worker', true],
  ['reflex run', true],
  ['streamlit run a.py', true],
  ['vite', undefined],
  ['node server.js', undefined],
  ['./start', undefined],
] as const) {
  test(`is it Python: ${line}`, async () => {
    assert.equal((await recognise({ kind: 'shell', line })).python, python);
  });
}

test('a framework’s own variable for the address only where there is one', async () => {
  const env = async (line: string, host?: string) =>
    (await recogniseApp(draftApp('x', { kind: 'shell', line }, dir, ''), { prod: false, host })).frameworkEnv;
  assert.deepEqual(await env('cargo run'), { ROCKET_PORT: '{port}' });
  assert.deepEqual(await env('cargo run', '0.0.0.0'), { ROCKET_PORT: '{port}', ROCKET_ADDRESS: '{host}' });
  assert.deepEqual(await env('react-scripts start'), {});
});

test('an argv stays an argv', async () => {
  const app = await recognise({ kind: 'argv', argv: ['npm', 'run', 'dev:web'] });
  assert.deepEqual(app.command, {
    kind: 'argv',
    argv: ['npm', 'run', 'dev:web', '--', '--port', '{port}', '--strictPort', '--host', '{host}'],
  });
});

test('a script that pins its port in place is run as it stands, with the port open', async () => {
  const app = await recognise({ kind: 'shell', line: 'npm run dj' });
  assert.deepEqual(app.command, {
    kind: 'argv',
    argv: ['npm', 'exec', '--silent', '-c', 'python manage.py runserver {port}'],
  });
  assert.equal(app.runs?.pinned, 8001);
});

test('with an address a script that says its port once is run as it stands, with both', async () => {
  const app = await recognise({ kind: 'shell', line: 'npm run wds' });
  assert.deepEqual(app.command, {
    kind: 'argv',
    argv: ['npm', 'exec', '--silent', '-c', 'rimraf out && webpack-dev-server --port {port} --host {host}'],
  });
});

test('what the draft says stays', async () => {
  const draft = {
    ...draftApp('x', { kind: 'shell', line: 'vite' } as const, dir, 'said'),
    roles: ['backend' as const],
    defaultPorts: { own: 1234 },
    ready: [{ port: 'own' as const, path: '/up' }],
  };
  const app = await recogniseApp(draft, { prod: false, host: '0.0.0.0' });
  assert.deepEqual(
    [app.roles, app.defaultPorts, app.ready, app.evidence],
    [['backend'], { own: 1234 }, [{ port: 'own', path: '/up' }], 'said'],
  );
});

test('Reflex from a config has both roles and its own way to stop', async () => {
  const app = await recognise({ kind: 'shell', line: 'reflex run' });
  assert.deepEqual(
    [app.roles, app.defaultPorts, app.stopSignal],
    [['backend', 'frontend'], { backend: 8000, frontend: 3000 }, 'SIGINT'],
  );
  assert.deepEqual(app.command, {
    kind: 'shell',
    line: 'reflex run --backend-port {backend} --frontend-port {frontend} --backend-host {host}',
  });
});

test('lines are split as a shell splits them', () => {
  assert.deepEqual(
    splitLine(`cd a && FOO="b c" x 'd && e' 2>&1 | y; z & w`).map((p) => [p.words, p.next]),
    [
      [['cd', 'a'], '&&'],
      [['FOO=b c', 'x', 'd && e', '2>&1'], '|'],
      [['y'], ';'],
      [['z'], '&'],
      [['w'], ''],
    ],
  );
});

test('wrappers come off', () => {
  for (const line of [
    'cross-env A=1 vite',
    'npx -y vite',
    'pnpm exec vite',
    'bunx --bun vite',
    'node node_modules/vite/bin/vite.js',
    './node_modules/.bin/vite',
    'dotenvx run -f .env -- vite',
    'env-cmd -f .env vite',
  ]) {
    assert.equal(unwrap(splitLine(line)[0]?.words ?? []).words[0], 'vite', line);
  }
});

test('pnpm-workspace.yaml', () => {
  assert.deepEqual(pnpmPackages("packages:\n  # all\n  - 'apps/*'\n  - web\ncatalog:\n  - x\n"), [
    'apps/*',
    'web',
  ]);
  assert.deepEqual(pnpmPackages('packages: ["a/*", b]\n'), ['a/*', 'b']);
});
