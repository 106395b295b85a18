// Where the system does not tell of processes: a chroot or a sandbox without /proc, another pid namespace's /proc, no ps
// outside of Linux. Every server is ended all the same, and what cannot be seen is said once.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { listProcesses } from '../../../src/system/processes.ts';
import { type Launched, type Link, Rig } from '../../rig/rig.ts';

interface Place {
  name: string;
  /** Of `unshare`. */
  space: string[];
  /** A shell script that ends by starting "$@". */
  script: string;
  /** The program runs below the script, which is the first process of its own pid namespace. */
  below?: true;
  /** In the program's eyes it is no Linux. */
  foreign?: true;
}

const NO_PROC = 'mount -t tmpfs none /proc';
const places: Place[] = [
  { name: 'no /proc', space: ['--mount'], script: `${NO_PROC} && exec "$@"` },
  {
    name: 'a chroot without /proc',
    space: ['--mount'],
    script: `mount -t tmpfs none /mnt && mkdir /mnt/root && mount --rbind / /mnt/root && umount -l /mnt/root/proc &&
      exec chroot /mnt/root sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"`,
  },
  {
    name: 'the /proc of another pid namespace',
    space: ['--pid', '--fork'],
    // All in the namespace ends with its first process, so this one waits for the others.
    script: `"$@"; code=$?; while kill -0 -1 2>/dev/null; do sleep 0.05; done; exit $code`,
    below: true,
  },
  {
    name: 'no Linux, and no ps',
    space: ['--mount'],
    script: `for tool in ps lsof; do
        file=$(command -v $tool) && mount --bind /dev/null "$(readlink -f "$file")"
      done; ${NO_PROC} && exec "$@"`,
    foreign: true,
  },
];

const rights = ['--mount', '--pid', '--fork', 'sh', '-c', NO_PROC];
const skip = spawnSync('unshare', rights).status !== 0 && 'no right to make mount and pid namespaces';

interface Started {
  rig: Rig;
  run: Launched;
  api: Link;
  web: Link;
  /** As the test's own namespace numbers it. */
  launcher: number;
}

/** A project with two servers, both ready. */
async function started(t: TestContext, place: Place, killTimeout = 0.5): Promise<Started> {
  const rig = await Rig.create(t);
  const [back = 0, front = 0] = await rig.freePorts(2);
  const apps = [
    { name: 'api', role: 'backend', command: rig.server('api'), port: back },
    { name: 'web', role: 'frontend', command: rig.server('web'), port: front },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const override = path.join(rig.dir, 'override.cjs');
  await writeFile(override, "Object.defineProperty(process, 'platform', { value: 'darwin' });");
  const run = rig.spawnDevstart(['--json', '--kill-timeout', String(killTimeout)], {
    under: ['unshare', ...place.space, 'sh', '-c', place.script, 'sh'],
    env: place.foreign ? { NODE_OPTIONS: `--require ${override}` } : {},
  });
  const [api, web] = [await rig.link('api'), await rig.link('web')];
  const childOf = (parent: number) => listProcesses().find(({ ppid }) => ppid === parent)?.pid ?? 0;
  const { pid = 0 } = run.child;
  const launcher = place.below ? childOf(childOf(pid)) : pid;
  // The rig would not find it below the others.
  t.after(() => signal(launcher, 'SIGKILL'));
  await Promise.all([api.tell('listen', { port: back }), web.tell('listen', { port: front })]);
  await run.waitFor('up');
  return { rig, run, api, web, launcher };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone
  }
}

/** It does not end when it is asked to, and has a child that does not either. */
async function turnsDeaf({ rig, api }: Started): Promise<Link> {
  await api.tell('fork', { name: 'child' });
  const child = await rig.link('child');
  for (const link of [api, child]) await link.tell('ignore', { signal: 'SIGTERM' });
  return child;
}

test('who and free do not call a port free whose holder is hidden; prune forgets no run that it cannot see', {
  skip,
}, async (t) => {
  const rig = await Rig.create(t);
  const under = ['unshare', '--mount', 'sh', '-c', `${NO_PROC} && exec "$@"`, 'sh'];
  const holder = createServer().listen(0, '127.0.0.1');
  rig.atEnd(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const who = rig.spawnDevstart(['who', String(port), '--json'], { under });
  assert.equal(await rig.exitCode(who), 0);
  assert.deepEqual(JSON.parse(who.stdout()), { port, free: false, processes: [{}] });
  const free = rig.spawnDevstart(['free', String(port), '--yes'], { under });
  assert.equal(await rig.exitCode(free), 1);
  assert.match(free.stderr(), /cannot be freed: who listens on it cannot be seen from here/);

  // A record as a launcher without /proc leaves it; its server's group still exists.
  const server = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  rig.atEnd(() => void server.kill());
  const instance = { app: 'api', instance: 0, pid: server.pid, start: '', stopSignal: 'SIGTERM', pipes: [] };
  const of = { version: 1, runId: 'r1', root: rig.dir, startedAt: '', killTimeout: 1, instances: [instance] };
  await mkdir(path.join(rig.home, 'runs'));
  const file = path.join(rig.home, 'runs', 'r1.json');
  const launcher = { pid: 2 ** 22 + 1, start: '', boot: '', net: '', pidns: '' };
  await writeFile(file, JSON.stringify({ ...of, ...launcher }));
  const prune = rig.spawnDevstart(['prune'], { under });
  assert.equal(await rig.exitCode(prune), 1);
  assert.match(
    prune.stdout(),
    /what a run that died \(pid 4194305\) has left cannot be seen from here: \/proc is not/,
  );
  assert.ok(existsSync(file));
  const whole = rig.spawnDevstart(['prune']);
  assert.equal(await rig.exitCode(whole), 0);
  assert.match(whole.stdout(), /nothing is left of any run/);
  assert.equal(server.exitCode ?? server.signalCode, null);
});

for (const place of places) {
  describe(place.name, { skip }, () => {
    test('one signal ends all, SIGKILL what does not listen; a warning says what is not seen', async (t) => {
      const all = await started(t, place);
      await turnsDeaf(all);
      signal(all.launcher, 'SIGTERM');
      assert.equal(await all.rig.exitCode(all.run), 143);
      await all.rig.assertNothingLeft();
      const told = all.run.events.filter(({ type }) => type === 'warning' || type === 'error');
      assert.deepEqual(
        told.map(({ code }) => code),
        ['PROCESSES_HIDDEN'],
      );
      assert.match(
        told[0]?.message,
        place.foreign ? /\(ps tells nothing here\)/ : /\(\/proc is not that of this system\)/,
      );
    });

    test('a second signal kills at once', async (t) => {
      const all = await started(t, place, 1000);
      await turnsDeaf(all);
      signal(all.launcher, 'SIGINT');
      await all.web.gone;
      signal(all.launcher, 'SIGINT');
      assert.equal(await all.rig.exitCode(all.run), 130);
      await all.rig.assertNothingLeft();
    });

    test('a server that ends by itself: its child ends, too, and the others', async (t) => {
      const all = await started(t, place);
      await turnsDeaf(all);
      all.api.order('exit', { code: 3 });
      assert.equal(await all.rig.exitCode(all.run), 3);
      await all.rig.assertNothingLeft();
    });

    test('a killed launcher: its guard ends all', async (t) => {
      const all = await started(t, place);
      const child = await turnsDeaf(all);
      signal(all.launcher, 'SIGKILL');
      await Promise.all([all.api.gone, all.web.gone, child.gone]);
      await all.rig.untilNothingLeft();
    });
  });
}
