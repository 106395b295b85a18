import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeText, shortLines } from '../../../src/config/small-files.ts';

test('the end of a long line is left out, and every other line and column stays where it is', () => {
  const long = 'x'.repeat(5000);
  const cut = 'x'.repeat(2000);
  const table: [string, string, string][] = [
    ['a.js', `a\n${long}\nb\n`, `a\n${cut}\nb\n`],
    ['a.js', `${long}\n${long}`, `${cut}\n${cut}`],
    ['README.md', long, cut],
    ['a.js', 'a\n'.repeat(3000), 'a\n'.repeat(3000)],
    ['README.md', `a\n${'\n'.repeat(2000)}b`, `a\n${'\n'.repeat(2000)}b`],
    ['README.md', `a\n${'\n'.repeat(30_000)}b`, 'a'],
    ['dev.sh', `a\r\n${' \t\r\n'.repeat(30_000)}b`, 'a'],
    // Parsed as a whole.
    ['package.json', long, long],
    ['docker-compose.yml', long, long],
    ['/srv/.env.local', long, long],
  ];
  for (const [file, text, expected] of table) assert.equal(shortLines(file, text), expected, file);
});

test('UTF-16 by its mark, UTF-8 without, and neither', () => {
  const wide = Buffer.from('\uFEFFa=1\n', 'utf16le');
  assert.equal(decodeText(wide), '\uFEFFa=1\n');
  assert.equal(decodeText(Buffer.from(wide).swap16()), '\uFEFFa=1\n');
  assert.equal(decodeText(Buffer.from('a=ü\n')), 'a=ü\n');
  assert.equal(decodeText(Buffer.from('a\0b')), undefined);
});
