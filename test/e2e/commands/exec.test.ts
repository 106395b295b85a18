import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

async function project(t: TestContext): Promise<{ rig: Rig; port: number }> {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  return { rig, port };
}

test('starts, waits until it is ready, runs the command with all variables, stops, gives its code', async (t) => {
  const { rig, port } = await project(t);
  const run = rig.spawnDevstart(['exec', '--', ...rig.server('command', 'a b', '--flag')]);
  const api = await rig.link('api');
  await api.tell('print', { text: 'a server’s line\n' });
  await api.tell('listen', { port });
  const command = await rig.link('command');
  assert.deepEqual(command.argv, ['a b', '--flag']);
  assert.equal(command.env.BACKEND_URL, `http://localhost:${port}`);
  assert.equal(command.env.BACKEND_PORT, String(port));
  assert.equal(command.env.DEVSTART_PORTS_FILE, path.join(rig.dir, '.ports.json'));
  assert.equal(command.env.PORT, process.env.PORT);
  assert.equal(command.env.DEVSTART_APP, undefined);
  await command.tell('print', { text: 'the command’s line\n' });
  command.order('exit', { code: 5 });
  assert.equal(await rig.exitCode(run), 5);
  await api.gone;
  assert.equal(run.stdout(), 'the command’s line\n');
  assert.match(run.stderr(), /\[api\] a server’s line/);
  await rig.assertNothingLeft();
});

test('joins the devstart that runs in the project, once that is ready, and leaves it alone', async (t) => {
  const { rig, port } = await project(t);
  const first = rig.spawnDevstart(['--json']);
  const api = await rig.link('api');
  const run = rig.spawnDevstart(['exec', '-b', '1234', '--', ...rig.server('command')]);
  await api.tell('listen', { port });
  const command = await rig.link('command');
  assert.equal(command.env.API_URL, `http://localhost:${port}`);
  assert.notEqual(command.env.DEVSTART_RUN, api.env.DEVSTART_RUN);
  command.order('exit', { code: 0 });
  assert.equal(await rig.exitCode(run), 0);
  const said = `warning a devstart runs here already (pid ${first.child.pid}), on its own ports`;
  assert.equal(run.stderr(), `${said}: --backend-port changes nothing\n`);
  assert.equal((await api.tell('print', { text: 'still here\n' })).error, undefined);
  assert.equal(first.events.filter(({ type }) => type === 'stopping' || type === 'down').length, 0);
  first.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(first), 143);
});

test('a server that fails before all are ready: the command is not run, the code is the server’s', async (t) => {
  const { rig } = await project(t);
  const run = rig.spawnDevstart(['exec', '--', 'touch', 'ran']);
  (await rig.link('api')).order('exit', { code: 9 });
  assert.equal(await rig.exitCode(run), 9);
  await assert.rejects(readFile(path.join(rig.dir, 'ran')));
});

test('a server that fails under the command ends it, and the code is the server’s', async (t) => {
  const { rig, port } = await project(t);
  const run = rig.spawnDevstart(['exec', '--kill-timeout', '0.5', '--', ...rig.server('command')]);
  const api = await rig.link('api');
  await api.tell('listen', { port });
  const command = await rig.link('command');
  await command.tell('ignore', { signal: 'SIGTERM' });
  api.order('exit', { code: 9 });
  await command.gone;
  assert.equal(await rig.exitCode(run), 9);
});

test('SIGTERM reaches the command, then the servers end', async (t) => {
  const { rig, port } = await project(t);
  const run = rig.spawnDevstart(['exec', '--', ...rig.server('command')]);
  const api = await rig.link('api');
  await api.tell('listen', { port });
  const command = await rig.link('command');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  await Promise.all([command.gone, api.gone]);
});

