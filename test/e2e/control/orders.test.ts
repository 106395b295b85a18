// What is ordered from elsewhere, on the built program with servers that do what the test says.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { listProcesses, readProcess } from '../../../src/system/processes.ts';
import { Rig, until } from '../../rig/rig.ts';
import { ask, devstart, listening, steered, whoAnswers } from '../../rig/steer.ts';

const portsFile = (rig: Rig) => JSON.parse(readFileSync(path.join(rig.dir, '.ports.json'), 'utf8'));
const configOf = (rig: Rig) => readFileSync(path.join(rig.dir, 'devstart.config.json'), 'utf8');

async function shop(t: TestContext, options: { api?: object; args?: string[] } = {}) {
  const rig = await Rig.create(t);
  const [api = 0, web = 0] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', port: api, ...options.api },
    { name: 'web', role: 'frontend', port: web },
  ];
  return { rig, api, web, ...(await steered(rig, apps, options)) };
}

async function stopAll(rig: Rig, run: Awaited<ReturnType<typeof shop>>['run']): Promise<void> {
  const { code, stdout } = await devstart(rig, 'stop');
  assert.deepEqual([code, stdout.split(':')[0]], [0, 'stopped project']);
  assert.equal(await rig.exitCode(run), 0);
}

test('restart --port: for this run only; who depends on the number follows and is named; the next start has the old one', async (t) => {
  const { rig, run, links, api } = await shop(t);
  const [other = 0] = await rig.freePorts(1);
  const before = configOf(rig);
  const order = devstart(rig, 'restart', 'api', '--port', String(other), '--json');
  const [first] = await Promise.all([
    listening(rig, 'api'),
    listening(rig, 'web'),
    links.api?.gone,
    links.web?.gone,
  ]);
  const { code, stdout } = await order;
  assert.equal(code, 0, stdout);
  const [done] = JSON.parse(stdout).done;
  assert.deepEqual(done.moved, [{ app: 'api', instance: 0, from: api, to: other }]);
  assert.deepEqual(
    done.told.map(({ what }: { what: string }) => what),
    ['web', path.join(rig.dir, '.ports.json')],
  );
  assert.ok(done.ms.ended >= 0 && done.ms.ready >= 0);
  assert.equal(await whoAnswers(other), first.pid);
  assert.equal(configOf(rig), before);
  assert.deepEqual([portsFile(rig).backend, portsFile(rig).status], [other, 'running']);
  assert.equal((await devstart(rig, 'url', 'api')).stdout, `http://localhost:${other}\n`);
  await stopAll(rig, run);
  const next = await devstart(rig, '--dry-run', '--json');
  assert.equal(JSON.parse(next.stdout).ports.backend, api);
});

