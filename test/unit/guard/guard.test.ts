import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GUARD_SCRIPT } from '../../../src/guard/generated/script.ts';
import { groupExists } from '../../../src/system/platform.ts';
import { readProcess } from '../../../src/system/processes.ts';

const shells = [['/bin/dash'], ['/bin/bash'], ['/bin/busybox', 'ash'], ['/bin/sh']].filter(([file = '']) =>
  existsSync(file),
);
const ways = [
  ...(process.platform === 'linux' ? ['proc'] : []),
  ...(spawnSync('ps', ['-p', '1']).status === 0 ? ['ps'] : []),
];
/** busybox's sh runs its own ps, which knows none of the options. */
const tells = ([file = '', ...args]: string[], way: string): boolean =>
  way === 'proc' || spawnSync(file, [...args, '-c', 'ps -axo stat=,lstart=']).status === 0;

let runs = 0;
const newRun = () => `guard-test-${process.pid}-${runs++}`;

/** A process in a session of its own. */
function leader(t: TestContext, run: string | undefined, script: string): ChildProcess & { pid: number } {
  const env = { PATH: process.env.PATH, ...(run ? { DEVSTART_RUN: run } : {}) };
  const child = spawn('/bin/sh', ['-c', script], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // gone
    }
  });
  return child as ChildProcess & { pid: number };
}

function guard(t: TestContext, shell: string[], way: string, run: string, grace = 150) {
  const [file = '', ...args] = [...shell, '-c', GUARD_SCRIPT, 'sh', run, String(grace), way];
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'inherit'],
    // As on systems whose sh it is; by its own name it would read its rc file, stdin being a socket.
    ...(file === '/bin/bash' ? { argv0: 'sh' } : {}),
  });
  t.after(() => child.kill('SIGKILL'));
  return { child, exit: once(child, 'exit') };
}

const signalOf = async (child: ChildProcess): Promise<unknown> =>
  child.signalCode ?? child.exitCode ?? (await once(child, 'exit'))[1];

for (const shell of shells) {
  for (const way of [...(tells(shell, 'ps') ? [] : ['ps']), 'none']) {
    test(`${shell.join(' ')}, ${way}: ends the leaders’ groups where nothing is told`, async (t) => {
      const run = newRun();
      const led = leader(t, run, 'echo on; sleep 600 & wait');
      const deaf = leader(t, run, 'trap "" TERM; echo on; while :; do sleep 600; done');
      const unknown = leader(t, run, 'echo on; exec sleep 600');
      // The leader has ended, its group has not.
      const left = leader(t, run, 'sleep 600 </dev/null >/dev/null & echo on');
      await Promise.all(
        [led, deaf, unknown, left].map((one) => once(one.stdout as object as ChildProcess, 'data')),
      );
      await signalOf(left);
      assert.ok(groupExists(left.pid));
      const { child, exit } = guard(t, shell, way, run);
      const lines = [`${led.pid}/-/INT/`, `${deaf.pid}/-/TERM/`, `${left.pid}/-/TERM/`];
      child.stdin.end(lines.map((line) => `add ${line}\n`).join(''));
      assert.deepEqual(await exit, [0, null]);
      assert.equal(await signalOf(led), 'SIGINT');
      assert.equal(await signalOf(deaf), 'SIGKILL');
      assert.equal(groupExists(left.pid), false);
      assert.equal(unknown.exitCode ?? unknown.signalCode, null);
    });
  }

  for (const way of ways.filter((one) => tells(shell, one))) {
    const name = `${shell.join(' ')}, ${way}`;

    test(`${name}: ends the run's processes at the end of the pipe, and no other`, async (t) => {
      const run = newRun();
      const marked = leader(t, run, 'echo on; exec sleep 600');
      const deaf = leader(t, run, 'trap "" TERM; echo on; while :; do sleep 600; done');
      const led = leader(t, undefined, 'echo on; sleep 600 & wait');
      const other = leader(t, `${run}0`, 'echo on; exec sleep 600');
      await Promise.all(
        [marked, deaf, led, other].map((one) => once(one.stdout as object as ChildProcess, 'data')),
      );
      const { child, exit } = guard(t, shell, way, run);
      const start = way === 'proc' ? readProcess(led.pid)?.start : '-';
      child.stdin.end(`add ${led.pid}/${start}/INT/\n`);
      assert.deepEqual(await exit, [0, null]);
      assert.equal(await signalOf(marked), 'SIGTERM');
      assert.equal(await signalOf(deaf), 'SIGKILL');
      assert.equal(await signalOf(led), 'SIGINT');
      assert.equal(other.exitCode ?? other.signalCode, null);
    });

    test(`${name}: leaves what has ended, and everything after done`, async (t) => {
      const run = newRun();
      const stranger = leader(t, undefined, 'exec sleep 600');
      const ended = leader(t, undefined, 'exec sleep 600');
      const lines = [`add ${ended.pid}/-/TERM/`, `del ${ended.pid}`];
      // Its number was another's when it was told of.
      if (way === 'proc') lines.push(`add ${stranger.pid}/1/TERM/`);
      const one = guard(t, shell, way, run);
      one.child.stdin.end(`${lines.join('\n')}\n`);
      assert.deepEqual(await one.exit, [0, null]);
      const marked = leader(t, run, 'exec sleep 600');
      const two = guard(t, shell, way, run);
      two.child.stdin.end('done\n');
      assert.deepEqual(await two.exit, [0, null]);
      for (const each of [stranger, ended, marked]) assert.equal(each.exitCode ?? each.signalCode, null);
    });
  }
}

test('the script is guard.sh as it stands, less its comments', () => {
  const lines = readFileSync(new URL('../../../src/guard/guard.sh', import.meta.url), 'utf8').split('\n');
  const code = lines.filter((line) => !/^\s*(#|$)/.test(line));
  assert.equal(GUARD_SCRIPT, ["# devstart's guard", ...code].join('\n'), 'build again');
});

test('no signal but SIGKILL ends it', async (t) => {
  const { child, exit } = guard(t, ['/bin/sh'], ways[0] ?? 'ps', newRun());
  // It answers nothing: its first child shows that the traps stand.
  child.stdin.write('tty none\n');
  while (readProcess(child.pid ?? 0) && !ignores(child.pid ?? 0))
    await new Promise((done) => setImmediate(done));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP'] as const) child.kill(signal);
  child.stdin.end('done\n');
  assert.deepEqual(await exit, [0, null]);
});

/** Linux tells; elsewhere the shell has had time enough by then. */
function ignores(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  const told = spawnSync('grep', ['SigIgn', `/proc/${pid}/status`]).stdout.toString();
  return (Number.parseInt(told.slice(-9), 16) & 0x5007) === 0x5007;
}

const python = spawnSync('python3', ['-c', 'import pty']).status === 0;

test('puts the terminal back', { skip: python ? false : 'needs a terminal: python3' }, async () => {
  const driver = fileURLToPath(new URL('../../rig/guard-driver.ts', import.meta.url));
  const line = [
    'before=$(stty -g)',
    `'${process.execPath}' --import tsx '${driver}' "$before"`,
    'echo "code $?"',
    'until [ "$(stty -g)" = "$before" ]; do sleep 0.05; done',
    'echo restored',
  ].join('; ');
  const child = spawn('python3', ['-c', 'import pty, sys; pty.spawn(["sh", "-c", sys.argv[1]])', line], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (data) => {
    shown += data;
  });
  await once(child, 'close');
  assert.match(shown, /changed true[\s\S]*code 137[\s\S]*restored/);
});
