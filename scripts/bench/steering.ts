import { compare } from './compare.ts';
import { devstart, emptyNode, ended, program, project, serverCommand } from './setup.ts';
import { up } from './starts.ts';

const COUNT = 50;

export async function bench(): Promise<void> {
  const command = serverCommand();
  const apps = [
    { name: 'api', role: 'backend', command, port: 'auto' },
    { name: 'web', role: 'frontend', command, port: 'auto' },
  ];
  const projects = Array.from({ length: COUNT }, (_, index) => project(`steering/${index}`, { apps }));
  const all = projects.map((cwd) => up(cwd, []));
  try {
    await Promise.all(all.map(({ ports }) => ports));
    await compare({
      title: `list of ${COUNT} runs with ${2 * COUNT} servers`,
      unit: 'ms',
      contenders: [
        program('devstart list', process.execPath, devstart, 'list'),
        program('devstart list --json', process.execPath, devstart, 'list', '--json'),
        emptyNode,
      ],
      targets: [{ of: 'devstart list', limit: 2, times: 'empty Node program' }],
    });
  } finally {
    await Promise.allSettled(all.map(({ ports }) => ports));
    await Promise.all(all.map(({ child }) => ended(child, 'SIGTERM')));
  }
}
