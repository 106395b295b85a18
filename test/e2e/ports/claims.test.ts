import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { readClaims } from '../../../src/ports/claims/claims.ts';
import { reservePort } from '../../../src/ports/reserve.ts';
import { type Launched, type Link, Rig } from '../../rig/rig.ts';

/** A project in a folder of its own, with a backend and a frontend that dial back. */
async function project(rig: Rig, name: string, ports: [number, number], more: object = {}): Promise<string> {
  const folder = path.join(rig.dir, name);
  await mkdir(folder);
  const apps = (['backend', 'frontend'] as const).map((role, i) => ({
    name: role === 'backend' ? 'api' : 'web',
    role,
    command: rig.server(`${name}-${role}`),
    port: ports[i],
  }));
  await writeFile(path.join(folder, 'devstart.config.json'), JSON.stringify({ apps, ...more }));
  return folder;
}

/** Both servers listen where they were told to. */
async function serve(rig: Rig, name: string): Promise<Link[]> {
  const links = await Promise.all(['backend', 'frontend'].map((role) => rig.link(`${name}-${role}`)));
  await Promise.all(links.map((link) => link.tell('listen', { port: Number(link.env.PORT) })));
  return links;
}

const portsOf = ({ events }: Launched) =>
  events.filter(({ type }) => type === 'port').map(({ port }) => port);

/** Two ports, each with one after it, that the kernel gives nobody else meanwhile. */
async function bases(rig: Rig): Promise<[number, number]> {
  const [a = 0, b = 0] = await rig.freePorts(2);
  const after = await Promise.all([a, b].map((port) => reservePort({ port: port + 1 })));
  return Math.abs(a - b) < 50 || after[0] !== a + 1 || after[1] !== b + 1 ? bases(rig) : [a, b];
}

test('two starts at once in two folders with the same ports get pairs that work', async (t) => {
  const rig = await Rig.create(t);
  const ports = await bases(rig);
  const folders = await Promise.all(['shop', 'blog'].map((name) => project(rig, name, ports)));
  const runs = folders.map((cwd) => rig.spawnDevstart(['--json'], { cwd }));
  await Promise.all(['shop', 'blog'].map((name) => serve(rig, name)));
  await Promise.all(runs.map((run) => run.waitFor('up')));
  const given = runs.flatMap(portsOf);
  assert.equal(new Set(given).size, 4);
  const first = runs.findIndex((run) => portsOf(run)[0] === ports[0]);
  assert.notEqual(first, -1, `${given}`);
  const [winner, loser] = first === 0 ? runs : [...runs].reverse();
  for (const [index, app] of ['api', 'web'].entries()) {
    const moved = loser?.events.filter(({ type }) => type === 'port')[index];
    assert.deepEqual(moved?.holder, {
      pid: winner?.child.pid,
      name: `app '${app}'`,
      cwd: folders[first],
      app,
    });
  }
  for (const run of runs) run.child.kill('SIGTERM');
  for (const run of runs) assert.equal(await rig.exitCode(run), 143);
});

test('the second start says whose the port is; an exact one is an error; after a SIGKILL it is free', async (t) => {
  const rig = await Rig.create(t);
  const [backend, frontend] = await bases(rig);
  const [shop, blog] = await Promise.all(
    ['shop', 'blog'].map((name) => project(rig, name, [backend, frontend])),
  );
  const one = rig.spawnDevstart(['--json'], { cwd: shop as string, env: { HOME: rig.dir } });
  // Claimed, before anything listens.
  const links = await Promise.all(['shop-backend', 'shop-frontend'].map((name) => rig.link(name)));
  const options = { cwd: blog as string, env: { HOME: rig.dir } };
  const two = rig.spawnDevstart([], options);
  const owner = `app 'web' of ~/shop (pid ${one.child.pid})`;
  await two.waitForText(`port ${frontend} is assigned to ${owner}, using ${frontend + 1}`);
  const more = await Promise.all(['blog-backend', 'blog-frontend'].map((name) => rig.link(name)));
  two.child.kill('SIGINT');
  assert.equal(await rig.exitCode(two), 130);

  const strict = rig.spawnDevstart(['--strict-port', '-b', 'auto', '-f', String(frontend)], options);
  assert.equal(await rig.exitCode(strict), 1);
  assert.match(
    strict.stderr(),
    new RegExp(`Port ${frontend} is already assigned to ${owner.replace(/[().]/g, '\\$&')}`),
  );
  assert.match(strict.stderr(), /auto:\d+-\d+/);

  one.child.kill('SIGKILL');
  await one.exit;
  for (const link of links) link.order('exit', { code: 0 });
  await Promise.all([...links, ...more].map(({ gone }) => gone));
  const three = rig.spawnDevstart(['--json', '--no-sticky'], options);
  await serve(rig, 'blog');
  await three.waitFor('up');
  assert.deepEqual(portsOf(three), [backend, frontend]);
  three.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(three), 143);
});