test('a port that cannot be had: the old one goes on, and its holder is named', async (t) => {
  const { rig, run, links, api, web } = await shop(t);
  for (const verb of ['restart', 'reload']) {
    const { code, stderr } = await devstart(rig, verb, 'api', '--port', String(web));
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^error Port ${web} is already assigned to app 'web'\\n`));
  }
  const wrong = await devstart(rig, 'restart', 'api', '--port', '8000-7000');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /ends before it starts \(from --port\)/);
  const none = await devstart(rig, 'restart', 'api', '--port', 'x');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^error "x" is not a port \(from --port\)\n +A port is 8080,/);
  assert.equal(await whoAnswers(api), links.api?.pid);
  await stopAll(rig, run);
});

test('reload with other ports: the new ones are ready before the old one ends, and nobody is without an answer', async (t) => {
  const { rig, run, links, api, socket } = await shop(t);
  const ports = await rig.freePorts(1);
  const old = links.api?.pid;
  const asked: (number | undefined)[] = [];
  const order = devstart(rig, 'reload', 'api', '--port', String(ports[0]), '--json');
  const link = await rig.link('api');
  // Not ready yet: the old one answers.
  assert.equal(await whoAnswers(api), old);
  assert.notEqual(link.env.DEVSTART_LIFE, links.api?.env.DEVSTART_LIFE);
  await link.tell('listen', {
    port: Number(link.env.PORT),
    body: String(link.pid),
    headers: { connection: 'close' },
  });
  let over = false;
  const loop = (async () => {
    while (!over) asked.push((await whoAnswers(api)) ?? (await whoAnswers(Number(link.env.PORT))));
  })();
  await Promise.all([links.api?.gone, listening(rig, 'web')]);
  const { code, stdout } = await order;
  over = true;
  await loop;
  assert.equal(code, 0, stdout);
  const [done] = JSON.parse(stdout).done;
  assert.deepEqual([done.instead, done.ms.silent], [null, 0]);
  assert.deepEqual(
    asked.filter((pid) => pid === undefined),
    [],
  );
  assert.equal(await whoAnswers(Number(link.env.PORT)), link.pid);
  // The old one's end has not touched the new one.
  assert.equal((await ask(socket, 'GET', '/v1/instances/api')).body.pid, link.pid);
  await stopAll(rig, run);
});

/** The first of two ports in a row that are free. */
async function freePair(): Promise<number> {
  for (let base = 20_000 + (process.pid % 9000); ; base += 10) {
    const free = await Promise.all(
      [base, base + 1].map(
        (port) =>
          new Promise<boolean>((resolve) => {
            const probe = createServer().on('error', () => resolve(false));
            probe.listen(port, () => probe.close(() => resolve(true)));
          }),
      ),
    );
    if (!free.includes(false)) return base;
  }
}

test('reload where two cannot live side by side is a restart, and says so', async (t) => {
  const { rig, run, api } = await shop(t);
  const order = devstart(rig, 'reload', 'api', '--json');
  const link = await listening(rig, 'api');
  const [done] = JSON.parse((await order).stdout).done;
  assert.match(done.instead, new RegExp(`port ${api}`));
  assert.ok(done.ms.silent > 0);
  assert.equal(await whoAnswers(api), link.pid);
  await stopAll(rig, run);
});

test('a new one that does not become ready is ended, the old one stays, and the run goes on', async (t) => {
  const { rig, run, links, api } = await shop(t);
  const [other = 0] = await rig.freePorts(1);
  const order = devstart(rig, 'reload', 'api', '--port', String(other));
  const link = await rig.link('api');
  await link.tell('print', { text: 'no database\n', stream: 'stderr' });
  link.order('exit', { code: 3 });
  const { code, stderr } = await order;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /error api did not become ready: api exited with code 3\n +Its last output:\n +no database\n/,
  );
  assert.equal(await whoAnswers(api), links.api?.pid);
  assert.deepEqual([portsFile(rig).backend, portsFile(rig).status], [api, 'running']);
  // Its claim is given back.
  const again = devstart(rig, 'reload', 'api', '--port', String(other));
  await Promise.all([listening(rig, 'api'), listening(rig, 'web')]);
  assert.equal((await again).code, 0);
  await stopAll(rig, run);
});

test('scale by the app’s spec, and back; too small a range is refused, and all is as before', async (t) => {
  const rig = await Rig.create(t);
  const base = await freePair();
  const { run, socket } = await steered(rig, [
    { name: 'api', role: 'backend', port: `${base}-${base + 1}` },
    { name: 'web', role: 'frontend', port: (await rig.freePorts(1))[0] },
  ]);
  const order = devstart(rig, 'scale', 'api', '2', '--json');
  const second = await listening(rig, 'api');
  assert.deepEqual([second.env.PORT, second.env.DEVSTART_INSTANCE], [String(base + 1), '1']);
  assert.deepEqual(JSON.parse((await order).stdout).done[0].started, ['api:1']);
  const rows = (await ask(socket, 'GET', '/v1/instances')).body;
  assert.deepEqual(
    rows.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`),
    ['api:0 ready', 'api:1 ready', 'web ready'],
  );
  const ids = rows.map(({ id }: { id: number }) => id);
  assert.equal(new Set(ids).size, 3);
  const many = await devstart(rig, 'scale', 'api', '3');
  assert.equal(many.code, 1);
  assert.match(many.stderr, /has only 2 ports but 3 instances requested/);
  assert.equal((await ask(socket, 'POST', '/v1/scale', { name: 'api', instances: 3 })).status, 422);
  assert.equal(await whoAnswers(base + 1), second.pid);
  assert.equal((await devstart(rig, 'scale', 'api', '1')).code, 0);
  await second.gone;
  assert.equal((await ask(socket, 'GET', '/v1/instances')).body.length, 2);
  await stopAll(rig, run);
});

