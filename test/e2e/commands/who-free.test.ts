// `devstart who`, `free` and `port` on the built program, with real servers.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { listListeners } from '../../../src/system/listeners.ts';
import { type Link, Rig } from '../../rig/rig.ts';
import { openTerminal } from '../../rig/terminal.ts';

const program = path.resolve(import.meta.dirname, '../../../bin/devstart.cjs');

/** Runs the program to its end. */
async function devstart(rig: Rig, ...args: string[]) {
  const run = rig.spawnDevstart(args);
  const code = await rig.exitCode(run);
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}

/** A fixture server under the rig, started by that command line or by itself, and listening. */
async function serve(
  t: TestContext,
  rig: Rig,
  argv?: (server: string[]) => string[],
): Promise<[Link, number]> {
  const [port = 0] = await rig.freePorts(1);
  const own = rig.server('server');
  const [file = '', ...args] = argv ? argv(own) : own;
  // A job of its own, as a shell at a terminal makes it.
  const child = spawn(file, args, {
    cwd: rig.dir,
    env: rig.env as NodeJS.ProcessEnv,
    stdio: 'ignore',
    detached: true,
  });
  t.after(() => stop(child));
  const link = await rig.link('server');
  await link.tell('listen', { port });
  return [link, port];
}

/** Its group, too. */
function stop(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    // gone by itself
  }
}

const quoted = (argv: string[]): string => argv.map((word) => `'${word}'`).join(' ');

test('who names the process, its user and its project; free ports are free', async (t) => {
  const rig = await Rig.create(t);
  await writeFile(path.join(rig.dir, 'package.json'), '{}');
  const [link, port] = await serve(t, rig);
  const [other = 0] = await rig.freePorts(1);
  const { code, stdout } = await devstart(rig, 'who', String(port), String(other));
  assert.equal(code, 0);
  assert.match(stdout, /^ ?PORT +PID +NAME +USER +PROJECT$/m);
  assert.match(stdout, new RegExp(`^ *${port} +${link.pid} +node +\\S+ +${rig.dir}$`, 'm'));
  assert.match(stdout, new RegExp(`^port ${other} is free$`, 'm'));
  const json = await devstart(rig, 'who', `${port}-${port}`, String(other), '--json');
  const [held, free] = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([held.port, held.free, held.processes[0].pid], [port, false, link.pid]);
  assert.deepEqual(free, { port: other, free: true, processes: [] });
  await devstart(rig, 'free', String(port), '--yes');
});

test('who and free know a run of devstart: its launcher ends it in order', async (t) => {
  const rig = await Rig.create(t);
  const [b, f] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api') },
    { name: 'web', role: 'frontend', command: rig.server('web') },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json', '-b', String(b), '-f', String(f)]);
  const [api, web] = await Promise.all([rig.link('api'), rig.link('web')]);
  await api.tell('listen', { port: Number(api.env.PORT) });
  const silent = Number(web.env.PORT);
  const before = await devstart(rig, 'who', String(api.env.PORT), String(silent));
  assert.match(before.stdout, new RegExp(`${api.pid} +node +\\S+ +app 'api' of ${rig.dir}`));
  assert.match(before.stdout, new RegExp(`${run.child.pid} +devstart +claimed for app 'web' of ${rig.dir}`));
  await web.tell('listen', { port: silent });
  await run.waitFor('up');
  const { code, stdout, stderr } = await devstart(rig, 'free', String(silent), '--yes');
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    new RegExp(`port ${silent}: the run of devstart of ${rig.dir}, all of it \\(\\d+ processes\\)`),
  );
  assert.match(stdout, new RegExp(`ended devstart \\(pid ${run.child.pid}\\) and `));
  assert.match(stdout, new RegExp(`port ${silent} is free`));
  assert.equal(await rig.exitCode(run), 143, 'it ended as after a SIGTERM');
  assert.equal((await run.waitFor('down')).code, 143);
  await rig.assertNothingLeft();
});

