import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalPlane } from '../../../src/control/local.ts';
import type { LaunchPlan } from '../../../src/plan/types.ts';
import { createBus } from '../../../src/run/bus.ts';
import type { Run } from '../../../src/run/types.ts';

/** A run that does nothing by itself: the test ends its restarts. */
function steered() {
  const bus = createBus({ instances: [] } as unknown as LaunchPlan);
  const done: string[] = [];
  const restarts: { app: string | undefined; end: (error?: Error) => void }[] = [];
  const run = {
    change: ({ who: { app } }: { who: { app?: string } }) =>
      new Promise<void>((resolve, reject) => {
        restarts.push({ app, end: (error) => (error ? reject(error) : resolve()) });
      }),
    stop: async () => {
      done.push('stop');
      bus.emit({ type: 'stopping', reason: 'r' });
    },
    killNow: () => void done.push('kill'),
  } as unknown as Run;
  const plane = createLocalPlane(run, bus, {
    onInsist: () => void done.push('insist'),
    onKill: () => void done.push('abandon'),
  });
  return { plane, restarts, done };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const stop = { do: 'stop', reason: { reason: 'r' } } as const;

test('orders run one after the other, in their order, and resolve when they are done', async () => {
  const { plane, restarts } = steered();
  const ended: string[] = [];
  const orders = ['api', 'web'].map((app) =>
    plane.order({ do: 'restart', who: { app } }).then(() => ended.push(app)),
  );
  await turn();
  assert.deepEqual(
    restarts.map(({ app }) => app),
    ['api'],
  );
  restarts[0]?.end();
  await turn();
  assert.deepEqual([restarts.length, ended], [2, ['api']]);
  restarts[1]?.end();
  await Promise.all(orders);
  assert.deepEqual(ended, ['api', 'web']);
});

test('one that fails is its sender’s; the next has its turn', async () => {
  const { plane, restarts } = steered();
  const first = plane.order({ do: 'restart', who: {} });
  const second = plane.order({ do: 'restart', who: {} });
  await turn();
  restarts[0]?.end(new Error('no'));
  await assert.rejects(first, /no/);
  await turn();
  restarts[1]?.end();
  await second;
});

test('a stop overtakes all: what has not begun is refused', async () => {
  const { plane, restarts, done } = steered();
  const first = plane.order({ do: 'restart', who: {} });
  const second = plane.order({ do: 'restart', who: {} });
  await turn();
  await plane.order(stop);
  assert.deepEqual(done, ['stop']);
  restarts[0]?.end();
  await first;
  await assert.rejects(second, { code: 'STOPPING' });
  assert.equal(restarts.length, 1);
});

test('who insists a second time ends everything at once', async () => {
  const { plane, done } = steered();
  await plane.order(stop);
  await plane.order({ ...stop, insist: true });
  assert.deepEqual(done, ['stop', 'insist', 'stop']);
  await plane.order({ ...stop, insist: true });
  assert.deepEqual(done, ['stop', 'insist', 'stop', 'kill', 'abandon', 'insist', 'stop']);
});