for (const joins of [false, true]) {
  test(`SIGTERM ends what the command has started, too: a shell’s child, one of its own session${joins ? '; beside a run' : ''}`, async (t) => {
    const { rig, port } = await project(t);
    const first = joins ? rig.spawnDevstart(['--json']) : undefined;
    const waits = joins ? undefined : rig.link('api');
    if (joins) await (await rig.link('api')).tell('listen', { port });
    const line = `${quoted(rig.server('child'))}; true`;
    const run = rig.spawnDevstart(['exec', '--kill-timeout', '0.5', '--', line]);
    await (await waits)?.tell('listen', { port });
    const child = await rig.link('child');
    await child.tell('ignore', { signal: 'SIGTERM' });
    child.order('daemon', { name: 'daemon' });
    const daemon = await rig.link('daemon');
    run.child.kill('SIGTERM');
    assert.equal(await rig.exitCode(run), 143);
    await Promise.all([child.gone, daemon.gone]);
    first?.child.kill('SIGTERM');
    if (first) assert.equal(await rig.exitCode(first), 143);
    await rig.assertNothingLeft();
  });
}

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

const short: [string, string[], number, RegExp][] = [
  ['one word with spaces is a shell line', ['test "$BACKEND_PORT" -gt 0 && exit 6'], 6, /exit/],
  [
    'a program that is missing is 127',
    ['no-such-program-here', 'x'],
    127,
    /no-such-program-here was not found/,
  ],
  ['a command that a signal ends is 128 and the signal', ['kill -KILL $$'], 137, /137/],
];
for (const [name, words, code, said] of short) {
  test(name, async (t) => {
    const { rig, port } = await project(t);
    const run = rig.spawnDevstart(['exec', '--', ...words]);
    await (await rig.link('api')).tell('listen', { port });
    assert.equal(await rig.exitCode(run), code);
    assert.match(run.stderr(), said);
  });
}

test('--output: the servers’ output goes to the file', async (t) => {
  const { rig, port } = await project(t);
  const run = rig.spawnDevstart(['exec', '--output', 'servers.log', '--', 'true']);
  const api = await rig.link('api');
  await api.tell('print', { text: 'a server’s line\n' });
  await api.tell('listen', { port });
  assert.equal(await rig.exitCode(run), 0);
  assert.deepEqual([run.stdout(), run.stderr()], ['', '']);
  assert.match(await readFile(path.join(rig.dir, 'servers.log'), 'utf8'), /\[api\] a server’s line/);
});

test('without a command, or with one before --, it is wrong use', async (t) => {
  const { rig } = await project(t);
  for (const args of [['exec'], ['exec', 'npm', 'test'], ['exec', '--']]) {
    const run = rig.spawnDevstart(args);
    assert.equal(await rig.exitCode(run), 2, args.join(' '));
    assert.match(run.stderr(), /devstart exec -- npm test/);
  }
});

test('not ready in time: what was answered last and what was printed, 1, the command was not run', async (t) => {
  const { rig, port } = await project(t);
  const config = path.join(rig.dir, 'devstart.config.json');
  const { apps } = JSON.parse(await readFile(config, 'utf8'));
  await writeFile(config, JSON.stringify({ apps: [{ ...apps[0], ready: '/health' }] }));
  const run = rig.spawnDevstart(['exec', '--timeout', '2', '--', 'touch', 'ran']);
  const api = await rig.link('api');
  await api.tell('print', { text: 'no entry\n' });
  await api.tell('listen', { port, status: 403 });
  assert.equal(await rig.exitCode(run), 1);
  const said = `error not ready within 2 s: api (http://localhost:${port}/health: status 403); touch was not run.`;
  assert.ok(run.stderr().includes(said), run.stderr());
  assert.match(run.stderr(), /The last output:\n +no entry/);
  await assert.rejects(readFile(path.join(rig.dir, 'ran')));
});

test('status codes that count: 403 is ready where the config says so', async (t) => {
  const { rig, port } = await project(t);
  const config = path.join(rig.dir, 'devstart.config.json');
  const { apps } = JSON.parse(await readFile(config, 'utf8'));
  const ready = { http: '/health', status: [200, 403] };
  await writeFile(config, JSON.stringify({ apps: [{ ...apps[0], ready }] }));
  const run = rig.spawnDevstart(['exec', '--', 'true']);
  await (await rig.link('api')).tell('listen', { port, status: 403 });
  assert.equal(await rig.exitCode(run), 0);
});
