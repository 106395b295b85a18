/** What the servers of Node processes send when a port has moved: pages, origins, and what must not change. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ask, followEnv, freePort, moved, server } from '../../rig/follow.ts';

const timeout = 60_000;

const page = (port: number) => `import "./x.js";\nfetch("http://localhost:${port}/api"); // :${port}\n`;
const sends: Record<string, string> = {
  'end alone': 'a.end(text)',
  'end of bytes': 'a.end(Buffer.from(text))',
  'end with a callback': 'a.end(text, "utf8", () => {})',
  'the head first': 'a.writeHead(200, { "Content-Length": Buffer.byteLength(text) }); a.end(text)',
  'a flat list': 'a.writeHead(200, "fine", ["Content-Length", Buffer.byteLength(text)]).end(text)',
  'two writes': 'a.write(text.slice(0, 40)); a.write(text.slice(40)); a.end()',
  'a byte a time': 'for (const byte of Buffer.from(text)) a.write(Buffer.of(byte)); a.end()',
  'a stream': 'require("stream").Readable.from([text.slice(0, 38), text.slice(38)]).pipe(a)',
  latin1: 'a.end(text, "latin1")',
  base64: 'a.end(Buffer.from(text).toString("base64"), "base64")',
  'a Uint8Array': 'a.end(new Uint8Array(Buffer.from(text)))',
};
const serving = (send: string, written: number, type = 'text/javascript') =>
  `const text = ${JSON.stringify(page(written))};
listen(require('http').createServer((q, a) => { a.setHeader('Content-Type', ${JSON.stringify(type)}); ${send} }))`;

test('literals in JavaScript follow, however it is sent', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { pages: true });
  const wanted = page(written).replace(`localhost:${written}`, `localhost:${real}`);
  for (const [name, send] of Object.entries(sends)) {
    await t.test(name, async (t) => {
      const answer = await ask(await server(t, serving(send, written), env));
      assert.equal(answer.body.toString(), wanted);
      const length = answer.headers['content-length'];
      assert.ok(length === undefined || Number(length) === answer.body.length);
    });
  }
  const other = followEnv(new Map([[written, 9]]), { pages: true });
  for (const name of ['end alone', 'the head first', 'two writes']) {
    await t.test(`${name}, with fewer digits`, async (t) => {
      const answer = await ask(await server(t, serving(sends[name] ?? '', written), other));
      assert.equal(answer.body.toString(), page(written).replace(`localhost:${written}`, 'localhost:9'));
    });
  }
});

test('what is no text of a page is sent as it is', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { pages: true });
  const before = page(written);
  for (const type of [
    'application/json',
    'text/plain',
    'application/octet-stream',
    'text/css',
    'image/svg+xml',
    'text/html; charset=utf-16le',
  ]) {
    const answer = await ask(await server(t, serving('a.end(text)', written, type), env));
    assert.equal(answer.body.toString(), before, type);
  }
  const cases = {
    'a download': 'a.setHeader("Content-Disposition", "attachment; filename=x.js"); a.end(text)',
    'a part': 'a.writeHead(206, { "Content-Range": "bytes 0-9/10" }); a.end(text)',
    compressed: 'a.setHeader("Content-Encoding", "br"); a.end(text)',
  };
  for (const [name, send] of Object.entries(cases))
    assert.equal((await ask(await server(t, serving(send, written), env))).body.toString(), before, name);
  const backend = followEnv(new Map([[written, real]]));
  assert.equal(
    (await ask(await server(t, serving('a.end(text)', written), backend))).body.toString(),
    before,
  );
});

test('a page is asked for without compression, anything else as the browser asks', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { pages: true });
  const port = await server(
    t,
    `listen(require('http').createServer((q, a) => { a.setHeader('content-type', 'text/html');
  if (/gzip/.test(q.headers['accept-encoding'])) { a.setHeader('content-encoding', 'gzip'); a.end(require('zlib').gzipSync('x')); }
  else a.end(JSON.stringify([q.rawHeaders, q.headersDistinct])); }))`,
    env,
  );
  const { body } = await ask(port, '/', { 'Accept-Encoding': 'gzip, br' });
  const [raw, distinct] = JSON.parse(body.toString());
  assert.equal(raw[raw.indexOf('Accept-Encoding') + 1], 'identity');
  assert.deepEqual(distinct['accept-encoding'], ['identity']);
  for (const [url, headers] of [
    ['/a.png', {}],
    ['/a', { 'sec-fetch-dest': 'image' }],
  ] as const) {
    const packed = await ask(port, url, { 'Accept-Encoding': 'gzip', ...headers });
    assert.equal(gunzipSync(packed.body).toString(), 'x', url);
  }
});

test("the tags of an earlier run do not hold, this run's do", { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const code = `const crypto = require('crypto');
listen(require('http').createServer((q, a) => {
  const text = q.url === '/none.js' ? 'none' : 'fetch("http://localhost:${written}/")';
  const tag = 'W/"' + text.length + '"';
  a.setHeader('Content-Type', 'text/javascript'); a.setHeader('ETag', tag); a.setHeader('Last-Modified', new Date(0).toUTCString());
  a.setHeader('Cache-Control', 'max-age=31536000,immutable');
  if (q.headers['if-none-match'] === tag) { a.statusCode = 304; return a.end(); }
  if (q.url === '/stream.js') { a.write(text); a.end(); } else a.end(text);
}))`;
  const env = followEnv(new Map([[written, real]]), { pages: true });
  const port = await server(t, code, env);
  const plain = await server(t, code);
  for (const url of ['/a.js', '/stream.js']) {
    const earlier = (await ask(plain, url)).headers;
    const stale = await ask(port, url, { 'if-none-match': earlier.etag });
    assert.equal(stale.status, 200);
    assert.match(stale.body.toString(), new RegExp(`:${real}/`));
    assert.equal(stale.headers['last-modified'], undefined);
    assert.equal(stale.headers['cache-control'], 'no-cache');
    const fresh = await ask(port, url, { 'if-none-match': stale.headers.etag });
    assert.deepEqual([fresh.status, fresh.headers.etag], [304, stale.headers.etag]);
    assert.equal((await ask(plain, url, { 'if-none-match': stale.headers.etag })).status, 200, 'a later run');
  }
  const none = await ask(port, '/none.js');
  assert.deepEqual(
    [none.headers.etag, none.headers['cache-control']],
    ['W/"4"', 'max-age=31536000,immutable'],
  );
});

test('the headers that name a moved port: policies, links, redirects', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { pages: true });
  const code = `listen(require('http').createServer((q, a) => a.writeHead(302, {
  'Content-Security-Policy': "connect-src 'self' http://localhost:${written} ws://localhost:${written}", Location: 'http://127.0.0.1:${written}/x?a=b' }).end()))`;
  const { headers } = await ask(await server(t, code, env));
  assert.equal(
    headers['content-security-policy'],
    `connect-src 'self' http://localhost:${real} ws://localhost:${real}`,
  );
  assert.equal(headers.location, `http://127.0.0.1:${real}/x?a=b`);
});

test('a server is asked for by its real address, whatever the proxy calls it', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const code = `listen(require('http').createServer((q, a) => a.end(q.headers.host)))`;
  const port = await server(t, code, followEnv(new Map([[written, real]])));
  for (const [host, wanted] of [
    [`localhost:${written}`, `localhost:${real}`],
    [`127.0.0.1:${written}`, `127.0.0.1:${real}`],
    [`example.com:${written}`, `example.com:${written}`],
    ['localhost', 'localhost'],
  ])
    assert.equal((await ask(port, '/', { host })).body.toString(), wanted);
});

test('http2, the plain API and the compatible one', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { pages: true, origins: [written] });
  const codes = {
    compatible: `listen(require('http2').createServer((q, a) => { a.setHeader('access-control-allow-origin', q.headers.origin); a.setHeader('content-type', 'text/javascript'); a.write(text.slice(0, 38)); a.end(text.slice(38)); }))`,
    'end alone': `listen(require('http2').createServer((q, a) => { a.writeHead(200, { 'access-control-allow-origin': q.headers.origin, 'content-type': 'text/javascript', 'content-length': text.length }); a.end(text); }))`,
    plain: `const s = require('http2').createServer(); s.on('stream', (stream, h) => { stream.respond({ ':status': 200, 'access-control-allow-origin': h.origin, 'content-type': 'text/javascript' }); stream.end(Buffer.from(text)); }); listen(s)`,
  };
  for (const [name, code] of Object.entries(codes)) {
    await t.test(name, async (t) => {
      const port = await server(t, `const text = ${JSON.stringify(page(written))};\n${code}`, env);
      const session = http2.connect(`http://localhost:${port}`);
      const request = session.request({ origin: `http://localhost:${real}` });
      let text = '';
      request.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      const [headers] = await once(request, 'response');
      await once(request, 'end');
      session.destroy();
      assert.equal(text, page(written).replace(`localhost:${written}`, `localhost:${real}`));
      assert.equal(headers['access-control-allow-origin'], `http://localhost:${real}`);
    });
  }
});

const allowing = (written: number) => `const allowed = 'http://localhost:${written}';
const answer = (q, a, head) => { const origin = q.headers.origin;
  if (origin && origin !== allowed) { a.statusCode = 403; return a.end('refused ' + origin); } head(origin); a.end('shown ' + q.rawHeaders.join(' ')); };`;
const heads: Record<string, string> = {
  setHeader: 'a.setHeader("Access-Control-Allow-Origin", origin)',
  appendHeader:
    'a.appendHeader ? a.appendHeader("access-control-allow-origin", origin) : a.setHeader("access-control-allow-origin", origin)',
  setHeaders:
    'a.setHeaders ? a.setHeaders(new Headers({ "Access-Control-Allow-Origin": origin })) : a.setHeader("access-control-allow-origin", origin)',
  'writeHead, an object': 'a.writeHead(200, { "Access-Control-Allow-Origin": origin, Vary: "Origin" })',
  'writeHead, a list': 'a.writeHead(200, ["X", "y", "Access-Control-Allow-Origin", origin])',
  'writeHead, a list over stored ones':
    'a.setHeader("x", "y"); a.writeHead(200, "fine", ["Access-Control-Allow-Origin", origin])',
  'a fixed value': 'a.setHeader("Access-Control-Allow-Origin", allowed)',
};

test('a fixed CORS list follows', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { origins: [written] });
  const origin = `http://localhost:${real}`;
  for (const [name, head] of Object.entries(heads)) {
    await t.test(name, async (t) => {
      const code = `${allowing(written)}\nlisten(require('http').createServer((q, a) => answer(q, a, (origin) => { ${head} })))`;
      const port = await server(t, code, env);
      const allowed = await ask(port, '/', { Origin: origin });
      assert.equal(allowed.headers['access-control-allow-origin'], origin);
      assert.match(allowed.body.toString(), new RegExp(`Origin http://localhost:${written} `));
      const foreign = await ask(port, '/', { Origin: 'http://evil.example' });
      assert.deepEqual([foreign.status, foreign.body.toString()], [403, 'refused http://evil.example']);
      const other = await ask(port, '/', { Origin: `http://evil.example:${real}` });
      assert.equal(other.status, 403);
      // Whoever is on the written port is as welcome as before, by its own name.
      const old = await ask(port, '/', { Origin: `http://localhost:${written}` });
      assert.equal(old.headers['access-control-allow-origin'], `http://localhost:${written}`);
    });
  }
});

test('an origin that the server serves itself is shown as it is', { timeout }, async (t) => {
  const { written } = await moved(t);
  const free = await freePort();
  const code = `listen(require('http').createServer((q, a) => a.end(q.headers.origin)), ${free})`;
  const env = followEnv(new Map([[written, free]]), { origins: [written], pages: true });
  const { body } = await ask(await server(t, code, env), '/', { Origin: `http://localhost:${free}` });
  assert.equal(body.toString(), `http://localhost:${free}`);
});

test('WebSockets: the origin of an upgrade, and code in hot updates alone', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { origins: [written], pages: true });
  const code = `const s = require('http').createServer();
s.on('upgrade', (q, socket) => {
  const frame = (text) => { const b = Buffer.from(text); const h = b.length < 126 ? Buffer.of(0x81, b.length) : Buffer.of(0x81, 126, b.length >> 8, b.length & 255); return [h, b]; };
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nX-Seen: ' + q.headers.origin + ' ' + ('sec-websocket-extensions' in q.headers) + '\\r\\n\\r\\n');
  const text = '{"type":"update","code":"fetch(\\\\"http://localhost:${written}/\\\\")' + ' '.repeat(200) + '"}';
  for (const part of [...frame('{"type":"connected"}'), ...frame(text), Buffer.of(0x82, 3, 1, 2, 3), ...frame('last')]) socket.write(part);
  socket.end();
}); listen(s)`;
  const port = await server(t, code, env);
  const upgrade = async (url: string) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: `http://localhost:${real}`,
      'sec-websocket-extensions': 'permessage-deflate',
    };
    const request = http.get({ port, path: url, headers });
    const [response, socket, head] = await once(request, 'upgrade');
    const pieces = [head];
    for await (const piece of socket) pieces.push(piece);
    return { seen: response.headers['x-seen'], text: Buffer.concat(pieces).toString('latin1') };
  };
  const hot = await upgrade('/_next/webpack-hmr?id=1');
  assert.equal(hot.seen, `http://localhost:${written} false`);
  assert.ok(hot.text.includes(`localhost:${real}/`) && !hot.text.includes(`:${written}`), hot.text);
  assert.ok(hot.text.endsWith('\x82\x03\x01\x02\x03\x81\x04last'));
  const chat = await upgrade('/chat');
  assert.equal(chat.seen, `http://localhost:${written} true`);
  assert.ok(chat.text.includes(`localhost:${written}/`), 'data stays');
});

test('nothing to follow: every answer is the same, byte for byte', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const folder = mkdtempSync(path.join(tmpdir(), 'devstart-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const big = randomBytes(12_000_000);
  writeFileSync(path.join(folder, 'big.bin'), big);
  const code = `const fs = require('fs'), zlib = require('zlib'), file = ${JSON.stringify(path.join(folder, 'big.bin'))};
const s = require('http').createServer((q, a) => { a.sendDate = false; ({
  '/big': () => { a.setHeader('content-type', 'application/octet-stream'); fs.createReadStream(file).pipe(a); },
  '/big.html': () => { a.setHeader('content-type', 'text/html'); fs.createReadStream(file).pipe(a); },
  '/length': () => { a.writeHead(200, { 'Content-Type': 'application/zip', 'Content-Length': fs.statSync(file).size }); fs.createReadStream(file).pipe(a); },
  '/page': () => { a.setHeader('Content-Type', 'text/html; charset=utf-8'); a.setHeader('ETag', '"x"'); a.end('<p>größer localhost 8000</p>'); },
  '/script': () => { a.setHeader('Content-Type', 'text/javascript'); a.setHeader('Cache-Control', 'max-age=9'); a.end('fetch("/api")'); },
  '/empty': () => { a.writeHead(204); a.end(); },
  '/gzip': () => { a.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }); a.end(zlib.gzipSync('{}')); },
  '/sse': () => { a.writeHead(200, { 'Content-Type': 'text/event-stream' }); a.flushHeaders(); a.write('data: 1\\n\\n'); setImmediate(() => { a.write('data: 2\\n\\n'); a.end(); }); },
  '/trailers': () => { if (q.method === 'HEAD') return a.end(); a.writeHead(200, { Trailer: 'x' }); a.write('a'); a.addTrailers({ x: 'y' }); a.end(); },
  '/echo': () => a.end(JSON.stringify(q.rawHeaders)),
}[q.url] ?? (() => { a.statusCode = 404; a.end(); }))(); }); listen(s)`;
  const ports = new Map([[written, real]]);
  const plain = await server(t, code);
  const backend = await server(t, code, followEnv(ports, { origins: [written] }));
  const frontend = await server(t, code, followEnv(ports, { pages: true }));
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  for (const url of [
    '/big',
    '/big.html',
    '/length',
    '/page',
    '/script',
    '/empty',
    '/gzip',
    '/sse',
    '/trailers',
    '/echo',
    '/none',
  ]) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const [a, b, c] = await Promise.all(
        [plain, backend, frontend].map(async (port) => {
          const { status, headers, body } = await ask(
            port,
            url,
            { host: 'x', origin: 'http://evil.example' },
            method,
          );
          return { status, headers, body: hash(body) };
        }),
      );
      assert.deepEqual(b, a, `${method} ${url}, a backend`);
      // A streamed page's head goes before its text is known.
      assert.deepEqual(c, a, `${method} ${url}, a frontend`);
    }
  }
});
