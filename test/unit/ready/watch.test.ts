import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { test } from 'node:test';
import type { InstancePlan } from '../../../src/plan/types.ts';
import { type WatchContext, watchStart } from '../../../src/ready/watch.ts';
import { glanceAtListeners, listListeners } from '../../../src/system/listeners.ts';

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
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

test('a stranger beside what was handed over is one', async (t) => {
  const stranger = await listen(0);
  t.after(() => stranger.close());
  const { port } = stranger.address() as AddressInfo;
  assert.equal(await watched(port, 1, 20_000), 'stolen');
});
