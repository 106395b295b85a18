// devstart at a real terminal: keys, the terminal's settings, Ctrl-Z and fg, input for one app, the logs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readProcess } from '../../../src/system/processes.ts';
import { type Link, PATIENCE, Rig } from '../../rig/rig.ts';
import { openTerminal, type Terminal } from '../../rig/terminal.ts';

interface Started {
  rig: Rig;
  terminal: Terminal;
  links: Link[];
  ports: number[];
  /** The terminal's settings before. */
  before: string;
}

/** The apps under devstart at a terminal, ready, with their keys on. */
async function started(
  t: TestContext,
  names: string[],
  args: string[] = [],
  env?: Record<string, string>,
): Promise<Started> {
  const rig = await Rig.create(t);
  const ports = await rig.freePorts(names.length);
  const roles = ['backend', 'frontend'];
  const apps = names.map((name, index) => ({
    name,
    role: roles[index],
    command: rig.server(name),
    port: ports[index],
  }));
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const terminal = openTerminal(t, rig, args, env);
  const { tty: before } = await terminal.state('running');
  const links = await Promise.all(names.map((name) => rig.link(name)));
  await Promise.all(links.map((link, index) => link.tell('listen', { port: ports[index] })));
  await terminal.screen('ready in');
  return { rig, terminal, links, ports, before };
}

const HINT = 'press h for help';

