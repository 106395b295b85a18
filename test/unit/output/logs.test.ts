import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { InstanceId } from '../../../src/config/instance-id.ts';
import { Framing } from '../../../src/output/framing.ts';
import { type LogsOptions, logFile, logFolder, openLogs } from '../../../src/output/logs.ts';

const api = 'api:0';
const web = 'web:0';
const root = '/home/me/my shop';

function temporary(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-logs-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Logs as a run has them: `write` takes what a server prints. */
function open(options: LogsOptions) {
  const logs = openLogs(options);
  const framing = new Framing({
    silence: 60_000,
    frames: false,
    show: (line, piece, ended) => logs.lines(line, piece, ended),
  });
  const write = (id: InstanceId, stream: 'stdout' | 'stderr', chunk: Buffer) =>
    framing.write(id, stream, chunk);
  const flush = () => framing.flushAll(() => true);
  const close = async () => {
    framing.endAll();
    await logs.close();
  };
  return { logs, write, flush, close };
}

/** An app's log, with TIME for each time. */
const readLog = (folder: string | undefined, app: string): string =>
  readFileSync(logFile(folder ?? '', app), 'utf8').replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/gm, 'TIME');

const never = (message: string) => assert.fail(message);

test('the folder is readable and one for each root, private to the user', async (t) => {
  const dir = temporary(t);
  const { logs, write, close } = open({ dir, root, runId: 'r', onOff: never });
  write(api, 'stdout', Buffer.from('a'));
  write(web, 'stdout', Buffer.from('b'));
  await close();
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

test('each line has its time, instance and stream', async (t) => {
  const dir = temporary(t);
  const { logs, write, close } = open({ dir, root, runId: 'r', onOff: never });
  write(api, 'stdout', Buffer.from('a\n\nb\r\nc'));
  write('api:1', 'stderr', Buffer.from('\u001b[31mred\u001b[0m €\n'));
  write(api, 'stdout', Buffer.from('d\n'));
  await close();
  const text = readLog(logs.folder, 'api');
  assert.equal(
    text,
    'TIME api:0 stdout a\nTIME api:0 stdout \nTIME api:0 stdout b\r\n' +
      'TIME api:1 stderr \u001b[31mred\u001b[0m €\nTIME api:0 stdout cd\n',
  );
});

test('a line that is told in pieces stays one, unless another comes in between', async (t) => {
  const dir = temporary(t);
  const { logs, write, flush, close } = open({ dir, root, runId: 'r', onOff: never });
  const pieces: [InstanceId, string][] = [
    [api, 'one '],
    [api, 'line\ntwo '],
    ['api:1', 'other\nprompt> '],
    [api, 'goes on\n'],
    ['api:1', 'yes\n'],
  ];
  for (const [id, text] of pieces) {
    write(id, 'stdout', Buffer.from(text));
    flush();
  }
  await close();
  assert.equal(
    readLog(logs.folder, 'api'),
    'TIME api:0 stdout one line\nTIME api:0 stdout two \nTIME api:1 stdout other\nTIME api:1 stdout prompt> \n' +
      'TIME api:0 stdout+ goes on\nTIME api:1 stdout+ yes\n',
  );
});

test('each start has its line, before the first byte; each end has one', async (t) => {
  const dir = temporary(t);
  const { logs, write, close } = open({ dir, root, runId: 'r1', onOff: never });
  logs.started(api, 11);
  logs.started(web, 12);
  write(api, 'stdout', Buffer.from('a\nunfinished\n'));
  logs.ended(api, 'exited with code 1');
  logs.ended(web, 'exited with code 0');
  logs.started(api, 13);
  write(api, 'stdout', Buffer.from('b'));
  await close();
  writeFileSync(logFile(logs.folder ?? '', 'api'), 'cut', { flag: 'a' });
  const again = open({ dir, root, runId: 'r2', onOff: never });
  again.logs.started(api, 14);
  again.write(api, 'stdout', Buffer.from('c'));
  await again.close();
  const line = (text: string) => `TIME api:0 devstart ${text}\n`;
  assert.equal(
    readLog(logs.folder, 'api'),
    `${line('started run r1 pid 11')}TIME api:0 stdout a\nTIME api:0 stdout unfinished\n${line('exited with code 1')}` +
      `${line('started run r1 pid 13')}TIME api:0 stdout b\ncut\n` +
      `${line('started run r2 pid 14')}TIME api:0 stdout c\n`,
  );
  assert.equal(existsSync(logFile(logs.folder ?? '', 'web')), false);
});

test('a folder that cannot be made: one message, and no more', async (t) => {
  const dir = temporary(t);
  writeFileSync(path.join(dir, 'logs'), 'a file in the way');
  const told: string[] = [];
  const { logs, write, close } = open({ dir, root, runId: 'r', onOff: (message) => told.push(message) });
  write(api, 'stdout', Buffer.from('a'));
  write(web, 'stdout', Buffer.from('b'));
  await close();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^no more logs: could not write to .*my_shop-\w+ \((EEXIST|ENOTDIR)\)$/);
  assert.equal(existsSync(logFile(logs.folder ?? '', 'api')), false);
});

test('a log that fails later: one message, and no more', async (t) => {
  const dir = temporary(t);
  const told: string[] = [];
  const onOff = (message: string) => told.push(message);
  const { logs, write, close } = open({ dir, root, runId: 'r', onOff, limit: 4 });
  write(api, 'stdout', Buffer.from('a\n'));
  await close();
  const file = logFile(logs.folder ?? '', 'api');
  rmSync(path.dirname(file), { recursive: true });
  write(api, 'stdout', Buffer.from('bcdef\n'));
  write(api, 'stdout', Buffer.from('x\n'));
  await close();
  assert.equal(told.length, 1);
});

test('no state directory: no logs, and no message', async () => {
  const { logs, write, close } = open({ dir: undefined, root, runId: 'r', onOff: never });
  logs.started(api, 1);
  write(api, 'stdout', Buffer.from('a'));
  await close();
  assert.equal(logs.folder, undefined);
});
