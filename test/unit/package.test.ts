// What is published, as npm would pack it; the build is there before the tests run.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function filesOf(name: string): string[] {
  const file = path.join(root, name);
  if (!statSync(file).isDirectory()) return [file];
  const inner = readdirSync(file).filter((one) => one !== '__pycache__');
  return inner.flatMap((one) => filesOf(path.join(name, one)));
}

test('one package without dependencies, installed at most 1.5 MB', () => {
  assert.deepEqual([manifest.dependencies, manifest.optionalDependencies], [undefined, undefined]);
  const always = ['package.json', 'README.md', 'LICENSE'];
  const packed = manifest.files.filter((name: string) => !name.startsWith('!'));
  const files = [...packed, ...always].flatMap(filesOf);
  const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
  assert.ok(size > 100_000 && size <= 1_500_000, `${size} bytes`);
});

test('the source map names our own lines', () => {
  const map = JSON.parse(readFileSync(path.join(root, 'dist/devstart.cjs.map'), 'utf8'));
  const own = map.sources.filter((source: string) => source !== '');
  assert.ok(map.sourceRoot === '../src/' && own.includes('run/run.ts'));
  assert.deepEqual(
    own.filter((source: string) => source.includes('node_modules')),
    [],
  );
});
