// Nobody reads what devstart prints, and the end was asked for: it ends within the promised patience, whichever
// stream it is and whoever shares it.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Rig, until, within } from '../../rig/rig.ts';

const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));
/** Seconds. */
const GRACE = 0.3;
/** More than a pipe and all that devstart keeps. Bytes. */
const MUCH = 8 << 20;

/** devstart with a server that prints more than anybody takes; `line` joins streams. */
async function unread(
  t: TestContext,
  { args = [], line = '"$0" "$@"', stdio }: { args?: string[]; line?: string; stdio: StdioOptions },
): Promise<{ rig: Rig; child: ChildProcess; full: Promise<unknown> }> {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const words = [program, '--kill-timeout', String(GRACE), ...args];
  const child = spawn('/bin/sh', ['-c', `exec ${line}`, process.execPath, ...words], {
    cwd: rig.dir,
    env: rig.env,
    stdio,
  });
  t.after(() => child.kill('SIGKILL'));
  const api = await rig.link('api');
  await api.tell('listen', { port });
  // It is never answered: the pipe is full long before.
  api.order('spam', { lines: MUCH / 80 });
  // Nothing shows from outside that it is: so much has waited for its reader in less time.
  const full = new Promise((resolve) => setTimeout(resolve, 700));
  return { rig, child, full };
}

const ended = (child: ChildProcess) => within('end', once(child, 'exit'));

describe('unread', { concurrency: 4 }, () => {
  for (const format of ['plain', 'json', 'raw']) {
    test(`stdout and stderr in one pipe, ${format}: one SIGTERM is enough`, async (t) => {
      const { rig, child, full } = await unread(t, {
        args: ['--log-format', format],
        line: '"$0" "$@" 2>&1',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await full;
      child.kill('SIGTERM');
      assert.deepEqual(await ended(child), [143, null]);
      await rig.assertNothingLeft();
    });
  }

  test('stdout and stderr in one pipe: a second signal waits for nothing', async (t) => {
    const { rig, child, full } = await unread(t, {
      args: ['--kill-timeout', '60'],
      line: '"$0" "$@" 2>&1',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await full;
    child.kill('SIGINT');
    await until('end of the servers', async () => (await rig.survivors()).length === 1);
    child.kill('SIGTERM');
    assert.deepEqual(await ended(child), [130, null]);
    await rig.assertNothingLeft();
  });

  // Node gives its children sockets, shells and Python pipes.
  for (const kind of ['a socket', 'a pipe']) {
    test(`exec, stderr ${kind} that is unread: after its command has ended it ends too`, async (t) => {
      const stderr = kind === 'a pipe' ? fifo(t) : 'pipe';
      const { rig, child } = await unread(t, {
        args: ['exec', '--', 'sleep', '0.5'],
        stdio: ['ignore', 'ignore', stderr],
      });
      assert.deepEqual(await ended(child), [0, null]);
      await rig.assertNothingLeft();
    });
  }

  for (const kind of ['a socket', 'a pipe']) {
    test(`exec, stdout and stderr in ${kind} that is unread, SIGTERM while its command runs`, async (t) => {
      const { rig, child, full } = await unread(t, {
        args: ['exec', '--', 'sleep', '60'],
        line: '"$0" "$@" 2>&1',
        stdio: ['ignore', kind === 'a pipe' ? fifo(t) : 'pipe', 'ignore'],
      });
      await full;
      child.kill('SIGTERM');
      assert.deepEqual(await ended(child), [143, null]);
      await rig.assertNothingLeft();
    });
  }

  test('exec, stderr unread, SIGTERM while its command runs', async (t) => {
    const { rig, child, full } = await unread(t, {
      args: ['exec', '--', 'sleep', '60'],
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await full;
    child.kill('SIGTERM');
    assert.deepEqual(await ended(child), [143, null]);
    await rig.assertNothingLeft();
  });

  for (const signals of [['SIGTERM'], ['SIGINT', 'SIGTERM']] as const) {
    test(`attach that is unread, ${signals.join(' and ')}: it goes, the run stays`, async (t) => {
      const rig = await Rig.create(t);
      const [port = 0] = await rig.freePorts(1);
      const apps = [{ name: 'api', role: 'backend', command: rig.server('api'), port }];
      await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
      const run = rig.spawnDevstart(['--json']);
      const api = await rig.link('api');
      await api.tell('listen', { port });
      await run.waitFor('up');
      const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
      const child = spawn(process.execPath, [program, 'attach'], { cwd: rig.dir, env: rig.env, stdio });
      t.after(() => child.kill('SIGKILL'));
      await within('first line', once(child.stdout as Readable, 'data'));
      child.stdout?.pause();
      await api.tell('spam', { lines: MUCH / 80 });
      const gone = once(child, 'exit');
      for (const signal of signals) {
        child.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      assert.deepEqual(await within('end', gone), [0, null]);
      run.child.kill('SIGTERM');
      assert.equal(await rig.exitCode(run), 143);
      await rig.assertNothingLeft();
    });
  }
});

/** A pipe with a reader that never reads. */
function fifo(t: TestContext): number {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-fifo-'));
  t.after(() => rmSync(dir, { recursive: true }));
  execFileSync('mkfifo', [path.join(dir, 'pipe')]);
  return openSync(path.join(dir, 'pipe'), 'r+');
}
