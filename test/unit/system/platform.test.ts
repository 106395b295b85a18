import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { exists, groupExists, signalExitCode } from '../../../src/system/platform.ts';

test('the machine is asked in system/ alone', () => {
  const src = path.join(import.meta.dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const asking = files.filter(
    (file) =>
      !/^(system|guard[/\\]generated)[/\\]/.test(file) &&
      /process\.platform|\bisWindows\b|['"`]\/proc\//.test(readFileSync(path.join(src, file), 'utf8')),
  );
  assert.deepEqual(asking, []);
});

test('exit codes of signals', () => {
  assert.deepEqual(
    [signalExitCode('SIGINT'), signalExitCode('SIGTERM'), signalExitCode('SIGHUP')],
    [130, 143, 129],
  );
});

test('a pid, and a group', () => {
  assert.equal(exists(process.pid), true);
  assert.equal(exists(process.ppid), true);
  // The test's parent runs it in its own group.
  assert.equal(groupExists(process.pid), false);
});
