// A /proc that shows a user his own processes alone (hidepid=2): his servers as ever, and those that run as another user
// (sudo, a setuid program) by what the kernel does say: that their group exists, and whose a socket is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, chown, copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Rig } from '../../rig/rig.ts';

const NOBODY = 65_534;
const UNDER = [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups "$@"`,
  'sh',
];
const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));

/** Also shows whether a mount of its own has options of its own: Linux 5.8 and newer. */
function whyNot(): string | false {
  const seen = spawnSync(UNDER[0] as string, [...UNDER.slice(1), 'ls', '/proc/1'], { encoding: 'utf8' });
  if (!/No such file/.test(seen.stderr)) return 'no right to mount a /proc with hidepid';
  const [file = '', ...args] = [...UNDER, process.execPath, program, '--version'];
  if (spawnSync(file, args).status !== 0) return 'the other user cannot read this checkout';
  return false;
}
const skip = whyNot();

/** A project of the other user. @param wrap makes the command of what starts the server */
async function started(t: TestContext, wrap: (rig: Rig) => Promise<string | string[]>) {
  const rig = await Rig.create(t);
  const base = path.dirname(rig.dir);
  await Promise.all([chmod(base, 0o755), chmod(path.join(base, 's'), 0o777)]);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', command: await wrap(rig), port }];
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
  await Promise.all([chown(rig.dir, NOBODY, NOBODY), chown(rig.home, NOBODY, NOBODY)]);
  const run = rig.spawnDevstart(['--json', '--kill-timeout', '0.5'], { under: UNDER });
  const api = await rig.link('api');
  await api.tell('listen', { port });
  await run.waitFor('up');
  const codes = () =>
    run.events.flatMap(({ type, code }) => (type === 'warning' || type === 'error' ? code : []));
  return { rig, run, api, codes };
}

/** Node as root, for whoever starts it. */
async function rootsNode(t: TestContext, rig: Rig): Promise<string> {
  const file = path.join(path.dirname(rig.dir), 'node');
  await copyFile(process.execPath, file, constants.COPYFILE_FICLONE);
  await chmod(file, 0o4755);
  const told = spawnSync('setpriv', [
    '--reuid',
    String(NOBODY),
    '--regid',
    String(NOBODY),
    '--clear-groups',
    file,
    '-p',
    'process.geteuid()',
  ]);
  if (told.stdout.toString().trim() !== '0') t.skip('setuid has no effect there');
  return file;
}

describe('hidepid', { skip }, () => {
  const kinds: [string, (t: TestContext) => (rig: Rig) => Promise<string | string[]>, string[]][] = [
    ['a server of the user’s own', () => async (rig) => rig.server('api'), []],
    [
      'a server that runs as root',
      (t) => async (rig) => [await rootsNode(t, rig), ...rig.server('api').slice(1)],
      ['PROCESSES_HIDDEN'],
    ],
    [
      'a shell whose child runs as root',
      (t) => async (rig) => `${await rootsNode(t, rig)} ${rig.server('api').slice(1).join(' ')}; exit 0`,
      [],
    ],
  ];
  for (const [name, wrap, warnings] of kinds) {
    test(`${name}: is ready, and ends with the run`, async (t) => {
      const { rig, run, api, codes } = await started(t, wrap(t));
      await api.tell('ignore', { signal: 'SIGTERM' });
      run.child.kill('SIGTERM');
      assert.equal(await rig.exitCode(run), 143);
      await rig.assertNothingLeft();
      assert.deepEqual(codes(), warnings);
    });

    test(`${name}: ends with a killed launcher`, async (t) => {
      const { rig, run, api } = await started(t, wrap(t));
      await api.tell('ignore', { signal: 'SIGTERM' });
      run.child.kill('SIGKILL');
      await api.gone;
      await rig.untilNothingLeft();
    });
  }
});
