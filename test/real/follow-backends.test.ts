/** Node's backends, followed: fixed CORS lists of a frontend that has moved. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { ask, moved } from '../rig/follow.ts';
import { serve, UPGRADE } from './followed.ts';
import { MINUTE, project, sh } from './support.ts';

const timeout = 15 * MINUTE;

const backends: Record<string, (origin: string) => string> = {
  'Express and cors': (origin) => `import express from 'express'; import cors from 'cors'
const app = express(); app.use(cors({ origin: '${origin}', credentials: true })); app.get('/', (q, s) => s.json({ hello: 1 })); app.listen(process.env.AT)`,
  'Express and a list that throws': (origin) => `import express from 'express'; import cors from 'cors'
const allowed = ['${origin}'], app = express()
app.use(cors({ credentials: true, origin: (o, done) => (!o || allowed.includes(o) ? done(null, true) : done(new Error('refused'))) }))
app.get('/', (q, s) => s.json({ hello: 1 })); app.listen(process.env.AT)`,
  Fastify: (origin) => `import Fastify from 'fastify'; import cors from '@fastify/cors'
const app = Fastify(); await app.register(cors, { origin: ['${origin}'], credentials: true }); app.get('/', async () => ({ hello: 1 })); await app.listen({ port: Number(process.env.AT) })`,
  Hono: (
    origin,
  ) => `import { Hono } from 'hono'; import { cors } from 'hono/cors'; import { serve } from '@hono/node-server'
const app = new Hono(); app.use(cors({ origin: ['${origin}'], credentials: true })); app.get('/', (c) => c.json({ hello: 1 })); serve({ fetch: app.fetch, port: Number(process.env.AT) })`,
  Koa: (origin) => `import Koa from 'koa'; import cors from '@koa/cors'
const app = new Koa(); app.use(cors({ origin: (c) => (c.get('origin') === '${origin}' ? '${origin}' : ''), credentials: true })); app.use((c) => { c.body = { hello: 1 } }); app.listen(process.env.AT)`,
  'by hand': (origin) => `import http from 'node:http'
http.createServer((q, s) => { const headers = { 'access-control-allow-origin': '${origin}', 'access-control-allow-credentials': 'true', vary: 'Origin' }
if (q.headers.origin && q.headers.origin !== '${origin}') return s.writeHead(403).end(); s.writeHead(200, headers).end('hello') }).listen(process.env.AT)`,
};

test('fixed CORS lists in Node servers', { timeout }, async (t) => {
  const at = project(t, 'lists');
  at.write({ 'package.json': '{ "private": true }' });
  await sh(
    at.root,
    'npm',
    'install',
    'express@5',
    'cors@2',
    'fastify@5',
    '@fastify/cors@11',
    'hono@4',
    '@hono/node-server',
    'koa@3',
    '@koa/cors@5',
    'ws@8',
    'socket.io@4',
  );
  const ports = await moved(t);
  const { written, real } = ports;
  const origin = `http://localhost:${real}`;
  for (const [name, code] of Object.entries(backends)) {
    await t.test(name, async (t) => {
      at.write({ 'server.mjs': code(`http://localhost:${written}`) });
      const { port } = await serve(t, at, ports, 'node server.mjs', { origins: [written] });
      const { headers, body } = await ask(port, '/', { origin });
      assert.match(body.toString(), /hello/);
      assert.deepEqual(
        [headers['access-control-allow-origin'], headers['access-control-allow-credentials']],
        [origin, 'true'],
      );
      assert.match(String(headers.vary), /origin/i);
      const preflight = {
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      };
      const asked = await ask(port, '/', { origin, ...preflight }, 'OPTIONS');
      assert.equal(asked.headers['access-control-allow-origin'], origin);
      const foreign = await ask(port, '/', { origin: 'http://evil.example', ...preflight }, 'OPTIONS');
      assert.ok(
        !/evil|:\d/.test(foreign.headers['access-control-allow-origin']?.replace(`:${written}`, '') ?? ''),
      );
    });
  }
  await t.test('sockets: ws and socket.io refuse a foreign origin alone', async (t) => {
    at.write({
      'server.mjs': `import http from 'node:http'; import { WebSocketServer } from 'ws'; import { Server } from 'socket.io'
const server = http.createServer((q, s) => s.end('hello')); const wss = new WebSocketServer({ noServer: true })
new Server(server, { cors: { origin: ['http://localhost:${written}'] } })
server.on('upgrade', (q, socket, head) => { if (!q.url.startsWith('/ws')) return
  q.headers.origin === 'http://localhost:${written}' ? wss.handleUpgrade(q, socket, head, (s) => s.send('x')) : socket.end('HTTP/1.1 403 Forbidden\\r\\n\\r\\n') })
server.listen(process.env.AT)`,
    });
    const { port } = await serve(t, at, ports, 'node server.mjs', { origins: [written] });
    const polling = await ask(port, '/socket.io/?EIO=4&transport=polling', { origin });
    assert.equal(polling.headers['access-control-allow-origin'], origin);
    const upgrade = async (from: string) => {
      const request = http.get({
        port,
        path: '/ws',
        headers: { ...UPGRADE, origin: from },
      });
      const opened = once(request, 'upgrade').then(([response, socket]) => {
        socket.destroy();
        return response.statusCode;
      });
      const refused = once(request, 'response').then(([response]) => response.statusCode);
      return await Promise.race([opened, refused]);
    };
    assert.equal(await upgrade(origin), 101);
    assert.equal(await upgrade('http://evil.example'), 403);
  });
});
