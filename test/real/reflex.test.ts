/** Reflex from PyPI, the guide's version and the newest 0.10, with bun from npm. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertNothingLeft, start } from './run.ts';
import { get, hold, MINUTE, type Project, project, sh, until, venv } from './support.ts';

const guide = readFileSync(new URL('../../examples/reflex/rxconfig.py', import.meta.url), 'utf8');
const configs = {
  'a plain rxconfig': 'import reflex as rx\n\nconfig = rx.Config(app_name="hello")\n',
  "the guide's rxconfig": guide,
};
const versions = {
  '0.8.26': ['reflex==0.8.26', 'greenlet'],
  'the newest 0.10': ['reflex>=0.10,<0.11'],
};

/** The generation tells which code answers: it is another after a hot reload. */
const app = (generation: number) => `import reflex as rx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class State(rx.State):
    clicks: int = 0

    @rx.event
    def click(self):
        self.clicks += 1


def index() -> rx.Component:
    return rx.el.div(rx.el.h1("Hello"), rx.el.button(State.clicks, on_click=State.click))


async def generation(request):
    return PlainTextResponse("${generation}")


app = rx.App(api_transformer=Starlette(routes=[Route("/generation", generation)]))
app.add_page(index)
`;

for (const [version, packages] of Object.entries(versions)) {
  test(`Reflex, ${version}`, { timeout: 15 * MINUTE }, async (t) => {
    const at = project(t, 'hello');
    at.write({ 'hello/__init__.py': '', 'hello/hello.py': app(1), 'assets/robots.txt': 'User-agent: *\n' });
    await venv(at.root, ...packages);
    const env = await withBun(at.root);
    await hold(t, 8000, 3000);
    for (const [name, rxconfig] of Object.entries(configs)) {
      await t.test(`with ${name}`, (t) => runsRight(t, at, rxconfig, env));
    }
  });
}

/** bun from npm on PATH: Reflex uses it instead of downloading its own. */
async function withBun(root: string): Promise<Record<string, string>> {
  const tools = path.join(path.dirname(root), 'tools');
  await sh(root, 'npm', 'install', '--no-audit', '--no-fund', '--prefix', tools, 'bun@1');
  const modules = path.join(tools, 'node_modules');
  const platform = process.arch === 'arm64' ? 'bun-linux-aarch64' : 'bun-linux-x64';
  // npm may leave install scripts out: the binary is a package of its own.
  const own = path.join(modules, '@oven', platform, 'bin');
  const bin = existsSync(path.join(own, 'bun')) ? own : path.join(modules, '.bin');
  const registry = (await sh(root, 'npm', 'config', 'get', 'registry')).trim().split('\n').at(-1) ?? '';
  return {
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    REFLEX_USE_SYSTEM_BUN: 'true',
    REFLEX_TELEMETRY_ENABLED: 'false',
    REFLEX_CHECK_LATEST_VERSION: 'false',
    REFLEX_DIR: path.join(tools, 'reflex'),
    NPM_CONFIG_REGISTRY: registry,
  };
}

async function runsRight(t: TestContext, at: Project, rxconfig: string, env: Record<string, string>) {
  at.write({ 'rxconfig.py': rxconfig, 'hello/hello.py': app(1) });
  // A start of its own: no port is remembered from the run before.
  rmSync(path.join(at.root, '.ports.json'), { force: true });
  const run = start(t, at, [], env);
  const up = await run.up();
  const { backend, frontend } = up.ports;
  assert.ok(backend && backend !== 8000, `backend on ${backend}`);
  assert.ok(frontend && frontend !== 3000, `frontend on ${frontend}`);
  const moved = run.events.filter(({ type, moved }) => type === 'port' && moved);
  assert.deepEqual(new Set(moved.map(({ port }) => port)), new Set([backend, frontend]));
  assert.equal(run.events.filter(({ type }) => type === 'started').length, 1, 'one process serves both');

  const answersRight = async (generation: number) => {
    assert.equal((await get(`http://localhost:${backend}/generation`)).text, String(generation));
    assert.equal((await get(`http://localhost:${backend}/ping`)).text, '"pong"');
    assert.match((await get(`http://localhost:${frontend}/`)).text, /<!doctype html>/i);
    const { PING, EVENT } = JSON.parse((await get(`http://localhost:${frontend}/env.json`)).text);
    assert.equal(PING, `http://localhost:${backend}/ping`);
    assert.equal(EVENT, `ws://localhost:${backend}/_event`);
    for (const name of ['localhost', '127.0.0.1']) {
      const { status, frame } = await handshake(backend, `http://${name}:${frontend}`);
      assert.equal(status, 101, `origin ${name}`);
      assert.match(frame, /^0\{"sid":/, 'socket.io opens');
    }
    assert.equal((await handshake(backend, 'http://elsewhere.example')).status, 403, 'a foreign origin');
  };
  await answersRight(1);

  at.write({ 'hello/hello.py': app(2) });
  await until('the hot reload of the app', () => answersRight(2));
  at.write({ 'rxconfig.py': `${rxconfig}\n# touched\n`, 'hello/hello.py': app(3) });
  await until('the hot reload of rxconfig.py', () => answersRight(3));

  assert.equal(await run.stop(), 130, run.tail());
  await assertNothingLeft(run, up);
}

/** The websocket that the page opens: the answer's status, and the first frame when it was accepted. */
async function handshake(port: number, origin: string): Promise<{ status: number; frame: string }> {
  const request = http.get({
    port,
    host: '127.0.0.1',
    path: '/_event/?EIO=4&transport=websocket',
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin,
      'sec-websocket-version': '13',
      'sec-websocket-key': 'ZGV2c3RhcnQgZGV2c3RhcnQ=',
    },
    signal: AbortSignal.timeout(15_000),
  });
  const refused = once(request, 'response').then(([response]) => {
    response.resume();
    return { status: response.statusCode as number, frame: '' };
  });
  const accepted = once(request, 'upgrade').then(async ([response, socket, head]) => {
    const [first] = head.length > 0 ? [head] : await once(socket, 'data');
    socket.destroy();
    // A server's frame is not masked: two bytes, two more for a longer length, then the text.
    const start = (first[1] & 0x7f) === 126 ? 4 : 2;
    return { status: response.statusCode as number, frame: first.subarray(start).toString('utf8') };
  });
  return await Promise.race([accepted, refused]);
}
