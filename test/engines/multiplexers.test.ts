import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Link, Rig } from '../rig/rig.ts';
import { openTerminal } from '../rig/terminal.ts';

const program = fileURLToPath(new URL('../../bin/devstart.cjs', import.meta.url));

const multiplexers = [
  {
    name: 'tmux',
    begin: ['tmux', '-f', '/dev/null', 'new-session', '-s', 'dev', '--'],
    detach: '\x02d',
    attach: ['tmux', 'attach', '-t', 'dev'],
  },
  {
    name: 'screen',
    begin: ['screen', '-c', '/dev/null', '-S', 'dev', '--'],
    detach: '\x01d',
    attach: ['screen', '-r', 'dev'],
  },
];

for (const { name, begin, detach, attach } of multiplexers) {
  test(`${name}: detached, the servers go on; attached again, all is shown; Ctrl-C ends all`, async (t) => {
    const rig = await Rig.create(t);
    const [port = 0] = await rig.freePorts(1);
    const apps = [{ name: 'api', role: 'backend', command: rig.server('api') }];
    await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps }));
    const env = { TMUX_TMPDIR: rig.home, SCREENDIR: path.join(rig.home, 'screen'), SHELL: '/bin/sh' };
    await mkdir(env.SCREENDIR, { mode: 0o700 });
    const first = openTerminal(t, rig, [process.execPath, program, '-b', String(port)], env, begin);
    const api: Link = await rig.link('api');
    await api.tell('listen', { port });
    await first.screen('ready in');
    first.type(detach);
    await first.state('exited');
    await api.tell('print', { text: 'said while nobody looked\n' });
    const second = openTerminal(t, rig, [], env, attach);
    await second.screen('said while nobody looked');
    await api.tell('print', { text: 'said to whoever looks\n' });
    await second.screen('said to whoever looks');
    second.type('\x03');
    await api.gone;
    await second.state('exited');
    await rig.assertNothingLeft();
  });
}
