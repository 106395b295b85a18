import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appOf, type InstanceId } from '../../../src/config/instance-id.ts';
import { keepInLine, safeCut } from '../../../src/output/ansi.ts';
import { createOutput, type Output, type OutputMode } from '../../../src/output/output.ts';
import type { ByteWriter } from '../../../src/output/types.ts';

const api: InstanceId = 'api:0';
const web: InstanceId = 'web:0';

/** Collects what a reader would get. */
function collector() {
  const parts: Buffer[] = [];
  const writer: ByteWriter = {
    write(data, encoding = 'utf8') {
      parts.push(typeof data === 'string' ? Buffer.from(data, encoding) : data);
      return true;
    },
    full: false,
    closed: false,
    waiting: 0,
    onDrain: () => {},
    onClosed: () => {},
    flush: async () => {},
    abandon: () => {},
  };
  return { writer, text: () => Buffer.concat(parts).toString('utf8') };
}

type Write = (id: InstanceId, chunk: string | number[]) => void;

/** What is shown when these chunks arrive. */
async function shown(steps: (write: Write, output: Output) => void, mode: OutputMode = 'plain') {
  const { writer, text } = collector();
  const lines: string[] = [];
  const output = createOutput({
    mode,
    timestamps: false,
    writer,
    onLine: (id, stream, line, more) => lines.push(`${appOf(id)} ${stream} ${line}${more ? ' …' : ''}`),
  });
  steps((id, chunk) => {
    output.write(id, 'stdout', Buffer.from(chunk as string));
  }, output);
  output.end(api, 'stdout');
  output.end(web, 'stdout');
  await output.close();
  return mode === 'json' ? lines : text();
}

const cases: [string, (write: Write, output: Output) => void, string][] = [
  ['whole lines', (w) => w(api, 'a\nb\n'), '[api] a\n[api] b\n'],
  ['empty lines', (w) => w(api, '\n\na\n'), '[api] \n[api] \n[api] a\n'],
  ['a line in pieces', (w) => ['a', 'b', 'c\nd', '\n'].map((part) => w(api, part)), '[api] abc\n[api] d\n'],
  ['two servers', (w) => [w(api, 'a'), w(web, 'b\n'), w(api, 'c\n')], '[web] b\n[api] ac\n'],
  ['no end at the end', (w) => w(api, 'a'), '[api] a\n'],
  ['CR LF stays', (w) => w(api, 'a\r\nb\r\n'), '[api] a\r\n[api] b\r\n'],
  ['progress in a line', (w) => w(api, '10%\r20%\r30%\n'), '[api] 10%\r[api] 20%\r[api] 30%\n'],
  [
    'progress by chunk',
    (w) => ['10%\r', '20%\r', '30%\n'].map((part) => w(api, part)),
    '[api] 10%\r[api] 20%\r[api] 30%\n',
  ],
  [
    'progress broken by another',
    (w) => [w(api, '10%\r'), w(web, 'b\n'), w(api, '20%\n')],
    '[api] 10%\n[web] b\n[api] 20%\n',
  ],
  ['own lines', (w, o) => [w(api, '10%\r'), o.writeLine('ready'), w(api, '\n')], '[api] 10%\nready\n'],
  ['split UTF-8', (w) => [w(api, [0xe2, 0x82]), w(api, [0xac, 10])], '[api] €\n'],
  ['invalid UTF-8 as it is', (w) => w(api, [0xff, 10]), '[api] \ufffd\n'],
  ['colours stay', (w) => w(api, '\u001b[31mred\u001b[0m\n'), '[api] \u001b[31mred\u001b[0m\n'],
  ['clear screen goes', (w) => w(api, '\u001bc\u001b[2J\u001b[3J\u001b[Ha\n'), '[api] a\n'],
  ['clear screen in two chunks', (w) => [w(api, 'a\u001b['), w(api, '2Jb\n')], '[api] ab\n'],
  ['the other screen', (w) => w(api, '\u001b[?1049h\u001b[?25la\n'), '[api] a\n'],
  [
    'a dollar in the prefix',
    (w, o) => [o.setPrefix(api, { plain: '[$&] ', colored: '' }), w(api, 'a\nb\n')],
    '[$&] a\n[$&] b\n',
  ],
];

for (const [name, steps, expected] of cases) {
  test(`text: ${name}`, async () => assert.equal(await shown(steps), expected));
}

const jsonCases: [string, (write: Write) => void, string[]][] = [
  ['lines', (w) => w(api, 'a\nb\r\n'), ['api stdout a', 'api stdout b']],
  ['no end', (w) => w(api, 'a'), ['api stdout a']],
  ['empty', (w) => w(api, '\n'), ['api stdout ']],
  ['split UTF-8', (w) => [w(api, [0xe2]), w(api, [0x82, 0xac, 10])], ['api stdout €']],
  ['invalid UTF-8', (w) => w(api, [0xff, 10]), ['api stdout \ufffd']],
];
for (const [name, steps, expected] of jsonCases) {
  test(`json: ${name}`, async () => assert.deepEqual(await shown(steps, 'json'), expected));
}

