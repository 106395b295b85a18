import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type FollowRequest, followEnvironment, unfollowed } from '../../../src/follow/environment.ts';

const request: FollowRequest = {
  run: 'k3x9',
  ports: new Map([
    [8000, 8001],
    [3000, 3002],
    [5000, 5000],
  ]),
  inherited: {},
  files: { node: '/opt/devstart/preload.cjs', python: '/opt/devstart/python' },
  delimiter: ':',
};

test('what a process is told', () => {
  assert.deepEqual(
    followEnvironment({ ...request, own: new Map([[3000, 3002]]), origins: [3000, 5000], pages: true }),
    {
      DEVSTART_MOVED: 'run=k3x9 ports=8000:8001,3000:3002 own=3000:3002 origins=3000:3002 pages',
      NODE_OPTIONS: '--require /opt/devstart/preload.cjs',
      PYTHONPATH: '/opt/devstart/python',
    },
  );
});

test('nothing where nothing has moved', () => {
  assert.deepEqual(followEnvironment({ ...request, ports: new Map([[5000, 5000]]) }), {});
});

test('a written number that is a real one of the run is left out', () => {
  const ports = new Map([
    [3000, 3001],
    [3001, 3002],
    [8000, 8001],
  ]);
  assert.deepEqual(unfollowed(ports), [3001]);
  assert.equal(followEnvironment({ ...request, ports }).DEVSTART_MOVED, 'run=k3x9 ports=3000:3001,8000:8001');
  assert.deepEqual(
    followEnvironment({
      ...request,
      ports: new Map([
        [3000, 3001],
        [3001, 3000],
      ]),
    }),
    {},
  );
});

const nodeOptions: [string | undefined, string, string][] = [
  [undefined, '/a/f.cjs', '--require /a/f.cjs'],
  ['', '/a/f.cjs', '--require /a/f.cjs'],
  ['  ', '/a/f.cjs', '--require /a/f.cjs'],
  ['--inspect', '/a/f.cjs', '--inspect --require /a/f.cjs'],
  ['--require /app/.pnp.cjs', '/a/f.cjs', '--require /app/.pnp.cjs --require /a/f.cjs'],
  ['--require "/my app/x.js"', '/a/f.cjs', '--require "/my app/x.js" --require /a/f.cjs'],
  ['--max-old-space-size=4096 ', '/a/f.cjs', '--max-old-space-size=4096  --require /a/f.cjs'],
  ['--inspect', '/my app/f.cjs', '--inspect --require "/my app/f.cjs"'],
  [undefined, '/it\'s "quoted"/f.cjs', '--require "/it\'s \\"quoted\\"/f.cjs"'],
  [undefined, 'C:\\devstart\\f.cjs', '--require C:\\devstart\\f.cjs'],
  [undefined, 'C:\\Program Files\\f.cjs', '--require "C:\\\\Program Files\\\\f.cjs"'],
  ['-r x --require /a/f.cjs', '/a/f.cjs', '-r x --require /a/f.cjs'],
];
for (const [inherited, node, wanted] of nodeOptions) {
  test(`NODE_OPTIONS ${JSON.stringify(inherited)} and ${node}`, () => {
    const given = { ...request, inherited: { NODE_OPTIONS: inherited }, files: { ...request.files, node } };
    assert.equal(followEnvironment(given).NODE_OPTIONS, wanted);
  });
}

const pythonPaths: [string | undefined, string, string][] = [
  [undefined, ':', '/p'],
  ['', ':', '/p'],
  ['/app/lib', ':', '/p:/app/lib'],
  ['/app/lib:', ':', '/p:/app/lib:'],
  ['/p:/app', ':', '/p:/app'],
  ['C:\\lib', ';', '/p;C:\\lib'],
];
for (const [inherited, delimiter, wanted] of pythonPaths) {
  test(`PYTHONPATH ${JSON.stringify(inherited)}`, () => {
    const files = { ...request.files, python: '/p' };
    const given = { ...request, inherited: { PYTHONPATH: inherited }, files, delimiter };
    assert.equal(followEnvironment(given).PYTHONPATH, wanted);
  });
}

test('Node itself finds the file behind spaces, quotes and backslashes, after what the user requires', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'devstart-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = [
    'plain',
    'with space',
    'a "quoted" one',
    "it's",
    'back\\slash',
    'back\\slash and space',
    'ü',
  ].map((name) => {
    const file = path.join(folder, name, 'preload.cjs');
    mkdirSync(path.dirname(file));
    writeFileSync(file, `(globalThis.loaded ??= []).push(${JSON.stringify(name)})`);
    return { name, file };
  });
  const [users, ...rest] = files as [{ name: string; file: string }, ...typeof files];
  for (const { name, file } of [users, ...rest]) {
    for (const own of [
      undefined,
      `--require "${users.file}"`,
      '--no-warnings --max-http-header-size=20000 ',
    ]) {
      const inherited = { NODE_OPTIONS: own };
      const env = followEnvironment({ ...request, inherited, files: { ...request.files, node: file } });
      const shown = execFileSync(process.execPath, ['-p', 'JSON.stringify(globalThis.loaded)'], {
        env: { ...process.env, ...env, DEVSTART_MOVED: '' },
        encoding: 'utf8',
      });
      const before = own?.startsWith('--require') && name !== users.name ? [users.name] : [];
      assert.deepEqual(JSON.parse(shown), [...before, name]);
    }
  }
});
