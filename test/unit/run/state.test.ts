import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkMove,
  hasEnded,
  type InstanceState,
  isWanted,
  type Life,
  lifeOf,
  type StateName,
} from '../../../src/run/state.ts';

const NAMES: StateName[] = ['waiting', 'starting', 'ready', 'stopping', 'backing-off', 'stopped', 'failed'];

/** From each state: where it may go. Every other move is a bug of ours. */
const edges: Record<StateName, StateName[]> = {
  waiting: ['starting', 'stopped', 'failed'],
  starting: ['ready', 'stopping'],
  ready: ['stopping'],
  stopping: ['stopping', 'starting', 'backing-off', 'stopped', 'failed'],
  'backing-off': ['starting', 'stopped'],
  stopped: ['waiting'],
  failed: ['waiting'],
};

for (const from of NAMES) {
  for (const to of NAMES) {
    const legal = edges[from].includes(to);
    test(`${from} to ${to}: ${legal ? 'a move' : 'thrown'}`, () => {
      if (legal) checkMove(from, to);
      else assert.throws(() => checkMove(from, to), new RegExp(`cannot go from ${from} to ${to}`));
    });
  }
}

const life = {} as Life;
const exit = { code: 0, signal: null };
/** state, has a life, has ended, its end was asked for */
const read: [InstanceState, boolean, boolean, boolean][] = [
  [{ name: 'waiting' }, false, false, false],
  [{ name: 'starting', life }, true, false, false],
  [{ name: 'ready', life }, true, false, false],
  [{ name: 'stopping', life, next: 'again', why: { kind: 'asked', reason: 'r' } }, true, false, true],
  [{ name: 'stopping', life, next: 'end', why: { kind: 'run' } }, true, false, true],
  [{ name: 'stopping', life, next: 'end', why: { kind: 'exited', exit } }, true, false, false],
  [
    { name: 'stopping', life, next: 'end', why: { kind: 'found', verdict: { kind: 'over' } } },
    true,
    false,
    false,
  ],
  [{ name: 'backing-off', attempt: 1, wake: new AbortController() }, false, false, false],
  [{ name: 'stopped', why: 'exited' }, false, true, false],
  [{ name: 'failed', how: 'code 1' }, false, true, false],
];
for (const [state, alive, ended, wanted] of read) {
  test(`read off ${JSON.stringify({ ...state, life: undefined })}`, () => {
    assert.equal(lifeOf(state) !== undefined, alive);
    assert.equal(hasEnded(state), ended);
    assert.equal(isWanted(state), wanted);
  });
}
