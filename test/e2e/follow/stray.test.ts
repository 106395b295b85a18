// A program that no preload reaches: its fixed list of origins refuses a page that has moved.
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

/** In Perl, which is everywhere: lets one origin in, listens on a number of its own. */
const api = (origin: string, port: string) => `use Socket;
my $allowed_origin = "${origin}";
socket S, PF_INET, SOCK_STREAM, 0; setsockopt S, SOL_SOCKET, SO_REUSEADDR, 1;
bind S, sockaddr_in(${port}, INADDR_ANY) or die "bind: Address already in use, port ${port}\\n";
listen S, 8;
while (accept C, S) {
  sysread C, my $asked, 4096;
  my $head = index($asked, "rigin: $allowed_origin\\r") >= 0 ? "Access-Control-Allow-Origin: $allowed_origin\\r\\n" : "";
  syswrite C, "HTTP/1.0 200 OK\\r\\n$head\\r\\nmine"; close C;
}
`;

async function project(t: TestContext, port: (backend: number) => string) {
  const rig = await Rig.create(t);
  const [backend = 0, frontend = 0] = await rig.freePorts(2);
  await mkdir(path.join(rig.dir, 'api'));
  await mkdir(path.join(rig.dir, 'web'));
  const apps = [
    { name: 'api', role: 'backend', command: 'exec perl api.pl', cwd: 'api', port: backend },
    { name: 'web', role: 'frontend', command: 'exec node web.js', cwd: 'web' },
  ];
  const files = {
    'devstart.config.json': JSON.stringify({ apps }),
    'api/api.pl': api(`http://localhost:${frontend}`, port(backend)),
    'web/web.js': `require('http').createServer().listen(process.env.PORT || ${frontend});`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(rig.dir, name), text);
  return { rig, backend, frontend };
}

test('a fixed list that refuses the moved page is asked once and named; one that is right is not', async (t) => {
  for (const taken of [true, false]) {
    await t.test(taken ? 'the page has moved' : 'the page is at home', async (t) => {
      const { rig, frontend } = await project(t, (port) => `${port}`);
      const stranger = createServer();
      if (taken) await new Promise<void>((resolve) => stranger.listen(frontend, resolve));
      t.after(() => stranger.close());
      const run = rig.spawnDevstart(['--json']);
      const up = await run.waitFor('up');
      if (taken) {
        const { message } = await run.waitFor('warning', ({ code }) => code === 'STRAY_PORT');
        const origin = `http://localhost:${up.ports.frontend}`;
        assert.match(
          message,
          new RegExp(`^api refuses ${origin}, .* the list in api/api\\.pl:2 names port ${frontend}`),
        );
      }
      run.child.kill('SIGTERM');
      assert.equal(await rig.exitCode(run), 143);
      assert.equal(run.events.filter(({ code }) => code === 'STRAY_PORT').length, taken ? 1 : 0);
      rig.atEnd(() => stranger.close());
    });
  }
});

/** Of Python's own servers the plain one knows no origins. */
const plain = (origin: string) => `import http.server, os
KNOWN = ["${origin}"]
class Answer(http.server.BaseHTTPRequestHandler):
    def do_OPTIONS(self):
        self.send_response(204)
        origin = self.headers.get("Origin")
        if origin in KNOWN: self.send_header("Access-Control-Allow-Origin", origin)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
`;

test('a Python server that is not led: what was told to follow, and is refused, is named', async (t) => {
  const { rig, frontend } = await project(t, String);
  const config = path.join(rig.dir, 'devstart.config.json');
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace('exec perl api.pl', 'exec python3 api.py'));
  await rm(path.join(rig.dir, 'api/api.pl'));
  await writeFile(path.join(rig.dir, 'api/api.py'), plain(`http://localhost:${frontend}`));
  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(frontend, resolve));
  rig.atEnd(() => stranger.close());
  t.after(() => stranger.close());
  const run = rig.spawnDevstart(['--json']);
  const { ports } = await run.waitFor('up');
  const { message } = await run.waitFor('warning', ({ code }) => code === 'STRAY_PORT');
  const refused = `api refuses http://localhost:${ports.frontend}, where web is in this run: the list in api/api.py:2 names port ${frontend}.`;
  assert.ok(message.startsWith(refused), message);
  run.child.kill('SIGTERM');
  assert.equal(await rig.exitCode(run), 143);
});
