// More and fewer servers on one handed socket, and new ones in place of old ones, under a stream of new connections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { connections } from '../../rig/connections.ts';
import { handedRun } from '../../rig/handed.ts';
import { ask, devstart } from '../../rig/steer.ts';

/** Each in turn, answered with 200. @returns the answers’ bodies */
async function ordered(socket: string, orders: readonly (readonly [string, object])[]) {
  const done = [];
  for (const [verb, body] of orders) {
    const answer = await ask(socket, 'POST', `/v1/${verb}`, { name: 'api', ...body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    done.push(answer.body);
  }
  return done;
}

const ports = (done: { instances: { port: number }[] }) => done.instances.map(({ port }) => port);

test('scale to 3, 1 and 2, a reload and a restart on one socket: no connection fails, new ones stand beside old ones', async (t) => {
  const {
    rig,
    at: { port },
    run,
    socket,
  } = await handedRun(t, {});
  let over = false;
  const orders = ordered(socket, [
    ['scale', { instances: 3 }],
    ['scale', { instances: 1 }],
    ['scale', { instances: 2 }],
    ['reload', {}],
    ['restart', {}],
  ]).finally(() => {
    over = true;
  });
  const served = await connections({ host: '127.0.0.1', port }, 300, orders, 8);
  assert.ok(over);
  const [three, one, two, reloaded, restarted] = await orders;
  assert.deepEqual(served.failed, {});
  assert.deepEqual(ports(three), [port, port, port]);
  assert.deepEqual([one.ended, ports(one)], [['api:1', 'api:2'], [port]]);
  assert.deepEqual([two.started, ports(two)], [['api:1'], [port, port]]);
  assert.deepEqual([reloaded.instead, reloaded.ms.silent], [null, 0]);
  assert.deepEqual(restarted.started, ['api:0', 'api:1']);
  const pids = new Set(run.events.filter(({ type }) => type === 'started').map(({ pid }) => String(pid)));
  assert.equal(pids.size, 1 + 2 + 1 + 2 + 2);
  for (const body of served.bodies.keys()) assert.ok(pids.has(body), `${body} is none of ours`);
  const warned = run.events.filter(({ type }) => type === 'warning' || type === 'error');
  assert.deepEqual(warned, []);
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

test('one socket goes with its app: another port, a stop and a start, one instance deleted', async (t) => {
  const {
    rig,
    at: { port },
    run,
    socket,
  } = await handedRun(t, { instances: 2 });
  const [other] = (await rig.freePorts(1)) as [number];
  const alone = await ask(socket, 'POST', '/v1/restart', { name: 'api:1', port: other });
  assert.equal(alone.status, 422, JSON.stringify(alone.body));
  assert.match(alone.body.error.message, /share one socket/);
  const [moved] = await ordered(socket, [['reload', { port: other }]]);
  assert.match(moved.instead, /socket of api is handed over/);
  assert.deepEqual(ports(moved), [other, other]);
  const asked = (at: number) => connections({ host: '127.0.0.1', port: at }, 8, Promise.resolve());
  assert.deepEqual((await asked(other)).failed, {});
  assert.deepEqual(Object.keys((await asked(port)).failed), ['ECONNREFUSED']);
  await ordered(socket, [['stop', {}]]);
  assert.deepEqual(Object.keys((await asked(other)).failed), ['ECONNREFUSED']);
  await ordered(socket, [
    ['start', {}],
    ['delete', { name: 'api:1' }],
    ['scale', { instances: 3 }],
  ]);
  const served = await asked(other);
  assert.deepEqual(served.failed, {});
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  assert.deepEqual(
    run.events.filter(({ type }) => type === 'error'),
    [],
  );
});

test('info and the API: address, descriptor, backlog, who holds a socket, how many wait', async (t) => {
  const {
    rig,
    at: { port },
    run,
    socket,
  } = await handedRun(t, { instances: 2 });
  const pids = run.events.filter(({ type }) => type === 'started').map(({ pid }) => pid);
  const waiters: Socket[] = [];
  t.after(() => {
    for (const one of waiters) one.destroy();
  });
  // Stopped: they take nothing, and the kernel queues.
  for (const pid of pids) process.kill(Number(pid), 'SIGSTOP');
  for (let count = 0; count < 3; count++) {
    const one = connect(port, '127.0.0.1');
    waiters.push(one);
    await once(one, 'connect');
  }
  const { body } = await ask(socket, 'GET', '/v1/sockets');
  const [only] = body;
  const holders = [
    { pid: run.child.pid, instance: null },
    { pid: pids[0], instance: 0 },
    { pid: pids[1], instance: 1 },
  ];
  assert.deepEqual(body, [
    { app: 'api', name: 'api', address: `[::]:${port}`, fd: 3, backlog: 128, waiting: 3, holders },
  ]);
  const { app: _, ...shown } = only;
  const json = JSON.parse((await devstart(rig, 'info', 'api', '--json')).stdout);
  assert.deepEqual(json.apps[0].sockets, [shown]);
  const { stdout } = await devstart(rig, 'info');
  assert.ok(
    stdout.includes(
      `[::]:${port}  fd 3, backlog 128, 3 wait; held by ${run.child.pid} (devstart), ${pids[0]} (instance 0), ${pids[1]} (instance 1)`,
    ),
    stdout,
  );
  for (const pid of pids) process.kill(Number(pid), 'SIGCONT');
  for (const one of waiters) one.destroy();
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});
