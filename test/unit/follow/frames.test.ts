import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames, isHotUpdates } from '../../../src/follow/node/frames.ts';

const ports = new Map([[8000, 8001]]);
const longer = new Map([[9999, 10000]]);
const handshake = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');

function frame(payload: string | Buffer, first = 0x81): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const head =
    length < 126
      ? Buffer.of(first, length)
      : length < 65_536
        ? Buffer.of(first, 126, length >> 8, length & 255)
        : Buffer.concat([
            Buffer.of(first, 127, 0, 0, 0, 0),
            Buffer.of(length >> 24, length >> 16, length >> 8, length),
          ]);
  return Buffer.concat([head, bytes]);
}

const code = (port: number, more = '') =>
  `{"type":"update","code":"fetch(\\"http://localhost:${port}/\\")${more}"}`;

/** In two pieces, at every place (or a hundred of them). */
function sent(map: ReadonlyMap<number, number>, ...frames: Buffer[]): Buffer {
  const all = Buffer.concat([handshake, ...frames]);
  const whole = new Frames(map).push(all);
  const step = Math.max(1, Math.floor(all.length / 100));
  for (let cut = handshake.length; cut <= all.length; cut += step) {
    const parts = new Frames(map);
    assert.ok(
      Buffer.concat([parts.push(all.subarray(0, cut)), parts.push(all.subarray(cut))]).equals(whole),
      `cut at ${cut}`,
    );
  }
  return whole;
}

for (const size of [0, 100, 200, 70_000]) {
  test(`a message of code, ${size} bytes longer`, () => {
    const more = 'x'.repeat(size);
    const wanted = Buffer.concat([handshake, frame('first'), frame(code(8001, more)), frame('last')]);
    assert.ok(sent(ports, frame('first'), frame(code(8000, more)), frame('last')).equals(wanted));
  });
}

test('a length that grows over the border of its head', () => {
  const room = 125 - Buffer.byteLength(code(9999));
  const wanted = frame(code(10000, 'x'.repeat(room)));
  assert.equal(wanted[1], 126);
  assert.ok(sent(longer, frame(code(9999, 'x'.repeat(room)))).equals(Buffer.concat([handshake, wanted])));
});

const passing: [string, Buffer][] = [
  ['data', frame('{"text":"see http://localhost:8000/","code":"http://localhost:8000"}')],
  ['a binary message', frame(code(8000), 0x82)],
  ['a compressed message', frame(code(8000), 0xc1)],
  ['a part of a message', frame(code(8000), 0x01)],
  ['a ping', frame('localhost:8000', 0x89)],
  ['a message with a mask', Buffer.concat([Buffer.of(0x81, 0x80 | 5, 0, 0, 0, 0), Buffer.from('"code')])],
];
for (const [name, bytes] of passing)
  test(`${name} passes as it is`, () => {
    const after = frame(code(8000));
    assert.ok(sent(ports, bytes, after).equals(Buffer.concat([handshake, bytes, frame(code(8001))])));
  });

test('a refused handshake passes', () => {
  const refused = Buffer.from('HTTP/1.1 400 Bad Request\r\n');
  assert.equal(new Frames(ports).push(refused).toString(), refused.toString());
});

test('which sockets carry code', () => {
  for (const url of [
    '/_next/webpack-hmr?id=1',
    '/_next/hmr',
    '/',
    '/?x',
    '/hot',
    '/__webpack_hmr',
    '/x/vite-hmr',
  ])
    assert.ok(isHotUpdates(url), url);
  for (const url of ['/ws', '/chat', '/socket.io/?EIO=4', '/api/hotels', '/graphql'])
    assert.ok(!isHotUpdates(url), url);
});