test('json: a line below 64 KiB is whole; a longer one is in pieces below 128 KiB, all but the last marked; a pause cuts too', async (t) => {
  const full = 64 * 1024;
  const short = await shown((w) => [w(api, 'x'.repeat(full - 1)), w(api, 'y\n')], 'json');
  assert.deepEqual(short, [`api stdout ${'x'.repeat(full - 1)}y`]);
  const chunk = 'x'.repeat(full);
  const shownLong = await shown(
    (w) => [
      w(api, 'a'),
      w(api, chunk.slice(2)),
      ...Array.from({ length: 16 }, () => w(api, chunk)),
      w(api, 'end\nb\n'),
    ],
    'json',
  );
  assert.ok(Array.isArray(shownLong));
  const long: string[] = shownLong;
  const pieces = long.map((line) => line.replace('api stdout ', '').replace(' …', ''));
  assert.ok(pieces.every((piece) => piece.length < 2 * full));
  assert.equal(pieces.slice(0, -1).join(''), `a${chunk.slice(2)}${chunk.repeat(16)}end`);
  assert.deepEqual(
    long.map((line) => line.endsWith(' …')),
    [...Array(long.length - 2).fill(true), false, false],
  );
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const prompt = shown((w) => {
    w(api, 'name');
    t.mock.timers.tick(1000);
    w(api, ': me\n');
  }, 'json');
  t.mock.timers.reset();
  assert.deepEqual(await prompt, ['api stdout name …', 'api stdout : me']);
});

test('raw: bytes as they are', async () => {
  assert.equal(await shown((w) => [w(api, 'a\u001bc'), w(web, 'b\n')], 'raw'), 'a\u001bcb\n');
});

test('quiet: nothing of the servers', async () => {
  assert.equal(await shown((w) => w(api, 'a\n'), 'quiet'), '');
});

test('a line without an end is shown in pieces that cut no character', async () => {
  const { writer, text } = collector();
  const output = createOutput({ mode: 'plain', timestamps: false, writer });
  const euros = Buffer.from('€'.repeat(50_000));
  for (let at = 0; at < euros.length; at += 1000) output.write(api, 'stdout', euros.subarray(at, at + 1000));
  assert.ok(text().length > 40_000);
  assert.doesNotMatch(text(), /\ufffd/);
  output.end(api, 'stdout');
  await output.close();
  assert.equal(text(), `[api] ${'€'.repeat(50_000)}\n`);
});

test('timestamps stand before the prefix', async () => {
  const { writer, text } = collector();
  createOutput({ mode: 'plain', timestamps: true, writer }).write(api, 'stdout', Buffer.from('a\nb\n'));
  assert.match(text(), /^\d\d:\d\d:\d\d\.\d{3} \[api\] a\n\d\d:\d\d:\d\d\.\d{3} \[api\] b\n$/);
});

test('safeCut: where an unfinished line may be shown', () => {
  const latin = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
  const table: [string, number][] = [
    ['', 0],
    ['abc', 3],
    [latin('a€'), 4],
    [latin('a€').slice(0, 3), 1],
    [latin('a€').slice(0, 2), 1],
    [latin('😀').slice(0, 3), 0],
    ['a\u001b', 1],
    ['a\u001b[3', 1],
    ['a\u001b[31m', 6],
    ['a\u001b]8;;http://x', 1],
    ['50%\r', 3],
    ['\u00ff', 0],
    ['\u00bf\u00bf\u00bf\u00bf', 4],
  ];
  for (const [text, expected] of table) assert.equal(safeCut(text), expected, JSON.stringify(text));
});

test('keepInLine: what stays and what goes', () => {
  const table: [string, string][] = [
    ['\u001b[K', '\u001b[K'],
    ['\u001b[2K', '\r\u001b[K'],
    ['\u001b[1G', '\r'],
    ['\u001b[20G', '\u001b[20G'],
    ['\u001b[2A', ''],
    ['\u001b[1;1H', ''],
    ['\u001b[38;5;1mx', '\u001b[38;5;1mx'],
    ['\u001b]8;;http://x\u0007y', '\u001b]8;;http://x\u0007y'],
    ['\u001b7\u001b8', ''],
  ];
  for (const [text, expected] of table) assert.equal(keepInLine(text), expected, JSON.stringify(text));
});

test('focus: one app alone, what the others have begun is not lost, the logs get all', async () => {
  const { writer, text } = collector();
  const teed: string[] = [];
  const output = createOutput({
    mode: 'plain',
    timestamps: false,
    writer,
    sinks: [{ write: (id, _, chunk) => void teed.push(`${appOf(id)} ${chunk}`) }],
  });
  const write = (id: InstanceId, line: string) => output.write(id, 'stdout', Buffer.from(line));
  write(web, 'a');
  output.focus('api');
  write(web, 'b\n');
  write(api, 'c\n');
  output.focus(undefined);
  write(web, 'd\n');
  await output.close();
  assert.equal(text(), '[web] a\n[api] c\n[web] d\n');
  assert.deepEqual(teed, ['web a', 'web b\n', 'api c\n', 'web d\n']);
});

test('the last lines and the watch work in every mode', () => {
  for (const mode of ['pretty', 'plain', 'raw', 'json', 'quiet'] satisfies OutputMode[]) {
    const output = createOutput({ mode, timestamps: false, writer: collector().writer, onLine: () => {} });
    let seen = '';
    output.watch(api, (part) => {
      seen += part;
    });
    output.write(api, 'stdout', Buffer.from('a\nb'));
    output.end(api, 'stdout');
    assert.equal(seen, 'a\nb');
    assert.deepEqual(output.lastLines(api, 1), ['b']);
  }
});
