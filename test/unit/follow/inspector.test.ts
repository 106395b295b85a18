import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectorPort, withInspector } from '../../../src/follow/inspector.ts';

/** NODE_OPTIONS, the number that it asks for, the same with 9300 */
const table: [string, number | undefined, string?][] = [
  ['--inspect', 9229, '--inspect=127.0.0.1:9300 --require /d/l.cjs'],
  ['--inspect=9230', 9230, '--inspect=127.0.0.1:9300 --require /d/l.cjs'],
  ['--inspect=0.0.0.0:9230 -r x', 9230, '--inspect=0.0.0.0:9300 -r x --require /d/l.cjs'],
  ['--inspect=[::1]:9230', 9230, '--inspect=[::1]:9300 --require /d/l.cjs'],
  ['--inspect=localhost:9230', 9230, '--inspect=localhost:9300 --require /d/l.cjs'],
  ['-r ./a.js --inspect-brk', 9229, '-r ./a.js --inspect-brk=127.0.0.1:9300 --require /d/l.cjs'],
  ['--inspect-wait', 9229, '--inspect-wait=127.0.0.1:9300 --require /d/l.cjs'],
  ['--inspect=0', undefined],
  ['--inspect-publish-uid=http', undefined],
  ['--max-old-space-size=4096', undefined],
  ['', undefined],
];
for (const [options, port, changed] of table) {
  test(`an inspector in NODE_OPTIONS: ${options || 'none'}`, () => {
    assert.equal(inspectorPort(options), port);
    if (changed) assert.equal(withInspector(options, 9300, '/d/l.cjs'), changed);
  });
}
