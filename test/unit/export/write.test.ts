import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unifiedDiff } from '../../../src/export/diff.ts';
import { isUntouched, withHeader } from '../../../src/export/write.ts';

const made = withHeader('compose.yaml', 'services: {}\n', 'devstart export compose');

for (const { name, text, untouched } of [
  { name: 'as it was written', text: made, untouched: true },
  { name: 'a value changed', text: made.replace('{}', '{ a: {} }'), untouched: false },
  { name: 'a line at the end', text: `${made}\n`, untouched: false },
  {
    name: 'the command in the header changed',
    text: made.replace('export compose', 'export systemd'),
    untouched: false,
  },
  { name: 'no header', text: 'services: {}\n', untouched: false },
]) {
  test(`edited or not: ${name}`, () => assert.equal(isUntouched(text), untouched));
}

test('a script keeps its first line, JSON gets its own comments', () => {
  assert.match(
    withHeader('build.sh', '#!/bin/sh\nset -e\n', 'x'),
    /^#!\/bin\/sh\n# Made by: x\n# devstart-hash: /,
  );
  assert.ok(isUntouched(withHeader('build.sh', '#!/bin/sh\nset -e\n', 'x')));
  assert.match(withHeader('tasks.json', '{}\n', 'x'), /^\/\/ Made by: x\n\/\/ devstart-hash: /);
});

test('a diff says what would change, with the lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
  assert.equal(
    unifiedDiff('f', before, before.replace('f\n', 'F\nF2\n')),
    '--- a/f\n+++ b/f\n@@ -3,6 +3,7 @@\n c\n d\n e\n-f\n+F\n+F2\n g\n h\n',
  );
  assert.equal(unifiedDiff('f', undefined, 'a\n'), '--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n');
});
