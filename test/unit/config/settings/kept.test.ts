import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { detectProject } from '../../../../src/config/detect/index.ts';
import { withReadings } from '../../../../src/config/reads/reads.ts';
import { missingServices } from '../../../../src/config/services/services.ts';
import { Kept } from '../../../../src/config/settings/kept.ts';
import { type Loaded, loadSettings } from '../../../../src/config/settings/load.ts';
import { projects } from '../detect/projects.ts';

const project = await projects();

const files = {
  'package.json': {
    scripts: { 'dev:api': 'node api.js', 'dev:web': 'vite' },
    devDependencies: { vite: '*' },
  },
  'api.js': "require('node:http').createServer().listen(process.env.PORT || 4001);\n",
  'vite.config.js': "export default { server: { port: 4002, proxy: { '/api': process.env.API_URL } } };\n",
  '.env': 'API_URL=http://localhost:4001\n',
};

/** A project of which something is kept; `again` tells whether it is found afresh. */
async function keptProject(t: TestContext, { now = new Date(Date.now() + 60_000), more = {} } = {}) {
  const root = await project({ ...files, ...more });
  const dir = path.join(root, '..', `${path.basename(root)}-kept`);
  t.after(() => rm(dir, { recursive: true, force: true }));
  const env: Record<string, string | undefined> = { PATH: '' };
  const start = async (about: unknown[] = []) => {
    let afresh = false;
    const kept = new Kept(dir, root);
    const find = async (noted: typeof env) => {
      afresh = true;
      const {
        lookWidely: _,
        lookForNumber: __,
        ...found
      } = await detectProject(root, { prod: false, env: noted });
      return { ...found, apps: await withReadings(found.apps, { root, env: noted, prod: false }) };
    };
    const found = await kept.recall('apps', { about, env, find, now });
    return { found, keep: () => kept.keep(), afresh: () => afresh };
  };
  const first = await start();
  first.keep();
  return { root, dir, env, first: first.found, start };
}

test('a project in which nothing has changed is found as it was, and not read again', async (t) => {
  const { root, first, start } = await keptProject(t);
  await writeFile(path.join(root, '.ports.json'), '{}');
  await writeFile(path.join(root, '..', 'another project'), '');
  const { found, afresh } = await start();
  assert.equal(afresh(), false);
  assert.deepEqual(found, JSON.parse(JSON.stringify(first)));
});

test('where a port has moved, the project is read after all', async (t) => {
  const { root, dir } = await keptProject(t);
  const load = () =>
    loadSettings({ flags: { cwd: root }, env: { PATH: '' }, cwd: root, home: path.dirname(dir) });
  const places = async ({ lookWidely, lookForNumber, settings }: Loaded) => [
    await lookWidely(new Map([[4001, 'api']])),
    await lookForNumber(4002, root),
    settings.apps.map(({ name, written }) => [name, written]),
  ];
  const [one, two] = [await load(), await load()];
  assert.deepEqual(await places(two), await places(one));
});

test('what is needed beside the servers is kept apart', async (t) => {
  const { root, dir } = await keptProject(t);
  await writeFile(path.join(root, '.env'), 'DATABASE_URL=postgres://localhost:54399/shop\n');
  const { settings } = await loadSettings({ flags: { cwd: root }, env: {}, cwd: root });
  const look = async (kept: Kept) => {
    const warnings = await missingServices(settings, {}, new Set(), kept);
    kept.keep();
    return warnings;
  };
  const [first] = await look(new Kept(dir, root));
  assert.match(first?.message ?? '', /^needs postgres at localhost:54399/);
  assert.deepEqual(await look(new Kept(dir, root)), [first]);
  await writeFile(path.join(root, '.env'), 'DATABASE_URL=postgres://localhost:54398/shop\n');
  const [second] = await look(new Kept(dir, root));
  assert.match(second?.message ?? '', /^needs postgres at localhost:54398/);
});

test('what is kept is private, and no variable of the shell stands in it', async (t) => {
  const { dir, env, start } = await keptProject(t);
  env.CORS_ORIGINS = 'https://of.my.own';
  (await start()).keep();
  assert.equal((await start()).afresh(), false);
  const [name = ''] = await readdir(dir);
  const file = path.join(dir, name);
  assert.equal((await stat(file)).mode & 0o077, 0);
  assert.doesNotMatch(await readFile(file, 'utf8'), /of\.my\.own/);
});

const changes: [title: string, change: (root: string, env: Record<string, string | undefined>) => unknown][] =
  [
    [
      'a file of code',
      (root) => writeFile(path.join(root, 'api.js'), files['api.js'].replace('4001', '4003')),
    ],
    ['the env file', (root) => writeFile(path.join(root, '.env'), 'API_URL=http://localhost:4005\n')],
    ['a file that was not there', (root) => writeFile(path.join(root, 'Procfile.dev'), 'web: vite\n')],
    ['a folder that was not there', (root) => mkdir(path.join(root, 'server'))],
    ['a file less', (root) => rm(path.join(root, 'vite.config.js'))],
    [
      'a file in place of another',
      async (root) => {
        await writeFile(path.join(root, 'new.js'), files['api.js']);
        await rename(path.join(root, 'new.js'), path.join(root, 'api.js'));
      },
    ],
    [
      'a variable of the shell',
      (_, env) => {
        env.API_URL = 'http://localhost:4009';
      },
    ],
  ];

