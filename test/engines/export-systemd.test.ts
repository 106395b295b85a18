// The examples' exported units on a booted machine: sockets, instances, and restarts that nobody notices.
import assert from 'node:assert/strict';
import { chmodSync, cpSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, sh } from './docker.ts';

const here = import.meta.dirname;
const LOCAL = new Set(['node_modules', 'dist', '.venv', '.ports.json']);

test('fastapi-vite: two rolling restarts of both instances under load, nothing refused or reset', async (t) => {
  const seen = await onMachine(folder(t, {}), 'fastapi-vite', 'fastapi-vite', [
    '16200',
    '16201',
    '1000',
    'fastapi-vite-api@0',
    'fastapi-vite-api@1',
  ]);
  assert.ok(seen.requests >= 1000, String(seen.requests));
  assert.deepEqual(
    [seen.failed, seen.reset, seen.restarts, seen.states],
    [0, 0, 4, ['active', 'active']],
    `of ${seen.requests}`,
  );
});

test('vite-api: a server without a socket, and its page', async (t) => {
  await onMachine(folder(t, {}), 'vite-api', 'vite-api-example', ['16100', '16101', '1']);
});

/** A server that knows descriptors alone; on several sockets it answers on each. Told to end, it ends what it has begun. */
const TAKES = `import http.server, os, signal, socket, sys, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{os.getpid()} {os.getuid()}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

def server(fd):
    made = http.server.ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
    made.daemon_threads = False
    made.socket.close()
    made.socket = socket.socket(fileno=fd)
    return made

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
servers = [server(int(fd)) for fd in sys.argv[1:]]
threads = [threading.Thread(target=one.serve_forever, args=(0.05,)) for one in servers]
for thread in threads:
    thread.start()
signal.sigwait({signal.SIGTERM})
for one in servers:
    one.shutdown()
    one.server_close()
`;

test('sockets, users, instances and workers of a config, as it has them', async (t) => {
  const python = (name: string, ...fds: string[]) => ({ name, command: ['python3', 'takes.py', ...fds] });
  const config = {
    name: 'many',
    apps: [
      {
        ...python('api', '3', '4'),
        role: 'backend',
        // Below 1024, and opened by nobody but systemd.
        tcpPorts: {
          81: { fd: 3, host: '127.0.0.1', backlog: 64, setNonBlock: true },
          8443: { fd: 4, setNonBlock: true },
        },
        instances: 3,
        user: 'www-data',
      },
      { ...python('stdin', '0'), tcpPorts: { 9000: { fd: 0 } } },
      { name: 'web', role: 'frontend', command: 'node web.js', port: '3000-3001', instances: 2 },
      { name: 'jobs', command: ['node', 'jobs.js'], port: false, instances: 2 },
    ],
  };
  const dir = folder(t, {
    'devstart.config.json': JSON.stringify(config),
    'package.json': '{ "name": "many" }',
    'takes.py': TAKES,
    'web.js':
      "require('node:http').createServer((_, response) => response.end(process.env.PORT)).listen(process.env.PORT, process.env.HOST);\n",
    'jobs.js': 'setInterval(() => {}, 1 << 30);\n',
  });
  chmodSync(dir, 0o755);
  const devstart = path.join(here, '../../bin/devstart.cjs');
  await sh(process.execPath, [devstart, 'export', 'systemd', '--cors-origin', 'https://shop.example'], {
    cwd: dir,
  });
  const output = await sh('sh', [
    ...[path.join(here, 'machine.sh'), 'run', dir, 'many', process.execPath, path.join(here, 'sockets.mjs')],
    ...['many', 'many-api', '3', '81', '81', '8443', '9000', '3000', '3001'],
  ]);
  const seen = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  const { 81: main, 8443: second, 9000: stdin, 3000: first, 3001: other } = seen.answers;
  for (const answer of [main, second]) assert.match(answer, /^\d+ 33$/);
  // A user of the unit's own.
  assert.match(stdin, /^\d+ (?:6[1-5]\d{3})$/);
  assert.deepEqual([first, other], ['3000', '3001']);
  assert.ok(seen.requests > 0 && seen.pids > 3, JSON.stringify(seen));
  assert.deepEqual([seen.failed, seen.after], [0, false]);
  assert.deepEqual(
    seen.units.filter((line: string) => !line.endsWith(' running')),
    [],
  );
  assert.equal(seen.units.filter((line: string) => line.startsWith('many-jobs@')).length, 2);
});

/** What rolling.mjs has seen, with all that is alike checked. */
async function onMachine(dir: string, example: string, name: string, args: string[]) {
  cpSync(path.join(here, '../../examples', example), dir, {
    recursive: true,
    filter: (from) => !LOCAL.has(path.basename(from)),
  });
  // As /srv is: units have users of their own.
  chmodSync(dir, 0o755);
  const [page] = args;
  const output = await sh('sh', [
    path.join(here, 'machine.sh'),
    'run',
    dir,
    name,
    process.execPath,
    path.join(here, 'rolling.mjs'),
    name,
    ...args,
  ]);
  const seen = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  assert.match(seen.page, /<title>/);
  assert.match(seen.own, new RegExp(`^access-control-allow-origin: http://localhost:${page}\\r$`, 'im'));
  assert.doesNotMatch(seen.foreign, /^access-control-allow-origin/im);
  assert.deepEqual(seen.after, [false, false]);
  return seen;
}
