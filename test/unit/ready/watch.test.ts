import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { test } from 'node:test';
import type { InstancePlan } from '../../../src/plan/types.ts';
import { type WatchContext, watchStart } from '../../../src/ready/watch.ts';
import { glanceAtListeners, listListeners } from '../../../src/system/listeners.ts';
import { type Proc, readProcess } from '../../../src/system/processes.ts';

const skip = process.platform === 'linux' ? false : 'only connections tell';

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** This very process listens on the port; `near` is called when it has been seen to. */
async function watchedHere(port: number, near: () => void): Promise<{ kind: string; lists: number }> {
  const here = readProcess(process.pid) as Proc;
  let lists = 0;
  // Its own pauses keep nobody.
  const alive = setInterval(() => {}, 1000);
  const plan = { ports: { backend: port }, ready: [], command: { kind: 'argv', argv: ['true'] } };
  const { kind } = await watchStart({
    plan: plan as unknown as InstancePlan,
    hosts: ['127.0.0.1'],
    signal: AbortSignal.timeout(450),
    watchOutput: () => () => {},
    env: {},
    near() {
      near();
      return [here];
    },
    processes() {
      lists++;
      return [here];
    },
  });
  clearInterval(alive);
  return { kind, lists };
}

/** Nothing of the instance runs: on its port is what was handed over, and whoever else is there. */
async function watched(port: number, inode: number, ms: number): Promise<string> {
  const plan = { ports: { backend: port }, ready: [], command: { kind: 'argv', argv: ['true'] } };
  const context: WatchContext = {
    plan: plan as unknown as InstancePlan,
    hosts: ['127.0.0.1'],
    signal: AbortSignal.timeout(ms),
    watchOutput: () => () => {},
    env: {},
    processes: () => [],
    handed: [{ port, host: '127.0.0.1', inode }],
  };
  return (await watchStart(context)).kind;
}

const inodeOf = (port: number): number => {
  const found = listListeners()?.find((one) => one.port === port);
  return Number(/\d+/.exec(found?.socket ?? '')?.[0]);
};

test('a socket that was opened in place of another one at once is no theft, however late the tables are', async (t) => {
  const before = await listen(0);
  const { port } = before.address() as AddressInfo;
  glanceAtListeners();
  before.close();
  await once(before, 'close');
  const after = await listen(port);
  t.after(() => after.close());
  assert.equal(await watched(port, inodeOf(port), 450), 'over');
});

test('who listens is found among the few, and asked alone whether it still does', { skip }, async (t) => {
  glanceAtListeners();
  const server = await listen(0);
  t.after(() => once(server.close(), 'close'));
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await watchedHere(port, () => {}), { kind: 'ready', lists: 0 });
});

test('a passing bind is no readiness', { skip }, async () => {
  glanceAtListeners();
  const server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  const { kind } = await watchedHere(port, () => server.close());
  assert.equal(kind, 'over');
  await closed;
});

test('a stranger beside what was handed over is one', async (t) => {
  const stranger = await listen(0);
  t.after(() => stranger.close());
  const { port } = stranger.address() as AddressInfo;
  assert.equal(await watched(port, 1, 20_000), 'stolen');
});
