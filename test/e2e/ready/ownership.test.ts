import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Launched, type Link, Rig, type Told } from '../../rig/rig.ts';

/** A project of two fixture servers, started on two free ports. */
async function start(t: TestContext, args: string[] = []) {
  const rig = await Rig.create(t);
  const [api = 0, web = 0] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api'), port: api },
    { name: 'web', role: 'frontend', command: rig.server('web'), port: web },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json', ...args]);
  const links = await Promise.all([rig.link('api'), rig.link('web')]);
  return { rig, run, api, web, links };
}

/** Somebody else, in the test's own process; gone before the rig looks whether all ports are free. */
async function stranger(rig: Rig, port: number, host?: string): Promise<void> {
  const server = createServer((_, response) => response.end('stranger')).listen(port, host);
  await once(server, 'listening');
  rig.atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
}

const portsFile = async (rig: Rig) => JSON.parse(await readFile(path.join(rig.dir, '.ports.json'), 'utf8'));

async function stop(rig: Rig, run: Launched): Promise<void> {
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
}

const after = (run: Launched, event: Told) => (other: Told) =>
  run.events.indexOf(other) > run.events.indexOf(event);

/** The second lives of both, listening where they are told. */
async function secondLives(rig: Rig, run: Launched): Promise<[Link, Link]> {
  const lives = await Promise.all([rig.link('api'), rig.link('web')]);
  for (const link of lives) await link.tell('listen', { port: Number(link.env.PORT) });
  await run.waitFor('up');
  return lives;
}

for (const how of ['stays alive without a listener', 'exits with 1', 'exits with 0'] as const) {
  test(`stolen before it listens, and it ${how}: the next port, told to everyone, and both start again`, async (t) => {
    const { rig, run, api, links } = await start(t);
    await stranger(rig, api);
    if (how !== 'stays alive without a listener')
      links[0].order('exit', { code: how === 'exits with 1' ? 1 : 0 });
    const stolen = await run.waitFor('stolen');
    assert.deepEqual([stolen.app, stolen.port, stolen.holder.pid], ['api', api, process.pid]);
    assert.notEqual(stolen.using, api);
    assert.equal(
      run.events.find(({ type, app }) => type === 'ready' && app === 'api'),
      undefined,
      'a stranger made it ready',
    );
    const [first, second] = await secondLives(rig, run);
    assert.equal(first.env.PORT, String(stolen.using));
    assert.equal(second.env.API_URL, `http://localhost:${stolen.using}`);
    const file = await portsFile(rig);
    assert.deepEqual([file.backend, file.apps[0].ports], [stolen.using, [stolen.using]]);
    assert.equal((await run.waitFor('up')).ports.backend, stolen.using);
    await stop(rig, run);
  });
}

for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
  test(`a stranger on ${host} alone, beside ours: localhost would reach the wrong one, so it moves`, async (t) => {
    const { rig, run, api, links } = await start(t);
    await stranger(rig, api, host);
    await links[0].tell('listen', { port: api, host: host === '::1' ? '127.0.0.1' : '::1' });
    const stolen = await run.waitFor('stolen');
    assert.equal(stolen.port, api);
    await secondLives(rig, run);
    await stop(rig, run);
  });
}

test('stolen with --strict-port: the owner is named, exit 1', async (t) => {
  const { rig, run, api } = await start(t, ['--strict-port']);
  await stranger(rig, api);
  assert.equal(await rig.exitCode(run), 1);
  const error = await run.waitFor('error');
  assert.equal(error.code, 'PORT_STOLEN');
  assert.match(error.message, new RegExp(`^Port ${api} was taken by \\S+ \\(pid ${process.pid}\\b`));
});

