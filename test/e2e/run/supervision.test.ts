import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

/** An instance of a fixture server. */
const app = (rig: Rig, name: string, port?: number, more: object = {}) => ({
  app: name,
  command: { kind: 'argv', argv: rig.server(name) },
  ports: port === undefined ? {} : { own: port },
  ...more,
});

test('on-failure: a server that fails starts again, and gives up after its last restart with its last words', async (t) => {
  const rig = await Rig.create(t);
  const restart = { when: 'on-failure', max: 2 };
  const run = rig.spawnDriver({ restartDelay: 5, instances: [app(rig, 'api', undefined, { restart })] });
  for (let life = 0; life < 3; life++) {
    const api = await rig.link('api');
    await api.tell('print', { text: `life ${life}\n` });
    api.order('exit', { code: 7 });
  }
  assert.equal(await rig.exitCode(run), 7);
  const restarts = run.events.filter((event) => event.type === 'restarting');
  assert.deepEqual(
    restarts.map(({ attempt, reason }) => [attempt, reason]),
    [
      [1, 'api exited with code 7'],
      [2, 'api exited with code 7'],
    ],
  );
  const error = await run.waitFor('error');
  assert.equal(error.code, 'CRASH_LOOP');
  assert.match(error.hint, /life 2/);
});

test('on-failure: an end with 0 after it was ready is no failure', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const restart = { when: 'on-failure', max: 2 };
  const run = rig.spawnDriver({ restartDelay: 5, instances: [app(rig, 'api', port, { restart })] });
  const api = await rig.link('api');
  await api.tell('listen', { port });
  await run.waitFor('up');
  api.order('exit', { code: 0 });
  assert.equal(await rig.exitCode(run), 0);
  assert.equal(run.events.filter((event) => event.type === 'restarting').length, 0);
});

