import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launches } from '../../../../../src/config/detect/owner/launcher.ts';
import { type Package, selectPackages } from '../../../../../src/config/detect/owner/packages.ts';
import { concurrentlySides, runAllSides } from '../../../../../src/config/detect/owner/parallel.ts';
import { readShell } from '../../../../../src/config/detect/owner/shell.ts';
import { peel } from '../../../../../src/config/detect/owner/step.ts';

const scripts = { 'dev:a': '', 'dev:b': '', 'dev:b:c': '', all: 'run-p dev:*' };
const words = (line: string) => line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];

test('concurrently: names, shortcuts, options', () => {
  const sides = (line: string) =>
    concurrentlySides(words(line), scripts).map(({ name, script, args = [], line: own }) =>
      [name, script ?? own, ...args].filter(Boolean).join(' '),
    );
  assert.deepEqual(sides('"npm:dev:*"'), ['dev:a', 'dev:b', 'dev:b:c']);
  assert.deepEqual(sides('"npm:dev:*(!b)"'), ['dev:a']);
  assert.deepEqual(sides('"npm:dev:a -- --open"'), ['dev:a --open']);
  assert.deepEqual(sides('-kn x,y --restart-tries 3 "p q" "npm run dev:a"'), ['x p q', 'y dev:a']);
  assert.deepEqual(sides('--names=x,y -P "p {@}" q -- 1 2'), ['x p', 'y q']);
  assert.deepEqual(sides('-c "#fff,#000" --kill-others-on-fail vite "npm run dev:a -- --x"'), [
    'vite',
    'npm run dev:a -- --x',
  ]);
});

test('run-p, run-s, npm-run-all: what ends first, what stays', () => {
  const sides = (line: string) => {
    const [program = '', ...rest] = words(line);
    const { before, side } = runAllSides(program, rest, scripts);
    return [before.map(({ script }) => script), side.map(({ script }) => script)];
  };
  assert.deepEqual(sides('run-p dev:*'), [[], ['dev:a', 'dev:b']]);
  assert.deepEqual(sides('run-p -lr dev:**'), [[], ['dev:a', 'dev:b', 'dev:b:c']]);
  assert.deepEqual(sides('run-s dev:a all'), [['dev:a'], ['all']]);
  assert.deepEqual(sides('npm-run-all dev:a -p dev:b all'), [['dev:a'], ['dev:b', 'all']]);
  assert.deepEqual(sides('npm-run-all -p dev:a dev:b -s all'), [['dev:a', 'dev:b'], ['all']]);
});

/** A shell's text, what ends first, what runs side by side: `line @dir` each; undefined: not to be read. */
const shells: [string, string[], string[]][] = [
  ['vite', [], ['vite']],
  ['npm i && vite', ['npm i'], ['vite']],
  ['a & b', [], ['a', 'b']],
  [
    '(cd api && npm start) & (cd web && npm start) & wait',
    [],
    ['cd api && npm start', 'cd web && npm start'],
  ],
  [
    '(\n  cd api &&\n  npm start &\n)\n(\n  cd web &&\n  npm start &\n)\nwait',
    [],
    ['cd api && npm start', 'cd web && npm start'],
  ],
  ['a |\n  b\nc', ['a | b'], ['c']],
  ['cd api && a & b', [], ['cd api && a', 'b']],
  ['cd api; a & cd ../web; b', [], ['a @api', 'b @web']],
  ['npm run build; a & b', ['npm run build'], ['a', 'b']],
  ['a & npm i && b', [], ['a', 'npm i && b']],
  ['set -e\ncd api\na &\ncd -\nb', [], ['a @api', 'b']],
  ['export A=1\nB=2\na $B &\nb ${B}', [], ['A=1 a 2', 'A=1 b 2']],
  ['. .venv/bin/activate\na &\ncd web\nb', [], ['[. .venv/bin/activate] a', '[. .venv/bin/activate] b @web']],
  ['export V=$(git rev-parse HEAD)\na', [], ['[export V=$(git rev-parse HEAD)] a']],
  [
    'for port in 1 2; do\n  pids="$(lsof -ti tcp:$port)"\n  if [ -n "$pids" ]; then\n    kill $pids\n  fi\ndone\na &\nb',
    [],
    ['a', 'b'],
  ],
  ['if [ ! -d x ]; then\n  npm i\nfi\na & # one\nb', ['if [ ! -d x ]; then\nnpm i\nfi'], ['a', 'b']],
  [
    'if command -v go1; then\n  GO=go1\nelse\n  GO=go\nfi\n"$GO" run . &\nb &',
    [],
    ['[if command -v go1; then\nGO=go1\nelse\nGO=go\nfi] "$GO" run .', 'b'],
  ],
  ['if command -v brew; then brew update; fi\na', [], ['a']],
  ['stop() {\n  kill $PID\n}\ntrap stop EXIT\na &\nPID=$!\nb', [], ['a', 'b']],
  ['cd "$(dirname "$0")/.."\na', [], ['a @..']],
  [
    'ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"\ncd "$ROOT/api" && a & cd $ROOT/web && b',
    [],
    ['cd "/p/api" && a', 'b @web'],
  ],
  ["a 'x & y' | tee log", [], ["a 'x & y' | tee log"]],
  ['a || true', [], ['a || true']],
  ['exec a', [], ['a']],
  ['a \\\n  --flag', [], ['a    --flag']],
  ['a 2>&1 & b &> log', [], ['a 2>&1', 'b &> log']],
];
const unreadable = [
  'for x in a b; do\n  ./$x &\ndone',
  'run() {\n  "$@" &\n}\nrun a\nrun b',
  'cat <<EOF\nx\nEOF\na',
  '{ a; b; } & c',
  'cd "$SOMEWHERE" && a & b\ncd $X\nc',
  'if x; then\n  cd y\nfi\na',
];