test('stolen again and again: given up after three other ports', async (t) => {
  const { rig, run, api } = await start(t);
  let port = api;
  const seen: number[] = [];
  for (let round = 0; round < 4; round++) {
    await stranger(rig, port);
    const stolen: Told = await run.waitFor('stolen', (event) => event.port === port);
    if (stolen.using === undefined) break;
    seen.push(stolen.using);
    port = stolen.using;
    await rig.link('api');
  }
  assert.equal(seen.length, 3);
  assert.equal(await rig.exitCode(run), 1);
  assert.match((await run.waitFor('error')).message, /4th time/);
});

test('drift: it listens elsewhere, so the real port is adopted and the backend learns its origin', async (t) => {
  const { rig, run, api, links } = await start(t);
  await links[0].tell('listen', { port: api });
  const { port: real } = await links[1].tell('listen', { port: 0 });
  const drift = await run.waitFor('drift');
  assert.deepEqual([drift.app, drift.port], ['web', real]);
  assert.match(drift.hint, /--frontend-port/);
  const again = await rig.link('api');
  assert.ok(again.env.CORS_ORIGINS?.includes(`http://localhost:${real}`));
  await again.tell('listen', { port: api });
  const up = await run.waitFor('up');
  assert.equal(up.ports.frontend, real);
  assert.equal(up.urls.frontend, `http://localhost:${real}`);
  const file = await portsFile(rig);
  assert.equal(file.frontend, real);
  assert.ok(file.corsOrigins.includes(`http://localhost:${real}`));
  await stop(rig, run);
});

test('drift with --strict-port is an error', async (t) => {
  const { rig, run, api, links } = await start(t, ['--strict-port']);
  await links[0].tell('listen', { port: api });
  await links[1].tell('listen', { port: 0 });
  assert.equal(await rig.exitCode(run), 1);
  assert.equal((await run.waitFor('error')).code, 'PORT_DRIFT');
});

test('a debugger or a reload socket beside it is no drift: the port that it was given is what counts', async (t) => {
  const { rig, run, api, web, links } = await start(t);
  await links[0].tell('listen', { port: 0, status: 400 });
  await links[1].tell('listen', { port: 0, status: 426 });
  await links[0].tell('wait', { ms: 3600 });
  await links[0].tell('listen', { port: api });
  await links[1].tell('listen', { port: web });
  await run.waitFor('up');
  assert.equal(
    run.events.find(({ type }) => type === 'drift'),
    undefined,
  );
  await stop(rig, run);
});

test('a server that puts itself into the background is ready, is not started again, and ends with the run', async (t) => {
  const { rig, run, api, web, links } = await start(t);
  await links[1].tell('listen', { port: web });
  await links[0].tell('daemon', { name: 'daemon' });
  const daemon = await rig.link('daemon');
  await daemon.tell('listen', { port: api });
  links[0].order('exit', { code: 0 });
  const warning = await run.waitFor('warning', ({ code }) => code === 'BACKGROUND');
  await run.waitFor('up');
  assert.equal(run.events.filter(after(run, warning)).filter(({ type }) => type === 'restarting').length, 0);
  await stop(rig, run);
  await daemon.gone;
});

/** As Vue CLI's portfinder does, again and again, before it serves. */
const PROBER = `#!/usr/bin/env node
const net = require('node:net');
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
let tries = 60;
const probe = () => {
  const server = net.createServer().listen(port, () => setTimeout(() => server.close(--tries > 0 ? probe : serve), 3));
};
const serve = () => {
  console.log('serves');
  require('node:http').createServer((_, response) => response.end()).listen(port);
};
probe();
`;

test('a server that tries whether its port is free is not ready by that', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  await writeFile(path.join(rig.dir, 'vue-cli-service'), PROBER, { mode: 0o755 });
  const apps = [{ name: 'web', role: 'frontend', command: './vue-cli-service serve', port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json']);
  const ready = await run.waitFor('ready');
  const served = run.events.find(({ line }) => line === 'serves');
  assert.ok(served && run.events.indexOf(served) < run.events.indexOf(ready), JSON.stringify(run.events));
  await stop(rig, run);
});
