import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { logFile, logFolder, openLogs } from '../../../src/output/logs.ts';

const api = 'api:0';
const web = 'web:0';
const root = '/home/me/my shop';

function temporary(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-logs-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const never = (message: string) => assert.fail(message);

/** chunks, limit, what the log and its older ones hold. */
const cases: [string, string[], number, string[]][] = [
  ['nothing, no file', [], 10, []],
  ['within the limit', ['abcd\n', 'efgh\n'], 10, ['abcd\nefgh\n']],
  ['over it: whole lines move', ['abcd\n', 'efgh\n', 'i\n'], 10, ['i\n', 'abcd\nefgh\n']],
  ['one chunk over several files', ['a1\na2\na3\na4\na5\n'], 6, ['a5\n', 'a3\na4\n', 'a1\na2\n']],
  ['the oldest goes', ['1\n', '2\n', '3\n', '4\n', '5\n', '6\n'], 2, ['6\n', '5\n', '4\n', '3\n']],
  ['a line longer than a file', ['0123456789abc\nx\n'], 8, ['x\n', '0123456789abc\n']],
];
for (const [name, chunks, limit, expected] of cases) {
  for (const joined of [false, true]) {
    test(`rotation: ${name}${joined ? ', held' : ''}`, async (t) => {
      const dir = temporary(t);
      const logs = openLogs({ dir, root, runId: 'r', onOff: never, limit });
      for (const chunk of chunks) {
        logs.write(api, 'stdout', Buffer.from(chunk));
        if (!joined) await logs.close();
      }
      await logs.close();
      const file = logFile(logFolder(dir, root), 'api');
      const found = [file, `${file}.1`, `${file}.2`, `${file}.3`, `${file}.4`]
        .filter((name) => existsSync(name))
        .map((name) => readFileSync(name, 'utf8'));
      assert.deepEqual(found, expected);
    });
  }
}

test('rotation: a line that has begun is ended where it began, within reason', async (t) => {
  const dir = temporary(t);
  const logs = openLogs({ dir, root, runId: 'r', onOff: never, limit: 6 });
  const file = logFile(logs.folder ?? '', 'api');
  const write = async (text: string) => {
    logs.write(api, 'stdout', Buffer.from(text));
    await logs.close();
    return [file, `${file}.1`].map((name) => (existsSync(name) ? readFileSync(name, 'utf8') : ''));
  };
  assert.deepEqual(await write('abc\nde'), ['abc\nde', '']);
  assert.deepEqual(await write('f\ngh\n'), ['gh\n', 'abc\ndef\n']);
  assert.deepEqual(await write('0123456789'), ['0123456789', 'gh\n']);
  assert.deepEqual(await write('abc'), ['0123456789abc', 'gh\n']);
  assert.deepEqual(await write('def'), ['def', '0123456789abc']);
});

test('what is written comes to the file by itself, as it is', async (t) => {
  const dir = temporary(t);
  const logs = openLogs({ dir, root, runId: 'r', onOff: never });
  const bytes = Buffer.from([0xff, 0x1b, 0x63, 0x0d, 0x0a, 0x00]);
  logs.write(api, 'stdout', bytes);
  const file = logFile(logs.folder ?? '', 'api');
  assert.equal(statSync(file).size, 0);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.deepEqual(readFileSync(file), bytes);
});

test('the folder is readable and one for each root, private to the user', async (t) => {
  const dir = temporary(t);
  const logs = openLogs({ dir, root, runId: 'r', onOff: never });
  logs.write(api, 'stdout', Buffer.from('a'));
  logs.write(web, 'stdout', Buffer.from('b'));
  await logs.close();
  const [folder = ''] = readdirSync(path.join(dir, 'logs'));
  assert.match(folder, /^my_shop-[0-9a-z]{6,}$/);
  assert.notEqual(logFolder(dir, '/home/you/my shop'), logFolder(dir, root));
  assert.deepEqual(readdirSync(path.join(dir, 'logs', folder)).sort(), ['api.log', 'web.log']);
  assert.equal(statSync(path.join(dir, 'logs', folder)).mode & 0o777, 0o700);
  assert.equal(statSync(logFile(logs.folder ?? '', 'api')).mode & 0o777, 0o600);
});

test('names that are no file names', async () => {
  assert.equal(logFile('/l', '@shop/api').startsWith('/l/@shop_api-'), true);
  assert.equal(path.dirname(logFile('/l', '../../etc/x')), '/l');
  assert.notEqual(logFile('/l', 'a/b'), logFile('/l', 'a b'));
  assert.equal(logFile('/l', 'api'), '/l/api.log');
  assert.equal(path.dirname(logFolder('/d', '/')), '/d/logs');
});

test('each start has its line, before the first byte, on a line of its own', async (t) => {
  const dir = temporary(t);
  const logs = openLogs({ dir, root, runId: 'r1', onOff: never });
  logs.started(api, 11);
  logs.started(web, 12);
  logs.write(api, 'stdout', Buffer.from('a\nunfinished'));
  logs.started(api, 13);
  logs.write(api, 'stdout', Buffer.from('b\n'));
  await logs.close();
  const again = openLogs({ dir, root, runId: 'r2', onOff: never });
  again.started(api, 14);
  again.write(api, 'stdout', Buffer.from('c'));
  await again.close();
  const text = readFileSync(logFile(logs.folder ?? '', 'api'), 'utf8').replace(/\d{4}-\S+Z/g, 'TIME');
  const line = (run: string, pid: number) => `--- devstart TIME run ${run} pid ${pid} ---\n`;
  assert.equal(text, `${line('r1', 11)}a\nunfinished\n${line('r1', 13)}b\n${line('r2', 14)}c`);
  assert.equal(existsSync(logFile(logs.folder ?? '', 'web')), false);
});

test('a folder that cannot be made: one message, and no more', async (t) => {
  const dir = temporary(t);
  writeFileSync(path.join(dir, 'logs'), 'a file in the way');
  const told: string[] = [];
  const logs = openLogs({ dir, root, runId: 'r', onOff: (message) => told.push(message) });
  logs.write(api, 'stdout', Buffer.from('a'));
  logs.write(web, 'stdout', Buffer.from('b'));
  await logs.close();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^no more logs: could not write to .*my_shop-\w+ \((EEXIST|ENOTDIR)\)$/);
  assert.equal(existsSync(logFile(logs.folder ?? '', 'api')), false);
});

test('a log that fails later: one message, and no more', async (t) => {
  const dir = temporary(t);
  const told: string[] = [];
  const logs = openLogs({ dir, root, runId: 'r', onOff: (message) => told.push(message), limit: 4 });
  logs.write(api, 'stdout', Buffer.from('a\n'));
  await logs.close();
  const file = logFile(logs.folder ?? '', 'api');
  rmSync(path.dirname(file), { recursive: true });
  logs.write(api, 'stdout', Buffer.from('bcdef\n'));
  logs.write(api, 'stdout', Buffer.from('x\n'));
  await logs.close();
  assert.equal(told.length, 1);
});

test('no state directory: no logs, and no message', async () => {
  const logs = openLogs({ dir: undefined, root, runId: 'r', onOff: never });
  logs.started(api, 1);
  logs.write(api, 'stdout', Buffer.from('a'));
  await logs.close();
  assert.equal(logs.folder, undefined);
});
