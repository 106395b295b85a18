/** Yarn 4: workspaces, and Plug'n'Play, where there is no node_modules and packages lie in archives. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { packed } from '../engines/docker.ts';
import { atEnd } from '../rig/at-end.ts';
import { startsAndStops } from './checks.ts';
import { assertNothingLeft, plannedPorts, Run } from './run.ts';
import { environment, get, hold, MINUTE, project, sh } from './support.ts';

const server = `const express = require('express')
const app = express()
app.use(require('cors')({ origin: (process.env.CORS_ORIGINS || 'http://localhost:5173').split(',') }))
app.get('/api/hello', (req, res) => res.json({ message: 'Hello' }))
app.listen(process.env.PORT || 3001)
`;

const config = `import { defineConfig } from 'vite'
export default defineConfig({ server: { proxy: { '/api': 'http://localhost:3001' } } })
`;

test("Yarn 4, workspaces, Plug'n'Play: devstart beside it, and devstart out of its archive", {
  timeout: 10 * MINUTE,
}, async (t) => {
  const at = project(t, 'shop');
  const tools = path.join(path.dirname(at.root), 'tools');
  await sh(path.dirname(at.root), 'npm', 'install', '--prefix', tools, '@yarnpkg/cli-dist@4');
  environment.PATH = `${path.join(tools, 'node_modules/.bin')}${path.delimiter}${environment.PATH}`;
  const version = (await sh(at.root, 'yarn', '--version')).trim();
  at.write({
    'package.json': JSON.stringify({
      name: 'shop',
      private: true,
      packageManager: `yarn@${version}`,
      workspaces: ['api', 'web'],
      scripts: { dev: 'devstart', 'dev:api': 'yarn workspace api dev', 'dev:web': 'yarn workspace web dev' },
      devDependencies: { devstart: 'file:./devstart.tgz' },
    }),
    '.yarnrc.yml':
      'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\nenableImmutableInstalls: false\n',
    'api/package.json': JSON.stringify({
      name: 'api',
      private: true,
      scripts: { dev: 'node server.js' },
      dependencies: { express: '^5', cors: '^2' },
    }),
    'api/server.js': server,
    'web/package.json': JSON.stringify({
      name: 'web',
      private: true,
      type: 'module',
      scripts: { dev: 'vite' },
      devDependencies: { vite: '^7' },
    }),
    'web/vite.config.js': config,
    'web/index.html': '<!doctype html><div id="app"></div>',
  });
  copyFileSync(await packed(), path.join(at.root, 'devstart.tgz'));
  await sh(at.root, 'yarn', 'install');
  assert.ok(existsSync(path.join(at.root, '.pnp.cjs')) && !existsSync(path.join(at.root, 'node_modules')));
  await startsAndStops(t, at, { api: '/api/hello', page: /id="app"/, apps: 2 });

  at.write({
    'devstart.config.ts':
      "import { defineConfig } from 'devstart';\nexport default defineConfig({ killTimeout: 4 });\n",
  });
  await hold(t, ...(await plannedPorts(at)));
  const run = new Run(at, ['run', 'dev', '--', '--json'], {}, ['yarn']);
  atEnd(t, () => run.kill());
  const up = await run.up();
  const { text } = await get(`http://localhost:${up.ports.frontend}/api/hello`);
  assert.deepEqual(
    JSON.parse(text),
    { message: 'Hello' },
    'the proxy follows, by the preload in the archive',
  );
  // Ctrl-C reaches both; a signal to yarn alone is not handed on.
  const { pid } = JSON.parse(readFileSync(path.join(at.root, '.ports.json'), 'utf8'));
  process.kill(pid, 'SIGINT');
  assert.equal(await run.exit(), 130);
  await assertNothingLeft(run, up);
});
