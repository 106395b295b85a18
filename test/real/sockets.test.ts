/** Servers from their registries on handed sockets: restarted, scaled and asked under new connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { connections, type Served } from '../rig/connections.ts';
import { freePort } from '../rig/follow.ts';
import { ask, socketOf } from '../rig/steer.ts';
import { start } from './run.ts';
import { MINUTE, type Project, project, sh, venv } from './support.ts';

const BIN = '.venv/bin';

/**
 * What a server does on its stop signal with what it has taken: `all`, it answers; `begun`, it answers what it has read, and
 * closes the connections that it has not read from yet; `none`, it ends at once. Nobody may refuse.
 */
const SERVERS: readonly {
  name: string;
  command: string;
  answers: 'all' | 'begun' | 'none';
  /** Nobody asks for it: it is handed its socket by default. */
  byItself?: true;
}[] = [
  { name: 'uvicorn', command: `${BIN}/uvicorn asgi:app`, answers: 'begun' },
  { name: 'reload', command: `${BIN}/uvicorn asgi:app --reload`, answers: 'begun' },
  { name: 'gunicorn', command: `${BIN}/gunicorn wsgi:app`, answers: 'all', byItself: true },
  { name: 'hypercorn', command: `${BIN}/hypercorn asgi:app`, answers: 'begun', byItself: true },
  { name: 'flask', command: `${BIN}/flask --app wsgi run`, answers: 'none' },
  { name: 'aiohttp', command: `${BIN}/python aio.py`, answers: 'begun' },
  { name: 'asyncio', command: `${BIN}/python plain.py`, answers: 'none' },
  { name: 'http', command: 'node server.mjs', answers: 'all' },
  { name: 'express', command: 'node server.mjs', answers: 'all' },
  { name: 'fastify', command: 'node server.mjs', answers: 'all' },
  { name: 'hono', command: 'node server.mjs', answers: 'all' },
];

const PYTHON = {
  'asgi.py': `import asyncio
import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = str(os.getpid()).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/slow":
        await send({"type": "http.response.body", "body": body[:1], "more_body": True})
        await asyncio.sleep(0.5)
        body = body[1:]
    await send({"type": "http.response.body", "body": body})
`,
  'wsgi.py': `import os
import time

from flask import Flask

app = Flask(__name__)


@app.route("/")
def hello():
    return str(os.getpid())


@app.route("/slow")
def slow():
    def parts():
        yield "begun"
        time.sleep(0.5)
        yield "ended"

    return parts()
`,
  'aio.py': `import asyncio
import os
import socket

from aiohttp import web


async def hello(request):
    return web.Response(text=str(os.getpid()))


async def slow(request):
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"begun")
    await asyncio.sleep(0.5)
    await response.write(b"ended")
    return response


app = web.Application()
app.router.add_get("/", hello)
app.router.add_get("/slow", slow)
web.run_app(app, sock=socket.socket(fileno=3))
`,
  'plain.py': `import asyncio
import os
import socket


async def serve(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    body = str(os.getpid())
    writer.write(f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, sock=socket.socket(fileno=3))
    await server.serve_forever()


asyncio.run(main())
`,
};

const NODE: Record<string, string> = {
  http: `import http from 'node:http';
const server = http.createServer((request, response) => {
  if (request.url !== '/slow') return response.end(String(process.pid));
  response.write('begun');
  setTimeout(() => response.end('ended'), 500);
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close());
`,
  express: `import express from 'express';
const app = express();
app.get('/', (_, response) => response.send(String(process.pid)));
const server = app.listen(process.env.PORT);
process.on('SIGTERM', () => server.close());
`,
  // What comes while it closes it answers with 503 by itself.
  fastify: `import Fastify from 'fastify';
const app = Fastify({ return503OnClosing: false });
app.get('/', async () => String(process.pid));
await app.listen({ port: Number(process.env.PORT) });
process.on('SIGTERM', () => app.close());
`,
  hono: `import { serve } from '@hono/node-server';
import { Hono } from 'hono';
const app = new Hono();
app.get('/', (c) => c.text(String(process.pid)));
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT) });
process.on('SIGTERM', () => server.close());
`,
};
const PACKAGES: Record<string, string> = {
  express: 'express',
  fastify: 'fastify',
  hono: '@hono/node-server',
};

