// The built program's main job, from outside: ports, environment, .ports.json, events, signals, exit codes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Link, Rig, until } from '../../rig/rig.ts';

interface Started {
  rig: Rig;
  api: Link;
  web: Link;
  run: ReturnType<Rig['spawnDevstart']>;
  ports: { backend: number; frontend: number };
  portsFile: () => Record<string, unknown>;
}

/** A backend and a frontend under `devstart --json`, both listening. */
async function started(t: TestContext, args: string[] = [], config: object = {}): Promise<Started> {
  const rig = await Rig.create(t);
  const [b = 0, f = 0] = await rig.freePorts(2);
  await writeConfig(rig, config);
  const run = rig.spawnDevstart(['--json', '-b', String(b), '-f', String(f), ...args]);
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  const ports = { backend: Number(api.env.PORT), frontend: Number(web.env.PORT) };
  await Promise.all([
    api.tell('listen', { port: ports.backend }),
    web.tell('listen', { port: ports.frontend, host: '::1' }),
  ]);
  await run.waitFor('up');
  const portsFile = () => JSON.parse(readFileSync(path.join(rig.dir, '.ports.json'), 'utf8'));
  return { rig, api, web, run, ports, portsFile };
}

async function writeConfig(rig: Rig, config: object): Promise<void> {
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api') },
    { name: 'web', role: 'frontend', command: rig.server('web') },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps, ...config }));
}

/** Takes a port on one address; let go before the rig looks whether all ports are free. */
async function hold(port: number, host: string): Promise<() => void> {
  const holder = createServer().listen({ port, host, ipv6Only: host === '::' });
  await once(holder, 'listening');
  return () => holder.close();
}

