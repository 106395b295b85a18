import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { sourcesOf } from '../../../../src/config/reads/sources.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart-sources-ü-'));
after(() => rm(base, { recursive: true, force: true }));

async function tree(name: string, files: string[]): Promise<string> {
  const root = path.join(base, name);
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), file);
  }
  return root;
}

const namesIn = (root: string, others: string[] = [], flat = false) =>
  sourcesOf(root, others, flat)
    .map(({ file }) => path.relative(root, file))
    .sort();

test('where settings are read, wherever a project keeps them', async () => {
  const wanted = [
    'index.js',
    'odd.js',
    'src/odd.js',
    'src/shop/config.py',
    'app/core/config.py',
    'java/com/example/shop/CorsConfig.java',
    'java/resources/application-dev.yml',
  ];
  const root = await tree('kept', [
    ...wanted,
    'node_modules/x/index.js',
    '.venv/lib/config.py',
    'dist/index.js',
    'tests/config.py',
    'src/config.test.ts',
    'src/types.d.ts',
    'docker-compose.yml',
    'src/shop/deep.py',
    'README.md',
  ]);
  assert.deepEqual(namesIn(root), wanted.sort());
  assert.deepEqual(namesIn(root, [path.join(root, 'src')]).includes('src/odd.js'), false);
  assert.deepEqual(namesIn(root, [], true), ['index.js', 'odd.js']);
});

test('a large project costs no more than a small one', async () => {
  const folders = Array.from({ length: 60 }, (_, i) => `src/part${i}`);
  const root = await tree('large', [
    ...folders.flatMap((folder) => [`${folder}/odd.ts`, `${folder}/index.ts`]),
    'src/config/cors.ts',
    ...Array.from({ length: 100 }, (_, i) => `src/odd${i}.ts`),
  ]);
  const found = namesIn(root);
  assert.equal(found.length, 32);
  assert.ok(found.includes('src/config/cors.ts'));
});
