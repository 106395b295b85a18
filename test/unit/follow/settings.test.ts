import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FollowSettings, formatSettings, parseSettings } from '../../../src/follow/settings.ts';

const none: FollowSettings = {
  run: 'k3x9',
  ports: new Map([[8000, 8001]]),
  own: new Map(),
  origins: new Map(),
  pages: false,
};

for (const settings of [
  none,
  { ...none, pages: true },
  {
    ...none,
    ports: new Map([
      [1, 2],
      [3, 65535],
    ]),
    own: new Map([[3, 4]]),
    origins: new Map([[1, 2]]),
  },
]) {
  const line = formatSettings(settings);
  test(line, () => assert.deepEqual(parseSettings(line), settings));
}

for (const line of [
  undefined,
  '',
  'x',
  'run=k3x9',
  'ports=1:2',
  'run= ports=1:2',
  'run=a ports=',
  'run=a ports=x:y',
  '{"run":"a"}',
])
  test(`nothing to follow in ${JSON.stringify(line)}`, () => assert.equal(parseSettings(line), undefined));
