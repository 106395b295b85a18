// A state folder that is full: a run goes on, is listed as it is, steered and stopped, and nothing half written is left.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Rig } from '../../rig/rig.ts';

const OWN = ['unshare', '--user', '--map-root-user', '--mount'];
const skip = spawnSync('unshare', [...OWN.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']).status !== 0;

/** One line for each command: its code; of `list` what it says and whether that is so. */
const SCRIPT = `
mount -t tmpfs -o size=128k none "$DEVSTART_HOME"
fill() { dd if=/dev/zero of="$DEVSTART_HOME/fill" bs=1k 2> /dev/null; }
list() { "$@" list --json | node -p 'JSON.parse(fs.readFileSync(0)).map((r) => [r.name, r.status, r.port,
  r.pid && String(fs.readFileSync("/proc/" + r.pid + "/environ")).includes("DEVSTART_APP=" + r.app)].join(" ")).join()'; }
"$@" up > up.log 2>&1; echo up $?
fill
list "$@"
for order in "restart api" "reload api" "logs -n 1" "info" "info api" "url"; do
  "$@" $order > order.log 2>&1; echo $order $?
  fill
done
list "$@"
"$@" up > again.log 2>&1; echo again $?
"$@" stop > stop.log 2>&1; echo stop $?
"$@" list --json
ls -A "$DEVSTART_HOME" "$DEVSTART_HOME/runs" "$DEVSTART_HOME/code" | grep -E '[.]tmp|[.]bin[.]'
`;

test('a full disk', { skip: skip && 'no right to mount' }, async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const server =
    "require('node:http').createServer((_, to) => to.end('ok')).listen(process.env.PORT, () => console.log('here'))";
  const apps = [{ name: 'api', command: [process.execPath, '-e', server], port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  const run = rig.spawnDevstart([], { under: [...OWN, 'sh', '-c', SCRIPT, 'sh'] });
  await rig.exitCode(run);
  const row = `api ready ${port} true`;
  assert.deepEqual(
    run.stdout().trim().split('\n'),
    [
      'up 0',
      row,
      'restart api 0',
      'reload api 0',
      'logs -n 1 0',
      'info 0',
      'info api 0',
      'url 0',
      row,
      'again 0',
      'stop 0',
      '[]',
    ],
    run.stdout() + run.stderr(),
  );
});
