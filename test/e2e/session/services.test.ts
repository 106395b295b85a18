// What stands around a run: services that do not answer, dev servers that are in the way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

async function listener(rig: Rig, port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  rig.atEnd(() => server.close());
}

/** A server that needs postgres and redis, both by compose, at ports of the test. */
async function shop(rig: Rig, postgres: number, redis: number): Promise<void> {
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
  const compose = `services:
  db: { image: "postgres:17", ports: ["${postgres}:5432"] }
  cache: { image: "redis:8", ports: ["${redis}:6379"] }
`;
  await Promise.all([
    writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps })),
    writeFile(path.join(rig.dir, 'package.json'), '{ "dependencies": { "pg": "8", "ioredis": "5" } }'),
    writeFile(path.join(rig.dir, 'docker-compose.yml'), compose),
  ]);
}

const message = (port: number) =>
  `needs postgres at localhost:${port}: nothing listens there; docker compose up -d db would start it (docker-compose.yml)`;

test('a service that nobody answers for is named once, in the run and in the dry run', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0, postgres = 0, redis = 0] = await rig.freePorts(3);
  await shop(rig, postgres, redis);
  await listener(rig, redis);

  const dry = rig.spawnDevstart(['--dry-run', '-b', String(port)]);
  assert.equal(await rig.exitCode(dry), 0);
  assert.ok(dry.stdout().includes(`warning ${message(postgres)}\n`), dry.stdout());
  assert.doesNotMatch(dry.stdout(), /needs redis/);
  const json = rig.spawnDevstart(['--dry-run', '--log-format=json', '-b', String(port)]);
  assert.equal(await rig.exitCode(json), 0);
  assert.deepEqual(JSON.parse(json.stdout()).warnings, [
    { code: 'NEEDS_SERVICE', message: message(postgres) },
  ]);

  const run = rig.spawnDevstart(['--json', '-b', String(port)]);
  const api = await rig.link('api');
  const warning = await run.waitFor('warning');
  assert.deepEqual([warning.code, warning.message], ['NEEDS_SERVICE', message(postgres)]);
  await api.tell('listen', { port });
  await run.waitFor('up');
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.equal(run.events.filter(({ type }) => type === 'warning').length, 1);
});

test('a server that fails at once ends no run before what it lacks is named', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0, postgres = 0, redis = 0] = await rig.freePorts(3);
  await shop(rig, postgres, redis);
  await listener(rig, redis);
  const apps = [{ name: 'api', role: 'backend', command: 'exit 3' }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json', '-b', String(port)]);
  assert.equal(await rig.exitCode(run), 3);
  const types = run.events.map(({ type }) => type);
  assert.ok(types.includes('warning') && types.indexOf('warning') < types.indexOf('down'), types.join(' '));
});

const LOCKS = [
  {
    program: 'next',
    file: '.next/dev/lock',
    lock: (pid: number, port: number) => ({
      pid,
      port,
      hostname: 'localhost',
      appUrl: `http://localhost:${port}`,
      startedAt: 1,
    }),
  },
  {
    program: 'vite',
    file: 'node_modules/.vite/lock/0123456789abcdef.json',
    lock: (pid: number, port: number, root: string) => ({
      command: 'dev',
      root,
      configFile: null,
      mode: 'development',
      pid,
      startTime: '1',
      urls: { local: [`http://localhost:${port}/`], network: [] },
    }),
  },
];

for (const { program, file, lock } of LOCKS) {
  test(`a ${program} of another run that allows no second one is named before the start`, async (t) => {
    const rig = await Rig.create(t);
    const [port = 0, held = 0, unheld = 0] = await rig.freePorts(3);
    const bin = path.join(rig.dir, 'node_modules', '.bin');
    await mkdir(bin, { recursive: true });
    const [node, ...rest] = rig.server('web');
    const words = [node, ...rest].map((word) => `'${word}'`).join(' ');
    await writeFile(path.join(bin, program), `#!/bin/sh\nexec ${words}\n`);
    await chmod(path.join(bin, program), 0o755);
    const manifest = { scripts: { dev: `${program} dev` }, dependencies: { [program]: '16' } };
    await writeFile(path.join(rig.dir, 'package.json'), JSON.stringify(manifest));
    await mkdir(path.dirname(path.join(rig.dir, file)), { recursive: true });
    const locked = (pid: number, at: number, root = rig.dir) =>
      writeFile(path.join(rig.dir, file), JSON.stringify(lock(pid, at, root)));
    await listener(rig, held);
    await locked(process.pid, held);
    const run = rig.spawnDevstart(['--json', '-f', String(port)]);
    const web = await rig.link('web');
    const { code, message: said } = await run.waitFor('warning');
    assert.equal(code, 'DEV_LOCK');
    assert.match(
      said,
      new RegExp(
        `${program} dev runs in this folder already \\(pid ${process.pid}, http://localhost:${held}/?\\)`,
      ),
    );
    const types = run.events.map(({ type }) => type);
    assert.ok(!types.includes('started') || types.indexOf('warning') < types.indexOf('started'));
    web.order('exit', { code: 0 });
    await rig.exitCode(run);

    // Left by a server that was killed: its number is gone, or another's by now.
    await locked(process.pid, unheld);
    const dry = rig.spawnDevstart(['--dry-run', '-f', String(port)]);
    assert.equal(await rig.exitCode(dry), 0);
    assert.doesNotMatch(dry.stdout(), /warning/);
  });
}
