import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
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

test('both start, both are ready, one signal ends both and frees the ports', async (t) => {
  const rig = await Rig.create(t);
  const [a = 0, b = 0] = await rig.freePorts(2);
  const run = rig.spawnDriver({ instances: [app(rig, 'api', a), app(rig, 'web', b)] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  assert.equal(api.env.DEVSTART_APP, 'api');
  assert.equal(web.env.DEVSTART_INSTANCE, '0');
  assert.match(api.env.DEVSTART_RUN ?? '', /^run-/);
  await api.tell('listen', { port: a });
  await run.waitFor('ready', (event) => event.app === 'api');
  assert.equal(
    run.events.find((event) => event.type === 'up'),
    undefined,
  );
  await web.tell('listen', { port: b, host: '::1' });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  const types = run.events.map((event) => event.type);
  assert.deepEqual(types.slice(0, 5), ['started', 'started', 'ready', 'ready', 'up']);
  assert.equal(types[5], 'stopping');
  for (const exited of run.events.filter((event) => event.type === 'exited')) {
    assert.deepEqual([exited.signal, exited.expected], ['SIGTERM', true]);
  }
  await rig.assertNothingLeft();
});

test('ready means that the path answers below 400 with the text', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const ready = [{ port: 'own', path: '/health', includes: 'http://localhost:1' }];
  const run = rig.spawnDriver({ instances: [app(rig, 'api', port, { ready })] });
  const api = await rig.link('api');
  await api.tell('listen', { port, body: '{"api": "http://localhost:1"}' });
  await run.waitFor('up');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

test('a server that ignores SIGTERM is killed after the grace, its child too', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ killTimeout: 0.3, instances: [app(rig, 'api')] });
  const api = await rig.link('api');
  await api.tell('ignore', { signal: 'SIGTERM' });
  await api.tell('fork', { name: 'child' });
  const child = await rig.link('child');
  await child.tell('ignore', { signal: 'SIGTERM' });
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.equal((await run.waitFor('exited')).signal, 'SIGKILL');
  await Promise.all([api.gone, child.gone]);
  await rig.assertNothingLeft();
});

test('a second signal kills at once', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ killTimeout: 1000, instances: [app(rig, 'api')] });
  const api = await rig.link('api');
  await api.tell('ignore', { signal: 'SIGINT' });
  await api.tell('ignore', { signal: 'SIGTERM' });
  run.child.kill('SIGINT');
  await run.waitFor('stopping');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  await rig.assertNothingLeft();
});

for (const stdio of ['ignore', 'inherit']) {
  test(`a grandchild that forked twice into its own session is ended (stdio ${stdio})`, async (t) => {
    const rig = await Rig.create(t);
    const run = rig.spawnDriver({ instances: [app(rig, 'api')] });
    const api = await rig.link('api');
    await api.tell('daemon', { name: 'daemon', stdio });
    const daemon = await rig.link('daemon');
    run.child.kill('SIGTERM');
    assert.equal(await rig.exitCode(run), 143);
    await daemon.gone;
    await rig.assertNothingLeft();
  });
}

test('a grandchild without our environment, in its own session, is known by the pipe it holds', async (t) => {
  const rig = await Rig.create(t);
  const line = `env -i RIG_SOCKET="$RIG_SOCKET" setsid ${rig.server('heir').join(' ')} & wait`;
  const run = rig.spawnDriver({ instances: [{ app: 'api', command: { kind: 'shell', line } }] });
  const heir = await rig.link('heir');
  assert.equal(heir.env.DEVSTART_RUN, undefined);
  const leader = (await run.waitFor('started')).pid;
  process.kill(leader, 'SIGKILL');
  assert.equal(await rig.exitCode(run), 137);
  await heir.gone;
});

test('what a server leaves behind when it ends by itself is ended, too', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ keepGoing: true, instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  await api.tell('daemon', { name: 'daemon', stdio: 'inherit' });
  const daemon = await rig.link('daemon');
  await run.waitFor('up');
  api.order('exit', { code: 0 });
  await daemon.gone;
  await run.waitFor('exited');
  web.order('exit', { code: 0 });
  assert.equal(await rig.exitCode(run), 0);
});

