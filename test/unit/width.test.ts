import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerpt } from '../../src/config/file/locate.ts';
import { columns } from '../../src/ui/format.ts';
import { cut, padEnd, padStart, width } from '../../src/width.ts';

for (const [text, expected] of [
  ['', 0],
  ['api', 3],
  ['où…', 3],
  ['東京', 4],
  ['ｗｅｂ', 6],
  ['ｱﾌﾟﾘ', 4],
  ['서버', 4],
  ['🚀', 2],
  ['👩‍💻', 2],
  ['🇩🇪', 2],
  ['❤️', 2],
  ['1️⃣', 2],
  ['e\u0301', 1],
  ['न\u0940', 2],
  ['✓ ok', 4],
  ['\u001b[31mrot\u001b[39m', 3],
  ['\u001b[31m東\u001b[39m', 2],
] as [string, number][]) {
  test(`${JSON.stringify(text)} takes ${expected} columns`, () => assert.equal(width(text), expected));
}

test('padded by columns', () => {
  assert.equal(padEnd('東京', 6), '東京  ');
  assert.equal(padStart('🚀', 4), '  🚀');
  assert.equal(padEnd('東京', 3), '東京');
  assert.deepEqual(
    columns([
      ['東京', 'a', 'x'],
      ['api', 'où', 'y'],
      ['👩‍💻', '🇩🇪', 'z'],
    ]),
    ['東京  a   x', 'api   où  y', '👩‍💻    🇩🇪  z'],
  );
});

for (const [text, room, expected] of [
  ['waiting', 4, 'wait'],
  ['東京都', 5, '東京'],
  ['東京都', 6, '東京都'],
  ['a👩‍💻b', 2, 'a'],
  ['a👩‍💻b', 3, 'a👩‍💻'],
  ['abc', 0, ''],
] as [string, number, string][]) {
  test(`${text} in ${room} columns`, () => assert.equal(cut(text, room), expected));
}

test('an error’s underline stands under what it means', () => {
  const text = '{ "東京": 5, "x": "🚀🚀" }';
  const place = (word: string) => ({ line: 1, column: text.indexOf(word) + 1, length: word.length });
  assert.equal(excerpt(text, place('5')), `${text}\n${' '.repeat(10)}^`);
  assert.equal(excerpt(text, place('🚀🚀')), `${text}\n${' '.repeat(19)}^^^^`);
});
