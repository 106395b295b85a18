// Which commands are handed their socket where nobody says so: where nothing means anything else by it.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { recogniseApp } from '../../../../src/config/detect/index.ts';
import type { Command, Takes } from '../../../../src/config/types.ts';

const dir = await mkdtemp(path.join(os.tmpdir(), 'devstart-takes-'));
after(() => rm(dir, { recursive: true, force: true }));
await writeFile(path.join(dir, 'package.json'), JSON.stringify({ scripts: { api: 'gunicorn app:app' } }));

const takes = async (line: string): Promise<Takes | undefined> => {
  const command: Command = { kind: 'shell', line };
  return (await recogniseApp(draftApp('x', command, dir, ''), { prod: false, host: undefined })).takes;
};

const BY_ITSELF: [string, string][] = [
  ['gunicorn app:app', 'gunicorn app:app on 127.0.0.1'],
  ['.venv/bin/gunicorn app:app --reload', '.venv/bin/gunicorn app:app --reload on 127.0.0.1'],
  ['gunicorn -b 0.0.0.0:9001 app:app', 'gunicorn app:app on 0.0.0.0'],
  ['gunicorn --bind=[::]:9001 app:app', 'gunicorn app:app on ::'],
  ['gunicorn -b :9001 app:app', 'gunicorn app:app on 0.0.0.0'],
  ['python3 -m hypercorn app:app --bind 127.0.0.1:9000', 'python3 -m hypercorn app:app on 127.0.0.1'],
];
for (const [line, expected] of BY_ITSELF) {
  test(`handed by itself: ${line}`, async () => {
    const found = await takes(line);
    assert.ok(found?.proven);
    const { command } = found;
    assert.equal(`${command?.kind === 'shell' && command.line} on ${found.hosts}`, expected);
  });
}

const NOT: [string, string][] = [
  ['uvicorn app:app', 'it would print no URL'],
  ['flask run', 'it would print no URL'],
  ['node server.js', 'where it listens is not known'],
  ['npm run api', 'it would not be its owner’s command'],
  ['pdm run gunicorn app:app', 'it may lose the socket on the way'],
  ['gunicorn -b localhost:8000 app:app', 'it takes one of the addresses that the name means'],
  ['gunicorn -b 127.0.0.1:8000 -b 127.0.0.1:9000 app:app', 'it listens on two ports'],
  ['gunicorn -b unix:/tmp/app.sock app:app', 'it listens on no port'],
  ['gunicorn -b fd://7 app:app', 'it has one'],
  ['gunicorn --daemon app:app', 'a daemon closes what it is handed'],
  ['hypercorn app:app --bind 127.0.0.1:9000 --insecure-bind 127.0.0.1:9001', 'it listens on two ports'],
];
for (const [line, why] of NOT) {
  test(`not handed by itself: ${line}: ${why}`, async () =>
    assert.equal((await takes(line))?.proven, undefined));
}

// [command line, the addresses, the variable that may say another one]
const WHERE: [string, string[], string | undefined][] = [
  ['uvicorn app:app', ['127.0.0.1'], 'UVICORN_HOST'],
  ['uvicorn app:app --host ::1', ['::1'], undefined],
  ['UVICORN_HOST=0.0.0.0 uvicorn app:app', ['0.0.0.0'], undefined],
  ['flask run', ['127.0.0.1'], 'FLASK_RUN_HOST'],
  ['gunicorn app:app', ['127.0.0.1'], undefined],
];
for (const [line, hosts, hostName] of WHERE) {
  test(`where it is listened for: ${line}`, async () => {
    const found = await takes(line);
    assert.deepEqual([found?.hosts, found?.hostName], [hosts, hostName]);
  });
}

test('one socket is not two ports', async () => {
  const two = await takes('gunicorn -b 127.0.0.1:8000 -b 127.0.0.1:9000 app:app');
  assert.equal(two?.severalPorts, true);
  const one = await takes('gunicorn -b 127.0.0.1:8000 -b [::1]:8000 app:app');
  assert.deepEqual([one?.hosts, one?.severalPorts], [['127.0.0.1', '::1'], undefined]);
});
