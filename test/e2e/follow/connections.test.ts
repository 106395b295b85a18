/** Where the connections of Node processes go, and where their servers listen, when a port has moved. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { followEnv, freePort, moved, program, server } from '../../rig/follow.ts';

const timeout = 60_000;

const fetchers: Record<string, string> = {
  'http, a URL': 'http.get(`http://localhost:${port}/`, read)',
  'http, options': 'http.get({ port, host: "127.0.0.1" }, read)',
  'http, port as text': 'http.get({ port: String(port), hostname: "localhost" }, read)',
  'http, an agent': 'http.get({ port, agent: new http.Agent({ keepAlive: true }) }, read)',
  'http, 0.0.0.0': 'http.get({ port, host: "0.0.0.0" }, read)',
  'http, IPv6': 'http.get(`http://[::1]:${port}/`, read)',
  'fetch, localhost': 'fetch(`http://localhost:${port}/`).then((r) => r.text()).then(done)',
  'fetch, 127.0.0.1': 'fetch(`http://127.0.0.1:${port}/`).then((r) => r.text()).then(done)',
  'net.connect(port)': 'raw(net.connect(port))',
  'net.connect(options)': 'raw(net.connect({ port, host: "localhost" }))',
  'Socket.connect(port, host)': 'raw(new net.Socket().connect(port, "localhost"))',
  'Socket.connect(options)': 'raw(new net.Socket().connect({ port }))',
  'a worker':
    'new (require("worker_threads").Worker)(`fetch("http://localhost:${port}/").then((r) => r.text()).then((t) => require("worker_threads").parentPort.postMessage(t))`, { eval: true }).on("message", done)',
  'a child':
    'require("child_process").execFile(process.execPath, ["-p", `fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""`], (e, out) => done(out.trim()))',
  'a child with options of its own':
    'require("child_process").execFile(process.execPath, ["-p", `fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""`], { env: { ...process.env, NODE_OPTIONS: "--no-warnings" } }, (e, out) => done(out.trim()))',
  "a script's own NODE_OPTIONS":
    'require("child_process").exec(`NODE_OPTIONS="--no-warnings" node -p \'fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""\'`, (e, out) => done(out.trim()))',
  "a script's own PYTHONPATH":
    'require("child_process").exec(`PYTHONPATH=. python3 -c \'from urllib.request import urlopen; print(urlopen("http://localhost:${port}/").read().decode())\'`, (e, out) => done(out.trim()))',
  'a child waited for':
    'done(require("child_process").execFileSync(process.execPath, ["-p", `fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""`], { env: { ...process.env, NODE_OPTIONS: "--no-warnings" } }).toString().trim())',
  'a child waited for, by the parent’s changed environment':
    'process.env.NODE_OPTIONS = "--no-warnings"; done(String(require("child_process").spawnSync(process.execPath, ["-p", `fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""`]).stdout).trim())',
  'a shell waited for':
    'done(require("child_process").execSync(`NODE_OPTIONS="--no-warnings" node -p \'fetch("http://localhost:${port}/").then((r) => r.text()).then(console.log), ""\'`, { encoding: "utf8" }).trim())',
  'a cluster worker':
    'const c = require("cluster"); c.isPrimary ? c.on("message", (w, text) => done(text)).fork() : fetch(`http://localhost:${port}/`).then((r) => r.text()).then((t) => process.send(t))',
};

/** Runs one of them with the number that the project has written. @returns who answered */
async function reaches(t: TestContext, client: string, written: number, env = {}): Promise<string> {
  const code = `const http = require('http'), net = require('net'), port = ${written};
const done = (text) => { process.stdout.write(text); process.exit(); };
const read = (response) => { let text = ''; response.on('data', (d) => (text += d)).on('end', () => done(text)); };
const raw = (socket) => { let text = ''; socket.on('data', (d) => (text += d)).on('end', () => done(text.split('\\r\\n\\r\\n')[1])).write('GET / HTTP/1.0\\r\\n\\r\\n'); };
${client}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'devstart-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'client.cjs');
  writeFileSync(file, code);
  return await program(t, [process.execPath, file], { env }).ended;
}

test('every client of a followed process reaches the real port', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const env = followEnv(new Map([[written, real]]));
  for (const [name, client] of Object.entries(fetchers))
    await t.test(name, async (t) => assert.equal(await reaches(t, client, written, env), 'own GET /'));
});

test('nobody else does', { timeout }, async (t) => {
  const { written, real } = await moved(t);
  const client = fetchers['http, a URL'] ?? '';
  const env = followEnv(new Map([[written, real]]));
  assert.equal(await reaches(t, client, written), 'stranger GET /');
  assert.equal(await reaches(t, client, written, { ...env, DEVSTART_RUN: 'another' }), 'stranger GET /');
  assert.equal(await reaches(t, client, written, { ...env, DEVSTART_MOVED: '' }), 'stranger GET /');
});

test('a process that listens on the written number itself means itself', { timeout }, async (t) => {
  const { real } = await moved(t);
  const written = await freePort();
  const code =
    'const s = http.createServer((q, a) => a.end("myself")).listen(port, () => http.get({ port }, read))';
  const env = followEnv(new Map([[written, real]]));
  assert.equal(await reaches(t, code, written, env), 'myself');
  const closed = code.replace('http.get({ port }, read)', 's.close(() => http.get({ port }, read))');
  assert.equal(await reaches(t, closed, written, env), 'own GET /');
});

test('its own fixed number is listened on where it has become another', { timeout }, async (t) => {
  const { written } = await moved(t);
  for (const args of ['W', '"W"', '{ port: W }', '{ port: W, host: "127.0.0.1" }', 'W, "127.0.0.1"']) {
    await t.test(args, async (t) => {
      const free = await freePort();
      const env = followEnv(new Map([[written, free]]), { own: new Map([[written, free]]) });
      const code = `listen(require('http').createServer(), ${args.replace('W', String(written))})`;
      assert.equal(await server(t, code, env), free);
    });
  }
});

test('a second server on that number is another one', { timeout }, async (t) => {
  const { written } = await moved(t);
  const free = await freePort();
  const env = followEnv(new Map([[written, free]]), { own: new Map([[written, free]]) });
  const code = `const http = require('http'), first = http.createServer().listen(${free}, () => http.createServer().listen(${written})
    .on('error', (e) => console.log(e.code, e.port === ${written}, 'port ' + first.address().port)))`;
  const started = program(t, [process.execPath, '-e', code], { env });
  assert.match((await started.says(/.*port \d+/))[0], new RegExp(`^EADDRINUSE true port ${free}$`));
});
