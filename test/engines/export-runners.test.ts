// The exported Procfile and ecosystem file, started by the programs that read them.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { folder, run, sh } from './docker.ts';

const here = import.meta.dirname;
const example = path.resolve(here, '../../examples/vite-api');
const pm2Program = sh('sh', [path.join(here, 'pm2.sh')]);

/** The example, with a page that is built already. */
function project(t: TestContext): string {
  const dir = folder(t, { 'dist/index.html': '<title>built</title>' });
  cpSync(example, dir, { recursive: true, filter: (from) => !/node_modules$|\.ports\.json$/.test(from) });
  return dir;
}

/** Until it answers. */
async function answer(url: string, init?: RequestInit): Promise<Response> {
  for (;;) {
    const got = await fetch(url, init).catch(() => undefined);
    if (got) return got;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

async function apiIsRight(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/api/hello`;
  const own = await answer(url, { headers: { origin: 'http://localhost:16100' } });
  assert.equal(own.headers.get('access-control-allow-origin'), 'http://localhost:16100');
  const foreign = await answer(url, { headers: { origin: 'http://foreign.example' } });
  assert.equal(foreign.headers.get('access-control-allow-origin'), null);
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

for (const runner of ['honcho', 'foreman']) {
  test(`${runner} starts the Procfile's API on its own port, and ends it`, async (t) => {
    const dir = project(t);
    const program =
      runner === 'honcho'
        ? path.join(await sh('sh', [path.join(here, 'validators.sh')]), 'honcho')
        : 'foreman';
    const [file, root] = [path.join(dir, 'deploy/procfile/Procfile'), ['-d', dir]];
    const words =
      runner === 'honcho'
        ? ['-f', file, ...root, 'start', 'api']
        : ['start', '-f', file, ...root, '-m', 'api=1,web=0'];
    const child = spawn(program, words, { cwd: dir, env: { ...process.env, PORT: '5000' }, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    await apiIsRight(16101);
    await ended(child);
    assert.equal(await isOpen(16101), false);
  });
}

test('PM2 starts the ecosystem file: the API and the page, and nothing is left', async (t) => {
  const dir = project(t);
  const home = path.join(dir, '.pm2');
  const program = await pm2Program;
  const pm2 = (...args: string[]) => sh(program, args, { cwd: dir, env: { ...process.env, PM2_HOME: home } });
  try {
    await pm2('start', path.join(dir, 'deploy/pm2/ecosystem.config.cjs'));
    await apiIsRight(16101);
    for (const place of ['/', '/a/page/of/its/own'])
      assert.match(await (await answer(`http://127.0.0.1:16100${place}`)).text(), /built/);
    await pm2('delete', 'all');
    assert.deepEqual(await Promise.all([16100, 16101].map(isOpen)), [false, false]);
  } finally {
    // Before its folder goes, in which it says where it can be reached.
    await run(program, ['kill'], { env: { ...process.env, PM2_HOME: home } });
  }
});
