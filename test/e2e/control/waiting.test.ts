// What a run that is not ready waits for is told to whoever waits for it from outside, as it was answered last.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { type Link, Rig } from '../../rig/rig.ts';
import { devstart, listening, steered } from '../../rig/steer.ts';

test('devstart wait says what was answered last: a status, an exit code, a log that does not match; in --json too', async (t) => {
  const rig = await Rig.create(t);
  const [forbidden = 0, failing = 0, silent = 0, hidden = 0] = await rig.freePorts(4);
  const apps = [
    { name: 'forbidden', role: 'backend', port: forbidden, ready: '/health' },
    { name: 'failing', port: failing, ready: { command: 'exit 1' } },
    { name: 'silent', port: silent, ready: { log: 'never said' } },
    { name: 'hidden', port: hidden },
  ].map((app) => ({ ...app, command: rig.server(app.name) }));
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart([]);
  const links: Record<string, Link> = {};
  for (const { name } of apps) links[name] = await rig.link(name);
  await links.forbidden?.tell('listen', { port: forbidden, status: 403 });
  await links.failing?.tell('listen', { port: failing });
  await links.silent?.tell('listen', { port: silent });
  await links.silent?.tell('print', { text: 'something else\n' });
  const expected =
    `not ready in time: forbidden (http://localhost:${forbidden}/health: status 403), ` +
    `failing (exit 1: exit code 1), silent (output matching /never said/: no such line), hidden (port ${hidden})`;
  const plain = await devstart(rig, 'wait', '--timeout', '3');
  assert.deepEqual([plain.code, plain.stderr.split('\n')[0]], [1, `error ${expected}`]);
  const json = await devstart(rig, 'wait', 'forbidden', '--timeout', '1', '--json');
  const { code, message } = JSON.parse(json.stdout);
  assert.deepEqual(
    [json.code, code, message],
    [1, 'READY_TIMEOUT', `not ready in time: forbidden (http://localhost:${forbidden}/health: status 403)`],
  );
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await rig.assertNothingLeft();
});

test('what is stopped is not ready: by its name it is waited for until it is started, of a run it is left out', async (t) => {
  const rig = await Rig.create(t);
  const [api = 0, web = 0] = await rig.freePorts(2);
  const { run } = await steered(rig, [
    { name: 'api', role: 'backend', port: api },
    { name: 'web', role: 'frontend', port: web },
  ]);
  assert.equal((await devstart(rig, 'stop', 'api')).code, 0);
  const named = await devstart(rig, 'wait', 'api', '--timeout', '0.5');
  assert.deepEqual(
    [named.code, named.stdout, named.stderr],
    [1, '', 'error api is stopped\n      devstart start api starts it again.\n'],
  );
  assert.equal((await devstart(rig, 'wait')).stdout, `web is ready  http://localhost:${web}\n`);
  const waits = devstart(rig, 'wait', 'api');
  const starts = devstart(rig, 'start', 'api');
  await listening(rig, 'api');
  assert.equal((await waits).stdout, `api is ready  http://localhost:${api}\n`);
  assert.equal((await starts).code, 0);
  assert.equal((await devstart(rig, 'stop', 'api', 'web')).code, 0);
  const none = await devstart(rig, 'exec', '--timeout', '0.5', '--', 'echo', 'ran');
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /^error api, web are stopped$/m);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await rig.assertNothingLeft();
});
