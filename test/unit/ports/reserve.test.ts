import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { probePort } from '../../../src/ports/allocate/probe.ts';
import { ephemeralAmong, holdEphemeral } from '../../../src/ports/ephemeral.ts';
import { reservePort } from '../../../src/ports/reserve.ts';

const linux = process.platform === 'linux';
const FAMILIES = { '127.0.0.1': '/proc/net/tcp', '::1': '/proc/net/tcp6' } as const;

/** Ports in TIME_WAIT (state 06) on their own side. */
function timeWait(host: keyof typeof FAMILIES): Set<number> {
  const rows = readFileSync(FAMILIES[host], 'latin1').split('\n').slice(1);
  const fields = rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] === '06');
  return new Set(fields.map((row) => Number.parseInt(row[1]?.split(':')[1] ?? '', 16)));
}

async function listen(t: TestContext, port: number, host: string): Promise<Server> {
  const server = createServer().listen({ port, host, exclusive: true });
  t.after(() => server.close());
  await once(server, 'listening');
  return server;
}

const numberOf = (server: Server): number => (server.address() as { port: number }).port;

test('a reserved port stands in TIME_WAIT on both loopbacks', { skip: !linux && 'reads /proc' }, async () => {
  const ports = [];
  for (let i = 0; i < 50; i++) ports.push(await reservePort());
  for (const host of ['127.0.0.1', '::1'] as const) {
    const waiting = timeWait(host);
    assert.deepEqual(
      ports.filter((port) => !waiting.has(port)),
      [],
      host,
    );
  }
});

test('with a host, on that one alone', { skip: !linux && 'reads /proc' }, async () => {
  const v6 = await reservePort({ host: '::1' });
  assert.ok(timeWait('::1').has(v6));
  const v4 = await reservePort({ host: '127.0.0.1' });
  assert.ok(timeWait('127.0.0.1').has(v4));
  assert.equal(timeWait('::1').has(v4), false);
});

test('2,000 in a row and 150 at once: no number twice', async () => {
  const row = new Set<number>();
  for (let i = 0; i < 2000; i++) row.add(await reservePort({ host: '127.0.0.1' }));
  assert.equal(row.size, 2000);
  const both = await Promise.all(Array.from({ length: 150 }, () => reservePort()));
  assert.equal(new Set([...row, ...both]).size, 2150);
});

test('a named port is taken where it is free, again too; where it is not, another', async (t) => {
  const port = await reservePort();
  assert.equal(await reservePort({ port }), port);
  assert.equal(await reservePort({ port }), port, 'renewed');
  for (const host of ['127.0.0.1', '::1']) {
    const taken = numberOf(await listen(t, 0, host));
    const other = await reservePort({ port: taken });
    assert.notEqual(other, taken, host);
    assert.ok(other > 0);
  }
});

test('servers bind a reserved port at once, and it counts as free', async (t) => {
  const port = await reservePort();
  assert.deepEqual(await probePort(port), { free: true });
  for (const host of ['127.0.0.1', '::1']) await listen(t, port, host);
  const wide = await reservePort();
  await listen(t, wide, '::');
});

test('Python’s http.server binds it', async (t) => {
  if (spawnSync('python3', ['--version']).status !== 0) return t.skip('no python3');
  const port = await reservePort();
  const args = ['-u', '-m', 'http.server', '--bind', '127.0.0.1', String(port)];
  const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
  assert.match(String(line), new RegExp(`Serving HTTP on 127\\.0\\.0\\.1 port ${port}`));
});

for (const [options, code, message] of [
  [{ port: 70_000 }, 'PORT_INVALID', /70000/],
  [{ port: -1 }, 'PORT_INVALID', /-1/],
  [{ port: 1.5 }, 'PORT_INVALID', /1\.5/],
  [{ host: '203.0.113.7' }, 'USAGE', /203\.0\.113\.7: it is no address of this machine/],
] as const) {
  test(`${JSON.stringify(options)} is refused`, async () => {
    await assert.rejects(reservePort(options), (error: Error & { code: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a claim in the kernel’s range is held, others are left alone', async (t) => {
  assert.deepEqual(ephemeralAmong([]), []);
  assert.deepEqual(ephemeralAmong([80, 1024]), []);
  const port = await reservePort({ host: '::1' });
  assert.deepEqual(ephemeralAmong([80, port]), [port]);
  await holdEphemeral([port]);
  if (linux) assert.ok(timeWait('127.0.0.1').has(port));
  const taken = numberOf(await listen(t, 0, '127.0.0.1'));
  await holdEphemeral([taken, port]);
});

const source = path.resolve(import.meta.dirname, '../../../src/ports');
const inside = `
import { createServer } from 'node:net';
import { once } from 'node:events';
import { holdEphemeral } from ${JSON.stringify(`${source}/ephemeral.ts`)};
import { reservePort } from ${JSON.stringify(`${source}/reserve.ts`)};
const reserved = new Set([40000, 40001]);
await holdEphemeral([...reserved]);
for (let i = 0; i < 6; i++) reserved.add(await reservePort());
const handed = [];
for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
  const servers = [];
  for (;;) {
    const server = createServer().listen({ port: 0, host });
    const failed = await once(server, 'listening').then(() => undefined, (error) => error.code);
    if (failed) break;
    servers.push(server);
    handed.push(server.address().port);
  }
  for (const server of servers) await once(server.close(), 'close');
}
console.log(JSON.stringify({ reserved: [...reserved], handed: [...new Set(handed)] }));
`;

test('the kernel hands a reserved port to nobody', async (t) => {
  const enter =
    'ip link set lo up && echo "40000 40019" > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"';
  const space = ['-n', 'sh', '-c', enter, 'sh'];
  if (spawnSync('unshare', [...space, 'true']).status !== 0) return t.skip('no right to a network namespace');
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', inside];
  const { stdout, stderr } = spawnSync('unshare', [...space, ...node], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const { reserved, handed } = JSON.parse(stdout) as { reserved: number[]; handed: number[] };
  assert.equal(reserved.length, 8);
  assert.deepEqual(
    handed.filter((port) => reserved.includes(port)),
    [],
  );
  assert.equal(handed.length, 12, `all others are: ${handed}`);
});
