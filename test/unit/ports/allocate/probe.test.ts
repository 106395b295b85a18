import assert from 'node:assert/strict';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { test } from 'node:test';
import { probePort } from '../../../../src/ports/allocate/probe.ts';
import { firstUnprivilegedPort } from '../../../../src/system/kernel.ts';

function listen(options: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(options, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

const one: [string, ListenOptions][] = [
  ['127.0.0.1', { host: '127.0.0.1' }],
  ['::1', { host: '::1' }],
  ['0.0.0.0', { host: '0.0.0.0' }],
  ['::, IPv6 only', { host: '::', ipv6Only: true }],
  ['::, both', { host: '::' }],
];
for (const [name, options] of one) {
  test(`a listener on ${name} makes the port busy, its end free`, async () => {
    const server = await listen({ ...options, port: 0 });
    const port = portOf(server);
    try {
      const result = await probePort(port);
      assert(!result.free);
      assert.equal(result.code, 'EADDRINUSE');
    } finally {
      await close(server);
    }
    assert.deepEqual(await probePort(port), { free: true });
  });
}

test('the port can be bound in the moment the probe has answered', async () => {
  for (let i = 0; i < 20; i++) {
    const server = await listen({ port: 0 });
    const port = portOf(server);
    await close(server);
    assert.deepEqual(await probePort(port), { free: true });
    await close(await listen({ port, host: i % 2 ? '127.0.0.1' : '::' }));
  }
});

test('probes asked for at once do not take each other for listeners', async () => {
  const server = await listen({ port: 0 });
  const busy = portOf(server);
  // Beside a busy port, whose probe binds its neighbours.
  const ports = [busy, busy, busy + 1, busy + 1, busy + 2].filter((port) => port <= 65_535);
  const results = await Promise.all(ports.map((port) => probePort(port)));
  assert.deepEqual(
    results.map(({ free }, i) => [ports[i], free]),
    ports.map((port) => [port, port !== busy]),
  );
  await close(server);
});

test('the last port is no special case', async () => {
  const server = await listen({ port: 65_535, host: '127.0.0.1' });
  assert.equal((await probePort(65_535)).free, false);
  await close(server);
  assert.deepEqual(await probePort(65_535), { free: true });
});

test('where privileged ports end', async () => {
  const first = firstUnprivilegedPort();
  assert(Number.isInteger(first) && first >= 0 && first <= 65_536);
});

test('a probe leaves name look-ups as they were, and binds the very address that it asks for', async () => {
  const { default: dns } = await import('node:dns');
  const { lookup } = dns;
  await Promise.all([probePort(1), probePort(65_535)]);
  assert.equal(dns.lookup, lookup);
  for (const host of ['127.0.0.1', '::1']) {
    const holder = await listen({ port: 0, host, exclusive: true });
    const { address, port } = holder.address() as { address: string; port: number };
    assert.equal(address, host);
    assert.deepEqual(await probePort(port), { free: false, address: host, code: 'EADDRINUSE' });
    await close(holder);
  }
});
