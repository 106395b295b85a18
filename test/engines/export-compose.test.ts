// The examples' exported compose files on a real engine, brought up as their reader would.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { baseImage, docker, folder, run } from './docker.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const LOCAL = new Set(['node_modules', 'dist', '.venv', '.ports.json']);

for (const { example, page, api, replicas } of [
  { example: 'vite-api', page: 16100, api: [16101], replicas: 1 },
  { example: 'fastapi-vite', page: 16200, api: [16201, 16202], replicas: 2 },
]) {
  test(`${example}: up --wait, the page and its API answer, one origin is let in, down leaves nothing`, async (t) => {
    const dir = folder(t, {});
    cpSync(path.join(examples, example), dir, {
      recursive: true,
      filter: (from) => !LOCAL.has(path.basename(from)),
    });
    const file = path.join(dir, 'deploy/compose/compose.yaml');
    const compose = (...args: string[]) => ['compose', '-f', file, ...args];
    t.after(() => run('docker', compose('down', '--rmi', 'all', '--volumes')));
    const images = Object.entries({
      NODE_IMAGE: await baseImage('node'),
      PYTHON_IMAGE: await baseImage('python'),
      NGINX_IMAGE: await baseImage('nginx'),
    });
    await docker(...compose('config', '--quiet'));
    await docker(
      ...compose('build', ...images.flatMap(([name, image]) => ['--build-arg', `${name}=${image}`])),
    );
    await docker(...compose('up', '--wait', '--no-build'));

    const states = (await docker(...compose('ps', '--format', '{{.Health}}'))).split('\n');
    assert.deepEqual(states, Array(replicas + 1).fill('healthy'));
    const origin = `http://localhost:${page}`;
    for (const port of api) {
      const url = `http://127.0.0.1:${port}/api/hello`;
      const own = await fetch(url, { headers: { origin } });
      assert.deepEqual([own.status, own.headers.get('access-control-allow-origin')], [200, origin]);
      assert.match(((await own.json()) as { message: string }).message, /^Hello from /);
      const foreign = await fetch(url, { headers: { origin: 'http://foreign.example' } });
      assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    }

    const html = await (await fetch(`http://127.0.0.1:${page}/`)).text();
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(html) ?? [];
    const asset = await fetch(`http://127.0.0.1:${page}${script}`);
    assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
    // The browser's URL is baked in, the servers' is not.
    const text = await asset.text();
    assert.ok(text.includes(`http://localhost:${api[0]}`), text);
    assert.doesNotMatch(text, /http:\/\/api:/);
    assert.equal((await fetch(`http://127.0.0.1:${page}/a/page/of/its/own`)).status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${page}/assets/none.js`)).status, 404);

    // Its own checks are no visitors.
    const log = await docker(...compose('logs', '--no-color', 'web'));
    assert.match(log, /"GET \/assets\/none\.js HTTP/);
    assert.doesNotMatch(log, /"curl\//);

    await docker(...compose('down'));
    const label = `label=com.docker.compose.project=${example === 'vite-api' ? 'vite-api-example' : example}`;
    assert.equal(await docker('ps', '--all', '--quiet', '--filter', label), '');
    assert.equal(await docker('network', 'ls', '--quiet', '--filter', label), '');
  });
}
