import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listProcesses, readProcess } from '../../../src/system/processes.ts';
import { type Link, Rig, until } from '../../rig/rig.ts';

const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));
const linux = process.platform === 'linux' ? {} : { skip: 'reads /proc' };

/** A project with one server, which is ready. */
async function started(t: TestContext, args: string[] = [], way: 'plain' | 'own group' | 'shell' = 'plain') {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const argv = [process.execPath, program, '--json', '-b', String(port), '--kill-timeout', '0.5', ...args];
  const line = `${argv.map((arg) => `'${arg}'`).join(' ')}; true`;
  const [file = '', ...rest] = way === 'shell' ? ['/bin/sh', '-c', line] : argv;
  const child = spawn(file, rest, {
    cwd: rig.dir,
    env: rig.env,
    detached: way === 'own group',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  t.after(() => end(child));
  const api = await rig.link('api');
  await api.tell('listen', { port });
  const launcher = readProcess(api.pid)?.ppid ?? 0;
  t.after(() => kill(launcher));
  return { rig, child, api, launcher, port };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone
  }
}

function end(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

const guardOf = (launcher: number): number | undefined =>
  listProcesses().find(
    ({ pid, ppid }) => ppid === launcher && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guard'),
  )?.pid;

const records = (rig: Rig): string[] =>
  existsSync(path.join(rig.home, 'runs')) ? readdirSync(path.join(rig.home, 'runs')) : [];

async function allGone(rig: Rig, links: Link[]): Promise<void> {
  await Promise.all(links.map(({ gone }) => gone));
  await rig.untilNothingLeft();
}

/** It answers. */
const lives = (link: Link) => link.tell('ignore', { signal: 'SIGUSR2' });

test('a killed launcher: all that it started is gone within the grace', linux, async (t) => {
  const { rig, api, launcher } = await started(t);
  await api.tell('ignore', { signal: 'SIGTERM' });
  await api.tell('fork', { name: 'child' });
  await api.tell('daemon', { name: 'own-session' });
  const links = [api, await rig.link('child'), await rig.link('own-session')];
  for (const link of links) await link.tell('ignore', { signal: 'SIGTERM' });
  const guard = guardOf(launcher) ?? 0;
  const begun = Date.now();
  kill(launcher);
  await allGone(rig, links);
  const took = Date.now() - begun;
  assert.ok(took >= 450 && took < 4000, `${took} ms for a grace of 500`);
  await until('the guard has ended', () => readProcess(guard) === undefined);
});

test('a killed launcher: a daemon without our environment is known by its pipe', linux, async (t) => {
  const { rig, api, launcher } = await started(t);
  await api.tell('daemon', { name: 'bare', stdio: 'inherit', bare: true });
  const bare = await rig.link('bare');
  assert.equal(bare.env.DEVSTART_RUN, undefined);
  kill(launcher);
  await allGone(rig, [api, bare]);
});

test('the launcher is killed with its whole process group', linux, async (t) => {
  const { rig, api, launcher } = await started(t, [], 'own group');
  process.kill(-launcher, 'SIGKILL');
  await allGone(rig, [api]);
});

test('the shell that waits for the launcher is killed: the run ends', linux, async (t) => {
  const { rig, child, api, launcher } = await started(t, [], 'shell');
  assert.notEqual(launcher, child.pid);
  await sleep(300); // the first look at the parent
  child.kill('SIGKILL');
  await allGone(rig, [api]);
  await until('the launcher has ended', () => readProcess(launcher) === undefined);
});

for (const prefix of ['setsid', 'nohup', '']) {
  test(
    `${prefix || 'a script'} puts the launcher in the background and ends: the run goes on`,
    linux,
    async (t) => {
      const rig = await Rig.create(t);
      const [port = 0] = await rig.freePorts(1);
      const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
      await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
      const log = path.join(rig.dir, 'log');
      const line = `${prefix} '${process.execPath}' '${program}' --json -b ${port} >'${log}' 2>&1 & read end; sleep 0.1`;
      const shell = spawn('/bin/bash', ['-c', line], {
        cwd: rig.dir,
        env: rig.env,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      t.after(() => end(shell));
      const api = await rig.link('api');
      await api.tell('listen', { port });
      const launcher = readProcess(api.pid)?.ppid ?? 0;
      t.after(() => kill(launcher));
      await until('it is up', () => readFileSync(log, 'utf8').includes('"up"'));
      shell.stdin.end('\n');
      await once(shell, 'exit');
      await sleep(1200); // two looks at the parent
      await lives(api);
      process.kill(launcher, 'SIGTERM');
      await allGone(rig, [api]);
    },
  );
}

test('the guard is small, no Node, and gone with the run; so is the record', linux, async (t) => {
  const { rig, child, api, launcher } = await started(t);
  const guard = guardOf(launcher) ?? 0;
  const status = readFileSync(`/proc/${guard}/status`, 'utf8');
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  assert.ok(resident > 0 && resident <= 2048, `${resident} kB`);
  assert.doesNotMatch(status, /^Name:\tnode/m);
  const environment = readFileSync(`/proc/${guard}/environ`, 'utf8');
  assert.doesNotMatch(environment, /DEVSTART_/);
  assert.equal(records(rig).filter((name) => name.endsWith('.json')).length, 1);
  child.kill('SIGINT');
  await once(child, 'exit');
  assert.equal(readProcess(guard), undefined);
  assert.deepEqual(records(rig), []);
  await allGone(rig, [api]);
});

/** Both the guard and the launcher are killed: the server lives on. */
async function abandoned(t: TestContext) {
  const all = await started(t);
  const { api, launcher } = all;
  kill(guardOf(launcher) ?? 0);
  kill(launcher);
  await until('the launcher is gone', () => readProcess(launcher) === undefined);
  await lives(api);
  return all;
}

test(
  'what is left without a guard: the next start of the project ends it and has its port',
  linux,
  async (t) => {
    const { rig, api, launcher, port } = await abandoned(t);
    const run = rig.spawnDevstart(['--log-format', 'plain', '-b', String(port)]);
    await api.gone;
    const again = await rig.link('api');
    assert.equal(again.env.PORT, String(port));
    await again.tell('listen', { port });
    await run.waitForText(`ended 1 process left by a run that died (pid ${launcher})`);
    assert.equal(records(rig).filter((name) => name.endsWith('.json')).length, 1);
    run.child.kill('SIGINT');
    assert.equal(await rig.exitCode(run), 130);
    await rig.assertNothingLeft();
  },
);

test('what is left without a guard: other projects leave it, prune ends it', linux, async (t) => {
  const { rig, api, launcher } = await abandoned(t);
  const other = path.join(rig.dir, 'other');
  await mkdir(other);
  const apps = [{ name: 'web', role: 'frontend', command: rig.server('web') }];
  await writeFile(path.join(other, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json'], { cwd: other });
  const web = await rig.link('web');
  await lives(api);
  const pruned = rig.spawnDevstart(['prune', '--json']);
  const { runs } = await pruned.waitFor('pruned');
  assert.deepEqual(
    runs.map((one: Record<string, unknown>) => [one.root, one.pid, one.ended, one.left]),
    [[rig.dir, launcher, [api.pid], []]],
  );
  assert.equal(await rig.exitCode(pruned), 0);
  await api.gone;
  await lives(web);
  const again = rig.spawnDevstart(['prune']);
  await again.waitForText('nothing is left of any run');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  await allGone(rig, [web]);
});

test('a recycled pid: a record whose pids are strangers now ends none of them', linux, async (t) => {
  const { rig, api } = await abandoned(t);
  const [name = ''] = records(rig);
  const file = path.join(rig.home, 'runs', name);
  const record = JSON.parse(readFileSync(file, 'utf8'));
  const stranger = spawn('sleep', ['100'], { detached: true, stdio: 'ignore' });
  t.after(() => end(stranger));
  record.instances.push({ ...record.instances[0], instance: 1, pid: stranger.pid, pipes: [] });
  writeFileSync(file, JSON.stringify({ ...record, pid: stranger.pid }));
  const pruned = rig.spawnDevstart(['prune', '--json']);
  const { runs } = await pruned.waitFor('pruned');
  assert.deepEqual(runs[0].ended, [api.pid]);
  await api.gone;
  assert.equal(stranger.exitCode ?? stranger.signalCode, null);
  assert.ok(readProcess(stranger.pid ?? 0));
  assert.deepEqual(records(rig), []);
  await rig.exitCode(pruned);
  await rig.assertNothingLeft();
});

test('a record of another boot is just removed', linux, async (t) => {
  const { rig, api } = await abandoned(t);
  const [name = ''] = records(rig);
  const file = path.join(rig.home, 'runs', name);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), boot: 'another' }));
  const pruned = rig.spawnDevstart(['prune', '--json']);
  assert.deepEqual((await pruned.waitFor('pruned')).runs, []);
  assert.deepEqual(records(rig), []);
  await lives(api);
  api.order('exit', { code: 0 });
  await rig.exitCode(pruned);
  await allGone(rig, [api]);
});

test('a state directory that cannot be written is no record, and no failure', async (t) => {
  const rig = await Rig.create(t);
  const file = path.join(rig.dir, 'a-file');
  await writeFile(file, '');
  const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart(['--json'], { env: { DEVSTART_HOME: file } });
  const api = await rig.link('api');
  run.child.kill('SIGINT');
  assert.equal(await rig.exitCode(run), 130);
  await allGone(rig, [api]);
});