for (const [title, change] of changes) {
  test(`it is found afresh after ${title} has changed`, async (t) => {
    const { root, env, start } = await keptProject(t);
    await change(root, env);
    assert.equal((await start()).afresh(), true);
  });
}

test('it is found afresh for another config, another host', async (t) => {
  const { start } = await keptProject(t);
  assert.equal((await start([{ host: '0.0.0.0' }])).afresh(), true);
});

test('a program that appears on PATH, a link that leads elsewhere', async (t) => {
  const more = {
    'package.json': '',
    'server/go.mod': 'module shop\n',
    'server/main.go': 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":4001", nil) }\n',
    'server/.air.toml': '',
  };
  const { root, env, start } = await keptProject(t, { more });
  const bin = path.join(root, '..', `${path.basename(root)}-bin`);
  t.after(() => rm(bin, { recursive: true, force: true }));
  await mkdir(bin);
  env.PATH = bin;
  (await start()).keep();
  assert.equal((await start()).afresh(), false);
  await writeFile(path.join(bin, 'air'), '', { mode: 0o755 });
  const { keep, afresh } = await start();
  assert.equal(afresh(), true);
  keep();
  assert.equal((await start()).afresh(), false);
  await symlink('main.go', path.join(root, 'server/link.go'));
  (await start()).keep();
  assert.equal((await start()).afresh(), false);
  await rm(path.join(root, 'server/link.go'));
  await symlink('.', path.join(root, 'server/link.go'));
  assert.equal((await start()).afresh(), true);
});

test('what was written just before is not kept: it may be written again in the same moment', async (t) => {
  const { dir, start } = await keptProject(t, { now: new Date() });
  assert.equal((await start()).afresh(), true);
  await assert.rejects(readdir(dir), { code: 'ENOENT' });
});

test('what changes while the servers start is not kept', async (t) => {
  const { root, start } = await keptProject(t);
  await writeFile(path.join(root, 'api.js'), files['api.js'].replace('4001', '4003'));
  const { keep } = await start();
  await rm(path.join(root, 'api.js'));
  keep();
  assert.equal((await start()).afresh(), true);
});

test('what git was asked for is not kept', async (t) => {
  // Nothing says the server's number: the page's code is searched for it.
  const more = {
    'api.js': "require('node:http').createServer().listen(port());\n",
    'vite.config.js': '',
    '.env': '',
    'src/features/shop/basket/total.js': "fetch('http://localhost:4001/api');\n",
  };
  const { start } = await keptProject(t, { more });
  assert.equal((await start()).afresh(), true);
});

test('a config is read and checked once for each text', async (t) => {
  const { root, dir, env } = await keptProject(t);
  let reads = 0;
  const start = async (text: string, value: unknown) => {
    const kept = new Kept(dir, root);
    const read = async () => {
      reads++;
      return value;
    };
    const given = await kept.config(text, read);
    const find = async (noted: typeof env) => (await detectProject(root, { prod: false, env: noted })).apps;
    await kept.recall('apps', {
      about: [given],
      env,
      find,
      now: new Date(Date.now() + 60_000),
    });
    kept.keep();
    return given;
  };
  assert.deepEqual(await start('a: 1', { a: 1 }), { a: 1 });
  assert.deepEqual(await start('a: 1', 'not read'), { a: 1 });
  assert.equal(reads, 1);
  // The same value in other words: what was found is as it was, the text is not.
  for (let i = 0; i < 2; i++) assert.deepEqual(await start('{ a: 1 }', { a: 1 }), { a: 1 });
  assert.equal(reads, 2);
});

test('a value that JSON would change is not kept', async (t) => {
  for (const value of [Number.POSITIVE_INFINITY, new Map(), () => 1]) {
    const { root, dir } = await keptProject(t);
    const start = async () => {
      const kept = new Kept(dir, root);
      const given = await kept.config('text', async () => ({ value }));
      const find = async () => (await detectProject(root, { prod: false, env: {} })).apps;
      await kept.recall('apps', { about: ['config'], env: {}, find, now: new Date(Date.now() + 60_000) });
      kept.keep();
      return given;
    };
    await start();
    assert.deepEqual(await start(), { value });
  }
});

test('a damaged file, a folder that takes none', async (t) => {
  const { dir, start } = await keptProject(t);
  const [name = ''] = await readdir(dir);
  await writeFile(path.join(dir, name), '{"key":');
  const { keep, afresh } = await start();
  assert.equal(afresh(), true);
  await rm(dir, { recursive: true });
  await writeFile(dir, '');
  keep();
  await rm(dir);
  assert.equal((await start()).afresh(), true);
});

test('of many projects the latest are kept', async (t) => {
  const { dir, start } = await keptProject(t);
  for (let i = 0; i < 70; i++) await writeFile(path.join(dir, `old-${i}.json`), '{}');
  await chmod(dir, 0o700);
  await writeFile(path.join(dir, 'zz.json'), '{}');
  await rm(path.join(dir, 'zz.json'));
  const { keep } = await start([1]);
  keep();
  assert.equal((await readdir(dir)).length, 64);
  assert.equal((await start([1])).afresh(), false);
});
