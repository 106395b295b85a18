import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DevstartError } from '../../../src/errors.ts';
import { cleanCaches, planClean } from '../../../src/system/caches.ts';

async function project(t: TestContext, files: Record<string, string>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'devstart clean ü-')));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

function git(cwd: string, ...args: string[]): void {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'protocol.file.allow=always'];
  execFileSync('git', [...who, ...args], { cwd, stdio: 'pipe' });
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

test('removes the given caches, counts their bytes and leaves the rest', async (t) => {
  const root = await project(t, {
    'web/.next/a/b.js': 'x'.repeat(1000),
    'web/.next/c.js': 'ü',
    'web/node_modules/.vite/deps.json': '{}',
    'web/node_modules/left-pad/index.js': '1',
    'api/.next/not-asked.js': '1',
    'stats.cache': '12345',
  });
  const items = [
    { cwd: join(root, 'web'), paths: ['.next', 'node_modules/.vite', '.turbo'] },
    { cwd: root, paths: ['stats.cache', 'web/.next', 'web/.next/a'] },
  ];
  assert.deepEqual(await cleanCaches(root, items), {
    removed: [
      { path: join(root, 'web/.next'), bytes: 1002 },
      { path: join(root, 'web/node_modules/.vite'), bytes: 2 },
      { path: join(root, 'stats.cache'), bytes: 5 },
    ],
    skipped: [],
  });
  assert(!(await exists(join(root, 'web/.next'))));
  assert(await exists(join(root, 'web/node_modules/left-pad/index.js')));
  assert(await exists(join(root, 'api/.next/not-asked.js')));
  assert.deepEqual(await cleanCaches(root, items), { removed: [], skipped: [] });
});

test('never follows a link: not the cache, not above it, not in it', async (t) => {
  const root = await project(t, {
    'outside/keep.txt': '1',
    'app/.web/page.js': '1',
    'app/real/.next/a': '1',
  });
  const app = join(root, 'app');
  const outside = join(root, 'outside');
  await symlink(outside, join(app, '.next'));
  await symlink(outside, join(app, 'web'));
  await symlink(join(app, 'real'), join(app, 'alias'));
  await symlink(outside, join(app, '.web/inner'));
  await symlink('/nowhere/at/all', join(app, '.nuxt'));
  const { removed, skipped } = await cleanCaches(app, [
    { cwd: app, paths: ['.next', 'web/keep.txt', 'alias/.next', '.web', '.nuxt'] },
  ]);
  assert.deepEqual(
    removed.map(({ path }) => path),
    [join(app, '.web')],
  );
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ['it is a link', `${join(app, 'web')} is a link`, `${join(app, 'alias')} is a link`, 'it is a link'],
  );
  assert.equal(await readFile(join(outside, 'keep.txt'), 'utf8'), '1');
  assert(await exists(join(app, 'real/.next/a')));
});

test('works where the project is reached through a link', async (t) => {
  const root = await project(t, { 'app/.web/page.js': '1' });
  await symlink(join(root, 'app'), join(root, 'alias'));
  const alias = join(root, 'alias');
  const { removed } = await cleanCaches(alias, [{ cwd: alias, paths: ['.web'] }]);
  assert.equal(removed.length, 1);
  assert(!(await exists(join(root, 'app/.web'))));
});

test('refuses by name: outside, the project itself, git, an app', () => {
  const root = '/srv/shop';
  const table: [string, string][] = [
    ['..', 'outside the project'],
    ['../other/.next', 'outside the project'],
    ['a/../../other', 'outside the project'],
    ['/etc', 'outside the project'],
    ['/srv/shopping', 'outside the project'],
    ['', 'an empty path'],
    ['.', 'it is the project itself'],
    ['web/..', 'it is the project itself'],
    ['/srv/shop', 'it is the project itself'],
    ['.git', "git's own folder"],
    ['.GIT/objects', "git's own folder"],
    ['web', 'it holds an app'],
    ['web/admin', 'it holds an app'],
  ];
  for (const [path, reason] of table) {
    const items = [
      { cwd: '/srv/shop', paths: [path] },
      { cwd: '/srv/shop/web/admin', paths: [] },
    ];
    const { targets, refused } = planClean(root, items);
    assert.deepEqual([targets, refused.map((one) => one.reason)], [[], [reason]], path);
  }
  assert.deepEqual(planClean(root, [{ cwd: root, paths: ['..cache', 'a', 'a/b', 'a/', './a'] }]).targets, [
    '/srv/shop/..cache',
    '/srv/shop/a',
  ]);
});

