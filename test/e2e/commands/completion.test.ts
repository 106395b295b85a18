// What a shell offers after `devstart`: the commands, and the names of what runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Rig } from '../../rig/rig.ts';
import { devstart, steered } from '../../rig/steer.ts';

const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));

test('bash completes commands, options and the names of what runs', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run } = await steered(rig, [{ name: 'api:v2', role: 'backend', port }]);
  await writeFile(
    path.join(rig.dir, 'devstart'),
    `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const script = `
    PATH=$PWD:$PATH
    eval "$(devstart completion bash)"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _devstart_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = (...words: string[]) => {
    const options = { cwd: rig.dir, env: rig.env, encoding: 'utf8' } as const;
    const args = ['--norc', '-c', script, 'bash', 'devstart', ...words];
    return execFileSync('bash', args, options).trim().split('\n');
  };
  assert.deepEqual(offered('comp'), ['completion']);
  assert.deepEqual(offered('re'), ['restart', 'reload']);
  assert.deepEqual(offered('restart', 'ap'), ['api:v2']);
  assert.deepEqual(offered('stop', 'proj'), ['project']);
  assert.deepEqual(offered('logs', '--si'), ['--since']);
  for (const shell of ['zsh', 'fish', 'powershell']) {
    const { code, stdout } = await devstart(rig, 'completion', shell);
    assert.equal(code, 0);
    assert.match(stdout, /--get-yargs-completions/, shell);
  }
  assert.equal((await devstart(rig, 'completion', 'tcsh')).code, 2);
  assert.equal((await devstart(rig, 'stop')).code, 0);
  assert.equal(await rig.exitCode(run), 0);
});