/** One folder with all servers, installed. */
async function installed(t: TestContext): Promise<Project> {
  const at = project(t, 'sockets');
  at.write(PYTHON);
  for (const [name, text] of Object.entries(NODE)) {
    const dependencies = PACKAGES[name] === undefined ? {} : { [PACKAGES[name]]: '*' };
    const manifest = JSON.stringify({ private: true, type: 'module', dependencies });
    at.write({ [`${name}/server.mjs`]: text, [`${name}/package.json`]: manifest });
  }
  await Promise.all([
    venv(at.root, 'uvicorn[standard]', 'gunicorn', 'hypercorn', 'flask', 'aiohttp'),
    sh(at.root, 'npm', 'install', '--no-audit', '--no-fund', '--no-save', ...INSTALLED),
  ]);
  return at;
}

/** Those of the servers, each handed its socket, all ready. */
async function running(t: TestContext, at: Project, servers: typeof SERVERS, more: object) {
  const apps = servers.map(({ name, command, byItself }) => {
    const where = NODE[name] === undefined ? {} : { cwd: name };
    return { name, command, ...where, port: 'auto', ...(!byItself && { handover: true }), ...more };
  });
  at.write({ 'devstart.config.json': JSON.stringify({ apps }) });
  const run = start(t, at);
  await run.up();
  const socket = await socketOf(at.home);
  const { body: rows } = await ask(socket, 'GET', '/v1/instances');
  const portOf = (name: string): number => rows.find(({ app }: { app: string }) => app === name).port;
  const order = async (verb: string, body: { name: string; instances?: number }) => {
    const answer = await ask(socket, 'POST', `/v1/${verb}`, body);
    assert.equal(answer.status, 200, `${body.name}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return { run, socket, portOf, order };
}
const INSTALLED = ['@hono/node-server@1', 'express@5', 'fastify@5', 'hono@4'];

/** Nothing has failed, but where a server closes what it has taken. */
function assertServed(name: string, { failed }: Served, answers: 'all' | 'begun' | 'none'): void {
  const { ECONNRESET: _, 'socket hang up': __, ...worse } = failed;
  assert.deepEqual(answers === 'all' ? failed : worse, {}, name);
}

test('servers from their registries on handed sockets', { timeout: 5 * MINUTE }, async (t) => {
  const at = await installed(t);
  const steps = { restarted, scaled, 'kept connections': kept, 'the lithos document': lithos };
  for (const [name, step] of Object.entries(steps)) await t.test(name, (inner) => step(inner, at));
});

/** Each twice under new connections: none is refused, and what was begun is answered. */
async function restarted(t: TestContext, at: Project): Promise<void> {
  const { run, socket, portOf, order } = await running(t, at, SERVERS, {});
  for (const { name, answers } of SERVERS) {
    const port = portOf(name);
    const restarts = (async () => {
      for (let count = 0; count < 2; count++) {
        const drains = answers !== 'none' && PACKAGES[name] === undefined;
        const begun = drains ? await slow(port) : undefined;
        await order('restart', { name });
        assert.equal(await begun?.ended, drains || undefined, `${name} has not ended what it had begun`);
      }
    })();
    const served = await connections({ host: '127.0.0.1', port }, 40, restarts);
    t.diagnostic(`${name}: ${served.asked} connections, failed: ${JSON.stringify(served.failed)}`);
    assertServed(name, served, answers);
    assert.ok(served.bodies.size > 1, `${name} is the same as before`);
  }
  // Each on its socket, to the end.
  const { body: sockets } = await ask(socket, 'GET', '/v1/sockets');
  for (const { name } of SERVERS) {
    const mine = sockets.filter(({ app }: { app: string }) => app === name);
    assert.ok(mine.length > 0, `${name} has no socket`);
    for (const { holders } of mine) assert.ok(holders.length > 1, `${name} does not hold its socket`);
  }
  const told = run.events.filter(({ type }) => type === 'warning' || type === 'error');
  assert.deepEqual(told, []);
  assert.equal(await run.stop(), 130);
}

/** An answer that takes half a second, begun; `ended`: whether it came to its end. */
async function slow(port: number): Promise<{ ended: Promise<boolean> }> {
  const call = httpGet({ host: '127.0.0.1', port, path: '/slow', agent: false });
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.on('error', () => {}).resume();
  const ended = new Promise<boolean>((resolve) => response.on('close', () => resolve(response.complete)));
  return { ended };
}

/** Four instances on one port all serve; 6, 1 and 3 under new connections. */
async function scaled(t: TestContext, at: Project): Promise<void> {
  const servers = SERVERS.filter(({ name }) => name === 'uvicorn' || name === 'http');
  const { run, portOf, order } = await running(t, at, servers, { instances: 4 });
  for (const { name, answers } of servers) {
    const where = { host: '127.0.0.1', port: portOf(name) };
    const served = new Set<string>();
    while (served.size < 4) {
      const { bodies, failed } = await connections(where, 100, Promise.resolve(), 8);
      assert.deepEqual(failed, {}, name);
      for (const body of bodies.keys()) served.add(body);
    }
    assert.equal(served.size, 4);
    const orders = (async () => {
      for (const instances of [6, 1, 3]) {
        const { instances: now } = await order('scale', { name, instances });
        assert.deepEqual(new Set(now.map(({ port }: { port: number }) => port)), new Set([where.port]));
        assert.equal(now.length, instances);
      }
    })();
    assertServed(name, await connections(where, 100, orders, 8), answers);
  }
  const told = run.events.filter(({ type }) => type === 'warning' || type === 'error');
  assert.deepEqual(told, []);
  assert.equal(await run.stop(), 130);
}

/** uvicorn answers on them as fast as on a socket of its own. */
async function kept(t: TestContext, at: Project): Promise<void> {
  const servers = SERVERS.filter(({ name }) => name === 'uvicorn');
  const { run, portOf } = await running(t, at, servers, {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  for (let count = 0; count < 10; count++) {
    const began = performance.now();
    const call = httpGet({ host: '127.0.0.1', port: portOf('uvicorn'), agent });
    const [response] = await once(call, 'response');
    await once(response.resume(), 'end');
    times.push(performance.now() - began);
  }
  agent.destroy();
  // A body held back until its head is acknowledged takes 40 ms each time.
  assert.ok(Math.min(...times.slice(1)) < 35, times.join());
  assert.equal(await run.stop(), 130);
}

/** The document's two kinds of config as written, but for the port: systemd's words for asyncio, and Werkzeug's. */
const TCP_PORTS = `
    tcp-ports:
      PORT:
        fd: 3
        host: 0.0.0.0
        listen-backlog: 128
        reuse-addr: true
`;
const LITHOS: Record<string, { command: string; environ: string; file?: [string, string] }> = {
  // Its snippet, with the arguments that socket.fromfd wants and the handler of an aiohttp of today.
  asyncio: {
    command: `${BIN}/python lithos_asyncio.py`,
    environ: 'LISTEN_FDS: 1   # application receives single file descriptor',
    file: [
      'lithos_asyncio.py',
      `import asyncio
import os
import socket

from aiohttp import web


async def hello(request):
    return web.Response(text="ok")


async def init(app, host, port):
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(app)
    await runner.setup()
    handler = runner.server
    if os.environ.get("LISTEN_FDS") == "1":
        fd = socket.fromfd(3, socket.AF_INET, socket.SOCK_STREAM)
        srv = await loop.create_server(handler, sock=fd)
    else:
        srv = await loop.create_server(handler, host, port)
    await srv.serve_forever()


app = web.Application()
app.router.add_get("/", hello)
asyncio.run(init(app, "127.0.0.1", 0))
`,
    ],
  },
  werkzeug: {
    command: `${BIN}/python lithos_werkzeug.py`,
    environ: 'WERKZEUG_SERVER_FD: 3',
    file: [
      'lithos_werkzeug.py',
      `from wsgi import app

app.run(port=8080)
`,
    ],
  },
  'flask run': {
    command: `${BIN}/flask --app wsgi run`,
    environ: 'WERKZEUG_SERVER_FD: 3',
  },
  BaseWSGIServer: {
    command: `${BIN}/python lithos_base.py`,
    environ: 'LISTEN_FDS: 1',
    file: [
      'lithos_base.py',
      `from werkzeug.serving import BaseWSGIServer
from wsgi import app

BaseWSGIServer("0.0.0.0", 8080, app, fd=3).serve_forever()
`,
    ],
  },
};

/** Its examples; "use lithos's instances to control the number of processes". */
async function lithos(t: TestContext, at: Project): Promise<void> {
  const ports = new Map<string, number>();
  const blocks = [];
  for (const [name, { command, environ, file }] of Object.entries(LITHOS)) {
    const port = await freePort();
    ports.set(name, port);
    if (file) at.write({ [file[0]]: file[1] });
    const socket = TCP_PORTS.replace('PORT', String(port));
    blocks.push(
      `  - name: ${name.replace(' ', '-')}\n    command: ${command}\n    instances: 2\n    environ:\n      ${environ}${socket}`,
    );
  }
  at.write({ 'lithos.yaml': `apps:\n${blocks.join('')}` });
  const run = start(t, at, ['--config', 'lithos.yaml']);
  await run.up();
  for (const [name, port] of ports) {
    const { failed } = await connections({ host: '127.0.0.1', port }, 20, Promise.resolve());
    assert.deepEqual(failed, {}, name);
  }
  assert.equal(await run.stop(), 130);
}
