import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

const app = (rig: Rig, name: string) => ({ app: name, command: { kind: 'argv', argv: rig.server(name) } });

test('no line is lost with a slow reader', async (t) => {
  const rig = await Rig.create(t);
  const lines = 200_000;
  const run = rig.spawnDriver({ instances: [app(rig, 'api')] }, { ownReader: true });
  const api = await rig.link('api');
  const spammed = api.tell('spam', { lines });
  const { stdout } = run.child;
  assert.ok(stdout);
  let text = '';
  let reads = 0;
  stdout.setEncoding('latin1');
  const read = new Promise<void>((resolve) => {
    stdout.on('data', (chunk: string) => {
      text += chunk;
      // A reader slower than the writer.
      if (reads++ % 50 === 0) {
        stdout.pause();
        setTimeout(() => stdout.resume(), 5);
      }
    });
    stdout.on('end', resolve);
  });
  await spammed;
  api.order('exit', { code: 0 });
  await read;
  assert.equal(await rig.exitCode(run), 0);
  const got = text.split('\n');
  assert.equal(got.pop(), '');
  assert.equal(got.length, lines);
  for (const [index, line] of got.entries()) {
    if (line !== `[api] ${String(index).padEnd(79, '.')}`) assert.fail(`line ${index} is ${line}`);
  }
});

test('a stalled reader stops the server, not the signals; memory stays bounded', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api')] }, { ownReader: true });
  const api = await rig.link('api');
  run.child.stdout?.pause();
  // Far more than all buffers together; never finishes.
  api.order('spam', { lines: 2_000_000 });
  await api.tell('print', { text: '', stream: 'stderr' });
  run.child.kill('SIGTERM');
  await run.waitFor('stopping');
  await api.gone;
  const status = await readFile(`/proc/${run.child.pid}/status`, 'utf8').catch(() => '');
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  assert.ok(peak < 250_000, `${peak} kB`);
  run.child.stdout?.resume();
  assert.equal(await rig.exitCode(run), 143);
});

test('a reader that goes away ends the run, without a trace', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api')] }, { ownReader: true });
  const api = await rig.link('api');
  run.child.stdout?.destroy();
  api.order('print', { text: 'a\n' });
  assert.equal(await rig.exitCode(run), 0);
  assert.match((await run.waitFor('stopping')).reason, /reader/);
  assert.doesNotMatch(run.stderr(), /at .*\.ts|Error/);
  await rig.assertNothingLeft();
});

test('a character cut in two arrives whole, with another server in between', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  const euro = Buffer.from('a €\n');
  await api.tell('print', { base64: euro.subarray(0, 3).toString('base64') });
  await web.tell('print', { text: 'web\n' });
  await run.waitForText('[web] web\n');
  await api.tell('print', { base64: euro.subarray(3).toString('base64') });
  await run.waitForText('€\n');
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
  assert.doesNotMatch(run.stdout(), /\ufffd/);
});

test('a prompt without a line end is shown, and another line starts a new one', async (t) => {
  const rig = await Rig.create(t);
  const run = rig.spawnDriver({ instances: [app(rig, 'api'), app(rig, 'web')] });
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  await api.tell('print', { text: 'Continue? ' });
  await run.waitForText('[api] Continue? ');
  await web.tell('print', { text: 'web\n' });
  await run.waitForText('web\n');
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
  assert.equal(run.stdout(), '[api] Continue? \n[web] web\n');
});