test('what ends containers is done when the servers have ended', () => {
  const found = readShell('docker compose up db -d --wait; turbo run dev; docker compose down', '/p');
  const shown = (all: { line: string }[] = []) => all.map(({ line }) => line);
  assert.deepEqual(shown(found?.before), ['docker compose up db -d --wait']);
  assert.deepEqual(shown(found?.side), ['turbo run dev']);
  assert.deepEqual(found?.after, ['docker compose down']);
  assert.deepEqual(shown(readShell('docker compose down', '/p')?.side), ['docker compose down']);
});

test('shell lines and files', () => {
  for (const [text, before, side] of shells) {
    const found = readShell(text, '/p');
    assert.ok(found, text);
    const shown = (all: typeof found.side) =>
      all.map(({ line, dir, env, setup }) => {
        const own = Object.entries(env).map(([key, value]) => `${key}=${value} `);
        const first = setup.map((one) => `[${one.line}] `);
        const place = dir === '/p' ? '' : dir === '/' ? ' @..' : ` @${dir.slice(3)}`;
        return first.join('') + own.join('') + line + place;
      });
    assert.deepEqual([shown(found.before), shown(found.side)], [before, side], text);
  }
  for (const text of unreadable) assert.equal(readShell(text, '/p'), undefined, text);
});

const packages: Package[] = [
  ['@x/web', 'apps/web', ['@x/ui']],
  ['@x/api', 'apps/api', ['@x/db']],
  ['docs', 'apps/docs', ['@x/ui']],
  ['@x/ui', 'packages/ui', ['@x/lib']],
  ['@x/db', 'packages/db', []],
  ['@x/lib', 'packages/lib', []],
].map(([name, dir, deps]) => ({
  name: name as string,
  dir: `/p/${dir}`,
  scripts: {},
  deps: new Set(deps as string[]),
}));

const filters: [string, string[] | undefined][] = [
  ['', ['@x/web', '@x/api', 'docs', '@x/ui', '@x/db', '@x/lib']],
  ['web', ['@x/web']],
  ['@x/web...', ['@x/web', '@x/ui', '@x/lib']],
  ['@x/web^...', ['@x/ui', '@x/lib']],
  ['...@x/ui', ['@x/web', 'docs', '@x/ui']],
  ['./apps/*', ['@x/web', '@x/api', 'docs']],
  ['{./packages/**}', ['@x/ui', '@x/db', '@x/lib']],
  ['apps/api', ['@x/api']],
  ['@x/* !@x/lib', ['@x/web', '@x/api', '@x/ui', '@x/db']],
  ['!docs', ['@x/web', '@x/api', '@x/ui', '@x/db', '@x/lib']],
  ['[HEAD^1]', undefined],
  ['nobody', undefined],
];

test('filters of packages', () => {
  for (const [text, expected] of filters) {
    const found = selectPackages(packages, text.split(' ').filter(Boolean), '/p');
    assert.deepEqual(
      found?.map(({ name }) => name),
      expected,
      text,
    );
  }
});

test('wrappers: their variables, or they themselves', () => {
  const table: [string, string, Record<string, string>, string][] = [
    ['cross-env A=1 B=2 concurrently x', 'concurrently', { A: '1', B: '2' }, ''],
    ['A=1 npx concurrently x', 'concurrently', { A: '1' }, ''],
    ['env A=1 turbo dev', 'turbo', { A: '1' }, ''],
    ['cross-env A=$B turbo dev', 'turbo', {}, 'cross-env A=$B'],
    ['A=$B turbo dev', 'turbo', {}, 'env A=$B'],
    ['dotenv -e .env -- turbo dev', 'turbo', {}, 'dotenv -e .env --'],
    ['uv run honcho start', 'honcho', {}, 'uv run'],
    ['node node_modules/.bin/concurrently x', 'concurrently', {}, ''],
  ];
  for (const [line, program, env, prefix] of table) {
    const found = peel(line);
    assert.deepEqual([found.words[0], found.env, found.prefix.join(' ')], [program, env, prefix], line);
  }
});

test('a program that starts others, and one that listens itself', () => {
  const table: [string, string, boolean][] = [
    ['dev.mjs', "import { spawn } from 'node:child_process'; spawn('vite');", true],
    ['dev.js', "require('concurrently')(['a', 'b'])", true],
    ['dev.ts', "import { execa } from 'execa'; await execa`vite`;", true],
    ['dev.ts', 'Bun.spawn(["vite"])', true],
    ['server.js', "require('child_process').exec('x'); http.createServer().listen(1)", false],
    ['server.js', "import express from 'express'; import { fork } from 'child_process'; fork('x')", false],
    ['seed.js', "import fs from 'fs'; run(fs)", false],
    ['run.py', "import subprocess\nsubprocess.Popen(['uvicorn', 'a:b', '--port', '1'])", true],
    ['run.py', "import os\nos.system('npm run dev &')", true],
    ['run.py', 'import uvicorn\nuvicorn.run("a:b", port=1)', false],
    ['app.py', "import subprocess\nsubprocess.run(['x'])\napp.run(debug=True)", false],
  ];
  for (const [file, text, expected] of table) assert.equal(launches(text, file), expected, text);
});