test('everyone is told the same, and .ports.json follows the run', async (t) => {
  const { rig, api, web, run, ports, portsFile } = await started(t);
  for (const link of [api, web]) {
    assert.equal(link.env.BACKEND_PORT, String(ports.backend));
    assert.equal(link.env.FRONTEND_URL, `http://localhost:${ports.frontend}`);
    assert.equal(link.env.HOST, process.env.HOST);
    assert.equal(link.env.DEVSTART_PORTS_FILE, path.join(rig.dir, '.ports.json'));
    assert.ok(link.env.CORS_ORIGINS?.startsWith(`http://localhost:${ports.frontend},http://127.0.0.1:`));
  }
  const file = portsFile();
  assert.equal(file.status, 'running');
  assert.equal(file.version, 1);
  assert.equal(file.pid, run.child.pid);
  assert.deepEqual([file.backend, file.frontend], [ports.backend, ports.frontend]);
  assert.deepEqual(file.apps, [
    { name: 'api', role: 'backend', status: 'ready', ports: [ports.backend], pids: [api.pid] },
    { name: 'web', role: 'frontend', status: 'ready', ports: [ports.frontend], pids: [web.pid] },
  ]);
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  const after = portsFile();
  assert.equal(after.status, 'stopped');
  assert.equal('pid' in after, false);
  assert.deepEqual([after.backend, after.frontend], [ports.backend, ports.frontend]);
  const types = run.events.map(({ type }) => type);
  assert.deepEqual(types.slice(0, 4), ['port', 'port', 'started', 'started']);
  assert.equal(types.at(-1), 'down');
  assert.ok(run.events.every(({ time }) => !Number.isNaN(Date.parse(time))));
  assert.equal(run.stderr(), '');
  await rig.assertNothingLeft();
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} ends all with ${code}`, async (t) => {
    const { rig, run } = await started(t);
    run.child.kill(signal);
    assert.equal(await rig.exitCode(run), code);
    await rig.assertNothingLeft();
  });
}

test('the second signal kills at once what ignores the first', async (t) => {
  const { rig, api, run } = await started(t, ['--kill-timeout', '600']);
  await api.tell('ignore', { signal: 'SIGTERM' });
  run.child.kill('SIGINT');
  await run.waitFor('exited', ({ app }) => app === 'web');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  await rig.assertNothingLeft();
});

for (const address of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
  test(`a port taken on ${address} moves, and says who holds it`, async (t) => {
    const rig = await Rig.create(t);
    const [b = 0, f = 0] = await rig.freePorts(2);
    const release = await hold(f, address);
    await writeConfig(rig, {});
    const run = rig.spawnDevstart(['--json', '-b', String(b), '-f', String(f)]);
    const told = await run.waitFor('port', ({ app }) => app === 'web');
    assert.equal(told.requested, f);
    assert.equal(told.moved, true);
    assert.ok(told.port > f && told.port <= f + 9);
    assert.equal(told.holder.pid, process.pid);
    release();
    await rig.link('web');
    run.child.kill('SIGTERM');
    assert.equal(await rig.exitCode(run), 143);
    await rig.assertNothingLeft();
  });
}

test('--strict-port: a taken port is an error, nothing starts', async (t) => {
  const rig = await Rig.create(t);
  const [b = 0, f = 0] = await rig.freePorts(2);
  const release = await hold(f, '127.0.0.1');
  await writeConfig(rig, {});
  const run = rig.spawnDevstart(['-b', String(b), '-f', String(f), '--strict-port']);
  assert.equal(await rig.exitCode(run), 1);
  release();
  assert.match(run.stderr(), new RegExp(`Port ${f} is already in use by .*pid ${process.pid}`));
  assert.equal(existsSync(path.join(rig.dir, '.ports.json')), false);
});

test('--base-port: where its first port is taken, the block moves as a whole', async (t) => {
  const rig = await Rig.create(t);
  const [base = 0] = await rig.freePorts(1);
  const release = await hold(base, '127.0.0.1');
  await writeConfig(rig, {});
  const run = rig.spawnDevstart(['--base-port', String(base), '--dry-run', '--json']);
  await run.exit;
  release();
  const { backend, frontend } = JSON.parse(run.stdout()).ports;
  assert.ok(backend > base, `${backend}`);
  assert.equal(frontend, backend + 1);
});

test('the last run’s ports are preferred, and --no-sticky forgets them', async (t) => {
  const first = await started(t);
  first.run.child.kill('SIGINT');
  await first.rig.exitCode(first.run);
  const dry = first.rig.spawnDevstart(['--dry-run', '--json']);
  await dry.exit;
  assert.deepEqual(JSON.parse(dry.stdout()).ports, first.ports);
  const fresh = first.rig.spawnDevstart(['--explain', '--json', '--no-sticky']);
  await fresh.exit;
  assert.equal(JSON.parse(fresh.stdout()).settings.backendPort.source.kind, 'default');
});

test('the project’s own number is where it starts; a port that a stranger held comes home', async (t) => {
  const rig = await Rig.create(t);
  const [home = 0] = await rig.freePorts(1);
  const [, server] = rig.server('api');
  await writeFile(
    path.join(rig.dir, 'api.mjs'),
    `process.argv[2] = 'api';\nconst port = process.env.PORT || ${home};\nimport(${JSON.stringify(server)});\n// listen(port)\n`,
  );
  const apps = [{ name: 'api', role: 'backend', command: [process.execPath, 'api.mjs'] }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const explain = async (env: Record<string, string> = {}) => {
    const run = rig.spawnDevstart(['--explain', '--json'], { env });
    await run.exit;
    return JSON.parse(run.stdout()).settings.backendPort;
  };
  const start = async () => {
    const run = rig.spawnDevstart(['--json']);
    const api = await rig.link('api');
    const port = Number(api.env.PORT);
    await api.tell('listen', { port });
    await run.waitFor('up');
    run.child.kill('SIGINT');
    await rig.exitCode(run);
    return port;
  };
  const source = { kind: 'framework', name: 'PORT', file: 'api.mjs', line: 2 };
  assert.deepEqual(await explain(), {
    value: home,
    source,
    overrode: [{ value: 8000, source: { kind: 'default', name: 'default' } }],
  });

  const release = await hold(home, '127.0.0.1');
  const moved = await start();
  assert.ok(moved > home, `${moved}`);
  assert.equal(await start(), moved, 'while home is taken the last run’s is the next choice');
  release();
  assert.deepEqual((await explain()).source, source);
  // In a linked worktree home is the main one's.
  await writeFile(path.join(rig.dir, '.git'), 'gitdir: /repo/.git/worktrees/second\n');
  assert.deepEqual([(await explain()).value, (await explain()).source.kind], [moved, 'sticky']);
  await rm(path.join(rig.dir, '.git'));
  assert.equal(await start(), home);
  assert.equal((await explain({ PORT: '4567' })).value, 4567);

  const dry = rig.spawnDevstart(['--dry-run', '--json']);
  await dry.exit;
  assert.deepEqual(JSON.parse(dry.stdout()).copies, [
    { file: 'api.mjs', line: 2, port: home, of: 'api', kind: 'default', follows: 'connect' },
  ]);
});

