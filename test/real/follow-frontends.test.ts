/** Node's frontends, followed: a proxy's target, literals of the page, hot updates, all of a moved port. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask, followEnv, freePort, moved, program } from '../rig/follow.ts';
import { serve, UPGRADE } from './followed.ts';
import { createVite, environment, MINUTE, project, sh, until } from './support.ts';

const timeout = 15 * MINUTE;

const text = async (port: number, url: string, headers: http.OutgoingHttpHeaders = {}) =>
  (await ask(port, url, { 'accept-encoding': 'gzip, br', ...headers })).body.toString();

test('Vite: the proxy, WebSockets through it, literals, words, tags; over http2 too', {
  timeout,
}, async (t) => {
  const at = project(t, 'shop');
  await createVite(path.dirname(at.root), 'shop', 'react');
  await sh(at.root, 'npm', 'install');
  await sh(at.root, 'npm', 'install', '-D', '@vitejs/plugin-basic-ssl');
  const ports = await moved(t);
  const { written, real } = ports;
  at.write({
    'vite.config.js': `import react from '@vitejs/plugin-react'
import ssl from '@vitejs/plugin-basic-ssl'
export default { plugins: [react(), process.env.SSL && ssl()], server: { proxy: { '/api': 'http://localhost:${written}' } } }
`,
    'src/App.jsx': `const api = 'http://localhost:${written}'
export default function App() {
  fetch(api); new WebSocket('ws://127.0.0.1:${written}/ws')
  return <p>Open localhost:${written} or <code>localhost:${written}</code> <a href="http://localhost:${written}/docs">docs</a></p>
}
`,
    'public/config.json': `{ "api": "http://localhost:${written}" }`,
  });
  const { port, started } = await serve(t, at, ports, 'vite --port {port} --strictPort', { pages: true });
  assert.equal(await text(port, '/api/x'), 'own GET /api/x');
  const module = await text(port, '/src/App.jsx');
  for (const follows of [
    `"http://localhost:${real}"`,
    `ws://127.0.0.1:${real}/ws`,
    `"http://localhost:${real}/docs"`,
  ])
    assert.ok(module.includes(follows), `${follows} in ${module}`);
  for (const stays of [`Open localhost:${written} or`, `children: "localhost:${written}"`])
    assert.ok(module.includes(stays), `${stays} in ${module}`);
  assert.equal(await text(port, '/config.json'), `{ "api": "http://localhost:${real}" }`);
  const { headers } = await ask(port, '/src/App.jsx');
  const again = await ask(port, '/src/App.jsx', { 'if-none-match': headers.etag });
  assert.equal(again.status, 304);
  const own = await ask(port, '/src/App.jsx', {
    'if-none-match': headers.etag?.replace(/\.follows[^"]*/, ''),
  });
  assert.equal(own.status, 200, 'the tag of an earlier run');
  at.write({ 'src/App.jsx': `export default () => <a href="http://localhost:${written}/edited">x</a>` });
  await until('the edit', async () =>
    assert.match(await text(port, `/src/App.jsx?t=${Date.now()}`), new RegExp(`:${real}/edited`)),
  );
  await started.stop();

  process.env.SSL = environment.SSL = '1';
  t.after(() => {
    delete process.env.SSL;
    delete environment.SSL;
  });
  const secure = await freePort();
  const env = followEnv(new Map([[written, real]]), { inherited: environment, pages: true });
  const vite = path.join(at.root, 'node_modules/.bin/vite');
  const second = program(t, [vite, '--port', String(secure), '--strictPort'], {
    cwd: at.root,
    env: { ...environment, ...env },
  });
  await second.says(/ready in/);
  const session = http2.connect(`https://localhost:${secure}`, { rejectUnauthorized: false });
  const request = session.request({ ':path': '/src/App.jsx' }).setEncoding('utf8');
  let sent = '';
  for await (const piece of request) sent += piece;
  session.destroy();
  assert.match(sent, new RegExp(`:${real}/edited`));
});

