import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRunner } from '../../../../src/ports/holders/runners.ts';

const NODE = '/usr/bin/node';
const server = [NODE, 'server.js'];

const TABLE: [argv: string[], child: string[], expected: boolean][] = [
  // package managers; npm sets a title of one word
  [['npm run dev'], ['sh', '-c', 'vite'], true],
  [['npm exec vite'], ['sh', '-c', 'vite'], true],
  [[NODE, '/usr/lib/node_modules/npm/bin/npm-cli.js', 'run', 'dev'], ['sh', '-c', 'x'], true],
  [[NODE, '/usr/lib/node_modules/corepack/dist/pnpm.js', 'dev'], ['sh', '-c', 'x'], true],
  [['bun', 'run', 'dev'], server, true],
  [['uv', 'run', 'uvicorn', 'main:app'], ['python', '-m', 'uvicorn'], true],
  // shells: a line, not a script or a prompt
  [['sh', '-c', 'node server.js'], server, true],
  [['/bin/bash', '-lc', 'node server.js'], server, true],
  [['bash', 'start.sh'], server, false],
  [['-bash'], server, false],
  [['bash', '--norc'], server, false],
  // watchers
  [[NODE, '--watch', 'server.js'], server, true],
  [[NODE, '--watch-path=src', 'server.js'], server, true],
  [[NODE, '/app/node_modules/.bin/nodemon', 'server.js'], server, true],
  [[NODE, 'node_modules/.bin/tsx', 'watch', 'server.ts'], server, true],
  [[NODE, '/app/node_modules/.bin/next', 'dev'], ['next-server (v15.1.0)'], true],
  // one that started itself again
  [['python', 'manage.py', 'runserver'], ['python', 'manage.py', 'runserver'], true],
  [['python3', 'manage.py', 'runserver'], ['python3', 'other.py'], false],
  // programs of their own
  [[NODE, 'parent.js'], server, false],
  [[NODE, '/usr/lib/node_modules/agent/cli.js'], server, false],
  [[NODE], [NODE], false],
  [['tmux'], server, false],
  [['/usr/lib/systemd/systemd', '--user'], server, false],
  [[], server, false],
];

for (const [argv, child, expected] of TABLE) {
  test(`${argv.join(' ') || 'an unknown command'} ${expected ? 'only runs' : 'is more than'} ${child.join(' ')}`, () => {
    assert.equal(isRunner(argv, child), expected);
  });
}
