// Runs in the background: one a project, ready when `up` returns, nothing left where it fails.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Launched, Rig, until } from '../../rig/rig.ts';

/** A server that listens by itself, as soon as it has been started. */
const listening =
  "require('node:http').createServer((_, to) => to.end('here')).listen(process.env.PORT, () => console.log('listening'))";

async function project(t: TestContext, api: string[] = [process.execPath, '-e', listening]) {
  const rig = await Rig.create(t);
  const [backend = 0, frontend = 0] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', command: api, port: backend },
    { name: 'web', role: 'frontend', command: [process.execPath, '-e', listening], port: frontend },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ name: 'shop', apps }));
  const file = () => JSON.parse(readFileSync(path.join(rig.dir, '.ports.json'), 'utf8'));
  return { rig, backend, frontend, file };
}

/** The command's one object. */
async function answer(rig: Rig, run: Launched): Promise<Record<string, unknown>> {
  await rig.exitCode(run);
  const lines = run.stdout().trim().split('\n');
  assert.equal(lines.length, 1, run.stdout());
  return JSON.parse(lines[0] ?? '');
}

async function stop(rig: Rig, ...pids: number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  await until('the end of the run', async () => (await rig.survivors()).length === 0);
}

test('six at one moment are one run, which outlives them; again it is told of', async (t) => {
  const { rig, backend, frontend, file } = await project(t);
  const all = Array.from({ length: 6 }, (_, count) =>
    rig.spawnDevstart(['up', ...(count % 2 ? ['-d'] : []), '--json']),
  );
  const answers = await Promise.all(all.map((run) => answer(rig, run)));
  const [first] = answers.filter(({ already }) => already === false);
  assert.equal(answers.filter(({ already }) => already === true).length, 5);
  assert.equal(new Set(answers.map(({ run }) => run)).size, 1);
  const { run, pid, logs } = first ?? {};
  assert.deepEqual([file().run, file().name, file().pid, file().status], [run, 'shop', pid, 'running']);
  const { ms: _, ...told } = first ?? {};
  assert.deepEqual(told, {
    type: 'up',
    already: false,
    run,
    name: 'shop',
    root: rig.dir,
    pid,
    ports: { backend, frontend },
    urls: { backend: `http://localhost:${backend}`, frontend: `http://localhost:${frontend}` },
    corsOrigins: file().corsOrigins,
    portsFile: path.join(rig.dir, '.ports.json'),
    logs,
    apps: file().apps,
  });
  assert.equal(await (await fetch(`http://localhost:${frontend}`)).text(), 'here');
  assert.match(readFileSync(path.join(String(logs), 'api.log'), 'utf8'), / api:0 stdout listening$/m);
  const again = rig.spawnDevstart(['-d']);
  assert.equal(await rig.exitCode(again), 0);
  assert.match(again.stdout(), new RegExp(`shop runs already {2}pid ${pid}`));
  assert.equal(again.stderr(), '');
  const elsewhere = rig.spawnDevstart(['up', '-b', '9000', '-f', String(frontend)]);
  assert.equal(await rig.exitCode(elsewhere), 0);
  assert.equal(
    elsewhere.stderr(),
    `warning --backend-port 9000 changes nothing: api runs already, on ${backend}; devstart restart api --port 9000 moves it\n`,
  );
  await stop(rig, Number(pid));
  assert.equal(file().status, 'stopped');
});

test('shows the progress and what comes next; a second one in the foreground is refused, --new is not', async (t) => {
  const { rig, frontend } = await project(t);
  const up = rig.spawnDevstart(['up']);
  assert.equal(await rig.exitCode(up), 0);
  assert.match(up.stdout(), /\[api\] listening/);
  assert.match(up.stdout(), /✓ all ready in /);
  assert.match(
    up.stdout(),
    new RegExp(`✓ shop runs in the background.*\\n.*\\n {2}web +http://localhost:${frontend}\\n`),
  );
  for (const next of ['devstart logs -f', 'devstart restart', 'devstart stop'])
    assert.ok(up.stdout().includes(next));
  const refused = rig.spawnDevstart([]);
  assert.equal(await rig.exitCode(refused), 1);
  assert.match(refused.stderr(), /^error this project runs already: pid \d+, http:\/\/localhost:\d+ /);
  for (const help of ['logs -f', 'restart', 'stop', '--new'])
    assert.ok(refused.stderr().includes(`devstart ${help}`));
  const said = rig.spawnDevstart(['--json']);
  assert.equal(await rig.exitCode(said), 1);
  assert.equal(JSON.parse(said.stdout()).code, 'ALREADY_RUNNING');
  const copy = await answer(rig, rig.spawnDevstart(['up', '--new', '--json']));
  assert.equal(copy.already, false);
  assert.notDeepEqual(copy.ports, {});
  assert.notEqual((copy.ports as { frontend: number }).frontend, frontend);
  const first = Number(/pid (\d+)/.exec(up.stdout())?.[1]);
  await stop(rig, first, Number(copy.pid));
});

