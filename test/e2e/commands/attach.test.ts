// devstart attach at a real terminal: what a background run prints, its keys, and how it is left.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Link, Rig } from '../../rig/rig.ts';
import { devstart, listening, recordOf, whoAnswers } from '../../rig/steer.ts';
import { openTerminal } from '../../rig/terminal.ts';

/** A run of two apps in the background. */
async function background(t: TestContext) {
  const rig = await Rig.create(t);
  const names = ['api', 'web'];
  const ports = await rig.freePorts(names.length);
  const apps = names.map((name, index) => ({ name, command: rig.server(name), port: ports[index] }));
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ name: 'shop', apps }));
  const up = devstart(rig, 'up');
  const links = await Promise.all(names.map((name) => listening(rig, name)));
  assert.equal((await up).code, 0);
  return { rig, ports, links: links as [Link, Link], pid: recordOf(rig.home).pid };
}

test('what it prints, its keys; Ctrl-C leaves it running, and the terminal as it was', async (t) => {
  const { rig, ports, links, pid } = await background(t);
  const [api, web] = links;
  const terminal = openTerminal(t, rig, ['attach']);
  const { tty: before } = await terminal.state('running');
  await terminal.screen(`attached to shop (pid ${pid})`);
  await terminal.screen('press h for help');
  await api.tell('print', { text: 'one of api\n' });
  await terminal.screen('[api] one of api');
  terminal.type('u');
  await terminal.screen(new RegExp(`api +http://localhost:${ports[0]} +ready`));
  terminal.type('l');
  await terminal.screen('showing api alone');
  await web.tell('print', { text: 'of web, unseen\n' });
  await api.tell('print', { text: 'two of api\n' });
  await terminal.screen('two of api');
  assert.ok(!terminal.text().includes('of web, unseen'));
  terminal.type('h');
  await terminal.screen(/Ctrl-C +leave it running/);
  terminal.type('r2');
  await web.gone;
  const again = await listening(rig, 'web');
  await terminal.screen('web ready');
  terminal.type('\u0003');
  await terminal.screen('shop goes on: devstart attach comes back, devstart stop ends it');
  const { code, tty } = await terminal.state('exited');
  assert.deepEqual([code, tty], [0, before]);
  assert.deepEqual(await Promise.all(ports.map(whoAnswers)), [api.pid, again.pid]);
  assert.equal((await devstart(rig, 'stop')).code, 0);
  await rig.assertNothingLeft();
});

test('Ctrl-Z stops the onlooker alone, with the terminal as it was; fg shows what has come meanwhile', async (t) => {
  const { rig, links, ports } = await background(t);
  const [api] = links;
  const terminal = openTerminal(t, rig, ['attach']);
  const { tty: before } = await terminal.state('running');
  await terminal.screen('press h for help');
  terminal.type('\u001a');
  assert.equal((await terminal.state('stopped')).tty, before);
  await api.tell('print', { text: 'while away\n' });
  assert.equal(await whoAnswers(ports[0] as number), api.pid);
  terminal.wake('fg');
  await terminal.screen('while away');
  terminal.type('u');
  await terminal.screen(/api +http:\S+ +ready/);
  terminal.type('\u0003');
  assert.equal((await terminal.state('exited')).code, 0);
  assert.equal((await devstart(rig, 'stop')).code, 0);
  await rig.assertNothingLeft();
});

test('one app alone; q ends the run for all who are attached', async (t) => {
  const { rig, links } = await background(t);
  const [api, web] = links;
  const first = openTerminal(t, rig, ['attach', 'api']);
  const second = openTerminal(t, rig, ['attach', 'shop']);
  for (const one of [first, second]) await one.screen('press h for help');
  await web.tell('print', { text: 'of web\n' });
  await api.tell('print', { text: 'of api\n' });
  await second.screen('[web] of web');
  for (const one of [first, second]) await one.screen('of api');
  assert.ok(!first.text().includes('of web'));
  // A person who is in a hurry types it again.
  second.type('qq');
  await Promise.all([api.gone, web.gone]);
  for (const one of [first, second]) {
    await one.screen('shop has ended');
    assert.equal((await one.state('exited')).code, 0);
  }
  await rig.assertNothingLeft();
});

test('without a terminal: the output, until the run ends; with --json what happens, an object a line', async (t) => {
  const { rig, links } = await background(t);
  const plain = rig.spawnDevstart(['attach']);
  const json = rig.spawnDevstart(['attach', '--json']);
  // What holds comes by the stream: both hear from now on.
  await Promise.all([plain.waitForText('all ready in'), json.waitFor('up')]);
  await links[0].tell('print', { text: 'hello\n' });
  await plain.waitForText('[api] hello\n');
  await json.waitFor('output', ({ app, line }) => app === 'api' && line === 'hello');
  plain.child.kill('SIGINT');
  assert.equal(await rig.exitCode(plain), 0);
  assert.equal((await devstart(rig, 'stop')).code, 0);
  await json.waitFor('down');
  assert.equal(await rig.exitCode(json), 0);
});
