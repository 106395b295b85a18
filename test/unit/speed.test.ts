// What the start's speed is paid with: replacements of libraries' parts fit the releases that docs/speed.md names.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const read = (...parts: string[]): string => readFileSync(path.join(root, ...parts), 'utf8');
const page = read('docs', 'speed.md');

/** As Node finds it from a library that uses it. */
function installed(name: string, user?: string): string {
  const places = [...(user ? [`node_modules/${user}/node_modules`] : []), 'node_modules'];
  const place = places.find((one) => existsSync(path.join(root, one, name)));
  return JSON.parse(read(place ?? 'node_modules', name, 'package.json')).version;
}

const rows = [...page.matchAll(/^\| ([a-z\d-]+)(?: \(of ([a-z-]+)\))? \| (\d[\d.]*) \|/gm)];

test('the page has its table', () => assert.ok(rows.length >= 11, `${rows.length} rows`));

for (const [, name = '', user, release] of rows) {
  test(`${name} is ${release}, which scripts/lean fits`, () => {
    assert.equal(
      installed(name, user),
      release,
      `another ${name} is installed: do what docs/speed.md says in its row, then name the new release there`,
    );
  });
}

test('the page names each replacement, and each library that is one', () => {
  for (const file of readdirSync(path.join(root, 'scripts/lean')))
    assert.ok(page.includes(`${file}\``), file);
  const build = read('scripts', 'build.mjs');
  const replaced = [...build.matchAll(/replace\(\s*\/\^\(?([a-z\d|/\\-]+)/g)].flatMap(([, names = '']) =>
    names.replaceAll('\\', '').split('|'),
  );
  const named = new Set(rows.map(([, name]) => name));
  for (const name of replaced.map((one) => one.split('/')[0] ?? '')) {
    if (!/^(node|assert|.*-itself|yargs-locale-en)$/.test(name))
      assert.ok(named.has(name), `${name} has no row`);
  }
});

test('all that src takes of yaml is there', () => {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const lists = sources
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...read('src', name).matchAll(/(?:import|const) \{([^}]*)\} (?:from|= await import\() ?'yaml'/g),
    ]);
  const used = new Set(lists.flatMap(([, names = '']) => names.split(',').map((one) => one.trim())));
  const given = new Set(
    read('scripts', 'lean', 'yaml.mjs')
      .match(/^ {2}\w+/gm)
      ?.map((one) => one.trim()),
  );
  assert.ok(used.size > 5);
  assert.deepEqual(
    [...used].filter((name) => !given.has(name)),
    [],
  );
});

test('all that is used of concurrently, and all that this uses of rxjs, is there', async () => {
  const folder = path.join(root, 'node_modules/concurrently/dist/src');
  const inside = read('scripts', 'lean', 'concurrently.mjs').matchAll(/'concurrently-internal\/(.+)'/g);
  const files = new Set([...inside].map(([, name]) => path.join(folder, `${name}.js`)));
  assert.equal(files.size, 2);
  let text = '';
  for (const file of files) {
    const own = readFileSync(file, 'utf8');
    text += own;
    for (const [, name = ''] of own.matchAll(/require\("(\.[^"]+)"\)/g))
      files.add(path.join(path.dirname(file), `${name}.js`));
  }
  const used = new Set(
    [...text.matchAll(/\b(?:Rx|rxjs_1|operators_1)\.(\w+)/g)].map(([, name = '']) => name),
  );
  const lean = read('scripts', 'lean', 'rxjs.mjs');
  const given = new Set([...lean.matchAll(/^export \{ (\w+) \}/gm)].map(([, name = '']) => name));
  assert.ok(used.size > 15);
  assert.deepEqual(
    [...used].filter((name) => !given.has(name)),
    [],
  );
});