test('apps that the running one lacks start beside it and are told its ports; the file holds both', async (t) => {
  const { rig, backend, frontend, file } = await project(t);
  const api = await answer(rig, rig.spawnDevstart(['up', '--only', 'api', '--json']));
  assert.deepEqual(api.ports, { backend });
  const web = rig.spawnDevstart(['--only', 'web', '--json']);
  const { urls } = await web.waitFor('up');
  assert.equal(urls.backend, `http://localhost:${backend}`);
  const now = file();
  assert.deepEqual(
    [now.status, now.backend, now.frontend, now.pid],
    ['running', backend, frontend, web.child.pid],
  );
  assert.deepEqual(
    now.apps.map(({ name, status }: { name: string; status: string }) => `${name} ${status}`),
    ['api ready', 'web ready'],
  );
  web.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(web), 143);
  assert.deepEqual(
    [file().status, file().pid, file().frontend, file().apps.length],
    ['running', api.pid, undefined, 1],
  );
  await stop(rig, Number(api.pid));
});

const failing: [string, string[], string[], number, RegExp, RegExp][] = [
  ['a server fails', ['sh', '-c', 'echo boom; exit 3'], [], 3, /^START_FAILED$/, /api exited with code 3/],
  [
    'not ready in time',
    ['sh', '-c', 'echo boom; exec sleep 60'],
    ['--timeout', '3'],
    1,
    /^READY_TIMEOUT$/,
    /not ready within 3 s: .*api/,
  ],
];
for (const [name, command, more, code, errorCode, message] of failing) {
  test(`${name}: its last output, its code, and nothing is left`, async (t) => {
    const { rig } = await project(t, command);
    const run = rig.spawnDevstart(['up', '--json', ...more]);
    const told = await answer(rig, run);
    assert.equal(await rig.exitCode(run), code);
    assert.match(String(told.code), errorCode);
    assert.match(String(told.message), message);
    assert.match(String(told.hint), /The last output:\nboom/);
    await rig.assertNothingLeft();
    const shown = rig.spawnDevstart(['up', ...more]);
    assert.equal(await rig.exitCode(shown), code);
    assert.match(shown.stdout(), /\[api\] boom/);
    assert.match(shown.stderr(), message);
    await rig.assertNothingLeft();
  });
}

test('Ctrl-C before it is ready ends it; SIGKILL to the command lets it go on', async (t) => {
  const { rig, file } = await project(t, [process.execPath, '-e', 'setInterval(() => {}, 1000)']);
  const run = rig.spawnDevstart(['up']);
  await run.waitForText('web ready');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  await rig.assertNothingLeft();
  const killed = rig.spawnDevstart(['up']);
  await killed.waitForText('web ready');
  killed.child.kill('SIGKILL');
  await killed.exit;
  process.kill(file().pid, 0);
  await stop(rig, file().pid);
});

test('stopped by somebody before it is ready: says so', async (t) => {
  const { rig } = await project(t, [
    process.execPath,
    '-e',
    "console.log('slow'); setInterval(() => {}, 1000)",
  ]);
  const up = rig.spawnDevstart(['up']);
  await up.waitForText('slow');
  const stops = rig.spawnDevstart(['stop']);
  assert.equal(await rig.exitCode(stops), 0);
  assert.equal(await rig.exitCode(up), 1);
  assert.match(up.stderr(), /^error it was stopped before all were ready \(devstart stop\)$/m);
  await rig.assertNothingLeft();
});

test('SIGKILL to the launcher: the guard ends it', async (t) => {
  const { rig } = await project(t);
  const { pid } = await answer(rig, rig.spawnDevstart(['up', '--json', '--kill-timeout', '1']));
  process.kill(Number(pid), 'SIGKILL');
  await until('the end of the servers', async () => (await rig.survivors()).length === 0);
});

test('without a place for its record it starts all the same, and is told of', async (t) => {
  const { rig, backend, frontend, file } = await project(t);
  await writeFile(path.join(rig.dir, 'file'), '');
  const up = rig.spawnDevstart(['up', '--json'], { env: { DEVSTART_HOME: path.join(rig.dir, 'file') } });
  const { pid, ports, already } = await answer(rig, up);
  assert.deepEqual([pid, ports, already], [file().pid, { backend, frontend }, false]);
  await stop(rig, Number(pid));
});

test('a wrong config is said once, and starts nothing', async (t) => {
  const { rig } = await project(t);
  await writeFile(path.join(rig.dir, 'devstart.config.json'), '{"apps": [{"name": 1}]}');
  const run = rig.spawnDevstart(['up']);
  assert.equal(await rig.exitCode(run), 2);
  assert.equal(run.stderr().match(/^error /gm)?.length, 1);
});

test('a state folder of another user: not known is not nothing, and up says by what it is ended', {
  skip: process.getuid?.() !== 0 && 'only root may be somebody else',
}, async (t) => {
  const { rig } = await project(t);
  const other = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  await chmod(path.dirname(rig.dir), 0o755);
  await chmod(rig.home, 0o700);
  await chown(rig.dir, 65_534, 65_534);
  const as = async (...args: string[]) => {
    const run = rig.spawnDevstart(args, { under: other });
    return { code: await rig.exitCode(run), out: run.stdout(), err: run.stderr() };
  };
  for (const args of [['list'], ['info'], ['stop'], ['stop', '--all'], ['url']]) {
    const { code, err } = await as(...args);
    assert.equal(code, 1, args.join(' '));
    assert.match(err, /^error .*runs cannot be read \(EACCES\): what runs is not known\n/, args.join(' '));
  }
  const { code, out } = await as('up');
  assert.equal(code, 0);
  const [, pid] = /^ {2}kill (\d+) +end it: no other command finds it$/m.exec(out) ?? [];
  assert.ok(pid, out);
  assert.doesNotMatch(out, /devstart stop/);
  await stop(rig, Number(pid));
  await rig.assertNothingLeft();
});
