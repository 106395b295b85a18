import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tail } from '../../../src/output/tail.ts';
import { Watchers } from '../../../src/output/watchers.ts';

const api = 'api:0';
const web = 'web:0';

const cases: [string, string[], number, string[]][] = [
  ['nothing', [], 20, []],
  ['whole lines', ['a\nb\n'], 20, ['a', 'b']],
  ['the last ones', ['a\nb\nc\n'], 2, ['b', 'c']],
  ['an unfinished line', ['a\nb'], 20, ['a', 'b']],
  ['a line in pieces', ['a', 'b\nc', '\n'], 20, ['ab', 'c']],
  ['empty lines stay', ['a\n\nb\n'], 20, ['a', '', 'b']],
  ['CR LF', ['a\r\nb\r\n'], 20, ['a', 'b']],
  ['the last frame', ['10%\r20%\r30%\nb\n'], 20, ['30%', 'b']],
  ['no clear screen', ['\u001b[2J\u001b[31ma\u001b[0m\n'], 20, ['\u001b[31ma\u001b[0m']],
  ['UTF-8', ['10 €\n'], 20, ['10 €']],
  ['a huge chunk keeps its end', [`${'x'.repeat(100_000)}\nlast\n`], 20, ['last']],
];
for (const [name, chunks, count, expected] of cases) {
  test(`tail: ${name}`, () => {
    const tail = new Tail();
    for (const chunk of chunks) tail.write(api, 'stdout', Buffer.from(chunk));
    tail.write(web, 'stdout', Buffer.from('other\n'));
    assert.deepEqual(tail.lines(api, count), expected);
  });
}

test('tail: many small writes leave the last lines, whole', () => {
  const tail = new Tail();
  for (let i = 0; i < 10_000; i++) tail.write(api, 'stdout', Buffer.from(`line ${i}\n`));
  const lines = tail.lines(api, 1000);
  assert.ok(lines.length > 500);
  assert.deepEqual(
    lines,
    lines.map((_, index) => `line ${10_000 - lines.length + index}`),
  );
});

test('watch: whole lines of this instance, decoded, without colours, until the end of the watch', () => {
  const watchers = new Watchers();
  const told: string[] = [];
  const stop = watchers.add(api, (text) => told.push(text));
  watchers.write(api, 'stdout', Buffer.from([0xe2, 0x82]));
  watchers.write(api, 'stderr', Buffer.from('\u001b[32mready\u001b[0m in 5 ms\r\n'));
  watchers.write(web, 'stdout', Buffer.from('other\n'));
  watchers.write(api, 'stdout', Buffer.concat([Buffer.from([0xac]), Buffer.from('\nb\nc')]));
  assert.deepEqual(told, ['ready in 5 ms\r\n', '€\nb\n']);
  watchers.end(api, 'stdout');
  assert.deepEqual(told.slice(2), ['c']);
  stop();
  watchers.write(api, 'stdout', Buffer.from('d\n'));
  assert.equal(told.length, 3);
});