test('a dry run claims nothing, and passes over what others have', async (t) => {
  const rig = await Rig.create(t);
  const ports = await bases(rig);
  const [shop, blog] = await Promise.all(['shop', 'blog'].map((name) => project(rig, name, ports)));
  const dry = async () => {
    const run = rig.spawnDevstart(['--dry-run', '--json', '--no-sticky'], { cwd: blog as string });
    assert.equal(await rig.exitCode(run), 0);
    return JSON.parse(run.stdout()).ports;
  };
  assert.deepEqual(await dry(), { backend: ports[0], frontend: ports[1] });
  assert.ok(!existsSync(path.join(rig.home, 'claims')));
  const run = rig.spawnDevstart(['--json'], { cwd: shop as string });
  await serve(rig, 'shop');
  await run.waitFor('up');
  assert.deepEqual(await dry(), { backend: ports[0] + 1, frontend: ports[1] + 1 });
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.deepEqual(await dry(), { backend: ports[0], frontend: ports[1] });
});

test('claims follow the ports: a stolen one is given back, an adopted one is claimed', async (t) => {
  const rig = await Rig.create(t);
  const ports = await bases(rig);
  const cwd = await project(rig, 'shop', ports);
  const run = rig.spawnDevstart(['--json'], { cwd });
  const claimed = () =>
    readClaims(path.join(rig.home, 'claims'))
      .map(({ app, port, root, pid }) => [app, port, root, pid])
      .sort();
  const expected = (api: number, web: number) => [
    ['api', api, cwd, run.child.pid],
    ['web', web, cwd, run.child.pid],
  ];
  const links = await Promise.all(['shop-backend', 'shop-frontend'].map((name) => rig.link(name)));
  assert.deepEqual(claimed(), expected(...ports));
  const stranger = createServer().listen(ports[0], '127.0.0.1');
  await once(stranger, 'listening');
  links[0]?.order('exit', { code: 1 });
  const { using } = await run.waitFor('stolen');
  assert.notEqual(using, ports[0]);
  const [api, web] = await Promise.all(['shop-backend', 'shop-frontend'].map((name) => rig.link(name)));
  assert.deepEqual(claimed(), expected(using, ports[1]));
  await api?.tell('listen', { port: using });
  const answer = await web?.tell('listen', { port: 0 });
  await run.waitFor('drift');
  assert.deepEqual(claimed(), expected(using, Number(answer?.port)));
  stranger.close();
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
  assert.deepEqual(claimed(), []);
});

test('ports.json pins and avoid passes over', async (t) => {
  const rig = await Rig.create(t);
  const [backend, frontend] = await bases(rig);
  const folder = await project(rig, 'shop', [backend, frontend], { avoid: ['../other.json'] });
  await writeFile(path.join(rig.dir, 'other.json'), JSON.stringify({ backend, frontend }));
  const plan = async (...args: string[]) => {
    const run = rig.spawnDevstart(['--dry-run', '--json', ...args], { cwd: folder });
    const code = await rig.exitCode(run);
    return { exit: code, ...JSON.parse(run.stdout()) };
  };
  assert.deepEqual((await plan()).ports, { backend: backend + 1, frontend: frontend + 1 });
  const refused = await plan('--strict-port');
  assert.equal(refused.exit, 1);
  assert.equal(refused.message, `Port ${backend} is named in ../other.json`);
  await writeFile(
    path.join(folder, 'devstart.config.json'),
    JSON.stringify({ apps: [{ name: 'api', role: 'backend', command: 'x' }] }),
  );
  await writeFile(path.join(folder, 'ports.json'), JSON.stringify({ backend: frontend + 7 }));
  assert.deepEqual((await plan()).ports, { backend: frontend + 7 });
});

test('without a place for claims the start goes on, with one warning', async (t) => {
  const rig = await Rig.create(t);
  const folder = await project(rig, 'shop', await bases(rig));
  await writeFile(path.join(rig.dir, 'file'), '');
  const run = rig.spawnDevstart(['--json'], {
    cwd: folder,
    env: { DEVSTART_HOME: path.join(rig.dir, 'file') },
  });
  await serve(rig, 'shop');
  await run.waitFor('up');
  const warnings = run.events.filter(({ type, code }) => type === 'warning' && code === 'CLAIMS_OFF');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.message, /claims are off: .*file\/claims cannot be used \(ENOTDIR\)/);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
