import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStat } from '../../../src/system/linux.ts';
import { signalExitCode } from '../../../src/system/platform.ts';
import { isAlive, readProcess } from '../../../src/system/processes.ts';
import { parsePs } from '../../../src/system/ps.ts';

test('/proc/PID/stat: the name may hold anything', () => {
  const rest = '0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1 1';
  for (const name of ['node', 'a b', ') R 1 1 1', '((']) {
    const proc = parseStat(`17 (${name}) S 3 17 12 ${rest}`);
    assert.deepEqual(proc, {
      pid: 17,
      ppid: 3,
      pgid: 17,
      sid: 12,
      start: '4242',
      zombie: false,
      stopped: false,
    });
  }
  assert.equal(parseStat(`17 (x) Z 3 17 12 ${rest}`)?.zombie, true);
  assert.equal(parseStat(`17 (x) T 3 17 12 ${rest}`)?.stopped, true);
  assert.equal(parseStat(''), undefined);
});

test('ps: a line of macOS', () => {
  assert.deepEqual(parsePs('  501     1   501      0 Ss   Sat Nov 21 14:33:33 2026    '), {
    pid: 501,
    ppid: 1,
    pgid: 501,
    sid: 0,
    start: 'Sat Nov 21 14:33:33 2026',
    zombie: false,
    stopped: false,
  });
  assert.equal(parsePs('nonsense'), undefined);
});

test('a process is the same by pid and start', () => {
  const self = readProcess(process.pid);
  assert.ok(self);
  assert.equal(isAlive(self), true);
  if (process.platform === 'linux') assert.equal(isAlive({ ...self, start: '1' }), false);
});

test('exit codes of signals', () => {
  assert.deepEqual(
    [signalExitCode('SIGINT'), signalExitCode('SIGTERM'), signalExitCode('SIGHUP')],
    [130, 143, 129],
  );
});
