// `.ports.json` says what is so, also after an app has ended, and with two runs in one project.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

async function project(t: TestContext): Promise<{ rig: Rig; port: number; file(): Record<string, unknown> }> {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api'), port },
    { name: 'job', command: rig.server('job'), port: false },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  return { rig, port, file: () => JSON.parse(readFileSync(path.join(rig.dir, '.ports.json'), 'utf8')) };
}

const statuses = (file: Record<string, unknown>) =>
  (file.apps as { name: string; status: string }[]).map(({ name, status }) => `${name} ${status}`);

test('an app that has ended with 0 is stopped there, the others as they are', async (t) => {
  const { rig, port, file } = await project(t);
  const run = rig.spawnDevstart(['--json']);
  const [api, job] = await Promise.all([rig.link('api'), rig.link('job')]);
  assert.deepEqual(statuses(file())[0], 'api starting');
  await api.tell('listen', { port });
  await run.waitFor('up');
  assert.deepEqual(statuses(file()), ['api ready', 'job ready']);
  job.order('exit', { code: 0 });
  await run.waitFor('exited', ({ app }) => app === 'job');
  while (statuses(file())[1] === 'job stopping') await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(statuses(file()), ['api ready', 'job stopped']);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.deepEqual([file().status, ...statuses(file())], ['stopped', 'api stopped', 'job stopped']);
});

test('when the later of two runs ends, the file is the living one’s again', async (t) => {
  const { rig, port, file } = await project(t);
  const first = rig.spawnDevstart(['--json']);
  const api = await rig.link('api');
  await api.tell('listen', { port });
  await Promise.all([rig.link('job'), first.waitFor('up')]);
  const mine = file();
  const second = rig.spawnDevstart(['--new', '--json']);
  const [other] = await Promise.all([rig.link('api'), rig.link('job')]);
  rig.owns(Number(other.env.PORT));
  await other.tell('listen', { port: Number(other.env.PORT) });
  await second.waitFor('up');
  assert.equal(file().pid, second.child.pid);
  second.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(second), 143);
  assert.deepEqual(file(), mine);
  first.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(first), 143);
  assert.deepEqual([file().status, 'pid' in file()], ['stopped', false]);
});
