import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseIds, claimIds } from '../../../src/control/ids.ts';

type Ids = Readonly<Record<`${string}:${number}`, number>>;

const cases: [wanted: `${string}:${number}`[], had: Ids, others: number[], chosen: Ids][] = [
  [['api:0', 'web:0'], {}, [], { 'api:0': 0, 'web:0': 1 }],
  [['api:0', 'web:0'], {}, [0, 2], { 'api:0': 1, 'web:0': 3 }],
  [['api:0', 'api:1'], { 'api:0': 5 }, [0], { 'api:0': 5, 'api:1': 1 }],
  [['api:0'], { 'api:0': 5, 'web:0': 1 }, [], { 'api:0': 5 }],
  // Another one has it by now.
  [['api:0', 'web:0'], { 'api:0': 0, 'web:0': 1 }, [0], { 'api:0': 2, 'web:0': 1 }],
];
for (const [wanted, had, others, chosen] of cases) {
  test(`${wanted} beside ${others}, having ${JSON.stringify(had)}`, () => {
    assert.deepEqual(chooseIds(wanted, had, new Set(others)), chosen);
  });
}

test('many who choose at one moment, each seeing the others late or not at all, end with numbers of their own', async () => {
  const known = new Map<number, Ids>();
  const claim = (run: number) =>
    claimIds(
      ['api:0', 'web:0'],
      {},
      {
        others: () =>
          new Set([...known].filter(([of]) => of !== run).flatMap(([, ids]) => Object.values(ids))),
        write: (ids) => Boolean(known.set(run, ids)),
      },
    );
  await Promise.all(Array.from({ length: 12 }, (_, run) => Promise.resolve().then(() => claim(run))));
  const all = [...known.values()].flatMap((ids) => Object.values(ids));
  assert.equal(new Set(all).size, 24);
});

test('of two who have written the same number the one who sees it chooses again', async () => {
  let looks = 0;
  const written: Ids[] = [];
  const ids = await claimIds(
    ['api:0'],
    {},
    {
      // The other's record appears between our look and our writing.
      others: () => new Set(looks++ === 0 ? [] : [0]),
      write: (now) => Boolean(written.push(now)),
    },
  );
  assert.deepEqual(ids, { 'api:0': 1 });
  assert.deepEqual(written, [{ 'api:0': 0 }, {}, { 'api:0': 1 }]);
});
