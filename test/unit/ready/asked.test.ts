import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, rolesOf } from '../../../src/ready/asked.ts';
import { takenPorts } from '../../../src/ready/taken.ts';

const html = 'text/html; charset=utf-8';
const answer = (port: number, status: number | undefined, type = '', built = false): Answer => ({
  port,
  status,
  type,
  built,
});

const cases: [string, Answer[], string][] = [
  [
    'an API and a page',
    [answer(8000, 200, 'application/json'), answer(3000, 200, html)],
    '3000 frontend, 8000 backend',
  ],
  [
    'an API without a first page',
    [answer(4000, 404, html), answer(5173, 200, html, true)],
    '4000 backend, 5173 frontend',
  ],
  [
    'an admin page before the dev server',
    [answer(8000, 200, html), answer(5173, 200, html, true)],
    '5173 frontend, 8000 backend',
  ],
  ['two pages', [answer(3001, 200, html), answer(3000, 200, html)], '3000 frontend, 3001 backend'],
  ['a page alone', [answer(3000, 304, html)], '3000 frontend'],
  ['an API alone', [answer(3000, 401)], '3000 backend'],
  ['a page that takes its time', [answer(3000, 0), answer(4000, 200)], '3000 frontend, 4000 backend'],
  [
    'a debugger, a websocket, a database',
    [answer(9229, 400), answer(24678, 426), answer(5432, undefined)],
    '5432, 9229, 24678',
  ],
  ['three servers', [answer(1, 200, html, true), answer(2, 200), answer(3, 200)], '1 frontend, 2 backend, 3'],
  ['nobody', [], ''],
];

test('roles of listeners by their answers', () => {
  for (const [title, answers, expected] of cases) {
    const found = rolesOf(answers).map(({ port, role }) => [port, role].filter(Boolean).join(' '));
    assert.equal(found.join(', '), expected, title);
  }
});

test('ports of which somebody complains', () => {
  const table: [string, number[]][] = [
    ['Error: listen EADDRINUSE: address already in use :::3000', [3000]],
    ['Error: listen EADDRINUSE: address already in use 127.0.0.1:8080', [8080]],
    ['Port 5173 is in use, trying another one...', [5173]],
    [' ⚠ Port 3000 is in use by process 4711, using available port 3001 instead.', [3000]],
    [
      "[Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
      [8000],
    ],
    ['OSError: [Errno 98] Address already in use', []],
    ['Listening on http://localhost:3000', []],
    ['the name is already taken', []],
    ['a\nlisten tcp :7070: bind: address already in use\nb :9999', [7070]],
    [
      "[2026-11-30 17:50:34 +02:00] [16132] [ERROR] connection to ('127.0.0.1', 49502) failed: [Errno 98] Address already in use",
      [49502],
    ],
  ];
  for (const [text, expected] of table) assert.deepEqual(takenPorts(text), expected, text);
});
