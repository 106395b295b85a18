// docs/recipes.md, as it is written: devstart as the first process of a container.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { recipe } from '../rig/recipes.ts';
import { baseImage, docker, folder, ownName, packed, printed, run, sh } from './docker.ts';

/** More than a pipe holds, said on the way out. */
const LAST_WORDS = 5000;

const files = {
  'package.json': JSON.stringify({
    name: 'shop',
    private: true,
    scripts: { 'dev:api': 'node api.js', 'dev:web': 'node web.js' },
    devDependencies: { devstart: 'file:devstart.tgz' },
  }),
  'devstart.config.json': JSON.stringify({
    apps: [
      { name: 'api', role: 'backend', command: 'npm run dev:api', ready: '/health' },
      { name: 'web', role: 'frontend', command: 'npm run dev:web' },
    ],
  }),
  // /leave leaves a process behind that nobody collects, and tells its pid; /state/PID is what has become of it.
  'api.js': `
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
let well = process.env.SICK === undefined;
const state = (pid) => {
  try { return readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1][0]; } catch { return 'gone'; }
};
const server = require('node:http').createServer((request, response) => {
  const [, what, pid] = request.url.split('/');
  if (what === 'leave') return response.end(execFileSync('sh', ['-c', 'sleep 0.01 >/dev/null & echo $!']));
  if (what === 'state') return response.end(state(pid));
  if (request.url === '/well') well = true;
  response.writeHead(request.url === '/health' && !well ? 503 : 200).end('api');
});
server.listen(process.env.PORT, process.env.HOST, () => console.log('api listens on', process.env.HOST));
// npm passes on what the whole group has got already: the second one must not cut the words short.
let asked = false;
process.on('SIGTERM', () => {
  if (asked) return;
  asked = true;
  for (let n = 1; n <= ${LAST_WORDS}; n++) console.log('last words', n);
  server.close();
  server.closeAllConnections();
});
`,
  'web.js': `
require('node:http').createServer((request, response) => response.end('web')).listen(process.env.PORT, process.env.HOST);
`,
};

let dir = '';
const image = 'devstart-recipe';
const inBusybox = 'devstart-recipe-busybox';

before(async (t) => {
  const dockerfile = recipe('dockerfile').replace('RUN npm ci', 'COPY devstart.tgz ./\nRUN npm ci');
  dir = folder(t as never, { ...files, Dockerfile: dockerfile, 'compose.yaml': recipe('yaml') });
  await sh('cp', [await packed(), path.join(dir, 'devstart.tgz')]);
  await sh('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd: dir });
  for (const [name, base] of [
    [image, 'node'],
    [inBusybox, 'busybox'],
  ] as const) {
    await docker('tag', await baseImage(base), 'node:22-slim');
    await docker('build', '--quiet', '--tag', name, dir);
  }
  await docker('tag', await baseImage('node'), 'node:22-slim');
});

const get = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(20_000) })).text();

/** What is said where neither the project nor the state directory can be written. */
const unwritable = (code: string): RegExp[] => [
  new RegExp(`warning claims are off: .*${code}`),
  new RegExp(`warning could not write /app/\\.ports\\.json \\(${code}\\)`),
  /warning this run cannot be steered from elsewhere/,
  new RegExp(`warning no more logs: .*${code}`),
];

const containers: { title: string; options: string[]; of?: string; init?: boolean; warns?: RegExp[] }[] = [
  { title: 'the first process', options: [] },
  { title: 'under an init', options: ['--init'], init: true },
  { title: 'with busybox as every command, /bin/sh too', options: [], of: inBusybox },
  {
    title: 'a read-only root with a tmpfs',
    options: ['--init', '--read-only', '--tmpfs', '/tmp'],
    init: true,
    warns: unwritable('EROFS'),
  },
  {
    title: 'a user without a name',
    options: ['--user', '12345'],
    warns: unwritable('EACCES'),
  },
];