test('stop returns when the launcher itself has ended, and not only its servers', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const slow = path.join(rig.dir, 'slow-end.cjs');
  const isLauncher = "process.argv[1]?.endsWith('devstart.cjs') && process.argv.includes('--json')";
  const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)';
  writeFileSync(slow, `if (${isLauncher}) process.on('exit', () => ${wait});`);
  const env = { NODE_OPTIONS: `--require ${slow}` };
  const { run } = await steered(rig, [{ name: 'api', role: 'backend', port }], { env });
  assert.equal((await devstart(rig, 'stop')).code, 0);
  const left = readProcess(run.child.pid as number);
  assert.ok(left === undefined || left.zombie, 'the launcher is still there');
  assert.equal(await rig.exitCode(run), 0);
});

test('stop and start one of them; the last one that is deleted ends the run', async (t) => {
  const { rig, run, links, socket, api } = await shop(t);
  assert.equal((await devstart(rig, 'stop', 'api')).code, 0);
  await links.api?.gone;
  assert.equal(await whoAnswers(api), undefined);
  assert.equal((await ask(socket, 'GET', '/v1/instances/api')).body.status, 'stopped');
  assert.equal((await devstart(rig, 'stop', 'web')).code, 0);
  // All are stopped, and the run waits.
  const order = devstart(rig, 'start', 'api');
  const link = await listening(rig, 'api');
  assert.equal((await order).code, 0);
  assert.equal(await whoAnswers(api), link.pid);
  assert.equal((await devstart(rig, 'delete', 'web')).code, 0);
  assert.equal((await ask(socket, 'GET', '/v1/instances')).body.length, 1);
  assert.equal((await devstart(rig, 'delete', 'api')).code, 0);
  assert.equal(await rig.exitCode(run), 0);
});

test('start takes in an app that --only has left out; who is to know of it starts again, and is named', async (t) => {
  const rig = await Rig.create(t);
  const [api = 0, web = 0] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', port: api },
    { name: 'web', role: 'frontend', port: web },
  ].map((app) => ({ command: rig.server(app.name), ...app }));
  writeFileSync(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json', '--only', 'api']);
  const first = await listening(rig, 'api');
  await run.waitFor('up');
  const order = devstart(rig, 'start', 'web', '--json');
  const page = await listening(rig, 'web');
  await first.gone;
  const second = await listening(rig, 'api');
  const { code, stdout, stderr } = await order;
  assert.equal(code, 0, stdout + stderr);
  const [done] = JSON.parse(stdout).done;
  assert.deepEqual([done.did, done.started], ['start', ['web:0']]);
  assert.deepEqual(
    done.told.map(({ what }: { what: string }) => what),
    ['api', 'CORS', path.join(rig.dir, '.ports.json')],
  );
  assert.equal(page.env.BACKEND_PORT, String(api));
  assert.equal(second.env.FRONTEND_PORT, String(web));
  const origins = second.env.CORS_ORIGINS?.split(',') ?? [];
  assert.ok(origins.includes(`http://localhost:${web}`), second.env.CORS_ORIGINS);
  const { status, backend, frontend, corsOrigins } = portsFile(rig);
  assert.deepEqual([status, backend, frontend, corsOrigins], ['running', api, web, origins]);
  assert.deepEqual([await whoAnswers(api), await whoAnswers(web)], [second.pid, page.pid]);
  const nobody = await devstart(rig, 'start', 'nobody');
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /no app "nobody"\n +Apps: api, web/);
  await stopAll(rig, run);
  await Promise.all([second.gone, page.gone]);
});

