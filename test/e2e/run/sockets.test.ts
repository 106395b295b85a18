// Sockets that the launcher opens and hands over: shared, kept over crashes, taken back where nobody serves from them.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { connections } from '../../rig/connections.ts';
import { Rig, type Told } from '../../rig/rig.ts';
import { ask, socketOf } from '../../rig/steer.ts';

const SERVER = `import http from 'node:http';
const server = http.createServer((_, response) => response.setHeader('connection', 'close').end(String(process.pid)));
server.listen(Number(process.env.PORT), ...process.argv.slice(2));
process.on('SIGTERM', () => server.close());
`;

async function project(t: TestContext, app: object): Promise<{ rig: Rig; port: number }> {
  const rig = await Rig.create(t);
  const [port] = (await rig.freePorts(1)) as [number];
  await writeFile(path.join(rig.dir, 'server.mjs'), SERVER);
  const given = JSON.stringify({ apps: [{ name: 'api', command: 'node server.mjs', port, ...app }] });
  await writeFile(path.join(rig.dir, 'devstart.config.json'), given.replaceAll('"PORT"', `"${port}"`));
  return { rig, port };
}

const readies = (events: readonly Told[]) => events.filter(({ type }) => type === 'ready').length;

test('three instances on one socket serve all; a crash refuses nobody; the launcher takes no connection', async (t) => {
  const { rig, port } = await project(t, { handover: true, instances: 3, restart: 'always' });
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('up');
  const pids = run.events.filter(({ type }) => type === 'started').map(({ pid }) => Number(pid));
  assert.equal(new Set(run.events.filter(({ type }) => type === 'ready').map(({ url }) => url)).size, 1);
  const back = (async () => {
    const before = readies(run.events);
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    while (readies(run.events) < before + 3)
      await run.waitFor('ready', (one) => !told.has(one) && !!told.add(one));
  })();
  const served = await connections({ host: '127.0.0.1', port }, 300, back, 8);
  assert.deepEqual(served.failed, {});
  const who = rig.spawnDevstart(['who', String(port), '--json']);
  assert.equal(await rig.exitCode(who), 0);
  assert.ok(!who.stdout().includes(`"pid":${run.child.pid},"name"`), who.stdout());
  const after = run.events.filter(({ type }) => type === 'started').map(({ pid }) => String(pid));
  for (const body of served.bodies.keys()) assert.ok(after.includes(body), `${body} is none of ${after}`);
  assert.ok(served.bodies.size >= 3, [...served.bodies].join());
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});
const told = new WeakSet<Told>();

