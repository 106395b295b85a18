import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findOwners } from '../../../../src/ports/holders/owner.ts';
import { describeOwner } from '../../../../src/ports/holders/words.ts';
import { parseLsof } from '../../../../src/system/ps.ts';

const LISTENER = `
  const servers = [['127.0.0.1'], ['::1']].map(([host]) => require('net').createServer().listen(0, host));
  Promise.all(servers.map((s) => require('events').once(s, 'listening')))
    .then(() => console.log(JSON.stringify(servers.map((s) => s.address().port))));`;

test('the owner is found with its pid, name and project folder', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'devstart owner ü-')));
  const project = join(root, 'my app');
  const deep = join(project, 'src', 'server');
  await mkdir(deep, { recursive: true });
  await writeFile(join(project, 'package.json'), '{}');
  const child = spawn(process.execPath, ['-e', LISTENER], {
    cwd: deep,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = await once(child.stdout, 'data');
    const [v4, v6] = JSON.parse(String(output)) as [number, number];
    const owner = (await findOwners([v4])).get(v4)?.[0];
    assert.deepEqual(owner, { pid: child.pid, name: 'node', cwd: project });
    assert.equal(describeOwner(owner, root), `node (pid ${child.pid}, ~/my app)`);
    const owners = await findOwners([v6, v4]);
    assert.deepEqual([...owners.keys()].sort(), [v4, v6].sort());
    assert.equal(owners.get(v6)?.[0]?.pid, child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal((await findOwners([v4])).get(v4), undefined);
  } finally {
    child.kill('SIGKILL');
    await rm(root, { recursive: true });
  }
});

test('nothing asked, nothing scanned', async () => {
  assert.equal((await findOwners([])).size, 0);
});

test('owners as people read them', () => {
  const table: [Parameters<typeof describeOwner>, string][] = [
    [[{ pid: 4711, name: 'node', cwd: '/home/eva/shop' }, '/home/eva'], 'node (pid 4711, ~/shop)'],
    [[{ pid: 4711, name: 'node', cwd: '/home/eva' }, '/home/eva'], 'node (pid 4711, ~)'],
    [[{ pid: 4711, name: 'node', cwd: '/home/evan' }, '/home/eva'], 'node (pid 4711, /home/evan)'],
    [[{ pid: 4711, name: 'node', cwd: '/srv/x' }, undefined], 'node (pid 4711, /srv/x)'],
    [[{ pid: 4711, name: 'node' }, '/home/eva'], 'node (pid 4711)'],
    [[{ pid: 4711 }, '/home/eva'], 'a process (pid 4711)'],
    [[{ user: 'eva' }, '/home/adam'], 'a process of user eva'],
    [[{}, '/home/eva'], 'another process'],
    [[undefined, '/home/eva'], 'another process'],
  ];
  for (const [args, text] of table) assert.equal(describeOwner(...args), text);
});

test('lsof output', () => {
  assert.deepEqual(
    parseLsof('p12\ncnode\nf20\nn127.0.0.1:3000\nf21\nn[::1]:3000\np13\ncPython\nf3\nn*:8000\n'),
    [
      { pid: 12, command: 'node', names: ['127.0.0.1:3000', '[::1]:3000'] },
      { pid: 13, command: 'Python', names: ['*:8000'] },
    ],
  );
  assert.deepEqual(parseLsof(''), []);
});
