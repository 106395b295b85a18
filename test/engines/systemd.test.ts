// docs/recipes.md, as it is written: devstart as a systemd user unit.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { recipe } from '../rig/recipes.ts';
import { folder, run, sh } from './docker.ts';

const manager = fileURLToPath(new URL('user-manager.sh', import.meta.url));
const program = fileURLToPath(new URL('../../bin/devstart.cjs', import.meta.url));

const server = `
const server = require('node:http').createServer((request, response) => response.end(process.argv[2]));
server.listen(process.env.PORT);
process.once('SIGTERM', () => {
  console.log('last words');
  server.close();
});
`;

/** What is done to the unit, and each time what has become of it. */
const script = `
set -eu
state() { systemctl --user show shop --property ActiveState,SubState,Result,ExecMainStatus,NRestarts | sort | tr '\\n' ' '; echo; }
main() { systemctl --user show shop --property MainPID --value; }
until_running() {
  until tr -d ' \\n' 2>/dev/null <shop/.ports.json | grep -q "\\"status\\":\\"running\\".*\\"pid\\":$(main),"; do sleep 0.1; done
}
cd "$HOME"
# A manager has the system's folders alone: this Node may lie elsewhere.
systemctl --user set-environment "PATH=$PATH"
systemctl --user enable --now shop 2>/dev/null
until_running
state
"$NODE" -e 'fetch(require("./shop/.ports.json").urls.frontend).then((answer) => answer.text()).then(console.log)'
systemctl --user restart shop
until_running
state
killed=$(main)
kill -9 "$killed"
until [ "$(main)" != 0 ] && [ "$(main)" != "$killed" ]; do sleep 0.1; done
until_running
state
systemctl --user stop shop
state
grep -c 'last words' "$DEVSTART_HOME"/logs/*/web.log
`;

test('a systemd user unit: started, restarted, killed and stopped, each as it should', {
  timeout: 300_000,
}, async (t) => {
  const dir = folder(t, {
    'home/.config/systemd/user/shop.service': recipe('ini'),
    'home/shop/package.json': JSON.stringify({
      scripts: { 'dev:api': 'node server.js api', 'dev:web': 'node server.js web' },
    }),
    'home/shop/server.js': server,
    'home/shop/node_modules/.bin/.keep': '',
  });
  symlinkSync(program, path.join(dir, 'home/shop/node_modules/.bin/devstart'));
  mkdirSync(path.join(dir, 'state'));
  const unit = path.join(dir, 'home/.config/systemd/user/shop.service');
  const env = {
    PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: path.join(dir, 'home'),
    DEVSTART_HOME: path.join(dir, 'state'),
    NODE: process.execPath,
  };
  const verified = await run('systemd-analyze', ['--user', 'verify', unit], {
    env: { ...env, XDG_RUNTIME_DIR: dir },
  });
  assert.deepEqual(verified, { code: 0, stdout: '', stderr: '' });
  const done = await run('sh', [manager, dir, 'sh', '-c', script], { env });
  const log = readFileSync(path.join(dir, 'systemd.log'), 'utf8');
  assert.equal(done.code, 0, `${done.stdout}${done.stderr}${log}`);
  const running = 'ActiveState=active ExecMainStatus=0';
  assert.deepEqual(
    done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
    [
      `${running} NRestarts=0 Result=success SubState=running`,
      'web',
      `${running} NRestarts=0 Result=success SubState=running`,
      `${running} NRestarts=1 Result=success SubState=running`,
      'ActiveState=inactive ExecMainStatus=0 NRestarts=0 Result=success SubState=dead',
      // Of the restart and the stop: after the kill systemd kills what is left.
      '2',
    ],
    `${done.stdout}${done.stderr}${log}`,
  );
  assert.equal(await sh('sh', ['-c', 'ps -eo args | grep -c "[s]erver.js" || true']), '0');
});