test('always: it starts again after 0 too, is ready again, and stops with the run', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const restart = { when: 'always', max: 5 };
  const run = rig.spawnDriver({ restartDelay: 5, instances: [app(rig, 'api', port, { restart })] });
  const first = await rig.link('api');
  await first.tell('listen', { port });
  await run.waitFor('up');
  first.order('exit', { code: 0 });
  const second = await rig.link('api');
  await second.tell('listen', { port });
  await run.waitFor(
    'ready',
    (event) => run.events.indexOf(event) > run.events.findIndex((e) => e.type === 'restarting'),
  );
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a stop during the delay of a restart ends the run at once', async (t) => {
  const rig = await Rig.create(t);
  const restart = { when: 'always', max: 5 };
  const run = rig.spawnDriver({
    restartDelay: 3_600_000,
    instances: [app(rig, 'api', undefined, { restart })],
  });
  const api = await rig.link('api');
  api.order('exit', { code: 1 });
  await run.waitFor('restarting');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

test('dependsOn: it starts when the other is ready, not before', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({
    instances: [app(rig, 'web', undefined, { dependsOn: ['api'] }), app(rig, 'api', port)],
  });
  const api = await rig.link('api');
  assert.equal(run.events.filter((event) => event.type === 'started').length, 1);
  await api.tell('listen', { port });
  await rig.link('web');
  const order =
    (await run.waitFor('up')) && run.events.map(({ type, app: name }) => `${type} ${name ?? ''}`.trim());
  assert.deepEqual(order.slice(0, 5), ['started api', 'ready api', 'started web', 'ready web', 'up']);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('dependsOn: what it needs has failed: it is not started, and the run says so', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({
    keepGoing: true,
    instances: [app(rig, 'web', undefined, { dependsOn: ['api'] }), app(rig, 'api', 1)],
  });
  const api = await rig.link('api');
  api.order('exit', { code: 4 });
  assert.equal((await run.waitFor('error')).code, 'DEPENDENCY_FAILED');
  assert.equal(await rig.exitCode(run), 4);
});

test('ready by a line of its output, split over two writes', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({
    instances: [app(rig, 'api', undefined, { ready: [{ port: 'own', log: '^Listening on .*\\d$' }] })],
  });
  const api = await rig.link('api');
  await api.tell('print', { text: 'not Listening on 1\nListen' });
  await api.tell('print', { text: 'ing on port 80\n' });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('ready by a command that ends with 0, and by a whole URL', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const flag = `${rig.dir}/flag`;
  const ready = [
    { port: 'own', command: `test -e ${flag} && test "$DEVSTART_APP" = api` },
    { port: 'own', url: `http://127.0.0.1:${port}/deep` },
  ];
  const run = rig.spawnDriver({ instances: [app(rig, 'api', undefined, { ready, readyInterval: 0.02 })] });
  const api = await rig.link('api');
  await api.tell('listen', { port });
  await api.tell('touch', { file: flag });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('ready over TLS, with a certificate of its own', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({
    instances: [app(rig, 'api', port, { ready: [{ port: 'own', path: '/' }] })],
  });
  const api = await rig.link('api');
  await api.tell('listenTls', { port });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a ready timeout says what was tried, shows the last output and ends the run with 1', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const more = { ready: [{ port: 'own', path: '/health' }], readyTimeout: 3 };
  const run = rig.spawnDriver({ instances: [app(rig, 'api', port, more)] });
  const api = await rig.link('api');
  await api.tell('listen', { port, status: 503 });
  await api.tell('print', { text: 'warming up\n' });
  assert.equal(await rig.exitCode(run), 1);
  const error = await run.waitFor('error');
  assert.equal(error.code, 'READY_TIMEOUT');
  assert.match(
    error.message,
    /^api was not ready after 3 s: tried http:\/\/localhost:\d+\/health \(status 503\)\.$/,
  );
  assert.match(error.hint, /warming up/);
});

test('a restart that a person asks for does not wait for the delay', async (t) => {
  const rig = await Rig.create(t);
  const restart = { when: 'always', max: 5 };
  const run = rig.spawnDriver({
    restartDelay: 3_600_000,
    instances: [app(rig, 'api', undefined, { restart })],
  });
  (await rig.link('api')).order('exit', { code: 1 });
  await run.waitFor('restarting');
  run.child.kill('SIGUSR2');
  const again = await rig.link('api');
  run.child.kill('SIGUSR2');
  await again.gone;
  await rig.link('api');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a server on an address that no loopback name reaches is not ready, but where it was asked for', async (t) => {
  const { networkInterfaces } = await import('node:os');
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (own === undefined) return t.skip('this machine has no address but the loopback');
  const rig = await Rig.create(t);
  const [a = 0, b = 0] = await rig.freePorts(2);
  const asked = rig.spawnDriver({ host: own, instances: [app(rig, 'asked', a)] });
  await (await rig.link('asked')).tell('listen', { port: a, host: own });
  await asked.waitFor('up');
  asked.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(asked), 143);
  const run = rig.spawnDriver({ instances: [app(rig, 'api', b, { readyTimeout: 1 })] });
  await (await rig.link('api')).tell('listen', { port: b, host: own });
  assert.equal(await rig.exitCode(run), 1);
  assert.equal((await run.waitFor('error')).code, 'READY_TIMEOUT');
});

test('a restart of what has ended resolves when its new life has begun', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const run = rig.spawnDriver({
    keepGoing: true,
    instances: [
      app(rig, 'api', port),
      app(rig, 'task'),
      app(rig, 'after', undefined, { dependsOn: ['api'] }),
    ],
  });
  const api = await rig.link('api');
  await api.tell('listen', { port });
  await rig.link('after');
  (await rig.link('task')).order('exit', { code: 0 });
  await run.waitFor('ended', ({ id }) => id === 'task:0');
  run.child.kill('SIGUSR2');
  await Promise.all([rig.link('task'), rig.link('api')]);
  await run.waitFor('restarted');
  const told = run.events.map(({ type, app: of }) => (type === 'started' ? `started ${of}` : type));
  const began = told.lastIndexOf('started task');
  assert.ok(began > told.indexOf('ended') && began < told.indexOf('restarted'), told.join());
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
