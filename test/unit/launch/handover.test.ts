// What is started in place of a command, so that it has its sockets, its pid and its user.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { handing, replacing } from '../../../src/launch/handover.ts';
import type { HeldSocket } from '../../../src/launch/sockets.ts';

const LINES: [line: string, made: string][] = [
  ['node server.js', 'exec node server.js'],
  ['../v/bin/uvicorn main:app', 'exec ../v/bin/uvicorn main:app'],
  ['A=1 B="2 3" node server.js', 'A=1 B="2 3" exec node server.js'],
  ['cd api && node server.js', 'cd api && exec node server.js'],
  ['export A=1; node server.js', 'export A=1; exec node server.js'],
  ['exec node server.js', 'exec node server.js'],
  ['. ./env && . ./start', '. ./env && . ./start'],
  ['node server.js | tee log', 'node server.js | tee log'],
  ['node a.js & node b.js', 'node a.js & node b.js'],
  ['node a.js || true', 'node a.js || true'],
  ['if true; then node a.js; fi', 'if true; then node a.js; fi'],
  ['(cd x; node a.js)', '(cd x; node a.js)'],
  ['A=1', 'A=1'],
];
for (const [line, made] of LINES)
  test(`the shell’s place: ${line}`, () => assert.equal(replacing(line), made));

const held = (fd: number): HeldSocket => ({
  socket: {
    key: 'own',
    fd,
    port: 8000,
    host: '::',
    name: 'api',
    backlog: 1,
    reusePort: false,
    nonBlock: false,
  },
  host: '::',
  fd: 20,
  inode: 4711,
  close() {},
});
const listen = { sockets: [], orPlain: true, pid: true };

test('the pid that it is told is its own: a list, a line, a line in a folder', () => {
  for (const command of [
    { kind: 'argv', argv: ['/bin/sh', '-c', 'echo $LISTEN_PID $$'] },
    { kind: 'shell', line: "cd / && sh -c 'echo $LISTEN_PID $$'" },
  ] as const) {
    const { argv, stdio } = handing({ command: { ...command } as never, listen }, [held(3)], []);
    assert.deepEqual(stdio, [20]);
    const [told, real] = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' }).stdout.trim().split(' ');
    assert.equal(told, real);
  }
});

test('a socket that is stdin comes at another number, since libuv would make it blocking for all', () => {
  const { argv, stdio } = handing({ command: { kind: 'argv', argv: ['x'] }, listen }, [held(0), held(3)], []);
  assert.deepEqual(stdio, [20, 20]);
  assert.deepEqual(argv, ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@" 0<&4 4<&-', 'sh', 'x']);
});

test('gaps stay gaps, and the preload is told of its sockets', () => {
  const command = { kind: 'argv', argv: ['x'] } as const;
  const made = handing(
    { command: { ...command, argv: ['x'] }, listen: { ...listen, pid: false, preload: '/d/handover.cjs' } },
    [held(5)],
    ['as'],
  );
  assert.deepEqual(made, {
    argv: ['as', 'x'],
    stdio: [undefined, undefined, 20],
    inodes: [4711],
    env: { DEVSTART_SOCKETS: '5=4711=[::]:8000' },
  });
});
