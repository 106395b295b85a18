// What is shown of runs, from outside: list, info, logs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

async function running(t: TestContext, ...args: string[]) {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [
    {
      name: 'api',
      role: 'backend',
      command: rig.server('api'),
      port,
      env: { API_TOKEN: 'hunter2hunter2', GREETING: 'hello' },
    },
    { name: 'job', command: rig.server('job'), port: false },
  ];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ name: 'shop', apps }));
  const run = rig.spawnDevstart(['--json', ...args]);
  const [api, job] = await Promise.all([rig.link('api'), rig.link('job')]);
  await api.tell('listen', { port });
  await run.waitFor('up');
  const ask = async (...words: string[]) => {
    const asked = rig.spawnDevstart(words);
    return { code: await rig.exitCode(asked), out: asked.stdout(), errors: asked.stderr() };
  };
  return { rig, port, run, api, job, ask };
}

test('list: every field, true figures; info: all that is known, secrets masked', async (t) => {
  const { rig, port, run, api, job, ask } = await running(t);
  // The numbers come with the control API, in a moment.
  let rows: Record<string, unknown>[] = [];
  while (!rows.length || rows.some(({ id }) => id === null))
    rows = JSON.parse((await ask('list', '--json')).out);
  const [first, second] = rows;
  const { cpu, memory, uptime, run: id, ...rest } = first ?? {};
  assert.deepEqual(rest, {
    id: 0,
    project: 'shop',
    root: rig.dir,
    branch: null,
    app: 'api',
    instance: 0,
    name: 'api',
    role: 'backend',
    status: 'ready',
    pid: api.pid,
    port,
    ports: [port],
    url: `http://localhost:${port}`,
    restarts: 0,
  });
  assert.deepEqual([second?.name, second?.pid, second?.port, second?.url], ['job', job.pid, null, null]);
  const rss = Number(String(execFileSync('ps', ['-o', 'rss=', '-p', String(api.pid)]))) * 1024;
  assert.ok(Number(memory) > 1_000_000 && Number(memory) <= 1.2 * rss, `${memory} of ${rss}`);
  assert.ok(Number(cpu) >= 0 && Number(uptime) > 0);

  const shown = await ask('ls', '--project');
  assert.match(
    shown.out,
    /^ {2}ID {2}NAME {2}STATUS .*\nshop {2}.*\n +0 {2}api {3}ready {3}http:\/\/localhost:\d+ /,
  );
  assert.match(
    (await ask('ps', '--markdown')).out,
    new RegExp(`\\| shop \\|  \\| api \\| backend \\| ${port} \\|`),
  );

  const info = JSON.parse((await ask('info', 'api', '--json')).out);
  assert.deepEqual([info.run.run, info.run.pid, info.apps.length], [id, run.child.pid, 1]);
  const [one] = info.apps;
  assert.deepEqual([one.env.API_TOKEN, one.env.GREETING, one.env.PORT], ['***', 'hello', String(port)]);
  assert.deepEqual(
    one.processes.map(({ pid, listens }: { pid: number; listens: number[] }) => [pid, listens]),
    [[api.pid, [port]]],
  );
  assert.match(info.run.socket, /\.sock$/);
  assert.match(info.settings.backendPort.source.name, /apps\[0\]\.port/);
  const words = (await ask('info')).out;
  for (const text of [
    `BACKEND_PORT=${port} from devstart.config.json`,
    'API_TOKEN=***',
    `listens on ${port}`,
    info.run.socket,
  ]) {
    assert.ok(words.includes(text), `${text} in ${words}`);
  }
  assert.equal((await ask('info', 'nobody')).code, 1);
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
  assert.equal((await ask('list', '--json')).out, '[]\n');
});

test('logs: by app, merged, followed to the end, and of what has ended', async (t) => {
  const { rig, run, api, job, ask } = await running(t);
  const follow = rig.spawnDevstart(['logs', '-f', '--json']);
  await api.tell('print', { text: 'one\n' });
  await follow.waitForText('"one"');
  await job.tell('print', { text: '\u001b[31mtwo\u001b[0m\n', stream: 'stderr' });
  await follow.waitForText('"two"');
  await api.tell('print', { text: 'three\n' });
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
  assert.equal(await rig.exitCode(follow), 0);
  const lines = follow
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const printed = lines.filter(({ stream }) => stream !== 'devstart');
  assert.deepEqual(
    printed.map(({ app, line }) => `${app} ${line}`),
    ['api one', 'job two', 'api three'],
  );
  assert.match((await ask('logs')).out, /\[api\] one\n.*\[job\] two\n.*\[api\] three\n/s);
  assert.match((await ask('logs', 'api', '-n', '2')).out, /^three\n-- ended by SIGTERM\n$/);
  assert.equal((await ask('logs', '--grep', '^t', 'api')).out, 'three\n');
  assert.equal((await ask('logs', '--since', '1h', '--grep', 'TWO')).out, '');
  const none = await ask('logs', 'web');
  assert.equal(none.code, 1);
  assert.match(none.errors, /there is no log of "web".*\n.*There are: api, job/);
  assert.equal((await ask('logs', '--since', 'yesterday')).code, 2);
});

test('logs: a NAME means what it means everywhere, from any folder', async (t) => {
  const { rig, run, api, job, ask } = await running(t);
  await api.tell('print', { text: 'of api\n' });
  await job.tell('print', { text: 'of job\n' });
  const [{ run: id, id: number }] = JSON.parse((await ask('list', '--json')).out);
  const away = path.join(rig.dir, '..');
  const lines = async (...words: string[]) => (await ask('logs', '-n', '1', ...words)).out;
  for (const from of [rig.dir, away]) {
    for (const name of ['api', 'api:0', 'shop/api', 'shop/api:0', `${id}/api`, String(number)])
      assert.equal(await lines(name, '--cwd', from), 'of api\n', `${name} from ${from}`);
    for (const name of ['shop', id]) {
      const { out } = await ask('logs', name, '--cwd', from);
      assert.match(out, /\[api\] of api\n\[job\] of job\n/, `${name} from ${from}`);
    }
  }
  const none = await ask('logs', 'shop/web', '--cwd', away);
  assert.equal(none.code, 1);
  assert.match(none.errors, /there is no log of "shop\/web".*What runs:\n +shop \(api, job\)/s);
  run.child.kill('SIGTERM');
  await rig.exitCode(run);
});
