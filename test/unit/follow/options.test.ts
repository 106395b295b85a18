import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { keptIn } from '../../../src/follow/node/children.ts';
import { followAssignments } from '../../../src/follow/options.ts';

const files = { node: "/it's here/p.cjs", python: "/it's here/python" };
const required = ` --require "/it's here/p.cjs"`;

/** What the program at the end of the line is given. */
const shown = (command: string, name: string): string => {
  const env = { PATH: process.env.PATH, NODE_OPTIONS: '--no-warnings', PYTHONPATH: '/inherited' };
  return execFileSync('sh', ['-c', followAssignments(command, files)], { env, encoding: 'utf8' })
    .replace(`${name}=`, '')
    .trimEnd();
};

const assigned: [string, string, string][] = [
  ['NODE_OPTIONS=--inspect printenv NODE_OPTIONS', 'NODE_OPTIONS', `--inspect${required}`],
  [
    "NODE_OPTIONS='--inspect=0 --trace-warnings' printenv NODE_OPTIONS",
    'NODE_OPTIONS',
    `--inspect=0 --trace-warnings${required}`,
  ],
  [
    'NODE_OPTIONS="--require \\"/a b.js\\"" printenv NODE_OPTIONS',
    'NODE_OPTIONS',
    `--require "/a b.js"${required}`,
  ],
  ['NODE_OPTIONS="$NODE_OPTIONS --x" printenv NODE_OPTIONS', 'NODE_OPTIONS', `--no-warnings --x${required}`],
  ['NODE_OPTIONS= printenv NODE_OPTIONS', 'NODE_OPTIONS', required],
  ['A=1 NODE_OPTIONS=--x printenv NODE_OPTIONS && true', 'NODE_OPTIONS', `--x${required}`],
  ['export NODE_OPTIONS=--x; printenv NODE_OPTIONS', 'NODE_OPTIONS', `--x${required}`],
  ['env NODE_OPTIONS=--x printenv NODE_OPTIONS', 'NODE_OPTIONS', `--x${required}`],
  ['(NODE_OPTIONS=--x printenv NODE_OPTIONS)', 'NODE_OPTIONS', `--x${required}`],
  ['printenv NODE_OPTIONS', 'NODE_OPTIONS', '--no-warnings'],
  ['MY_NODE_OPTIONS=--x printenv NODE_OPTIONS', 'NODE_OPTIONS', '--no-warnings'],
  ['PYTHONPATH=. printenv PYTHONPATH', 'PYTHONPATH', `${files.python}:.`],
  ['PYTHONPATH="$PYTHONPATH:src" printenv PYTHONPATH', 'PYTHONPATH', `${files.python}:/inherited:src`],
  ['PYTHONPATH= printenv PYTHONPATH', 'PYTHONPATH', files.python],
  ["PYTHONPATH='' printenv PYTHONPATH", 'PYTHONPATH', files.python],
];
for (const [command, name, wanted] of assigned)
  test(command, () => assert.equal(shown(command, name), wanted));

for (const command of [
  'docker run -e NODE_OPTIONS=--x node',
  'ssh host NODE_OPTIONS=--x node a.js',
  'echo hello',
])
  test(`is left: ${command}`, () => assert.equal(followAssignments(command, files), command));

test('once is enough', () => {
  const once = followAssignments('NODE_OPTIONS=--x PYTHONPATH=. a', files);
  assert.equal(followAssignments(once, { ...files }), once);
});

test('a child keeps the preload, whatever its parent made of the environment', () => {
  const plain = { node: '/p.cjs', python: '/python' };
  const given = {
    file: 'node',
    args: ['node', 'NODE_OPTIONS=x'],
    envPairs: ['A=1', 'NODE_OPTIONS=--max-old-space-size=4096'],
  };
  assert.deepEqual(keptIn({ ...given }, plain), {
    ...given,
    envPairs: ['A=1', 'NODE_OPTIONS=--max-old-space-size=4096 --require /p.cjs', 'PYTHONPATH=/python'],
  });
  const script = keptIn(
    { file: '/bin/sh', args: ['/bin/sh', '-c', 'NODE_OPTIONS=--x next dev'], envPairs: [] },
    plain,
  );
  assert.deepEqual(script.args, ['/bin/sh', '-c', "NODE_OPTIONS=--x' --require /p.cjs' next dev"]);
});