/** Waits until the kernel has the processes in that state. */
async function reach(pids: number[], stopped: boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (pids.some((pid) => readProcess(pid)?.stopped !== stopped)) {
    assert.ok(Date.now() < deadline, `not ${stopped ? 'stopped' : 'running'}: ${pids}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('u, h and q: no Enter, no echo, and the terminal is as before', async (t) => {
  const { rig, terminal, ports, before } = await started(t, ['api', 'web']);
  await terminal.screen(HINT);
  assert.notEqual(await terminal.stty(), before);
  terminal.type('u');
  await terminal.screen(new RegExp(`api +http://localhost:${ports[0]} +ready`));
  await terminal.screen(new RegExp(`web +http://localhost:${ports[1]} +ready`));
  terminal.type('h');
  await terminal.screen(/q +quit/);
  await terminal.screen(/logs +.*project-\w+/);
  terminal.type('c');
  await terminal.screen('\u001b[2J');
  terminal.type('q');
  const { code, tty } = await terminal.state('exited');
  assert.equal(code, 0);
  assert.equal(tty, before);
  await rig.assertNothingLeft();
});

test('o opens the frontend', async (t) => {
  const browser = fileURLToPath(new URL('../../rig/browser.sh', import.meta.url));
  const { rig, terminal, ports } = await started(t, ['api', 'web'], [], {
    BROWSER: browser,
    RIG_NODE: process.execPath,
  });
  await terminal.screen(HINT);
  terminal.type('o');
  const opened = await rig.link('browser');
  assert.deepEqual(opened.argv, [`http://localhost:${ports[1]}`]);
  opened.order('exit', { code: 0 });
  await opened.gone;
  terminal.type('q');
  assert.equal((await terminal.state('exited')).code, 0);
  await rig.assertNothingLeft();
});

test('no keys where CI is set', async (t) => {
  const { rig, terminal, before } = await started(t, ['api'], [], { CI: 'true' });
  assert.equal(await terminal.stty(), before);
  terminal.type('q\u0003');
  assert.equal((await terminal.state('exited')).code, 130);
  assert.equal(terminal.text().includes(HINT), false);
  await rig.assertNothingLeft();
});

test('r restarts a single app at once', async (t) => {
  const { rig, terminal, links, ports } = await started(t, ['api']);
  await terminal.screen(HINT);
  terminal.type('r');
  await links[0]?.gone;
  const again = await rig.link('api');
  assert.notEqual(again.pid, links[0]?.pid);
  await again.tell('listen', { port: ports[0] });
  terminal.type('q');
  assert.equal((await terminal.state('exited')).code, 0);
  await rig.assertNothingLeft();
});

test('r and a digit restart one of several, r and Enter all', async (t) => {
  const { rig, terminal, links, ports } = await started(t, ['api', 'web']);
  const [api, web] = links as [Link, Link];
  await terminal.screen(HINT);
  terminal.type('r');
  await terminal.screen('restart: 1 api  2 web  a all');
  terminal.type('2');
  await web.gone;
  const again = await rig.link('web');
  await again.tell('listen', { port: ports[1] });
  assert.equal(readProcess(api.pid)?.zombie, false);
  terminal.type('r\r');
  await Promise.all([api.gone, again.gone]);
  await Promise.all([rig.link('api'), rig.link('web')]);
  terminal.type('q');
  assert.equal((await terminal.state('exited')).code, 0);
  await rig.assertNothingLeft();
});

test('l shows one app alone; the logs have all', async (t) => {
  const { rig, terminal, links } = await started(t, ['api', 'web']);
  const [api, web] = links as [Link, Link];
  await terminal.screen(HINT);
  terminal.type('l');
  await terminal.screen('showing api alone');
  await web.tell('print', { text: 'unseen\n' });
  await api.tell('print', { text: 'seen\n' });
  await terminal.screen('[api] seen');
  terminal.type('ll');
  await terminal.screen('showing web alone');
  await terminal.screen('showing all');
  await web.tell('print', { text: 'seen too\n' });
  await terminal.screen('[web] seen too');
  terminal.type('q');
  await terminal.state('exited');
  assert.doesNotMatch(terminal.text(), /unseen/);
  const logs = path.join(rig.home, 'logs');
  const folder = path.join(logs, readdirSync(logs)[0] ?? '');
  assert.match(
    readFileSync(path.join(folder, 'web.log'), 'utf8'),
    /^\S+Z web:0 devstart started run \S+ pid \d+\n\S+Z web:0 stdout unseen\n\S+Z web:0 stdout seen too\n\S+Z web:0 devstart ended by SIGTERM\n$/,
  );
  assert.match(
    readFileSync(path.join(folder, 'api.log'), 'utf8'),
    /\n\S+Z api:0 stdout seen\n\S+Z api:0 devstart ended by SIGTERM\n$/,
  );
});

for (const [name, end, code] of [
  ['Ctrl-C', (terminal: Terminal) => terminal.type('\u0003'), 130],
  ['SIGTERM', (terminal: Terminal) => terminal.kill('SIGTERM'), 143],
  ['SIGHUP', (terminal: Terminal) => terminal.kill('SIGHUP'), 129],
] as const) {
  test(`the terminal is as before after ${name}`, async (t) => {
    const { rig, terminal, before } = await started(t, ['api']);
    await terminal.screen(HINT);
    end(terminal);
    const exited = await terminal.state('exited');
    assert.equal(exited.code, code);
    assert.equal(exited.tty, before);
    await rig.assertNothingLeft();
  });
}

test('Ctrl-Z pauses the servers and gives the terminal back, fg goes on with keys, bg without', async (t) => {
  const { rig, terminal, links, ports, before } = await started(t, ['api', 'web']);
  const pids = links.map(({ pid }) => pid);
  await terminal.screen(HINT);
  const keys = await terminal.stty();
  terminal.type('\u001a');
  const stopped = await terminal.state('stopped');
  assert.equal(stopped.tty, before);
  await reach(pids, true);
  terminal.wake('fg');
  await reach(pids, false);
  while ((await terminal.stty()) !== keys);
  terminal.type('u');
  await terminal.screen(`http://localhost:${ports[0]}`);

  terminal.type('\u001a');
  await terminal.state('stopped');
  await reach(pids, true);
  terminal.wake('bg');
  await reach(pids, false);
  assert.equal(await terminal.stty(), before);
  terminal.wake(process.platform === 'linux' ? 'take' : 'fg');
  while ((await terminal.stty()) !== keys);
  terminal.type('q');
  const exited = await terminal.state('exited');
  assert.equal(exited.code, 0);
  assert.equal(exited.tty, before);
  await rig.assertNothingLeft();
});

test('--stdin: what is typed reaches the app, a line at a time', async (t) => {
  const { rig, terminal, links, before } = await started(t, ['api', 'web'], ['--stdin', 'web']);
  const read = links[1]?.tell('read', { length: 6 });
  terminal.type('hello\r');
  assert.deepEqual(await read, { text: 'hello\n' });
  assert.equal(await terminal.stty(), before);
  terminal.type('q\u0003');
  assert.equal((await terminal.state('exited')).code, 130);
  assert.equal(terminal.text().includes(HINT), false);
  await rig.assertNothingLeft();
});

test('--stdin: from a pipe', async (t) => {
  const rig = await Rig.create(t);
  const [port] = await rig.freePorts(1);
  const apps = [{ name: 'api', command: rig.server('api'), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json', '--stdin', 'api'], { stdin: 'pipe' });
  const api = await rig.link('api');
  const text = `${'x'.repeat(200_000)}\n`;
  run.child.stdin?.end(text);
  assert.equal((await api.tell('read', { length: text.length })).text, text);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await rig.assertNothingLeft();
});

test('--stdin: an unknown name starts nothing', async (t) => {
  const rig = await Rig.create(t);
  const apps = ['api', 'web'].map((name) => ({ name, command: rig.server(name) }));
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--stdin', 'ap']);
  assert.equal(await rig.exitCode(run), 2);
  assert.match(run.stderr(), /there is no app "ap" \(from --stdin\)/);
  assert.match(run.stderr(), /Apps: api, web/);
});

test('--quiet: the output is in the logs alone', async (t) => {
  const rig = await Rig.create(t);
  const [port] = await rig.freePorts(1);
  const apps = [{ name: 'api', command: rig.server('api'), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--quiet']);
  const api = await rig.link('api');
  await api.tell('print', { text: 'to the log\n' });
  await api.tell('print', { text: 'and this\n', stream: 'stderr' });
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.doesNotMatch(run.stdout(), /to the log/);
  const logs = path.join(rig.home, 'logs');
  const folder = path.join(logs, readdirSync(logs)[0] ?? '');
  assert.match(
    readFileSync(path.join(folder, 'api.log'), 'utf8'),
    /^\S+Z api:0 devstart started run \S+ pid \d+\n\S+Z api:0 stdout to the log\n\S+Z api:0 stderr and this\n\S+Z api:0 devstart ended by SIGTERM\n$/,
  );
  await rig.assertNothingLeft();
});