test('a commander that is killed leaves a whole run; orders wait for one another; a stop overtakes them', async (t) => {
  const { rig, run, socket, api } = await shop(t);
  const commander = rig.spawnDevstart(['restart', 'api']);
  const link = await rig.link('api');
  commander.child.kill('SIGKILL');
  await link.tell('listen', { port: api, body: String(link.pid), headers: { connection: 'close' } });
  // It has its turn when the first is ready.
  const second = ask(socket, 'POST', '/v1/restart', { name: 'web' });
  await listening(rig, 'web');
  assert.equal((await second).status, 200);
  assert.equal(await whoAnswers(api), link.pid);
  // This one never becomes ready, and another one waits behind it.
  const never = ask(socket, 'POST', '/v1/restart', { name: 'api' });
  await rig.link('api');
  const behind = ask(socket, 'POST', '/v1/restart', { name: 'web' });
  await stopAll(rig, run);
  assert.deepEqual([(await never).status, (await behind).status], [409, 409]);
});

test('SIGKILL to the launcher in the middle of a reload: nothing is left of the old one nor of the new one', async (t) => {
  const { rig, run, links } = await shop(t);
  const [other = 0] = await rig.freePorts(1);
  const order = devstart(rig, 'reload', 'api', '--port', String(other));
  const link = await rig.link('api');
  run.child.kill('SIGKILL');
  await Promise.all([links.api?.gone, links.web?.gone, link.gone]);
  const { code, stderr } = await order;
  assert.equal(code, 1);
  assert.match(stderr, /^error run \S+ cannot be reached: it has ended before it answered\n/);
  assert.equal((await devstart(rig, 'list', '--json')).stdout, '[]\n');
  await until('end of the guard', async () => (await rig.survivors()).length === 0);
});

test('SIGKILL to the guard in the middle of a restart: the run goes on, and ends whole', async (t) => {
  const { rig, run, links, api } = await shop(t);
  const order = devstart(rig, 'restart', 'api');
  const link = await rig.link('api');
  // The launcher's only child that is none of its servers.
  const servers = [link.pid, links.web?.pid];
  const children = listProcesses().filter(({ ppid }) => ppid === run.child.pid);
  const [guard, more] = children.filter(({ pid }) => !servers.includes(pid));
  assert.ok(guard && !more);
  process.kill(guard.pid, 'SIGKILL');
  await link.tell('listen', { port: api, body: String(link.pid), headers: { connection: 'close' } });
  assert.equal((await order).code, 0);
  assert.equal(await whoAnswers(api), link.pid);
  await stopAll(rig, run);
  await rig.assertNothingLeft();
});

test('what is ordered and fails is told to who has ordered it, and the others run on', async (t) => {
  const { rig, run, links, api } = await shop(t);
  const order = devstart(rig, 'restart', 'api');
  const broken = await rig.link('api');
  broken.order('exit', { code: 3 });
  const { code, stderr } = await order;
  assert.equal(code, 1);
  assert.match(stderr, /api did not become ready: api exited with code 3/);
  const again = devstart(rig, 'restart', 'api');
  const link = await listening(rig, 'api');
  assert.equal((await again).code, 0);
  assert.equal(await whoAnswers(api), link.pid);
  assert.equal((await devstart(rig, 'wait', '--timeout', '5')).code, 0);
  links.web?.order('exit', { code: 4 });
  // Nobody has ordered that: it ends the run, as ever.
  assert.equal(await rig.exitCode(run), 4);
});
