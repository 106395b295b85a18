import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { listens } from '../../../../src/config/services/knock.ts';

/** As a start on a machine with much to do. */
function busy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test('an answer that came while this process was busy counts, however late it is read', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const open = listens('localhost', port);
  busy(200);
  assert.equal(await open, true);
  server.close();
  await once(server, 'close');
  const refused = listens('localhost', port);
  busy(200);
  assert.equal(await refused, false);
});
