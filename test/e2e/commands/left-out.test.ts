import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { projectOf } from '../../rig/files.ts';
import type { Rig } from '../../rig/rig.ts';

const scripts = (all: Record<string, string>, dependencies: object = {}) => ({ scripts: all, dependencies });

const PAIR = {
  'api/package.json': scripts({ dev: 'node index.js' }, { express: '*' }),
  'web/package.json': scripts({ dev: 'vite' }, { vite: '*' }),
  'admin/package.json': scripts({ dev: 'vite' }, { vite: '*' }),
};
const OPAQUE = {
  'package.json': scripts({ dev: 'node start.mjs' }),
  'start.mjs': "import { spawn } from 'node:child_process'; spawn('true');",
};

/** The command's whole output. */
async function output(rig: Rig, ...args: string[]): Promise<string> {
  const run = rig.spawnDevstart(args);
  assert.equal(await rig.exitCode(run), 0, run.stderr());
  return run.stdout();
}

const LINE = 'left out: admin: web is started as the frontend; a config can add it';

test('what is left out stands in the dry run, --explain and init, with its reason', async (t) => {
  const rig = await projectOf(t, PAIR);
  assert.match(await output(rig, '--dry-run'), new RegExp(`^${LINE}$`, 'm'));
  const explained = await output(rig, '--explain');
  assert.match(explained, new RegExp(`^${LINE}$`, 'm'));
  const web = /^web \(frontend\): web\/package\.json script "dev" runs Vite\n\nBACKEND_PORT=/m;
  assert.match(explained, web, 'what is started, and what shows it');
  const leftOut = [
    { what: 'admin', file: 'admin', why: 'web is started as the frontend; a config can add it' },
  ];
  const plan = JSON.parse(await output(rig, '--dry-run', '--json'));
  assert.deepEqual(plan.leftOut, leftOut);
  assert.deepEqual([Array.isArray(plan.notes), Array.isArray(plan.warnings)], [true, true]);
  assert.deepEqual(JSON.parse(await output(rig, '--explain', '--json')).leftOut, leftOut);
  assert.match(await output(rig, 'init', '--yes'), new RegExp(`^${LINE}$`, 'm'));
});

test('notes and warnings of a run stand in the dry run', async (t) => {
  const rig = await projectOf(t, OPAQUE);
  const note = 'package.json script "dev" is run as it stands: start.mjs starts others in its own way';
  const args = ['--dry-run', '-f', '4000'];
  assert.match(await output(rig, ...args), /^warning --frontend-port is not used.*$/m);
  const plan = JSON.parse(await output(rig, ...args, '--json'));
  assert.deepEqual(plan.notes, [note]);
  assert.deepEqual(
    plan.warnings.map(({ code }: { code: string }) => code),
    ['ROLE_MISSING'],
  );
  assert.deepEqual(
    plan.apps.map(({ ports }: { ports: number[] }) => ports),
    [[]],
  );
});

test('a run says it too: a line for people, a warning for programs', async (t) => {
  const rig = await projectOf(t, {
    'package.json': scripts({ dev: 'concurrently "node a.js" "node b.js"', postdev: 'rm -rf tmp' }),
    'a.js': 'process.exit(0)',
    'b.js': 'process.exit(0)',
  });
  const text = rig.spawnDevstart([]);
  await rig.exitCode(text);
  assert.match(text.stdout(), /^left out: postdev \(package\.json\): it would run when "dev" has ended$/m);
  const json = rig.spawnDevstart(['--json']);
  await rig.exitCode(json);
  const { message } = await json.waitFor('warning', ({ code }) => code === 'LEFT_OUT');
  assert.match(message, /^left out: postdev/);
});

test('init: what a config has no word for is said, the rest is a config that starts the same', async (t) => {
  const rig = await projectOf(t, {
    'package.json': scripts({
      predev: 'node gen.js',
      dev: 'cross-env A=1 concurrently "node server.js" "node worker.js"',
    }),
    'server.js': "require('http').createServer().listen(process.env.PORT)",
    'worker.js': 'setInterval(() => {}, 1000)',
  });
  assert.match(await output(rig, 'init', '--yes'), /^left out: predev .*run it yourself first$/m);
  const config = JSON.parse(await readFile(path.join(rig.dir, 'devstart.config.json'), 'utf8'));
  assert.deepEqual(config.apps, [
    { name: 'backend', role: 'backend', command: 'node server.js', env: { A: '1' } },
    { name: 'worker', command: 'node worker.js', env: { A: '1' }, port: false },
  ]);
  const plan = JSON.parse(await output(rig, '--dry-run', '--json'));
  assert.deepEqual(
    plan.apps.map(({ name }: { name: string }) => name),
    ['backend', 'worker'],
  );
});

test('--only takes what has to end first along', async (t) => {
  const rig = await projectOf(t, {
    'package.json': scripts({ predev: 'node gen.js', dev: 'concurrently -n api,web "node api.js" "vite"' }),
    'api.js': "require('http').createServer().listen(process.env.PORT)",
  });
  const plan = JSON.parse(await output(rig, '--only', 'api', '--dry-run', '--json'));
  assert.deepEqual(
    plan.apps.map(({ name }: { name: string }) => name),
    ['predev', 'api'],
  );
});
