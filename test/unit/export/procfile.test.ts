import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { procfile } from '../../../src/export/procfile.ts';
import { deployment, service } from './sample.ts';

const target = { toRoot: '../..', fromRoot: 'deploy/procfile', alone: false };
const ODD = `["a b", '$HOME', \`id\`] \\ %`;

for (const folder of ['.', 'a folder']) {
  test(`a line in ${folder} is run as it is by a shell, whatever its values hold`, (t) => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'devstart-procfile-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    mkdirSync(path.join(dir, folder), { recursive: true });
    const recipe = {
      ...service({}).recipe,
      argv: ['node', '-p', '[process.env.ODD, process.env.PORT] + process.cwd()'],
    };
    const jobs = service({ name: 'jobs', roles: [], folder, recipe, env: { ODD, PORT: '{port}' } });
    const text = procfile(deployment({ services: [service({}), jobs] }), target).files.get('Procfile') ?? '';
    const [, line = ''] = /^jobs: (.*)$/m.exec(text) ?? [];
    const env = { ...process.env, JOBS_PORT: '7001' };
    assert.equal(
      execFileSync('sh', ['-c', line], { cwd: dir, env, encoding: 'utf8' }).trim(),
      `${ODD},7001${path.join(dir, folder)}`,
    );
    // No shell is left before it, to take its signals.
    assert.match(line, /^(?:cd .* && )?exec /);
  });
}
