import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

/** An instance of a fixture server. */
const app = (rig: Rig, name: string, port?: number, more: object = {}) => ({
  app: name,
  command: { kind: 'argv', argv: rig.server(name) },
  ports: port === undefined ? {} : { own: port },
  ...more,
});

const quoted = (argv: string[]) => argv.map((word) => JSON.stringify(word)).join(' ');

test('what has to end first: the others start when it has ended with 0, and all are ready without it', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({
    instances: [app(rig, 'gen', undefined, { once: true }), app(rig, 'api', port, { dependsOn: ['gen'] })],
  });
  const gen = await rig.link('gen');
  gen.order('exit', { code: 0 });
  const api = await rig.link('api');
  assert.equal((await run.waitFor('exited', ({ app }) => app === 'gen')).expected, true);
  await api.tell('listen', { port });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  const ready = run.events.filter(({ type }) => type === 'ready');
  assert.deepEqual(
    ready.map((event) => event.app),
    ['api'],
  );
  await rig.assertNothingLeft();
});

test('what has to end first fails: the others are not started, its code is the run’s', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({
    instances: [
      app(rig, 'gen', undefined, { once: true }),
      app(rig, 'api', undefined, { dependsOn: ['gen'] }),
    ],
  });
  (await rig.link('gen')).order('exit', { code: 3 });
  assert.equal(await rig.exitCode(run), 3);
  assert.equal(
    run.events.some(({ type, app }) => type === 'started' && app === 'api'),
    false,
  );
});

test('what it has started on purpose goes on, and ends with the run', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({
    instances: [app(rig, 'gen', undefined, { once: true }), app(rig, 'api', port, { dependsOn: ['gen'] })],
  });
  const gen = await rig.link('gen');
  await gen.tell('fork', { name: 'daemon', detached: true });
  const daemon = await rig.link('daemon');
  gen.order('exit', { code: 0 });
  await (await rig.link('api')).tell('listen', { port });
  await run.waitFor('up');
  assert.equal((await daemon.tell('print', { text: 'still here' })).error, undefined);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await daemon.gone;
  await rig.assertNothingLeft();
});

test('a port that is only guessed is not waited for without end', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({ guessAfter: 50, instances: [app(rig, 'sync', port, { portGuessed: true })] });
  await rig.link('sync');
  await run.waitFor('up');
  const { code, message } = await run.waitFor('warning');
  assert.equal(code, 'NO_LISTENER');
  assert.match(message, new RegExp(`sync does not listen on port ${port}`));
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a worker of a composite script is ready when it has started', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const api = quoted(rig.server('api'));
  const dev = `concurrently -n api,worker ${JSON.stringify(api)} "node worker.js"`;
  await writeFile(path.join(rig.dir, 'package.json'), JSON.stringify({ scripts: { dev } }));
  await writeFile(path.join(rig.dir, 'worker.js'), 'setInterval(() => {}, 1000);');
  const run = rig.spawnDevstart(['exec', '-b', String(port), '--', 'node', '-e', 'console.log("RAN")']);
  await (await rig.link('api')).tell('listen', { port });
  assert.equal(await rig.exitCode(run), 0);
  assert.equal(run.stdout(), 'RAN\n');
  await rig.assertNothingLeft();
});

test('run as it stands: its listeners are found, asked what they are, told, and gone with it', async (t) => {
  const rig = await Rig.create(t);
  const [back = 0, front = 0, later = 0] = await rig.freePorts(3);
  await writeFile(path.join(rig.dir, 'package.json'), JSON.stringify({ scripts: { dev: 'node start.mjs' } }));
  const start = `import { spawn } from 'node:child_process';
    for (const [program, ...args] of ${JSON.stringify([rig.server('api'), rig.server('web')])}) spawn(program, args, { stdio: 'inherit' });`;
  await writeFile(path.join(rig.dir, 'start.mjs'), start);
  const run = rig.spawnDevstart(['--json'], { env: { PORT: '4711' } });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  assert.equal(api.env.PORT, '4711');
  await api.tell('listen', { port: back, body: '{}', headers: { 'content-type': 'application/json' } });
  await web.tell('listen', {
    port: front,
    body: '<!doctype html>',
    headers: { 'content-type': 'text/html' },
  });
  const up = await run.waitFor('up');
  assert.deepEqual(up.ports, { backend: back, frontend: front });
  const found = run.events.filter((event) => event.type === 'port').map(({ port, role }) => [port, role]);
  assert.deepEqual(
    new Map(found as [number, string][]),
    new Map([
      [back, 'backend'],
      [front, 'frontend'],
    ]),
  );
  const file = JSON.parse(await readFile(path.join(rig.dir, '.ports.json'), 'utf8'));
  assert.deepEqual([file.backend, file.frontend], [back, front]);
  await api.tell('listen', { port: later });
  await run.waitFor('port', ({ port }) => port === later);
  await api.tell('print', { text: `Error: listen EADDRINUSE: address already in use :::${front}\n` });
  const { message } = await run.waitFor('warning', ({ code }) => code === 'PORT_COLLISION');
  assert.match(message, new RegExp(`found port ${front} taken by another server of its own`));
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await rig.assertNothingLeft();
});
