// The examples' exported files, read by the programs that they are for.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { folder, run, sh } from './docker.ts';

const here = import.meta.dirname;
const examples = path.resolve(here, '../../examples');
const validators = sh('sh', [path.join(here, 'validators.sh')]);
const program = async (name: string): Promise<string> => path.join(await validators, name);

for (const example of ['vite-api', 'fastapi-vite']) {
  const at = (...names: string[]) => path.join(examples, example, 'deploy', ...names);

  test(`${example}: the schema of compose files`, async () => {
    await sh(await program('check-jsonschema'), [
      '--builtin-schema',
      'vendor.compose-spec',
      at('compose/compose.yaml'),
    ]);
  });

  test(`${example}: Kubernetes' own schemas, no key unknown`, async () => {
    await sh(await program('kubernetes-validate'), [
      '--strict',
      '-k',
      '1.35',
      at('kubernetes/kubernetes.yaml'),
    ]);
  });

  test(`${example}: systemd has nothing to say of the units`, async (t) => {
    const { code, stdout, stderr } = await run('systemd-analyze', ['verify', ...unitsOf(t, at('systemd'))]);
    // A key that it does not know is no failure to it.
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
  });

  test(`${example}: honcho reads the Procfile`, async () => {
    const { code, stderr } = await run(await program('honcho'), [
      '-f',
      at('procfile/Procfile'),
      '-d',
      path.join(examples, example),
      'check',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Valid procfile detected \((?:api, web|web, api)\)/);
  });
}

/** The units as they will lie, with a program in each place that they name. */
function unitsOf(t: TestContext, from: string): string[] {
  const dir = folder(t, {});
  const names = readdirSync(from).filter((name) => /\.(?:service|socket|target)$/.test(name));
  cpSync(from, dir, { recursive: true });
  return names.map((name) => {
    const file = path.join(dir, name);
    const text = readFileSync(file, 'utf8').replace(/^(ExecStart=)(\S+)/m, (_, key: string, word: string) => {
      const stub = path.join(dir, 'srv', path.basename(word));
      mkdirSync(path.dirname(stub), { recursive: true });
      writeFileSync(stub, '#!/bin/sh\n');
      chmodSync(stub, 0o755);
      return `${key}${stub}`;
    });
    writeFileSync(file, text);
    return file;
  });
}
