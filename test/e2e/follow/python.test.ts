/** The folder on PYTHONPATH inside Python processes, with what Python itself has: clients, wsgiref, sitecustomize. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask, followEnv, moved, program } from '../../rig/follow.ts';

const timeout = 60_000;
const python = process.env.PYTHON ?? 'python3';

function folder(t: TestContext, files: Record<string, string>): string {
  const made = mkdtempSync(path.join(tmpdir(), 'devstart-follow-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(made, name)), { recursive: true });
    writeFileSync(path.join(made, name), text);
  }
  return made;
}

const run = async (t: TestContext, code: string, env = {}, ...flags: string[]): Promise<string> =>
  (await program(t, [python, ...flags, '-c', code], { env }).ended).trim();

const clients: Record<string, (port: number) => string> = {
  urllib: (port) =>
    `from urllib.request import urlopen; print(urlopen("http://localhost:${port}/").read().decode())`,
  'http.client': (port) =>
    `from http.client import HTTPConnection; c = HTTPConnection("127.0.0.1", ${port}); c.request("GET", "/"); print(c.getresponse().read().decode())`,
  'socket.connect': (port) =>
    `import socket; s = socket.socket(); s.connect(("localhost", ${port})); s.send(b"GET / HTTP/1.0\\r\\n\\r\\n"); print(s.makefile().read().split("\\n")[-1])`,
  'connect_ex, IPv6': (port) =>
    `import socket; s = socket.socket(socket.AF_INET6); assert s.connect_ex(("::1", ${port}, 0, 0)) == 0; s.send(b"GET / HTTP/1.0\\r\\n\\r\\n"); print(s.makefile().read().split("\\n")[-1])`,
  'asyncio.open_connection': (port) => `import asyncio
async def main():
    r, w = await asyncio.open_connection("localhost", ${port})
    w.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print((await r.read()).decode().split("\\n")[-1])
asyncio.get_event_loop_policy().new_event_loop().run_until_complete(main())`,
  'a subprocess': (port) =>
    `import subprocess, sys; subprocess.run([sys.executable, "-c", 'from urllib.request import urlopen; print(urlopen("http://localhost:${port}/").read().decode())'])`,
  multiprocessing: (port) => `import multiprocessing as m
from urllib.request import urlopen
def ask(q): q.put(urlopen("http://localhost:${port}/").read().decode())
q = m.get_context("fork").Queue(); p = m.get_context("fork").Process(target=ask, args=(q,)); p.start(); print(q.get()); p.join()`,
};

test('every client reaches the real port', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]));
  for (const [name, client] of Object.entries(clients))
    await t.test(name, async (t) => assert.equal(await run(t, client(written), env), 'own GET /'));
});

test('nobody else does, nor who asks Python for no surprises', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const client = clients.urllib?.(written) ?? '';
  const env = followEnv(new Map([[written, real]]));
  assert.equal(await run(t, client), 'stranger GET /');
  assert.equal(await run(t, client, { ...env, DEVSTART_RUN: 'another' }), 'stranger GET /');
  for (const flag of ['-I', '-E', '-S'])
    assert.equal(await run(t, client, env, flag), 'stranger GET /', flag);
  const udp =
    'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(("127.0.0.1", W)); print(s.getpeername()[1])';
  assert.equal(await run(t, udp.replace('W', String(written)), env), String(written));
});

test('a process that listens on the written number itself means itself', { timeout }, async (t) => {
  const { real } = await moved(t);
  const free = await run(t, 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])');
  const code = `import socket
s = socket.create_server(("127.0.0.1", ${free}))
c = socket.create_connection(("127.0.0.1", ${free}))
print(c.getpeername()[1]); c.close(); s.close()
print(socket.create_connection(("127.0.0.1", ${free})).getpeername()[1])`;
  const env = followEnv(new Map([[Number(free), real]]));
  assert.deepEqual((await run(t, code, env)).split('\n'), [free, String(real)]);
});

test('its own fixed number is listened on where it has become another', { timeout }, async (t) => {
  const { written } = await moved(t);
  const free = await run(t, 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])');
  const env = followEnv(new Map([[written, Number(free)]]), { own: new Map([[written, Number(free)]]) });
  const code = `import socket, http.server
s = http.server.HTTPServer(("127.0.0.1", ${written}), None)
print(s.socket.getsockname()[1])
try:
    socket.create_server(("127.0.0.1", ${written}))
except OSError as error:
    print("taken" if error.errno == 98 else error)`;
  assert.deepEqual((await run(t, code, env)).split('\n'), [free, 'taken']);
});

test("the project's own sitecustomize runs as ever", { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const ask = `import sys; print(sys.modules["sitecustomize"].__file__, [p for p in sys.path if "follow" in p]); ${clients.urllib?.(written)}`;
  const own = folder(t, { 'sitecustomize.py': 'import socket\nprint("own")\n' });
  const env = followEnv(new Map([[written, real]]), { inherited: { PYTHONPATH: own } });
  assert.deepEqual((await run(t, ask, env)).split('\n'), [
    'own',
    `${path.join(own, 'sitecustomize.py')} ['${own}']`,
    'own GET /',
  ]);
  const failing = folder(t, { 'sitecustomize.py': 'raise ValueError("of the project")\n' });
  const said = program(t, [python, '-c', 'print("goes on")'], {
    env: followEnv(new Map([[written, real]]), { inherited: { PYTHONPATH: failing } }),
  });
  assert.match(await said.ended, /goes on/);
  assert.match(said.output(), /ValueError: of the project/);
  const lacking = folder(t, { 'sitecustomize.py': 'import not_there_at_all\n' });
  const alone = program(t, [python, '-c', 'print("goes on")'], { env: { PYTHONPATH: lacking } });
  const beside = program(t, [python, '-c', 'print("goes on")'], {
    env: followEnv(new Map([[written, real]]), { inherited: { PYTHONPATH: lacking } }),
  });
  assert.equal(await beside.ended, await alone.ended);
  assert.equal(beside.output().includes('not_there_at_all'), alone.output().includes('not_there_at_all'));
});

test('modules look as they do without us', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const code = `import inspect, socket, sys, wsgiref.simple_server as w
print(type(socket.__loader__).__name__, type(socket.__spec__.loader).__name__, socket.__file__, inspect.getsource(w)[:20])
print(sorted(set(sys.modules) - {"sitecustomize", "devstart_web"}) == sorted(set(sys.modules)) or "ours")`;
  const [plain] = (await run(t, code)).split('\n');
  const [followed] = (await run(t, code, followEnv(new Map([[written, real]])))).split('\n');
  assert.equal(followed, plain);
});

test('a fixed list of origins in a WSGI program', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]), { origins: [written] });
  const code = `from wsgiref.simple_server import make_server
def app(environ, start):
    origin = environ.get("HTTP_ORIGIN")
    if environ["PATH_INFO"] == "/host":
        start("200 OK", [])
        return [environ["HTTP_HOST"].encode()]
    if environ["PATH_INFO"] == "/away":
        start("302 Found", [("Location", "http://localhost:${written}/x")])
        return []
    fine = origin == "http://localhost:${written}"
    start("200 OK" if fine else "403 Forbidden", [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")] if fine else [])
    return [str(origin).encode()]
server = make_server("127.0.0.1", 0, app)
print("port", server.server_port, flush=True)
server.serve_forever()`;
  const started = program(t, [python, '-c', code], { env });
  const port = Number((await started.says(/port (\d+)/))[1]);
  const origin = `http://localhost:${real}`;
  const allowed = await ask(port, '/', { origin });
  assert.equal(allowed.headers['access-control-allow-origin'], origin);
  assert.deepEqual(
    [allowed.headers.vary, allowed.body.toString()],
    ['Origin', `http://localhost:${written}`],
  );
  assert.equal((await ask(port, '/', { origin: 'http://evil.example' })).status, 403);
  assert.equal(
    (await ask(port, '/', { origin, host: `localhost:${real}` })).body.toString(),
    origin,
    'its own page',
  );
  const host = await ask(port, '/host', { host: `localhost:${written}` });
  assert.equal(host.body.toString(), `localhost:${real}`);
  assert.equal((await ask(port, '/away')).headers.location, `http://localhost:${real}/x`);
});
