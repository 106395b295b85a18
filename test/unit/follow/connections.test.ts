import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { isLoopback, redirect } from '../../../src/follow/node/connections.ts';

const realOf = (written: number) => (written === 8000 ? 8001 : undefined);
const callback = () => {};

const moved: [unknown[], unknown[]][] = [
  [[8000], [8001]],
  [['8000'], [8001]],
  [
    [8000, callback],
    [8001, callback],
  ],
  [
    [8000, 'localhost', callback],
    [8001, 'localhost', callback],
  ],
  [
    [8000, '127.0.0.1'],
    [8001, '127.0.0.1'],
  ],
  [[{ port: 8000 }], [{ port: 8001 }]],
  [
    [{ port: '8000', host: '::1', family: 6 }, callback],
    [{ port: 8001, host: '::1', family: 6 }, callback],
  ],
  [[{ port: 8000, host: '0.0.0.0', path: null }], [{ port: 8001, host: '0.0.0.0', path: null }]],
];
for (const [args, wanted] of moved)
  test(`connects elsewhere: ${JSON.stringify(args)}`, () => {
    const before = structuredClone(args.filter((one) => one !== callback));
    assert.deepEqual(redirect(args, realOf), wanted);
    assert.deepEqual(
      args.filter((one) => one !== callback),
      before,
      'the caller keeps its own',
    );
  });

const left: unknown[][] = [
  [],
  [undefined],
  [null],
  [8001],
  [80000],
  ['/tmp/8000'],
  ['8000x'],
  [8000, 'example.com'],
  [8000, '192.168.0.1'],
  [8000, '128.0.0.1'],
  [{ port: 8000, host: 'example.com' }],
  [{ path: '/tmp/socket', port: 8000 }],
  [{ host: 'localhost' }],
  [[{ port: 8001 }, null]],
];
for (const args of left)
  test(`is left alone: ${JSON.stringify(args)}`, () => assert.equal(redirect(args, realOf), args));

test("Node's own array keeps its symbol, options their class and symbols", () => {
  class Options {
    port = 8000;
  }
  const secret = Symbol('secret');
  const options = Object.assign(new Options(), { [secret]: 1 });
  const normalized = Object.assign([options, callback], { [secret]: true });
  const [changed] = redirect([normalized], realOf) as [
    [Options & { [secret]: number }] & { [secret]: boolean },
  ];
  assert.deepEqual([changed[secret], changed.length], [true, 2]);
  assert.ok(changed[0] instanceof Options);
  assert.deepEqual([changed[0].port, changed[0][secret], options.port], [8001, 1, 8000]);
});

test('this machine, however it is written', () => {
  for (const host of [
    undefined,
    null,
    '',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'shop.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '::1',
    '::',
    '[::1]',
    '::ffff:127.0.0.1',
  ])
    assert.ok(isLoopback(host), String(host));
  for (const host of [
    'example.com',
    'localhost.example',
    'notlocalhost',
    '10.0.0.1',
    'fe80::1',
    '::2',
    7,
    {},
  ])
    assert.ok(!isLoopback(host), String(host));
  assert.ok(net.isIP('127.0.0.1'));
});