test('who listens on another address is started without its socket, once', async (t) => {
  const { rig, port } = await project(t, { handover: true, command: 'node server.mjs 127.0.0.1' });
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('ready');
  const warnings = run.events.filter(({ type }) => type === 'warning');
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['NOT_HANDED'],
  );
  assert.equal(run.events.filter(({ type }) => type === 'started').length, 2);
  const served = await connections({ host: '127.0.0.1', port }, 4, Promise.resolve());
  assert.deepEqual(served.failed, {});
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

/** As gunicorn is called: it serves where `-b` says an address, and does with `fd://3` what the test is about. */
const gunicorn = (handed: string) => `#!/usr/bin/env node
const http = require('node:http');
const [, , , , address] = process.argv;
const serve = (...where) => http.createServer((_, response) => response.end('ok')).listen(...where);
if (address.startsWith('fd:')) { ${handed} } else serve(Number(address.split(':')[1]), address.split(':')[0]);
`;
for (const [name, handed, app, warned] of [
  ['it takes it', 'serve({ fd: 3 });', {}, []],
  ['it does not know the word', "throw new Error('no such address: ' + address);", {}, ['NOT_HANDED']],
  [
    'its ready time passes',
    'setInterval(() => {}, 1000);',
    { ready: { tcp: true, timeout: 1 } },
    ['NOT_HANDED'],
  ],
] as const) {
  test(`by default a known server is handed its socket, and is started without it where it does not serve, once: ${name}`, async (t) => {
    const { rig, port } = await project(t, { command: './gunicorn app:app', ...app });
    await writeFile(path.join(rig.dir, 'gunicorn'), gunicorn(handed), { mode: 0o755 });
    const run = rig.spawnDevstart(['--json']);
    await run.waitFor('up');
    const codes = () => run.events.filter(({ type }) => type === 'warning').map(({ code }) => code);
    assert.deepEqual(codes(), warned);
    const socket = await socketOf(rig.home);
    const served = await connections({ host: '127.0.0.1', port }, 4, Promise.resolve());
    assert.deepEqual(served.failed, {});
    const again = await ask(socket, 'POST', '/v1/restart', { name: 'api' });
    assert.equal(again.status, 200, JSON.stringify(again.body));
    const sockets = await ask(socket, 'GET', '/v1/sockets');
    assert.equal(sockets.body.length, 1 - warned.length);
    assert.deepEqual(codes(), warned);
    assert.equal(run.events.filter(({ type }) => type === 'started').length, 2 + warned.length);
    run.child.kill('SIGINT');
    assert.equal(await rig.exitCode(run), 130);
  });
}

test('who waits by select is asked by a connection whether it serves, once', async (t) => {
  const { rig } = await project(t, { handover: true, command: 'python3 polls.py' });
  const words = `import socket
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer


class Server(ThreadingTCPServer):
    def verify_request(self, request, address):
        print("accepted", flush=True)
        return True


server = Server(None, BaseHTTPRequestHandler, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
server.serve_forever()
`;
  await writeFile(path.join(rig.dir, 'polls.py'), words);
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('ready');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  assert.deepEqual(
    run.events.filter(({ type }) => type === 'output').map(({ line }) => line),
    ['accepted'],
  );
});

test('tcpPorts in the lithos document’s words: two sockets, their names, the pid; what does not serve is an error', async (t) => {
  const words = `import { fstatSync } from 'node:fs';
import http from 'node:http';
const { LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID } = process.env;
const says = JSON.stringify([LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID === String(process.pid), fstatSync(4).isSocket()]);
http.createServer((_, response) => response.end(says)).listen({ fd: 3 });
http.createServer((_, response) => response.end(says)).listen({ fd: 4 });
`;
  const rig = await Rig.create(t);
  const [first, second] = (await rig.freePorts(2)) as [number, number];
  await writeFile(path.join(rig.dir, 'words.mjs'), words);
  const yaml = `apps:
  - name: api
    command: node words.mjs
    environ: { LISTEN_FDS: 2 }
    tcp-ports:
      ${first}: { fd: 3, host: 0.0.0.0, listen-backlog: 128, reuse-addr: true }
      ${second}: { fd: 4, host: "::1" }
`;
  await writeFile(path.join(rig.dir, 'devstart.config.yaml'), yaml);
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('up');
  for (const [host, port] of [
    ['127.0.0.1', first],
    ['::1', second],
  ] as const) {
    const { bodies, failed } = await connections({ host, port }, 1, Promise.resolve(), 1);
    assert.deepEqual(
      [[...bodies.keys()], failed],
      [[JSON.stringify(['2', `${first}:${second}`, true, true])], {}],
    );
  }
  run.child.kill('SIGKILL');
  await rig.exitCode(run);
  await free(first);
  await free(second);
});

/** Once what the guard ends has ended. */
async function free(port: number): Promise<void> {
  for (;;) {
    const code = await new Promise((resolve) => {
      const probe = createServer().on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      probe.listen(port, () => probe.close(() => resolve(undefined)));
    });
    if (code === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const [name, app, words] of [
  [
    '1 and 2 are the output’s',
    { tcpPorts: { '8080': { fd: 1 } } },
    /tcpPorts\.8080\.fd: 1 is where its output goes/,
  ],
  ['an unknown key', { tcpPorts: { '8080': { fdd: 3 } } }, /unknown key "fdd".*did you mean "fd"/],
  ['a host that is none', { tcpPorts: { '8080': { host: 'a b' } } }, /host name without a port/],
  [
    'two at one number',
    { tcpPorts: { '8080': { fd: 3 }, '8081': { fd: 3 } } },
    /3 is the socket of 8080 already/,
  ],
  ['no such user', { user: 'no-such-user', port: 'auto' }, /user no-such-user, and there is none here/],
] as const) {
  test(`refused before anything starts: ${name}`, async (t) => {
    const { rig } = await project(t, { port: undefined, ...app });
    const run = rig.spawnDevstart([]);
    assert.equal(await rig.exitCode(run), 2);
    assert.match(run.stderr(), words);
    assert.doesNotMatch(run.stdout(), /http:/);
  });
}