test('a broken .ports.json is a warning', async (t) => {
  const rig = await Rig.create(t);
  await writeConfig(rig, {});
  await writeFile(path.join(rig.dir, '.ports.json'), '{"backend": 80');
  const [b = 0, f = 0] = await rig.freePorts(2);
  const run = rig.spawnDevstart(['--json', '-b', String(b), '-f', String(f)]);
  await run.waitFor('warning', ({ message }) => /\.ports\.json/.test(message));
  await rig.link('web');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a server’s failure ends the others with its code', async (t) => {
  const { rig, api, run } = await started(t);
  api.order('exit', { code: 3 });
  assert.equal(await rig.exitCode(run), 3);
  const exits = run.events.filter(({ type }) => type === 'exited');
  assert.deepEqual(exits.map(({ app, code, expected }) => [app, code, expected]).sort(), [
    ['api', 3, false],
    ['web', null, true],
  ]);
  await rig.assertNothingLeft();
});

test('a second start, from the code cache, does all that the first did', async (t) => {
  const rig = await Rig.create(t);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), ready: '/health' }];
  await writeConfig(rig, { apps });
  const [b = 0] = await rig.freePorts(1);
  for (let start = 0; start < 2; start++) {
    const run = rig.spawnDevstart(['--json', '-b', String(b)]);
    const api = await rig.link('api');
    await api.tell('listen', { port: b });
    await run.waitFor('up');
    run.child.kill('SIGINT');
    assert.equal(await rig.exitCode(run), 130);
  }
  await rig.assertNothingLeft();
});

test('what was found is recalled by the next start, and found anew after a change', async (t) => {
  const rig = await Rig.create(t);
  const [first = 0, second = 0] = await rig.freePorts(2);
  const manifest = path.join(rig.dir, 'package.json');
  const write = (port: number) =>
    writeFile(
      manifest,
      JSON.stringify({ scripts: { dev: `PORT=${port} "${rig.server('api').join('" "')}"` } }),
    );
  const folder = path.join(rig.home, 'found');
  const start = async (isDone = () => true) => {
    const run = rig.spawnDevstart(['--json']);
    const api = await rig.link('api');
    await api.tell('listen', { port: Number(api.env.PORT) });
    await run.waitFor('up');
    await until('it is kept', isDone);
    run.child.kill('SIGINT');
    assert.equal(await rig.exitCode(run), 130);
    return { port: Number(api.env.PORT), said: run.events.filter(({ code }) => code === 'LEFT_OUT').length };
  };
  await write(first);
  await until(
    'its last writing is older than any clock of a file system',
    () => Date.now() - statSync(manifest).ctimeMs > 2500,
  );
  assert.deepEqual(await start(() => existsSync(folder)), { port: first, said: 0 });
  const [name = ''] = readdirSync(folder);
  const file = path.join(folder, name);
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  kept.apps.found.leftOut.push({ what: 'it', file: 'package.json', why: 'this is what was kept' });
  await writeFile(file, JSON.stringify(kept));
  assert.deepEqual(await start(), { port: first, said: 1 });
  await write(second);
  assert.deepEqual(await start(), { port: second, said: 0 });
  await rig.assertNothingLeft();
});

