// Handed sockets when something goes wrong or is unusual: killed and stopped instances, a port of root's, systemd's own launcher.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connections } from '../../rig/connections.ts';
import { handedRun, SERVER } from '../../rig/handed.ts';
import { Rig } from '../../rig/rig.ts';
import { ask } from '../../rig/steer.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

for (const instances of [1, 3]) {
  test(`of ${instances}, one is killed by SIGKILL under connections: what it had taken is lost, nobody is refused`, async (t) => {
    const { rig, at, run, pids } = await handedRun(t, { instances, restart: 'always' });
    const [killed = 0] = pids;
    const ready = run.events.filter(({ type }) => type === 'ready').length;
    const back = (async () => {
      await connections(at, 50, Promise.resolve());
      process.kill(killed, 'SIGKILL');
      await run.waitFor(
        'ready',
        (event) => run.events.filter((one) => one.type === 'ready')[ready] === event,
      );
    })();
    const { failed, bodies } = await connections(at, 200, back);
    const { ECONNRESET = 0, 'socket hang up': hungUp = 0, ...worse } = failed;
    assert.deepEqual(worse, {});
    // Four at once, and four of those before: no more can it have had.
    assert.ok(ECONNRESET + hungUp <= 8, JSON.stringify(failed));
    const now = run.events.filter(({ type }) => type === 'started').map(({ pid }) => String(pid));
    assert.equal(now.length, instances + 1);
    const fresh = now.at(-1) as string;
    let served = bodies.has(fresh);
    // Which of several is woken is the kernel's choice: it has its turn in time.
    for (let round = 0; !served && round < 100; round++) {
      const more = await connections(at, 20, Promise.resolve());
      assert.deepEqual(more.failed, {});
      served = more.bodies.has(fresh);
    }
    assert.ok(served, 'the new one has served');
    run.child.kill('SIGINT');
    assert.equal(await rig.exitCode(run), 130);
  });
}

test('while its only instance stands still all connections wait, none of them with the launcher; then all are answered', async (t) => {
  const { rig, at, run, pids, socket: api } = await handedRun(t, {});
  const [pid = 0] = pids;
  process.kill(pid, 'SIGSTOP');
  let waiting = 0;
  const all = (async () => {
    while (waiting < 100) [{ waiting }] = (await ask(api, 'GET', '/v1/sockets')).body;
    process.kill(pid, 'SIGCONT');
  })();
  const { asked, failed, bodies } = await connections(at, 100, all, 100);
  assert.deepEqual([failed, [...bodies]], [{}, [[String(pid), asked]]]);
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

test('a port below 1024 with a server that is not root’s', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can open it, and start a server as another user');
  const rig = await Rig.create(t);
  const words = `import http from 'node:http';
const { HOME, USER, SUDO_USER } = process.env;
const says = { uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), HOME, USER, SUDO_USER };
http.createServer((_, response) => response.end(JSON.stringify(says))).listen({ fd: 3 });
`;
  writeFileSync(path.join(rig.dir, 'words.mjs'), words);
  // No program of which it is known that it is Node: the preload may lie where only root may look.
  writeFileSync(path.join(rig.dir, 'serve'), `#!/bin/sh\nexec ${process.execPath} words.mjs\n`, {
    mode: 0o755,
  });
  const web = { name: 'web', command: './serve', port: 'auto:81-999', handover: true, user: 'nobody' };
  writeFileSync(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps: [web] }));
  const options = { env: { SUDO_USER: 'somebody' } };
  const refused = rig.spawnDevstart([], options);
  assert.equal(await rig.exitCode(refused), 2);
  assert.match(refused.stderr(), /web is to run as nobody, who cannot read/);
  // The rig's own folder is root's alone.
  chmodSync(path.dirname(rig.dir), 0o755);
  const run = rig.spawnDevstart(['--json'], options);
  const { url } = await run.waitFor('ready');
  const { port } = new URL(String(url));
  assert.ok(port === '' || Number(port) < 1024, String(url));
  const [, , uid = '', gid = '', , home = ''] =
    /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
  assert.deepEqual(await (await fetch(String(url))).json(), {
    uid: Number(uid),
    gid: Number(gid),
    groups: [Number(gid)],
    HOME: home,
    USER: 'nobody',
  });
  assert.equal(statSync(path.join(rig.dir, '.ports.json')).uid, 0);
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});

test('who runs as a user that may not look where devstart is installed is told before anything starts', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can start a server as another user');
  const rig = await Rig.create(t);
  chmodSync(path.dirname(rig.dir), 0o755);
  const installed = path.join(rig.home, 'private');
  mkdirSync(installed, { mode: 0o700 });
  for (const one of ['bin', 'dist', 'package.json'])
    cpSync(path.join(root, one), path.join(installed, one), { recursive: true });
  writeFileSync(path.join(rig.dir, 'server.mjs'), SERVER);
  const web = { name: 'web', command: 'node server.mjs', port: 'auto', handover: true, user: 'nobody' };
  writeFileSync(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps: [web] }));
  const child = spawn(process.execPath, [path.join(installed, 'bin/devstart.cjs')], {
    cwd: rig.dir,
    env: { PATH: process.env.PATH, DEVSTART_HOME: rig.home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 2, said);
  assert.match(said, /web is to run as nobody, who cannot read .*private\/dist\/handover\.cjs/);
});

/** What a server finds: systemd's words, the descriptor, and that it is its own pid that they speak of. */
const FOUND = `import { fstatSync } from 'node:fs';
import http from 'node:http';
const { LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID } = process.env;
const says = { LISTEN_FDS, LISTEN_FDNAMES, own: LISTEN_PID === String(process.pid), socket: fstatSync(3).isSocket() };
http.createServer((_, response) => response.end(JSON.stringify(says))).listen({ fd: 3 });
`;

test('a server finds what systemd-socket-activate gives it', async (t) => {
  if (spawnSync('systemd-socket-activate', ['--version']).error) return t.skip('systemd is not here');
  const rig = await Rig.create(t);
  const [theirs, ours] = (await rig.freePorts(2)) as [number, number];
  writeFileSync(path.join(rig.dir, 'found.mjs'), FOUND);
  const activate = ['-l', `127.0.0.1:${theirs}`, '--fdname=web', process.execPath, 'found.mjs'];
  const child = spawn('systemd-socket-activate', activate, {
    cwd: rig.dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  // It says where it listens, and starts the server at the first connection.
  await once(child.stderr, 'data');
  child.stderr.resume();
  const web = { name: 'web', command: ['node', 'found.mjs'], port: ours, handover: true };
  writeFileSync(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps: [web] }));
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('up');
  const [expected, found] = await Promise.all(
    [theirs, ours].map(async (port) => (await fetch(`http://127.0.0.1:${port}`)).json()),
  );
  child.kill('SIGTERM');
  await ended;
  assert.deepEqual(found, expected);
  assert.deepEqual(found, { LISTEN_FDS: '1', LISTEN_FDNAMES: 'web', own: true, socket: true });
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
});