test('free ends the server and what only runs it, and nothing beside it', async (t) => {
  const rig = await Rig.create(t);
  const [beside] = await serve(t, rig);
  const [link, port] = await serve(t, rig, (server) => ['/bin/sh', '-c', `${quoted(server)}; exit 3`]);
  await link.tell('fork', { name: 'child' });
  const child = await rig.link('child');
  const { code, stdout, stderr } = await devstart(rig, 'free', String(port), '--yes');
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^port ${port}: sh -c .* of ${rig.dir} \\(3 processes\\)$`, 'm'));
  assert.match(stdout, new RegExp(`^ +${link.pid} node `, 'm'));
  assert.match(stdout, /and 2 more processes\n/);
  assert.match(stdout, new RegExp(`^port ${port} is free$`, 'm'));
  await Promise.all([link.gone, child.gone]);
  assert.deepEqual(await rig.survivors(), [beside.pid]);
  assert.deepEqual(await beside.tell('print', { text: '' }), {}, 'the other one lives');
  beside.order('exit', { code: 0 });
  await beside.gone;
});

test('a watcher does not start it again', async (t) => {
  const rig = await Rig.create(t);
  const [link, port] = await serve(t, rig, ([node = '', ...server]) => [node, '--watch', ...server]);
  const { code, stdout, stderr } = await devstart(rig, 'free', String(port), '--yes', '--json');
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout);
  assert.deepEqual([result.port, result.free, result.killed], [port, true, false]);
  assert.ok(result.ended.includes(link.pid));
  assert.equal(result.ended.length, 2);
  await link.gone;
});

test('SIGKILL after the grace, and not before', async (t) => {
  const rig = await Rig.create(t);
  const [link, port] = await serve(t, rig);
  await link.tell('ignore', { signal: 'SIGTERM' });
  const { code, stdout } = await devstart(rig, 'free', String(port), '-y', '--kill-timeout', '0.3');
  assert.equal(code, 0);
  assert.match(stdout, /by SIGKILL after 0\.3 s/);
  await link.gone;
});

test('without a terminal and without --yes nothing ends', async (t) => {
  const rig = await Rig.create(t);
  const [link, port] = await serve(t, rig);
  for (const more of [[], ['--json']]) {
    const { code, stdout, stderr } = await devstart(rig, 'free', String(port), ...more);
    assert.equal(code, 2);
    assert.match(stdout + stderr, /devstart free needs --yes/);
    assert.match(stdout + stderr, new RegExp(`${link.pid} node `));
  }
  assert.deepEqual(await link.tell('print', { text: '' }), {});
  await devstart(rig, 'free', String(port), '--yes');
  const again = await devstart(rig, 'free', String(port));
  assert.deepEqual([again.code, again.stdout], [0, `port ${port} is free\n`]);
});

for (const [answer, code] of [
  ['n\r', 1],
  ['\r', 1],
  ['y\r', 0],
] as const) {
  test(`at a terminal ${JSON.stringify(answer)} is ${code === 0 ? 'a yes' : 'a no'}`, async (t) => {
    const rig = await Rig.create(t);
    const [link, port] = await serve(t, rig);
    const terminal = openTerminal(t, rig, ['free', String(port)]);
    await terminal.screen(`${link.pid} node `);
    await terminal.screen('[y/N]');
    terminal.type(answer);
    const exited = await terminal.state('exited');
    assert.equal(exited.code, code, terminal.text());
    if (code === 0) await link.gone;
    else assert.match(terminal.text(), /nothing was ended/);
    if (code !== 0) await devstart(rig, 'free', String(port), '--yes');
  });
}

test('free refuses what it runs under', async (t) => {
  const rig = await Rig.create(t);
  const script = `
    const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
      const args = [${JSON.stringify(program)}, 'free', String(server.address().port), '--yes'];
      const { status, stderr } = require('node:child_process').spawnSync(process.execPath, args, { encoding: 'utf8' });
      console.log(JSON.stringify({ status, stderr }));
      server.close();
    });`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    env: rig.env as NodeJS.ProcessEnv,
    encoding: 'utf8',
  });
  const { status, stderr } = JSON.parse(stdout);
  assert.equal(status, 1);
  assert.match(stderr, /cannot be freed: this command runs under .* \(pid \d+\), which would have to end/);
  assert.match(stderr, /Nothing was ended/);
});

const LISTENER = `const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port));`;

test('free refuses another user’s server, even as root; who names the user', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can start a server as another user');
  const rig = await Rig.create(t);
  const child = spawn(process.execPath, ['-e', LISTENER], {
    cwd: '/',
    uid: 65_534,
    gid: 65_534,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [port] = String((await once(child.stdout, 'data'))[0]).split('\n');
  const shown = JSON.parse((await devstart(rig, 'who', String(port), '--json')).stdout);
  assert.equal(shown.processes[0].uid, 65_534);
  const { code, stderr } = await devstart(rig, 'free', String(port), '--yes');
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`\\(pid ${child.pid}\\) belongs to user ${shown.processes[0].user}`));
  assert.equal(child.exitCode, null);
});

test('another user’s server as a plain user sees it: the user, not the process', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can become another user');
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.after(() => holder.close());
  const { port } = holder.address() as { port: number };
  const home = path.join(tmpdir(), 'devstart-nobody-has-a-home');
  const asNobody = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], {
      cwd: '/',
      uid: 65_534,
      gid: 65_534,
      env: { PATH: process.env.PATH, DEVSTART_HOME: home },
      encoding: 'utf8',
    });
  const shown = asNobody('who', String(port), '--json');
  if (shown.error || /EACCES|MODULE_NOT_FOUND|Cannot find module/.test(shown.stderr)) {
    return t.skip('the other user cannot read this checkout');
  }
  assert.deepEqual(JSON.parse(shown.stdout).processes, [{ uid: 0, user: 'root' }]);
  const refused = asNobody('free', String(port), '--yes');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /it belongs to user root/);
});

test('free refuses pid 1', async (t) => {
  const space = ['--pid', '--fork', '--mount-proc', '--net'];
  if (spawnSync('unshare', [...space, 'true']).status !== 0) return t.skip('no right to a pid namespace');
  const script = `
    const server = require('node:net').createServer().listen(45000, '127.0.0.1', () => {
      const args = [${JSON.stringify(program)}, 'free', '45000', '--yes'];
      const { status, stderr } = require('node:child_process').spawnSync(process.execPath, args, { encoding: 'utf8' });
      console.log(JSON.stringify({ pid: process.pid, status, stderr }));
      process.exit();
    });`;
  const up = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, '-e', script];
  const { stdout, stderr: trouble } = spawnSync('unshare', [...space, ...up], { encoding: 'utf8' });
  const { pid, status, stderr } = JSON.parse(stdout || trouble);
  assert.equal(pid, 1);
  assert.equal(status, 1);
  assert.match(stderr, /cannot be freed: pid 1 listens on it/);
});

test('a port that somebody else has at the end is not called free', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  // At SIGTERM it hands its socket to a successor in a session of its own, and is gone.
  const server = `
    const [script, port] = [process.argv[1], Number(process.argv[2])];
    const server = require('node:net').createServer();
    server.listen(port ? { port, host: '127.0.0.1' } : { fd: 3 }, () => console.log('up'));
    process.on('SIGTERM', () => {
      const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
      require('node:child_process').spawn(process.execPath, ['-e', script, script], { detached: true, stdio });
      // At once: an orderly exit takes long enough for the successor to be seen as its child.
      process.kill(process.pid, 'SIGKILL');
    });`;
  const child = spawn(process.execPath, ['-e', server, server, String(port)], {
    env: rig.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const { code, stderr, stdout } = await devstart(rig, 'free', String(port), '--yes');
  assert.match(stdout, new RegExp(`ended node .*\\(pid ${child.pid}\\)`));
  // Forking takes the kernel a while: a successor that is seen meanwhile as a child is ended with the rest.
  if (code === 0) assert.match(stdout, /and 1 more process/);
  else {
    assert.equal(code, 1, stdout);
    assert.match(stderr, new RegExp(`port ${port} is held again, by node \\(pid \\d+\\)`));
    assert.match(stderr, /Something starts it anew/);
  }
  for (const pid of await rig.survivors()) process.kill(pid, 'SIGKILL');
  // The socket goes last: after the environment, after the first thread.
  while (listListeners()?.some((one) => one.port === port))
    await new Promise((resolve) => setImmediate(resolve));
});

test('port prints what servers can bind, one a line or as JSON', async (t) => {
  const rig = await Rig.create(t);
  const one = await devstart(rig, 'port');
  assert.match(one.stdout, /^\d{4,5}\n$/);
  const three = await devstart(rig, 'port', '127.0.0.1', '--count', '3', '--json');
  const ports: number[] = JSON.parse(three.stdout);
  assert.equal(new Set(ports).size, 3);
  const named = await devstart(rig, 'port', '--port', one.stdout.trim());
  assert.equal(named.stdout, one.stdout, 'a reserved port can be had again by its number');
  for (const port of [Number(one.stdout), ...ports]) {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});

test('the package gives reservePort to programs', async () => {
  const require = createRequire(import.meta.url);
  const { reservePort, DevstartError } =
    require('../../../dist/index.cjs') as typeof import('../../../src/index.ts');
  const port = await reservePort();
  assert.equal(await reservePort({ host: '127.0.0.1', port }), port);
  await assert.rejects(reservePort({ host: '203.0.113.7' }), DevstartError);
});

for (const [args, expected] of [
  [['port', '--count', '0'], /--count wants a whole number from 1 to 1000/],
  [['port', '--port', '70000'], /--port wants a whole number from 1 to 65535/],
  [['port', '203.0.113.7'], /203\.0\.113\.7: it is no address of this machine/],
  [['port', '127.0.0.1', '::1'], /unexpected argument "::1" after port 127\.0\.0\.1/],
  [['port', '--cuont', '2'], /unknown option of devstart port "--cuont": did you mean --count\?/],
  [['who'], /devstart who needs PORT\|RANGE/],
  [['who', '3000-2000'], /port range 3000-2000 ends before it starts/],
  [['who', 'abc'], /"abc" is not a port or a range of them, such as 3000-3010\n$/],
  [['exec', '--dry-run', '--', 'ls'], /unknown option of devstart exec "--dry-run"/],
  [['exec', '--explain', '--', 'ls'], /unknown option of devstart exec "--explain"/],
  [['who', 'auto'], /"auto" is not a port or a range/],
  [['free', '3000-3010'], /takes single ports, not the range 3000-3010/],
  [['free', '0'], /"0" is not a port/],
  [['free', '3000', '--kill-timeout', '5s'], /--kill-timeout wants a number of seconds/],
  [['who', '3000', '-b', '1'], /unknown option of devstart who "-b"/],
  [['init', '--', 'x'], /nothing can follow -- in devstart init/],
] as [string[], RegExp][]) {
  test(`devstart ${args.join(' ')}: one sentence, code 2`, async (t) => {
    const { code, stdout, stderr } = await devstart(await Rig.create(t), ...args);
    assert.equal(code, 2, stdout + stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^error /);
    assert.match(stderr, expected);
  });
}

test('each command has a help of its own', async (t) => {
  const rig = await Rig.create(t);
  const whole = await devstart(rig, '--help');
  for (const command of ['port', 'who', 'free', 'init', 'clean']) {
    assert.match(whole.stdout, new RegExp(`devstart ${command} `), command);
    const own = await devstart(rig, command, '--help');
    assert.equal(own.code, 0);
    assert.match(own.stdout, new RegExp(`^devstart ${command} .*\\[options\\]`));
    assert.doesNotMatch(own.stdout, /--backend-port/);
  }
  assert.doesNotMatch(whole.stdout, /\$0/);
  // Each line once: a command, its first example.
  const lines = whole.stdout.split('\n').filter((line) => /^ {2}devstart [a-z]/.test(line));
  assert.deepEqual(lines, [...new Set(lines)]);
});