test('Next with Turbopack: rewrites, server and client components, hot updates', { timeout }, async (t) => {
  const at = project(t, 'site');
  const ports = await moved(t);
  const { written, real } = ports;
  const client = (path: string) => `'use client'
const api = 'http://localhost:${written}'
export default function Client() {
  return <button onClick={() => fetch(api + '/${path}')}>localhost:${written}</button>
}
`;
  at.write({
    'package.json': '{ "private": true }',
    'next.config.mjs': `export default { rewrites: async () => [{ source: '/api/:path*', destination: 'http://127.0.0.1:${written}/:path*' }] }`,
    'app/layout.jsx':
      'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html> }',
    'app/client.jsx': client('first'),
    'app/page.jsx': `import Client from './client'
export default async function Page() {
  const answer = await (await fetch('http://localhost:${written}/server', { cache: 'no-store' })).text()
  return <p><b>{answer}</b> <a href="http://localhost:${written}/docs">docs</a> <code>localhost:${written}</code><Client /></p>
}
`,
  });
  await sh(at.root, 'npm', 'install', 'next@16', 'react@19', 'react-dom@19');
  const { port } = await serve(t, at, ports, 'next dev -p {port}', { pages: true });
  assert.equal(await text(port, '/api/x'), 'own GET /x');
  const page = await text(port, '/');
  assert.ok(page.includes('<b>own GET /server</b>'), page);
  assert.ok(page.includes(`href="http://localhost:${real}/docs"`), page);
  assert.ok(page.includes(`<code>localhost:${written}</code>`), page);
  const chunks = [...page.matchAll(/\/_next\/static\/chunks\/[^"\\]+\.js/g)].map(([url]) => url);
  const sources = await Promise.all(
    [...new Set(chunks)].map(async (url) => [url, await text(port, url)] as const),
  );
  const [url = '', source = ''] =
    sources.find(
      ([, code]) => code.includes("'/first'") || code.includes('"/first"') || code.includes('/first'),
    ) ?? [];
  assert.ok(
    source.includes(`'http://localhost:${real}'`) || source.includes(`"http://localhost:${real}"`),
    url,
  );
  assert.ok(source.includes(`children: "localhost:${written}"`), 'words stay');

  const lists = chunks.map((one) => one.replace('/_next/', '')).filter((one) => /\/_[^/]+\._\.js$/.test(one));
  const update = await hotUpdate(t, port, lists, () => at.write({ 'app/client.jsx': client('second') }));
  assert.ok(
    update.includes(`http://localhost:${real}`) && !update.includes(`'http://localhost:${written}`),
    update,
  );
});

/** The page's own socket to Turbopack. @returns the message that carries the edit's code */
async function hotUpdate(t: TestContext, port: number, lists: string[], edit: () => void): Promise<string> {
  const headers = { ...UPGRADE, 'sec-websocket-extensions': 'permessage-deflate' };
  const request = http.get({ port, path: '/_next/hmr?id=test', headers });
  const refused = once(request, 'response').then(([response]) =>
    assert.fail(`refused: ${response.statusCode}`),
  );
  const [response, socket, head] = await Promise.race([once(request, 'upgrade'), refused]);
  t.after(() => socket.destroy());
  assert.equal(response.headers['sec-websocket-extensions'], undefined);
  for (const path of new Set(lists)) {
    const text = JSON.stringify({ type: 'turbopack-subscribe', path, hmrVersion: '0' });
    // A client's frame has a mask; one of zeros leaves the text as it is.
    const start = Buffer.of(0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0);
    socket.write(Buffer.concat([start, Buffer.from(text)]));
  }
  let all = head.toString('latin1');
  let edited = false;
  for await (const piece of socket) {
    all += piece.toString('latin1');
    if (!edited && all.includes('"type":"sync"')) {
      edited = true;
      edit();
    }
    const [found] = /"EcmascriptMergedUpdate".*\/second.*/s.exec(all) ?? [];
    if (found) return found;
  }
  return assert.fail(`no update in ${all}`);
}

test('webpack-dev-server, Rsbuild, http-proxy-middleware, wait-on', { timeout }, async (t) => {
  const at = project(t, 'bundled');
  const ports = await moved(t);
  const { written, real } = ports;
  at.write({
    'package.json': '{ "private": true }',
    'src/index.js': `fetch('http://localhost:${written}/data')\nconsole.log('see localhost:${written} for more')\n`,
    'webpack.config.js': `module.exports = { mode: 'development', devServer: { hot: true, proxy: [{ context: ['/api'], target: 'http://localhost:${written}', changeOrigin: true }] } }`,
    'rsbuild.config.mjs': `export default { server: { proxy: { '/api': 'http://127.0.0.1:${written}' } } }`,
    'proxy.cjs': `const { createProxyMiddleware } = require('http-proxy-middleware')
require('express')().use('/api', createProxyMiddleware({ target: 'http://localhost:${written}/api' })).get('/', (q, s) => s.send('ready')).listen(process.env.AT)`,
  });
  await sh(
    at.root,
    'npm',
    'install',
    'webpack@5',
    'webpack-cli@6',
    'webpack-dev-server@5',
    '@rsbuild/core@1',
    'http-proxy-middleware@3',
    'express@5',
    'wait-on@9',
  );
  for (const command of ['webpack serve --port {port} --no-open', 'rsbuild dev --port {port}']) {
    await t.test(command, async (t) => {
      const { port } = await serve(t, at, ports, command, { pages: true });
      assert.equal(await text(port, '/api/x'), 'own GET /api/x');
      const page = command.startsWith('rsbuild') ? await text(port, '/') : '<script src="/main.js">';
      const [, url = ''] = /src="([^"]*(?:main|index)[^"]*\.js)"/.exec(page) ?? [];
      const script = await text(port, url);
      assert.ok(script.includes(`http://localhost:${real}/data`), script.slice(-2000));
      assert.ok(script.includes(`see localhost:${written} for more`));
    });
  }
  await t.test('http-proxy-middleware', async (t) => {
    const { port } = await serve(t, at, ports, 'node proxy.cjs');
    assert.equal(await text(port, '/api/x'), 'own GET /api/x');
  });
  await t.test('wait-on', async (t) => {
    const free = await freePort();
    const env = { ...environment, ...followEnv(new Map([[free, real]]), { inherited: environment }) };
    for (const what of [
      `http://localhost:${free}`,
      `http-get://127.0.0.1:${free}/`,
      `tcp:${free}`,
      `tcp:localhost:${free}`,
    ])
      await program(t, [path.join(at.root, 'node_modules/.bin/wait-on'), '-t', '20s', what], { env }).ended;
  });
});

test('Vite sends what is not its page as it is: a big download through its proxy', { timeout }, async (t) => {
  const at = project(t, 'downloads');
  const ports = await moved(t);
  const big = readFileSync(process.execPath);
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': big.length });
    response.end(big);
  });
  server.listen(0);
  await once(server, 'listening');
  t.after(() => server.close());
  const real = (server.address() as { port: number }).port;
  at.write({
    'package.json': '{ "private": true }',
    'index.html': '<p>x</p>',
    'vite.config.js': `export default { server: { proxy: { '/file': 'http://localhost:${ports.written}' } } }`,
  });
  await sh(at.root, 'npm', 'install', 'vite@8');
  const { port } = await serve(t, at, { written: ports.written, real }, 'vite --port {port} --strictPort', {
    pages: true,
  });
  const { body, headers } = await ask(port, '/file', { 'accept-encoding': 'gzip' });
  assert.equal(headers['content-length'], String(big.length));
  assert.ok(body.equals(big));
});
