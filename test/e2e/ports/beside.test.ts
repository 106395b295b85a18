// A port beside the one that a server was given, and that somebody else has: who, and what in the project asks for it.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

const cases: [string, (port: number) => string, string, RegExp][] = [
  [
    'of a variable in an env file',
    () => 'process.env.METRICS_PORT',
    'node --env-file=.env api.js',
    /\.env:1 \(METRICS_PORT\) says/,
  ],
  ['of a file that a watcher runs on', (port) => `${port}`, 'node --watch api.js', /metrics\.js:1 says/],
];

for (const [name, said, dev, place] of cases) {
  test(`a second port is taken: ${name}`, async (t) => {
    const rig = await Rig.create(t);
    const [own = 0, side = 0] = await rig.freePorts(2);
    const files = {
      'package.json': JSON.stringify({ scripts: { dev }, dependencies: { express: '*' } }),
      '.env': `METRICS_PORT=${side}\n`,
      'api.js': `require('./metrics.js');\nrequire('http').createServer().listen(process.env.PORT || ${own});`,
      'metrics.js': `require('http').createServer().listen(${said(side)});`,
    };
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(rig.dir, file), text);
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(side, resolve));
    t.after(() => stranger.close());
    const run = rig.spawnDevstart(['--json']);
    const { message } = await run.waitFor('warning', ({ code }) => code === 'PORT_COLLISION');
    assert.match(message, new RegExp(`could not listen on port ${side}, which node \\(pid ${process.pid}, `));
    assert.match(message, place);
    run.child.kill('SIGTERM');
    await rig.exitCode(run);
    assert.equal(run.events.filter(({ type }) => type === 'stolen').length, 0);
    rig.atEnd(() => stranger.close());
  });
}
