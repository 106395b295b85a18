import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scope } from '../../../src/session/scope.ts';

const NAMES = ['a', 'b', 'c', 'd'];

/** Which of them throw when they are closed. */
const cases: string[][] = [[], ...NAMES.map((name) => [name]), ['a', 'c'], NAMES];
for (const throwing of cases) {
  test(`all are closed in the reverse order where ${throwing.join(', ') || 'none'} throws`, async () => {
    const scope = new Scope();
    const closed: string[] = [];
    for (const [index, name] of NAMES.entries()) {
      scope.defer(name, async () => {
        if (index % 2 === 0) await Promise.resolve();
        closed.push(name);
        if (throwing.includes(name)) throw new Error(name);
      });
    }
    const error = await scope.close().catch((thrown: Error) => thrown);
    assert.deepEqual(closed, [...NAMES].reverse());
    const told = error instanceof AggregateError ? error.errors : error ? [error] : [];
    assert.deepEqual(
      told.map(({ message }) => message),
      [...throwing].reverse(),
    );
  });
}

test('closed once: a second call closes nothing', async () => {
  const scope = new Scope();
  let times = 0;
  scope.defer('a', () => times++);
  await scope.close();
  await scope.close();
  assert.equal(times, 1);
});
