import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { LogFile } from '../../../src/output/log-file.ts';

/** A log in a folder of the test's own. */
function open(t: TestContext, { limit = 5_000_000, keep = 3 } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-log-file-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'api.log');
  const options = {
    file,
    limit,
    keep,
    onError: (error: unknown) => assert.fail(String(error)),
    onDrain() {},
  };
  return { file, log: new LogFile(options), again: () => new LogFile(options) };
}

/** chunks, limit, what the log and its older ones hold. */
const cases: [string, string[], number, string[]][] = [
  ['nothing', [], 10, ['']],
  ['within the limit', ['abcd\n', 'efgh\n'], 10, ['abcd\nefgh\n']],
  ['over it: whole lines move', ['abcd\n', 'efgh\n', 'i\n'], 10, ['i\n', 'abcd\nefgh\n']],
  ['one chunk over several files', ['a1\na2\na3\na4\na5\n'], 6, ['a5\n', 'a3\na4\n', 'a1\na2\n']],
  ['the oldest goes', ['1\n', '2\n', '3\n', '4\n', '5\n', '6\n'], 2, ['6\n', '5\n', '4\n', '3\n']],
  ['a line longer than a file', ['0123456789abc\nx\n'], 8, ['x\n', '0123456789abc\n']],
];
for (const [name, chunks, limit, expected] of cases) {
  for (const joined of [false, true]) {
    test(`rotation: ${name}${joined ? ', held' : ''}`, async (t) => {
      const { log, file } = open(t, { limit });
      for (const chunk of chunks) {
        log.add(chunk);
        if (!joined) await log.settle();
      }
      await log.settle();
      const found = [file, `${file}.1`, `${file}.2`, `${file}.3`, `${file}.4`]
        .filter((name) => existsSync(name))
        .map((name) => readFileSync(name, 'utf8'));
      assert.deepEqual(found, expected);
    });
  }
}

test('rotation: a line that has begun is ended where it began, within reason', async (t) => {
  const { log, file } = open(t, { limit: 6 });
  const write = async (text: string) => {
    log.add(text);
    await log.settle();
    return [file, `${file}.1`].map((name) => (existsSync(name) ? readFileSync(name, 'utf8') : ''));
  };
  assert.deepEqual(await write('abc\nde'), ['abc\nde', '']);
  assert.deepEqual(await write('f\ngh\n'), ['gh\n', 'abc\ndef\n']);
  assert.deepEqual(await write('0123456789'), ['0123456789', 'gh\n']);
  assert.deepEqual(await write('abc'), ['0123456789abc', 'gh\n']);
  assert.deepEqual(await write('def'), ['def', '0123456789abc']);
});

test('what is written comes to the file by itself, as it is', async (t) => {
  const { log, file } = open(t);
  const bytes = Buffer.from([0xff, 0x1b, 0x63, 0x0d, 0x0a, 0x00]);
  log.add(bytes.toString('latin1'));
  assert.equal(statSync(file).size, 0);
  while (statSync(file).size < bytes.length) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(readFileSync(file), bytes);
});

test('more than is joined at once comes whole, and in its order', async (t) => {
  const { log, file } = open(t);
  const lines = (from: number) => Array.from({ length: 50_000 }, (_, index) => `${from + index}\n`).join('');
  for (const from of [100_000, 150_000, 200_000]) log.add(lines(from));
  log.add('end\n');
  await log.settle();
  assert.equal(readFileSync(file, 'latin1'), `${lines(100_000)}${lines(150_000)}${lines(200_000)}end\n`);
});

test('a file that was cut in a line says so', async (t) => {
  const { log, file, again } = open(t);
  assert.equal(log.midLine, false);
  log.add('a');
  assert.equal(log.midLine, true);
  await log.settle();
  assert.equal(again().midLine, true);
  writeFileSync(file, 'a\n');
  assert.equal(again().midLine, false);
});
