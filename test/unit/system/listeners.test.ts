import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { glanceAtListeners, listListeners, noteAllFree } from '../../../src/system/listeners.ts';

const skip = process.platform === 'linux' ? false : 'the kernel does not tell';
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function listen(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('what has just been bound is known to be free until somebody listens', { skip }, async () => {
  const port = await listen('127.0.0.1');
  noteAllFree();
  const other = await listen('::1');
  const told = glanceAtListeners()?.map((one) => one.port) ?? [];
  assert.ok(told.includes(other));
  // Its own family's number has not changed; where another process has changed it the table was read.
  if (!told.includes(port)) return;
  assert.ok(listListeners()?.some((one) => one.port === port));
});

test('every listener of both tables is told, the connections after them are not', { skip }, async () => {
  const ports: number[] = [];
  for (let i = 0; i < 20; i++) ports.push(await listen(i % 2 ? '127.0.0.1' : '0.0.0.0'));
  const told = new Map(listListeners()?.map(({ port, reach }) => [port, reach]));
  for (const [i, port] of ports.entries()) assert.equal(told.get(port), i % 2 ? 'loopback' : 'wildcard');
  const whole = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'utf8').split('\n'),
  );
  const mine = (listListeners() ?? []).filter(({ port }) => ports.includes(port));
  assert.equal(mine.length, ports.length);
  for (const { socket } of mine) {
    const inode = socket.slice('socket:['.length, -1);
    assert.ok(whole.some((line) => line.split(/\s+/).includes('0A') && line.split(/\s+/).includes(inode)));
  }
});

test('a glance sees a new listener at once', { skip }, async () => {
  // Where another process closes a socket at the same moment the counters are the same by chance.
  for (let tries = 0; tries < 20; tries++) {
    glanceAtListeners();
    const port = await listen(tries % 2 ? '::1' : '127.0.0.1');
    if (glanceAtListeners()?.some((listener) => listener.port === port)) return;
  }
  assert.fail('none of 20 was seen at once');
});
