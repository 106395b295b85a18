// Changes its terminal, and is killed: its guard puts it back as the argument says.
import { spawnSync } from 'node:child_process';
import { startGuard } from '../../src/guard/guard.ts';

const before = process.argv[2] ?? '';
const stty = (...args: string[]) =>
  spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'inherit'] })
    .stdout.toString()
    .trim();
const guard = startGuard({
  runId: `tty-${process.pid}`,
  graceSeconds: 1,
  path: process.env.PATH,
  terminal: true,
});
guard.saveTerminal(before);
stty('-icanon', '-echo');
process.stdout.write(`changed ${stty('-g') !== before}\n`, () => process.kill(process.pid, 'SIGKILL'));
