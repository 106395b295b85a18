import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnOf } from '../../../src/run/order.ts';
import type { InstanceState, Life } from '../../../src/run/state.ts';

const life = {} as Life;
const waiting: InstanceState = { name: 'waiting' };
const starting: InstanceState = { name: 'starting', life };
const ready: InstanceState = { name: 'ready', life };
const restarting: InstanceState = { name: 'backing-off', attempt: 1, wake: new AbortController() };
const done: InstanceState = { name: 'stopped', why: 'exited' };
const failed: InstanceState = { name: 'failed', how: 'code 3' };

const one = (app: string, state: InstanceState, number = 0, once?: boolean) => ({
  id: `${app}:${number}` as const,
  plan: { app, once },
  state,
});
const first = (state: InstanceState) => one('gen', state, 0, true);

const cases: [string, string[] | undefined, ReturnType<typeof one>[], ReturnType<typeof turnOf>][] = [
  ['depends on nobody', undefined, [one('db', waiting)], 'start'],
  ['all ready', ['db'], [one('db', ready), one('web', waiting)], 'start'],
  ['one of two', ['db', 'cache'], [one('db', ready), one('cache', starting)], 'wait'],
  ['one of two copies', ['db'], [one('db', ready), one('db', starting, 1)], 'wait'],
  ['one that restarts', ['db'], [one('db', restarting)], 'wait'],
  ['one that has ended', ['db'], [one('db', done)], { lost: 'db:0' }],
  ['one that has to end, and runs', ['gen'], [first(starting)], 'wait'],
  ['one that has to end, and waits itself', ['gen'], [first(waiting)], 'wait'],
  ['one that has to end, and has', ['gen', 'db'], [first(done), one('db', ready)], 'start'],
  [
    'one that has to end, and has beside one that starts',
    ['gen', 'db'],
    [first(done), one('db', starting)],
    'wait',
  ],
  ['one that has to end, and has failed', ['gen'], [first(failed)], { lost: 'gen:0' }],
  ['one that was ended with the run', ['gen'], [first({ name: 'stopped', why: 'run' })], { lost: 'gen:0' }],
  [
    'one that has failed beside one that waits',
    ['db'],
    [one('db', waiting), one('db', failed, 1)],
    { lost: 'db:1' },
  ],
];
for (const [name, dependsOn, others, expected] of cases) {
  test(`turn: ${name}`, () => assert.deepEqual(turnOf({ dependsOn }, others), expected));
}
