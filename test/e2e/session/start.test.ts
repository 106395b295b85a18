// The public start(), of the built package: a project runs in the caller's process and ends with stop().
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

const require = createRequire(import.meta.url);
const { start, DevstartError } = require('../../../dist/index.cjs') as typeof import('../../../src/index.ts');

async function project(t: TestContext): Promise<{ rig: Rig; port: number; env: Record<string, string> }> {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  return { rig, port, env: rig.env as Record<string, string> };
}

test('resolves when all are ready, tells the events, stops and leaves nothing', async (t) => {
  const { rig, port, env } = await project(t);
  const events: string[] = [];
  const starting = start({
    cwd: rig.dir,
    env,
    backendPort: port,
    killTimeout: 1,
    onEvent: ({ type, line }) => events.push(type === 'output' ? String(line) : type),
  });
  const api = await rig.link('api');
  await api.tell('print', { text: 'größer\n' });
  await api.tell('listen', { port });
  const running = await starting;
  assert.deepEqual(running.ports, { backend: port });
  assert.deepEqual(running.urls, { backend: `http://localhost:${port}` });
  assert.equal(api.env.DEVSTART_RUN, running.run);
  await running.stop();
  assert.equal(await running.exited, 0);
  await api.gone;
  for (const one of ['port', 'started', 'größer', 'ready', 'up', 'exited', 'down']) {
    assert.ok(events.includes(one), `${one} among ${events.join()}`);
  }
  assert.equal(JSON.parse(readFileSync(path.join(rig.dir, '.ports.json'), 'utf8')).status, 'stopped');
  await rig.assertNothingLeft();
});

test('a server that ends first: START_FAILED with what was said, nothing is left', async (t) => {
  const { rig, port, env } = await project(t);
  const starting = start({ cwd: rig.dir, env, backendPort: port });
  (await rig.link('api')).order('exit', { code: 7 });
  await assert.rejects(starting, (error: InstanceType<typeof DevstartError>) => {
    assert.ok(error instanceof DevstartError);
    assert.deepEqual(
      [error.code, error.message],
      ['START_FAILED', 'the project ended with code 7 before it was ready'],
    );
    return true;
  });
  await rig.assertNothingLeft();
});

test('not ready in time: READY_TIMEOUT, nothing is left', async (t) => {
  const { rig, port, env } = await project(t);
  // The second: before it has begun.
  for (const timeout of [0.5, 0.001]) {
    await assert.rejects(start({ cwd: rig.dir, env, backendPort: port, timeout }), {
      name: 'DevstartError',
      code: 'READY_TIMEOUT',
    });
    await rig.assertNothingLeft();
  }
});

test('wrong use is the command’s own error', async (t) => {
  const { rig, env } = await project(t);
  await assert.rejects(start({ cwd: rig.dir, env, backendPort: 'abc' }), { code: 'PORT_INVALID' });
  await assert.rejects(start({ cwd: path.join(rig.dir, 'nowhere') }), { code: 'USAGE' });
});
