// A port that moves: what the project has written of it follows, in the built program, with real servers.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

/** An API that says whose it is, and a page server that asks `http://localhost:WRITTEN` for it. */
async function project(t: TestContext): Promise<{ rig: Rig; backend: number; frontend: number }> {
  const rig = await Rig.create(t);
  const [backend = 0, frontend = 0] = await rig.freePorts(2);
  const files = {
    'package.json': JSON.stringify({ scripts: { 'dev:api': 'node api.js', 'dev:web': 'node web.js' } }),
    'api.js': `require('http').createServer((_, res) => res.end('mine')).listen(process.env.PORT || ${backend});`,
    'web.js': [
      "const http = require('http');",
      `const API = 'http://localhost:${backend}';`,
      "http.createServer((_, res) => http.get(API + '/hello', (answer) => answer.pipe(res)))",
      `  .listen(process.env.PORT || ${frontend});`,
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(rig.dir, name), text);
  return { rig, backend, frontend };
}

for (const follow of [true, false]) {
  test(`the backend's port is a stranger's: the page reaches ${follow ? 'its own API' : 'the stranger with --no-follow'}`, async (t) => {
    const { rig, backend } = await project(t);
    const stranger = createServer((_, response) => response.end('a stranger'));
    await new Promise<void>((resolve) => stranger.listen(backend, '127.0.0.1', resolve));
    t.after(() => stranger.close());
    const run = rig.spawnDevstart(['--json', ...(follow ? [] : ['--no-follow'])]);
    const up = await run.waitFor('up');
    assert.notEqual(up.ports.backend, backend);
    const answer = await fetch(`http://localhost:${up.ports.frontend}/`, {
      headers: { connection: 'close' },
    });
    assert.equal(await answer.text(), follow ? 'mine' : 'a stranger');
    const told = run.events.find(({ type }) => type === 'followed');
    if (follow) {
      assert.deepEqual(
        [told?.file, told?.line, told?.from, told?.to],
        ['web.js', 2, backend, up.ports.backend],
      );
    } else assert.equal(told, undefined);
    const asks = `fetch('http://localhost:${backend}/').then((answer) => answer.text()).then(console.log)`;
    const joined = rig.spawnDevstart([
      'exec',
      ...(follow ? [] : ['--no-follow']),
      '--',
      process.execPath,
      '-e',
      asks,
    ]);
    assert.equal(await rig.exitCode(joined), 0);
    assert.equal(joined.stdout(), follow ? 'mine\n' : 'a stranger\n');
    run.child.kill('SIGTERM');
    assert.equal(await rig.exitCode(run), 143);
    rig.atEnd(() => stranger.close());
  });
}

test('what cannot follow is named with who is there, what follows by value is told, a fixed listen follows', async (t) => {
  const rig = await Rig.create(t);
  const [backend = 0, frontend = 0] = await rig.freePorts(2);
  const files = {
    'package.json': JSON.stringify({ scripts: { 'dev:api': 'node api.js', 'dev:web': 'node web.js' } }),
    'api.js': `require('http').createServer((_, res) => res.end('mine')).listen(${backend});`,
    'lib/web/url.js': `module.exports = process.env.SHOP_API_URL || 'http://localhost:${backend}/v1';`,
    'lib/web/page.js': `const API_PORT = ${backend};\nfetch(\`http://localhost:\${API_PORT}/\`);`,
    'web.js': `const url = require('./lib/web/url.js');
require('http').createServer((_, res) => res.end(url)).listen(process.env.PORT || ${frontend});`,
  };
  await mkdir(path.join(rig.dir, 'lib/web'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(rig.dir, name), text);
  const stranger = createServer((_, response) => response.end('a stranger'));
  await new Promise<void>((resolve) => stranger.listen(backend, '127.0.0.1', resolve));
  t.after(() => stranger.close());
  const run = rig.spawnDevstart(['--json']);
  const up = await run.waitFor('up');
  const ask = async (port: number) =>
    (await fetch(`http://localhost:${port}/`, { headers: { connection: 'close' } })).text();
  assert.equal(await ask(up.ports.frontend), `http://localhost:${up.ports.backend}/v1`);
  assert.equal(await ask(up.ports.backend), 'mine');
  const stray = run.events.find(({ type, code }) => type === 'warning' && code === 'STRAY_PORT');
  assert.match(
    stray?.message ?? '',
    new RegExp(
      `^lib/web/page\\.js:1 names port ${backend}, where node \\(pid ${process.pid}, .*Write ${up.ports.backend} there`,
    ),
  );
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  rig.atEnd(() => stranger.close());
});

test('a number that moves later is followed by the restart that happens anyway', async (t) => {
  const rig = await Rig.create(t);
  const [backend = 0, other = 0, frontend = 0] = await rig.freePorts(3);
  const files = {
    'package.json': JSON.stringify({ scripts: { 'dev:api': 'node api.js', 'dev:web': 'node web.js' } }),
    // Nobody can read where it listens.
    'api.js': `require('http').createServer((_, res) => res.end('mine')).listen(Number('${String(other).slice(0, 2)}' + '${String(other).slice(2)}'));`,
    'web.js': `const http = require('http');
http.createServer((_, res) => http.get('http://localhost:${backend}/', (answer) => answer.pipe(res)).on('error', () => res.end('nobody')))
  .listen(process.env.PORT || ${frontend});`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(rig.dir, name), text);
  const run = rig.spawnDevstart(['--json']);
  const told = await run.waitFor('followed');
  assert.deepEqual([told.file, told.line, told.from, told.to], ['web.js', 2, backend, other]);
  const up = await run.waitFor('up');
  const answer = await fetch(`http://localhost:${up.ports.frontend}/`, { headers: { connection: 'close' } });
  assert.equal(await answer.text(), 'mine');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
