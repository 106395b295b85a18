// The command lines of PMDaemon's document on ports, with devstart in its place: `start` says what the config is, which
// then runs as the document has it; the others do what it says. Its ports are fixed, so each has a network of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rig } from '../../rig/rig.ts';
import { devstart } from '../../rig/steer.ts';

const NETWORK = ['unshare', '--user', '--map-root-user', '--net'];
const skip = spawnSync('unshare', [...NETWORK.slice(1), 'ip', 'link', 'set', 'lo', 'up']).status !== 0;
const inNetwork = { skip: skip && 'no right to a network namespace' };

const SERVER = "require('node:http').createServer((_, to) => to.end('ok')).listen(process.env.PORT || 3000);";

/** What is refused stands in a file, its config in its place; each line is what `list` says of app and port then. */
const SCRIPT = `
ip link set lo up
start=$1 then=$2; shift 2
list() { "$@" list --json | node -p 'JSON.parse(fs.readFileSync(0)).map((r) => r.name + " " + r.port).join(", ")'; }
eval '"$@" start '"$start"' --json' > refused.json; echo $?
node -e 'const { hint } = JSON.parse(fs.readFileSync("refused.json"));
  fs.writeFileSync("devstart.config.json", hint.split("\\n").find((line) => line.startsWith("  {")))'
"$@" up > up.log 2>&1 || cat up.log
list "$@"
[ -z "$then" ] || { eval '"$@" '"$then" > then.log 2>&1; echo $?; list "$@"; }
"$@" stop > /dev/null
`;

async function typed(t: TestContext, start: string, then = '') {
  const rig = await Rig.create(t);
  for (const file of ['server.js', 'worker.js', 'api.js', 'app.js'])
    await writeFile(path.join(rig.dir, file), SERVER);
  const run = rig.spawnDevstart([], { under: [...NETWORK, 'sh', '-c', SCRIPT, 'sh', start, then] });
  assert.equal(await rig.exitCode(run), 0, run.stdout() + run.stderr());
  const said = run.stdout().trim().split('\n');
  return { said, file: (name: string) => readFileSync(path.join(rig.dir, name), 'utf8') };
}

const CLUSTER = (name: string, from: number, count = 4) =>
  Array.from({ length: count }, (_, index) => `${name}:${index} ${from + index}`).join(', ');

for (const [line, listed] of [
  ['"node server.js" --name web-app --port 3000', 'web-app 3000'],
  ['"node server.js" --name web-cluster --instances 4 --port 3000-3003', CLUSTER('web-cluster', 3000)],
  ['"node worker.js" --name workers --instances 3 --port auto:5000-5100', CLUSTER('workers', 5000, 3)],
  ['"node api.js" --instances 4 --port 8000-8003', CLUSTER('app', 8000)],
  ['app.js --port auto:3000-3100', 'app 3000'],
  ['app.js --instances 4 --port 3000-3003', CLUSTER('app', 3000)],
  ['app.js --port 8000', 'app 8000'],
] as const) {
  test(`start ${line}`, inNetwork, async (t) => {
    assert.deepEqual((await typed(t, line)).said, ['2', listed]);
  });
}

test('restart web-app --port 3001', inNetwork, async (t) => {
  const { said, file } = await typed(
    t,
    '"node server.js" --name web-app --port 3000',
    'restart web-app --port 3001',
  );
  assert.deepEqual(said, ['2', 'web-app 3000', '0', 'web-app 3001']);
  assert.equal(JSON.parse(file('devstart.config.json')).apps[0].port, '3000');
});

test('reload api --port 4000-4003', inNetwork, async (t) => {
  const { said } = await typed(t, '"node api.js" --name api --port 8000', 'reload api --port 4000-4003');
  assert.deepEqual(said, ['2', 'api 8000', '0', CLUSTER('api', 4000)]);
});

test('info and stop of what is not there say what is; a command without options is no name either', async (t) => {
  const rig = await Rig.create(t);
  for (const line of ['info process-name', 'stop api-v1', 'delete api-v1']) {
    const { code, stderr } = await devstart(rig, ...line.split(' '));
    assert.equal(code, 1, line);
    assert.match(
      stderr,
      /^error nothing that runs is called "[\w-]+"\n +Nothing runs: devstart starts/,
      line,
    );
  }
  const { code, stderr } = await devstart(rig, 'start', 'python worker.py');
  assert.equal(code, 1);
  assert.match(stderr, /\{"apps":\[\{"name":"app","command":"python worker\.py"\}\]\}/);
  assert.match((await devstart(rig, 'start', 'api')).stderr, /Nothing runs: devstart starts/);
});

test('an app that stands in the config as the document shows one is told where its place is', async (t) => {
  const rig = await Rig.create(t);
  const app = { name: 'web-app', script: 'node', args: ['server.js'], port: '3000' };
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify(app));
  const { code, stderr } = await devstart(rig, '--dry-run');
  assert.equal(code, 2);
  assert.match(stderr, /"script" is a key of an app\n/);
  assert.match(stderr, /Apps stand in a list: \{ "apps": \[\{ "script": …/);
});
