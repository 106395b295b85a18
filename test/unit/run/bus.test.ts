import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceId } from '../../../src/config/instance-id.ts';
import type { LaunchPlan } from '../../../src/plan/types.ts';
import { createBus } from '../../../src/run/bus.ts';
import { type RunEvent, toJson } from '../../../src/run/events.ts';

const plan = (...ids: string[]) => ({ instances: ids.map((id) => ({ id })) }) as unknown as LaunchPlan;
const root = { pid: 7, start: '1', marks: [], pipes: [] };
const started = { type: 'started', id: 'api:0', pid: 7, port: 8000, root } satisfies RunEvent;
const ready: RunEvent = { type: 'ready', id: 'api:0', url: 'u', ms: 1 };
const exited: RunEvent = { type: 'exited', id: 'api:0', pid: 7, code: 1, signal: null, expected: false };
const restarting: RunEvent = { type: 'restarting', id: 'api:0', attempt: 1, delay: 5, reason: 'r' };
const up: RunEvent = { type: 'up', urls: {}, ports: {}, corsOrigins: [], ms: 2 };
const warning: RunEvent = { type: 'warning', code: 'NOT_READY', message: 'm' };
const port: RunEvent = {
  type: 'port',
  id: 'api:0',
  role: 'backend',
  port: 8000,
  requested: 8000,
  moved: false,
};

/** events; the run's status; the instance's status, pid and restarts; what a late listener is told */
const cases: [RunEvent[], string, [string, number | undefined, number], RunEvent[]][] = [
  [[], 'starting', ['waiting', undefined, 0], []],
  [[port, started], 'starting', ['starting', 7, 0], [port, started]],
  [[started, ready, up], 'running', ['ready', 7, 0], [started, ready, up]],
  [[started, warning, ready], 'starting', ['ready', 7, 0], [started, ready]],
  [[started, ready, up, exited], 'running', ['stopping', undefined, 0], [started, ready, up, exited]],
  [
    [started, ready, up, exited, restarting],
    'starting',
    ['restarting', undefined, 1],
    [started, ready, exited, restarting],
  ],
  [[started, ready, up, exited, restarting, started], 'starting', ['starting', 7, 1], [started]],
  [
    [started, exited, { type: 'ended', id: 'api:0', failed: true }],
    'starting',
    ['failed', undefined, 0],
    [started, exited, { type: 'ended', id: 'api:0', failed: true }],
  ],
  [
    [started, { type: 'stopping', reason: 'Ctrl-C' }],
    'stopping',
    ['starting', 7, 0],
    [started, { type: 'stopping', reason: 'Ctrl-C' }],
  ],
];
for (const [events, status, [state, pid, restarts], replayed] of cases) {
  test(`the run after ${events.map(({ type }) => type).join(', ') || 'nothing'}`, () => {
    const bus = createBus(plan('api:0'));
    for (const event of events) bus.emit(event);
    assert.equal(bus.view.status, status);
    const { since, ...one } = bus.view.instances.get('api:0') ?? {};
    assert.deepEqual(one, { id: 'api:0', status: state, pid, restarts, tried: [] });
    assert.equal(typeof since, events.includes(started) ? 'number' : 'undefined');
    const late: RunEvent[] = [];
    bus.subscribe((event) => late.push(event), { replay: true });
    assert.deepEqual(late, replayed);
    const later: RunEvent[] = [];
    bus.subscribe((event) => later.push(event));
    assert.deepEqual(later, []);
  });
}

test('a new plan keeps what is known of its instances, and knows the further ones', () => {
  const bus = createBus(plan('api:0'));
  bus.emit(started);
  bus.emit({ type: 'planned', plan: plan('api:0', 'api:1') });
  assert.deepEqual(
    [...bus.view.instances.values()].map(({ id, status, pid }) => [id, status, pid]),
    [
      ['api:0', 'starting', 7],
      ['api:1', 'waiting', undefined],
    ],
  );
});

test('a listener sees the run after the event; one that has ended is told no more', () => {
  const bus = createBus(plan('api:0'));
  const seen: unknown[] = [];
  const end = bus.subscribe(({ type }, view) => seen.push([type, view.instances.get('api:0')?.status]));
  bus.emit(started);
  end();
  bus.emit(ready);
  assert.deepEqual(seen, [['started', 'starting']]);
});

test('a listener that throws keeps nobody from the event, and is heard of', () => {
  const bugs: unknown[] = [];
  const bus = createBus(plan('api:0'), (error) => bugs.push(error));
  const told: string[] = [];
  const bug = new Error('a bug');
  bus.subscribe(() => {
    throw bug;
  });
  bus.subscribe(({ type }) => told.push(type));
  bus.emit(started);
  assert.deepEqual([told, bugs], [['started'], [bug]]);
});

test('the contract’s objects: the key as app and instance; what is ours alone stays inside', () => {
  const time = new Date('2026-11-21T10:00:00.000Z');
  assert.deepEqual(toJson({ ...started, id: instanceId('dev:api', 2) }, time), {
    type: 'started',
    time: '2026-11-21T10:00:00.000Z',
    app: 'dev:api',
    instance: 2,
    pid: 7,
    port: 8000,
  });
  assert.deepEqual(toJson({ type: 'down', code: 3 }, time), {
    type: 'down',
    time: '2026-11-21T10:00:00.000Z',
    code: 3,
  });
  for (const event of [
    { type: 'stopping', reason: 'r' },
    { type: 'planned', plan: plan() },
    { type: 'ended', id: 'api:0', failed: false },
  ] satisfies RunEvent[]) {
    assert.equal(toJson(event, time), undefined);
  }
});