for (const [at, { title, options, of = image, init = false, warns = [] }] of containers.entries()) {
  test(`in a container, ${title}: ready, stopped within docker's grace, no word lost`, async (t) => {
    const name = ownName(t);
    const [api, web] = [18100 + 2 * at, 18101 + 2 * at];
    const published = ['--publish', `127.0.0.1:${api}:8080`, '--publish', `127.0.0.1:${web}:3001`];
    await docker('run', '--detach', '--name', name, ...published, ...options, of);
    await printed(name, 'all ready');
    assert.equal(await get(`http://127.0.0.1:${web}/`), 'web');
    const orphan = (await get(`http://127.0.0.1:${api}/leave`)).trim();
    await becomes(init ? 'gone' : 'Z', () => get(`http://127.0.0.1:${api}/state/${orphan}`));
    await docker('stop', name);
    const state = JSON.parse(await docker('inspect', '--format', '{{json .State}}', name));
    assert.deepEqual([state.ExitCode, state.OOMKilled], [143, false], 'ended by itself, by the signal');
    const { stdout, stderr } = await run('docker', ['logs', name]);
    assert.equal(stdout.match(/last words/g)?.length, LAST_WORDS);
    assert.match(stdout, new RegExp(`last words ${LAST_WORDS}\\n`));
    const warnings = `${stdout}${stderr}`.split('\n').filter((line) => /warning|error/i.test(line));
    assert.equal(warnings.length, warns.length, warnings.join('\n'));
    for (const wanted of warns)
      assert.ok(
        warnings.some((line) => wanted.test(line)),
        warnings.join('\n'),
      );
  });
}

/** Waits until it is so: the end of an orphan is told to nobody. */
async function becomes(wanted: string, ask: () => Promise<string>): Promise<void> {
  let found = '';
  for (const late = Date.now() + 20_000; Date.now() < late && found !== wanted; ) found = await ask();
  assert.equal(found, wanted);
}

test('the guard in busybox: devstart is killed, and all that it has started is ended', async (t) => {
  const name = ownName(t);
  await docker('run', '--detach', '--init', '--name', name, inBusybox, 'sleep', '1000');
  await docker(
    'exec',
    '--detach',
    name,
    'sh',
    '-c',
    'exec node_modules/.bin/devstart --kill-timeout 1 >/tmp/log 2>&1',
  );
  const inside = (line: string) => run('docker', ['exec', name, 'sh', '-c', line]);
  const until = async (line: string) => {
    const waited = await inside(
      `n=0; until ${line}; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done`,
    );
    assert.equal(waited.code, 0, `${line}\n${(await inside('ps; cat /tmp/log')).stdout}`);
  };
  await until('grep -q "all ready" /tmp/log');
  await until('ps | grep -q "[n]ode api.js"');
  await inside(`kill -9 $(sed -n 's/^ *"pid": \\([0-9]*\\),/\\1/p' .ports.json)`);
  await until('! ps | grep -qE "[n]ode (api|web).js|[g]uard"');
  assert.doesNotMatch((await inside('ps')).stdout, /node|devstart/);
});

test('docker compose: read-only, a user without a name, nothing warned of; healthy when all have passed `ready`', async (t) => {
  const project = ownName(t);
  const compose = (...args: string[]) =>
    docker('compose', '--project-name', project, '--project-directory', dir, ...args);
  t.after(() => run('docker', ['compose', '--project-name', project, 'down', '--timeout', '0']));
  const sick = folder(t, { 'sick.yaml': 'services: { shop: { environment: { SICK: "1" } } }\n' });
  const both = ['--file', path.join(dir, 'compose.yaml'), '--file', path.join(sick, 'sick.yaml')];
  await compose(...both, 'up', '--detach', '--build');
  const container = await compose(...both, 'ps', '--quiet');
  const health = async () =>
    JSON.parse(await docker('inspect', '--format', '{{json .State.Health}}', container)) as {
      Status: string;
      FailingStreak: number;
    };
  const until = async (holds: (now: Awaited<ReturnType<typeof health>>) => boolean) => {
    let now = await health();
    for (const late = Date.now() + 60_000; !holds(now); now = await health()) {
      assert.ok(Date.now() < late, JSON.stringify(now));
    }
  };
  await printed(container, 'api listens');
  await until(({ FailingStreak }) => FailingStreak > 0);
  assert.equal((await health()).Status, 'starting', 'a server has not passed its `ready`');
  await get('http://127.0.0.1:8080/well');
  await until(({ Status }) => Status === 'healthy');
  await compose(...both, 'stop');
  assert.equal(await docker('inspect', '--format', '{{.State.ExitCode}}', container), '143');
  const { stdout, stderr } = await run('docker', ['logs', container]);
  assert.equal(stdout.match(/last words/g)?.length, LAST_WORDS);
  assert.doesNotMatch(`${stdout}${stderr}`, /warning|error/i);
});
