// What a server's own file says of its address stays, with a flag for its port and with a handed socket.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { recogniseApp } from '../../../../src/config/detect/index.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart-bound-'));
after(() => rm(base, { recursive: true, force: true }));

const NONE = undefined;
// [file, what it says, command line, the address of its flag, those of its socket, handed by itself]
const CASES: [string, string, string, string, string[], true | undefined][] = [
  ['gunicorn.conf.py', 'bind = "0.0.0.0:8044"', 'gunicorn a:b', '0.0.0.0', ['0.0.0.0'], true],
  ['gunicorn.conf.py', "bind = ['[::]:8044']  # all", 'gunicorn a:b', '[::]', ['::'], true],
  ['gunicorn.conf.py', "bind = ':8044'", 'gunicorn a:b', '0.0.0.0', ['0.0.0.0'], true],
  [
    'gunicorn.conf.py',
    'bind = f"0.0.0.0:{os.environ[\'PORT\']}"',
    'gunicorn a:b',
    '0.0.0.0',
    ['0.0.0.0'],
    true,
  ],
  ['gunicorn.conf.py', "bind = 'unix:/tmp/a.sock'", 'gunicorn a:b', '{host}', ['127.0.0.1'], NONE],
  ['gunicorn.conf.py', 'bind = address()', 'gunicorn a:b', '{host}', ['127.0.0.1'], NONE],
  ['gunicorn.conf.py', 'daemon = True', 'gunicorn a:b', '{host}', ['127.0.0.1'], NONE],
  ['gunicorn.conf.py', "bind = ['0.0.0.0:80', '0.0.0.0:81']", 'gunicorn a:b', '0.0.0.0', ['0.0.0.0'], NONE],
  ['gunicorn.conf.py', 'workers = 2', 'gunicorn a:b', '{host}', ['127.0.0.1'], true],
  ['conf/g.py', "bind = '0.0.0.0:80'", 'gunicorn -c conf/g.py a:b', '0.0.0.0', ['0.0.0.0'], true],
  ['conf/g.py', "bind = '0.0.0.0:80'", 'gunicorn a:b', '{host}', ['127.0.0.1'], true],
  ['h.toml', 'bind = ["0.0.0.0:8044"]', 'hypercorn --config=h.toml a:b', '0.0.0.0', ['0.0.0.0'], true],
];
for (const [file, text, line, address, hosts, proven] of CASES) {
  test(`${line} with ${text}`, async () => {
    const dir = await mkdtemp(path.join(base, 'case-'));
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), `import os\n\n${text}\n`);
    const draft = draftApp('x', { kind: 'shell', line }, dir, '');
    const { command, takes } = await recogniseApp(draft, { prod: false });
    const flag = line.startsWith('gunicorn') ? '-b' : '--bind';
    assert.equal(command.kind === 'shell' && command.line, `${line} ${flag} ${address}:{port}`);
    assert.deepEqual([takes?.hosts, takes?.proven], [hosts, proven]);
  });
}