test('--only starts one', async (t) => {
  const rig = await Rig.create(t);
  await writeConfig(rig, {});
  const [b = 0] = await rig.freePorts(1);
  const run = rig.spawnDevstart(['--json', '--only', 'api', '-b', String(b)]);
  const api = await rig.link('api');
  await api.tell('listen', { port: b });
  const up = await run.waitFor('up');
  assert.deepEqual(up.ports, { backend: b });
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('a reader that goes away ends the run, leaving nothing', async (t) => {
  const rig = await Rig.create(t);
  await writeConfig(rig, {});
  const [b = 0, f = 0] = await rig.freePorts(2);
  const run = rig.spawnDevstart(['-b', String(b), '-f', String(f)], { ownReader: true });
  await rig.link('web');
  const api = await rig.link('api');
  run.child.stdout?.destroy();
  api.order('print', { text: 'one more line\n' });
  assert.equal(await rig.exitCode(run), 0);
  await rig.assertNothingLeft();
});

test('people see a header, a line for each that is ready, and one for all', async (t) => {
  const rig = await Rig.create(t);
  await writeConfig(rig, {});
  const [b = 0, f = 0] = await rig.freePorts(2);
  const run = rig.spawnDevstart(['-b', String(b), '-f', String(f)]);
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  await api.tell('print', { text: 'grüße ✓\nhalf' });
  await api.tell('listen', { port: b });
  await web.tell('listen', { port: f });
  await run.waitForText('all ready');
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
  const lines = run.stdout().split('\n');
  for (const expected of [
    `  api  http://localhost:${b}  `,
    `  web  http://localhost:${f}  `,
    '[api] grüße ✓',
    '[api] half',
  ]) {
    assert.ok(
      lines.some((line) => line.startsWith(expected)),
      `${expected} in\n${run.stdout()}`,
    );
  }
  assert.match(run.stdout(), /✓ api ready in [\d.]+ s\n/);
  assert.match(run.stdout(), new RegExp(`✓ all ready in [\\d.]+ s  http://localhost:${f}\n`));
});

test('a folder that cannot be written is a warning', async (t) => {
  const rig = await Rig.create(t);
  await writeConfig(rig, {});
  const [b = 0, f = 0] = await rig.freePorts(2);
  // A path that root cannot write either.
  const file = path.join(rig.dir, 'devstart.config.json', 'ports.json');
  const run = rig.spawnDevstart(['--json', '-b', String(b), '-f', String(f), '--ports-file', file]);
  await run.waitFor('warning', ({ code }) => code === 'PORTS_FILE');
  await rig.link('web');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});

test('two runs of one project: the ports file is the later one’s, and the first one’s end leaves it alone', async (t) => {
  const { rig, run, ports, portsFile } = await started(t);
  const second = rig.spawnDevstart(['--new', '--json']);
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  for (const link of [api, web]) await link.tell('listen', { port: Number(link.env.PORT) });
  await second.waitFor('up');
  assert.notEqual(Number(api.env.PORT), ports.backend);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.deepEqual([portsFile().status, portsFile().pid], ['running', second.child.pid]);
  second.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(second), 143);
  assert.equal(portsFile().status, 'stopped');
});

test('under nohup a closing terminal does not end it', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json'], { env: { _: '/usr/bin/nohup' } });
  const api = await rig.link('api');
  run.child.kill('SIGHUP');
  await api.tell('listen', { port });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.equal(run.events.filter(({ type }) => type === 'stopping').length, 0);
});

for (const [args, told] of [
  [[], 'ready in'],
  [['--log-format', 'json'], '"type":"up"'],
] as [string[], string][]) {
  test(`a bug of our own: its stack, exit 1, and no server left (devstart ${args.join(' ')})`, async (t) => {
    const rig = await Rig.create(t);
    const [port = 0] = await rig.freePorts(1);
    const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), port }];
    await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
    const bug = path.join(rig.dir, 'bug.cjs');
    await writeFile(bug, "process.on('SIGUSR2', () => { throw new Error('a bug, for the test'); });");
    const run = rig.spawnDevstart(args, { env: { NODE_OPTIONS: `--require ${bug}` } });
    const api = await rig.link('api');
    await api.tell('ignore', { signal: 'SIGTERM' });
    await api.tell('listen', { port });
    await run.waitForText(told);
    run.child.kill('SIGUSR2');
    assert.equal(await rig.exitCode(run), 1);
    assert.match(
      run.stderr(),
      /This is a bug of devstart, please report it:\nError: a bug, for the test\n {4}at /,
    );
    assert.equal(
      /"code":"INTERNAL"/.test(run.stdout()),
      args.length > 0,
      'an object for those who read objects',
    );
    await api.gone;
    await rig.assertNothingLeft();
  });
}

test('"port": false: a worker is ready when it has started, and the project is up', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api'), port },
    {
      name: 'worker',
      command: rig.server('worker'),
      port: false,
      dependsOn: ['api'],
      ready: { log: 'working' },
    },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json']);
  await (await rig.link('api')).tell('listen', { port });
  const worker = await rig.link('worker');
  assert.deepEqual([worker.env.PORT, worker.env.BACKEND_PORT], [undefined, String(port)]);
  await worker.tell('print', { text: 'working\n' });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
