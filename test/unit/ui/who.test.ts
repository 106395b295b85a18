import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../../src/ports/claims/claim.ts';
import type { Holding } from '../../../src/ports/holders/holding.ts';
import { asObject, asTable } from '../../../src/ui/who.ts';

const claim = { port: 3000, app: 'web', instance: 0, run: 'r1', root: '/home/eva/shop', pid: 4711 } as Claim;
const HOLDINGS: Holding[] = [
  {
    port: 3000,
    holders: [
      { pid: 4712, name: 'node', cwd: '/home/eva/shop/web', uid: 1000, user: 'eva', claimed: true },
      { pid: 815, name: 'python3', cwd: '/srv/x', uid: 1000, user: 'eva' },
    ],
    claim,
  },
  { port: 3001, holders: [] },
  { port: 3002, holders: [], claim: { ...claim, port: 3002, app: 'api' } },
  { port: 80, holders: [{ uid: 0, user: 'root' }] },
];

test('the table', () => {
  const asked = [
    { start: 3000, end: 3002 },
    { start: 80, end: 80 },
  ];
  assert.deepEqual(asTable(HOLDINGS, asked, '/home/eva'), [
    'PORT   PID  NAME      USER  PROJECT',
    "3000  4712  node      eva   app 'web' of ~/shop",
    '3000   815  python3   eva   /srv/x',
    "3002  4711  devstart        claimed for app 'api' of ~/shop, which does not listen on it",
    '  80     ?  ?         root',
    '1 of 3000-3002 is free',
  ]);
});

test('free ports are said to be free', () => {
  const free = [1, 2, 3].map((port) => ({ port, holders: [] }));
  assert.deepEqual(
    asTable(
      free,
      [
        { start: 1, end: 2 },
        { start: 3, end: 3 },
      ],
      undefined,
    ),
    ['all of 1-2 are free', 'port 3 is free'],
  );
});

test('the object', () => {
  const [held, free, claimed] = HOLDINGS.map(asObject) as Record<string, unknown>[];
  assert.deepEqual(free, { port: 3001, free: true, processes: [] });
  assert.equal(held?.free, false);
  assert.deepEqual(claimed?.claim, { app: 'api', instance: 0, root: '/home/eva/shop', pid: 4711, run: 'r1' });
});

test('names are padded by columns', () => {
  const holders = [
    { pid: 1, name: 'サーバー', uid: 1, user: 'eva', cwd: '/a' },
    { pid: 2, name: 'node', uid: 1, user: '伊娃', cwd: '/b' },
  ];
  assert.deepEqual(asTable([{ port: 3000, holders }], [], undefined), [
    'PORT  PID  NAME      USER  PROJECT',
    '3000    1  サーバー  eva   /a',
    '3000    2  node      伊娃  /b',
  ]);
});
