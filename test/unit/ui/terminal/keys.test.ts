import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyAction, type KeyState, press, splitKeys } from '../../../../src/ui/terminal/keys.ts';

const one = ['api'];
const two = ['api', 'web'];
const twelve = Array.from({ length: 12 }, (_, index) => `app${index + 1}`);

/** Keys typed one after the other, the apps, what each asks for. */
const cases: [string, string[], (string | undefined)[]][] = [
  ['o', two, ['open']],
  ['u', two, ['urls']],
  ['l', two, ['focus']],
  ['c', two, ['clear']],
  ['\f', two, ['clear']],
  ['q', two, ['quit']],
  ['h', two, ['help']],
  ['?', two, ['help']],
  ['H', two, ['help']],
  ['\r', two, ['blank']],
  ['x', two, [undefined]],
  ['\u001b', two, [undefined]],
  ['7', two, [undefined]],
  ['r', one, ['restart']],
  ['R', one, ['restart']],
  ['r1', two, ['choose', 'restart api']],
  ['r2', two, ['choose', 'restart web']],
  ['ra', two, ['choose', 'restart']],
  ['r\r', two, ['choose', 'restart']],
  ['r3', two, ['choose', 'cancel']],
  ['r0', two, ['choose', 'cancel']],
  ['rq', two, ['choose', 'cancel']],
  ['rqq', two, ['choose', 'cancel', 'quit']],
  ['r\u001b', two, ['choose', 'cancel']],
  ['r2', twelve, ['choose', 'restart app2']],
  ['r1\r', twelve, ['choose', undefined, 'restart app1']],
  ['r12', twelve, ['choose', undefined, 'restart app12']],
  ['r13', twelve, ['choose', undefined, 'cancel']],
  ['r1q', twelve, ['choose', undefined, 'cancel']],
];

const words = (action: KeyAction | undefined) =>
  action && (action.do === 'restart' && action.app ? `restart ${action.app}` : action.do);

for (const [keys, apps, expected] of cases) {
  test(`${JSON.stringify(keys)} with ${apps.length} apps`, () => {
    let state: KeyState;
    const found = [...keys].map((key) => {
      const result = press(state, key, apps);
      state = result.state;
      return words(result.action);
    });
    assert.deepEqual(found, expected);
  });
}

test('splitKeys: an escape sequence is one key', () => {
  const table: [string, string[]][] = [
    ['', []],
    ['r1', ['r', '1']],
    ['\u001b', ['\u001b']],
    ['\u001b[A', ['\u001b[A']],
    ['\u001bOPq', ['\u001bOP', 'q']],
    ['\u001b[1;5Cr', ['\u001b[1;5C', 'r']],
    ['\u001bq', ['\u001bq']],
    ['é😀', ['é', '😀']],
    ['\r\n', ['\r', '\n']],
  ];
  for (const [text, expected] of table) assert.deepEqual(splitKeys(text), expected);
});
