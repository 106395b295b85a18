// A port that moves: what the project has written of it follows, in the built program, with real servers.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
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
    run.child.kill('SIGTERM');
    assert.equal(await rig.exitCode(run), 143);
    rig.atEnd(() => stranger.close());
  });
}
