import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instance } from '../../../src/control/answers.ts';
import { asMarkdown, asTable, briefly } from '../../../src/ui/list.ts';

const times: [number, string][] = [
  [0, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [3599, '59m'],
  [3600, '1h'],
  [8100, '2h 15m'],
  [86_400, '1d'],
  [100_000, '1d 3h'],
];
for (const [seconds, expected] of times) {
  test(`${seconds} seconds are ${expected}`, () => assert.equal(briefly(seconds), expected));
}

const api: Instance = {
  id: 3,
  run: 'r1',
  project: 'shop',
  root: '/home/me/shop',
  branch: 'main',
  app: 'api',
  instance: 0,
  name: 'api',
  role: 'backend',
  status: 'ready',
  pid: 4711,
  port: 8000,
  ports: [8000],
  url: 'http://localhost:8000',
  cpu: 2.5,
  memory: 45_200_000,
  uptime: 8100,
  restarts: 1,
};
const worker: Instance = {
  ...api,
  id: null,
  run: 'r2',
  project: 'a|b',
  branch: null,
  app: 'worker',
  name: 'worker',
  role: null,
  status: 'stopped',
  pid: null,
  port: null,
  ports: [],
  url: null,
  cpu: null,
  memory: null,
  uptime: null,
  restarts: 0,
};
const style = { color: false, home: '/home/me', columns: 200 };

test('a block a run, one line an instance, all in the same columns', () => {
  const lines = asTable([api, worker], style).map((line) => line.replace(/(PSS|RSS)( *)/, 'MEM$2'));
  assert.deepEqual(lines, [
    '  ID  NAME    STATUS   URL                     PID   CPU    MEM      UP  RESTARTS',
    'shop  ~/shop  main',
    '   3  api     ready    http://localhost:8000  4711  2.5%  45 MB  2h 15m         1',
    'a|b  ~/shop',
    '      worker  stopped  -                         -     -      -       -         0',
  ]);
});

test('no line is wider than the terminal', () => {
  for (const line of asTable([api, worker], { ...style, columns: 40 })) assert.ok(line.length <= 40, line);
});

test('nothing runs: what could', () => assert.match(asTable([], style)[0] ?? '', /^nothing runs: devstart /));

test('a table for a PORTS.md has what stays', () => {
  assert.deepEqual(asMarkdown([api, worker]).slice(4), [
    '| shop | main | api | backend | 8000 | http://localhost:8000 |',
    '| a\\|b |  | worker |  |  |  |',
  ]);
});
