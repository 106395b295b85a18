import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventRing } from '../../../src/control/event-ring.ts';

const plain = { output: false, all: false };

test('each kind is told to those who want it, in order, from where they are', () => {
  const ring = new EventRing();
  ring.add('event', 'a');
  ring.add('output', 'b');
  ring.add('inner', 'c');
  ring.add('event', 'd');
  const read = (wanted: { output: boolean; all: boolean }, from = 0) => {
    let told = '';
    for (let at = from; ; ) {
      const { next } = ring.after(at, wanted);
      if (!next) return told;
      told += next.json;
      at = next.number;
    }
  };
  assert.deepEqual(
    [
      read(plain),
      read({ output: true, all: false }),
      read({ output: true, all: true }),
      read(plain, 1),
      read(plain, 4),
    ],
    ['ad', 'abd', 'abcd', 'd', ''],
  );
});

test('what is no longer kept is missed by those alone who want it', () => {
  const ring = new EventRing();
  for (let i = 0; i < 1001; i++) ring.add('event', String(i));
  assert.deepEqual(ring.after(0, plain), { next: { number: 2, json: '1' }, missed: true });
  assert.equal(ring.after(1, plain).missed, false);
  const big = 'x'.repeat(1 << 19);
  for (let i = 0; i < 3; i++) ring.add('output', big);
  assert.equal(ring.after(1001, plain).missed, false);
  assert.equal(ring.after(1001, { output: true, all: false }).missed, true);
  assert.equal(ring.keptFrom({ output: true, all: false }), 1002);
});
