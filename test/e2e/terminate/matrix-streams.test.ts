// What else ends a run, or should not: disks, pipes, early deaths, servers that multiply or wait for ever.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { misbehave } from '../../rig/misbehaving.ts';
import { Rig, until, within } from '../../rig/rig.ts';

const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));
/** Seconds. */
const GRACE = 0.4;

/** A project whose servers are shell lines. */
async function project(t: TestContext, ...lines: string[]): Promise<Rig> {
  const rig = await Rig.create(t);
  const apps = lines.map((command, index) => ({ name: `app${index}`, command, port: 'auto' }));
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  return rig;
}

/** Until so many of the rig's processes are alive. */
const untilAlive = (rig: Rig, holds: (alive: number) => boolean): Promise<void> =>
  until('change of the processes', async () => holds((await rig.survivors()).length));

describe('ends', { concurrency: 4, skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  test('a server that waits for its last connection is ended after the grace', async (t) => {
    const all = await misbehave(t, { manner: 'keeps connections', killTimeout: GRACE });
    await all.said('ready in');
    const browser = connect(Number(all.server.env.PORT), '127.0.0.1');
    browser.on('error', () => {});
    await once(browser, 'connect');
    await all.server.tell('accept');
    const begun = Date.now();
    all.child.kill('SIGTERM');
    assert.equal(await all.exitCode(), 143);
    const took = Date.now() - begun;
    browser.destroy();
    await all.rig.assertNothingLeft();
    assert.ok(took >= GRACE * 1000 - 10 && took < GRACE * 1000 + 5000, `${took} ms`);
  });

  for (const signals of [['SIGTERM'], ['SIGINT', 'SIGTERM'], ['SIGHUP', 'SIGTERM', 'SIGINT']] as const) {
    test(`a server that has two more at each signal; ${signals.join(' and ')} at one instant`, async (t) => {
      const all = await misbehave(t, { manner: 'forks at each signal', killTimeout: GRACE });
      await all.said('ready in');
      for (const signal of signals) all.child.kill(signal);
      const codes: (number | null)[] = [143, ...(signals.length > 1 ? [130, 129] : [])];
      assert.ok(codes.includes(await all.exitCode()));
      await all.rig.assertNothingLeft();
    });
  }

  test('a reader that never reads on: one Ctrl-C is enough, and what it has not read is in the logs', async (t) => {
    const all = await misbehave(t, { manner: 'ignores TERM', killTimeout: GRACE });
    await all.said('ready in');
    all.print(-1);
    await all.stalled();
    all.child.kill('SIGINT');
    assert.deepEqual(await within('end', once(all.child, 'exit')), [130, null]);
    await all.rig.assertNothingLeft();
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`a reader that never reads on: Ctrl-C, then ${signal}`, async (t) => {
      const all = await misbehave(t, { manner: 'ignores TERM', killTimeout: GRACE });
      await all.said('ready in');
      all.print(-1);
      await all.stalled();
      all.child.kill('SIGINT');
      await all.alone(all.launcher);
      all.child.kill(signal);
      assert.deepEqual(
        await within('end', once(all.child, 'exit')),
        signal === 'SIGINT' ? [130, null] : [null, signal],
      );
      await all.rig.assertNothingLeft();
    });
  }

  test('a server that fails beside one whose reader has stalled', async (t) => {
    const rig = await project(t, 'exec yes', 'sleep 1; touch failed; exit 3');
    const child = spawn(process.execPath, [program, '--kill-timeout', String(GRACE)], {
      cwd: rig.dir,
      env: rig.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    // Nobody reads meanwhile.
    await untilAlive(rig, () => existsSync(path.join(rig.dir, 'failed')));
    await untilAlive(rig, (alive) => alive <= 1);
    child.stdout.resume();
    assert.deepEqual(await within('end', closed), [3, null]);
    await rig.assertNothingLeft();
  });

  for (const moment of [0, 50, 100, 150, 200, 250, 300, 400]) {
    test(`killed ${moment} ms after its start, ready or not`, async (t) => {
      const rig = await project(t, "trap '' TERM; sleep 1000 & sleep 1000", 'exec setsid sleep 1000');
      const child = spawn(process.execPath, [program, '--kill-timeout', '0.3'], {
        cwd: rig.dir,
        env: rig.env,
        stdio: 'ignore',
      });
      await sleep(moment);
      child.kill('SIGKILL');
      await untilAlive(rig, (alive) => alive === 0);
    });
  }

  test('a disk that is full is an error, and ends the run', async (t) => {
    for (const format of ['plain', 'json', 'raw']) {
      const rig = await project(t, 'while :; do echo more; sleep 0.1; done');
      const child = spawn(process.execPath, [program, '--log-format', format, '--kill-timeout', '0.3'], {
        cwd: rig.dir,
        env: rig.env,
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      });
      let stderr = '';
      child.stderr?.on('data', (text) => {
        stderr += text;
      });
      assert.deepEqual(await within('end', once(child, 'close')), [1, null]);
      assert.match(stderr, /^error the output could not be written: ENOSPC.*\n$/);
      await rig.assertNothingLeft();
    }
  });

  test('| head -1', async (t) => {
    const rig = await project(t, 'while :; do echo more; sleep 0.05; done');
    const line = '( "$0" "$@"; echo "code $?" >&2 ) | head -1';
    const child = spawn('/bin/sh', ['-c', line, process.execPath, program, '--kill-timeout', '0.3'], {
      cwd: rig.dir,
      env: rig.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (text) => {
      stderr += text;
    });
    await within('end', once(child, 'close'));
    assert.equal(stderr, 'code 0\n');
    await rig.assertNothingLeft();
  });

  test('no line is missing with a slow reader', async (t) => {
    const all = await misbehave(t, { manner: 'exits 3', killTimeout: GRACE });
    await all.said('ready in');
    all.print(100_000, 3);
    for (let round = 0; round < 5; round++) {
      await all.stalled();
      all.readOn();
      await sleep(5);
    }
    assert.equal(await all.exitCode(), 3);
    await all.shown(100_000 * 79);
    all.assertAllShown();
    await all.rig.assertNothingLeft();
  });
});