test('a server that fails stops the others and gives its code', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  await api.tell('print', { text: 'last words\n' });
  api.order('exit', { code: 3 });
  assert.equal(await rig.exitCode(run), 3);
  await web.gone;
  const exited = run.events.filter((event) => event.type === 'exited');
  assert.deepEqual(
    exited.map(({ app, code, expected }) => ({ app, code, expected })),
    [
      { app: 'api', code: 3, expected: false },
      { app: 'web', code: null, expected: true },
    ],
  );
  assert.match((await run.waitFor('stopping')).reason, /api exited with code 3/);
  assert.match(run.stdout(), /^\[api\] last words$/m);
});

test('a server that dies by a signal gives 128 and the signal', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api] = await Promise.all([rig.link('api'), rig.link('web')]);
  api.order('die', { signal: 'SIGKILL' });
  assert.equal(await rig.exitCode(run), 137);
});

test('with keepGoing the others stay, and the first failure is the code', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ keepGoing: true, instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  api.order('exit', { code: 4 });
  await run.waitFor('exited');
  await web.tell('print', { text: 'still here\n' });
  web.order('exit', { code: 5 });
  assert.equal(await rig.exitCode(run), 4);
  assert.equal(
    run.events.find((event) => event.type === 'stopping'),
    undefined,
  );
});

test('an end with 0 before it was ready is a failure, after it is none', async (t) => {
  const rig = await Rig.create(t);
  const [a = 0] = await rig.freePorts(1);
  const early = rig.spawnDriver({ instances: [app(rig, 'early', a)] });
  (await rig.link('early')).order('exit', { code: 0 });
  assert.equal(await rig.exitCode(early), 1);
  assert.match((await early.waitFor('stopping')).reason, /early ended before it was ready/);

  const later = rig.spawnDriver({ instances: [app(rig, 'later', a)] });
  const link = await rig.link('later');
  await link.tell('listen', { port: a });
  await later.waitFor('up');
  link.order('exit', { code: 0 });
  assert.equal(await rig.exitCode(later), 0);
});

test('a missing program or folder is named, alike as an array and as a line, and the others are stopped', async (t) => {
  const rig = await Rig.create(t);
  const argv = (...words: string[]) => ({ command: { kind: 'argv', argv: words } });
  const line = (text: string) => ({ command: { kind: 'shell', line: text } });
  const plain = path.join(rig.dir, 'plain.sh');
  await writeFile(plain, '#!/bin/sh\n');
  await writeFile(path.join(rig.dir, 'package.json'), '{ "packageManager": "pnpm@9.1.0" }');
  const bin = path.join(rig.dir, 'bin');
  await mkdir(bin);
  await symlink(process.execPath, path.join(bin, 'node'));
  await writeFile(path.join(bin, 'corepack'), '', { mode: 0o755 });
  // Of the system only its shell: an installed pnpm must not be found.
  const bare = { cwd: rig.dir, env: { without: [], computed: {}, own: { PATH: bin }, run: {} } };
  const notThere = /web: the program no-such-program was not found on PATH/;
  const enable = /packageManager pnpm@9\.1\.0: run `corepack enable`/;
  const cases: [object, number, RegExp, RegExp?][] = [
    [argv('no-such-program'), 127, notThere],
    [line('no-such-program --port 1'), 127, notThere],
    [line('cd . && no-such-program'), 127, notThere],
    [argv(plain), 126, /plain\.sh may not be executed/, /chmod \+x/],
    [line(plain), 126, /plain\.sh may not be executed/, /chmod \+x/],
    [{ ...argv('pnpm', 'run', 'dev'), ...bare }, 127, /the program pnpm was not found/, enable],
    [{ ...line('pnpm run dev'), ...bare }, 127, /the program pnpm was not found/, enable],
    [{ ...argv('node'), cwd: '/no/such/folder' }, 1, /web: its folder does not exist: \/no\/such\/folder/],
  ];
  for (const [more, code, message, hint = /./] of cases) {
    const [port = 0] = await rig.freePorts(1);
    const run = rig.spawnDriver({
      instances: [app(rig, 'api'), { app: 'web', ports: { own: port }, ...more }],
    });
    const error = await run.waitFor('error');
    assert.equal(error.code, 'PROGRAM_NOT_FOUND');
    assert.match(error.message, message);
    assert.match(error.hint ?? '', hint);
    assert.equal(await rig.exitCode(run), code);
    await rig.assertNothingLeft();
  }
});
