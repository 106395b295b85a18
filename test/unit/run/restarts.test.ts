import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RestartPolicy } from '../../../src/config/types.ts';
import { saysPortTaken } from '../../../src/ready/taken.ts';
import { nextAttempt, restartDelay } from '../../../src/run/restarts.ts';

test('the delay doubles, within a quarter, up to half a minute', () => {
  const table: [number, number, number][] = [
    [1, 375, 625],
    [2, 750, 1250],
    [4, 3000, 5000],
    [7, 22_500, 37_500],
    [100, 22_500, 37_500],
  ];
  for (const [attempt, least, most] of table) {
    assert.equal(restartDelay(attempt, 0), least);
    assert.equal(restartDelay(attempt, 1), most);
  }
});

const ends: [RestartPolicy['when'], boolean, number, number, number | 'too often' | undefined][] = [
  ['never', true, 10, 0, undefined],
  ['on-failure', false, 10, 0, undefined],
  ['on-failure', true, 10, 0, 1],
  ['on-failure', true, 10, 2, 3],
  ['on-failure', true, 10, 3, 'too often'],
  ['on-failure', true, 60_000, 3, 1],
  ['always', false, 10, 0, 1],
  ['always', false, 59_999, 3, 'too often'],
];
for (const [when, failed, lived, restarts, expected] of ends) {
  test(`${when}, ${failed ? 'failed' : 'ended with 0'} after ${lived} ms and ${restarts} restarts: ${expected}`, () => {
    assert.equal(nextAttempt({ when, max: 3 }, { failed, lived, restarts }), expected);
  });
}

const said: [string, string[], boolean][] = [
  ['node', ['Error: listen EADDRINUSE: address already in use :::8000', '    at Server.listen'], true],
  ['node, its number below', ['Error: listen EADDRINUSE', "  code: 'EADDRINUSE',", '  port: 8000'], true],
  [
    'uvicorn',
    [
      "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
    ],
    true,
  ],
  ['vite', ['error when starting dev server:', 'Error: Port 8000 is already in use'], true],
  ['flask', ['Address already in use', 'Port 8000 is in use by another program.'], true],
  [
    'an address that this machine does not have',
    [
      'Error: listen EADDRNOTAVAIL: address not available 10.9.9.9:8000',
      "  code: 'EADDRNOTAVAIL',",
      '  port: 8000',
    ],
    false,
  ],
  ['django', ['Error: That port is already in use.'], true],
  ['python', ['Traceback (most recent call last):', 'OSError: [Errno 98] Address already in use'], true],
  ['another port of Node', ['Error: listen EADDRINUSE: address already in use 127.0.0.1:9229'], false],
  [
    'another port of Node, its code on a line of its own',
    ['Error: listen EADDRINUSE: address already in use :::7301', "  code: 'EADDRINUSE',", '  port: 7301'],
    false,
  ],
  ['another port, in words', ['Error: port 24678 is already in use'], false],
  ['reflex', ['Backend port: 8000 is already in use.'], true],
  ['cra', ['Something is already running on port 8000.'], true],
  ['another port', ['Error: listen EADDRINUSE: address already in use :::18000'], false],
  ['no complaint', ['Listening on 8000', 'Error: boom'], false],
];
for (const [name, lines, expected] of said) {
  test(`last words, ${name}: ${expected ? 'the port was taken' : 'no word of this port'}`, () => {
    assert.equal(saysPortTaken(lines, 8000), expected);
  });
}