test('never removes what git tracks', async (t) => {
  const root = await project(t, {
    'lib/index.js': '1',
    'lib/.git-not': '1',
    'shop/.next/tracked.js': '1',
    'shop/.next/other.js': '1',
    'shop/.web/staged.js': '1',
    'shop/.turbo/ignored.js': '1',
    'shop/.nuxt/new.js': '1',
    'shop/.cache/nested/repo/file.js': '1',
    'shop/[ab]*': '1',
    'shop/a1': 'tracked, though no match for a literal name',
    'shop/.gitignore': '.turbo\n',
  });
  const lib = join(root, 'lib');
  const shop = join(root, 'shop');
  git(lib, 'init', '-q');
  git(lib, 'add', '.');
  git(lib, 'commit', '-qm', 'lib');
  git(shop, 'init', '-q');
  git(shop, 'add', '.next/tracked.js', 'a1', '.gitignore');
  git(shop, 'commit', '-qm', 'shop');
  git(shop, 'add', '.web');
  git(shop, 'submodule', '--quiet', 'add', lib, 'vendor');
  git(join(shop, '.cache/nested/repo'), 'init', '-q');

  const paths = ['.next', '.web', 'vendor', 'vendor/index.js', '.cache', '.turbo', '.nuxt', '[ab]*'];
  const { removed, skipped } = await cleanCaches(shop, [{ cwd: shop, paths }]);
  assert.deepEqual(
    skipped.map(({ path, reason }) => [path.slice(shop.length + 1), reason]),
    [
      ['.next', 'git tracks files in it'],
      ['.web', 'git tracks files in it'],
      ['vendor', 'git tracks files in it'],
      ['.cache', 'a git repository lies in it'],
    ],
  );
  assert.deepEqual(
    removed.map(({ path }) => path.slice(shop.length + 1)),
    ['.turbo', '.nuxt', '[ab]*'],
  );
  const inside = await cleanCaches(shop, [{ cwd: join(shop, 'vendor'), paths: ['index.js'] }]);
  assert.deepEqual(
    inside.skipped.map(({ reason }) => reason),
    ['git tracks files in it'],
  );
  for (const kept of ['.next/other.js', '.web/staged.js', 'vendor/index.js', 'a1'])
    assert(await exists(join(shop, kept)));
});

test('a repository that git cannot read keeps everything', async (t) => {
  const root = await project(t, { '.git': 'gitdir: /nowhere', '.next/a.js': '1' });
  const { removed, skipped } = await cleanCaches(root, [{ cwd: root, paths: ['.next'] }]);
  assert.deepEqual([removed.length, skipped[0]?.reason], [0, 'git could not tell whether it tracks it']);
});

test('a cache that cannot be removed is an error that names it', async (t) => {
  const root = await project(t, { 'app/.next/sub/a.js': '1' });
  const cache = join(root, 'app/.next');
  await chmod(root, 0o755);
  await chmod(join(cache, 'sub'), 0o555);
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) process.seteuid?.(65_534); // nothing is denied to root
  try {
    await assert.rejects(
      cleanCaches(join(root, 'app'), [{ cwd: join(root, 'app'), paths: ['.next'] }]),
      (error) => {
        assert(error instanceof DevstartError);
        assert.equal(error.code, 'CLEAN_FAILED');
        assert(error.message.includes(cache), error.message);
        assert.match(error.message, /EACCES|EPERM/);
        return true;
      },
    );
  } finally {
    if (asRoot) process.seteuid?.(0);
    await chmod(join(cache, 'sub'), 0o755);
  }
});
