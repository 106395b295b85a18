// NODE_OPTIONS=--inspect around a run: each server can be debugged, on a port of its own.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

test('each server has the inspector, behind npm and a watcher; devstart lets go of it', async (t) => {
  const rig = await Rig.create(t);
  const [api = 0, web = 0, wanted = 0] = await rig.freePorts(3);
  const server = (port: number) => `require('http').createServer().listen(process.env.PORT || ${port});`;
  const files = {
    'package.json': JSON.stringify({
      scripts: { 'dev:api': 'node --watch api.js', 'dev:web': 'npm run page', page: 'node web.js' },
      dependencies: { express: '*' },
    }),
    'api.js': server(api),
    'web.js': server(web),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(rig.dir, name), text);
  const run = rig.spawnDevstart([], { env: { NODE_OPTIONS: `--inspect=${wanted}` } });
  await run.waitForText('all ready');
  const said = [...run.stdout().matchAll(/(\w+) can be debugged on port (\d+)/g)];
  assert.equal(said[0]?.[2], String(wanted));
  const titles = await Promise.all(
    said.map(async ([, name, port]) => {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`, { headers: { connection: 'close' } });
      const [target] = (await answer.json()) as { title: string }[];
      return `${name} ${path.basename(target?.title.replace(/\[.*$/, '') ?? '')}`;
    }),
  );
  assert.deepEqual(titles.sort(), ['api api.js', 'web web.js']);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
