import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare } from './compare.ts';
import { concurrently, devstart, ended, env, project, serverCommand, start } from './setup.ts';

const linux = process.platform === 'linux';
/** Milliseconds after the last server's start, so that what a start needs has been given back where it is. */
const SETTLED = 3000;

interface Kilobytes {
  /** Resident, shared pages whole: what `ps` shows everywhere. */
  rss: number;
  /** Shared pages by share (Linux): other Node programs on the machine make it smaller. */
  pss: number;
}

function memoryOf(pid: number): Kilobytes {
  if (!linux) return { rss: Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`]).toString()), pss: 0 };
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]);
  return { rss: of('Rss'), pss: of('Pss') };
}

/** Children of the process: the servers are in sessions of their own, too, but they are Perl. */
function guardOf(pid: number): number | undefined {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,args=']).toString().split('\n');
  const found = lines.map((line) => line.trim().split(/\s+/)).filter(([, ppid]) => Number(ppid) === pid);
  const guard = found.find(([, , ...args]) => args.join(' ').includes("# devstart's guard"));
  return guard && Number(guard[0]);
}

async function measured(
  argv: string[],
  cwd: string,
  own: (pid: number) => (number | undefined)[],
): Promise<Kilobytes> {
  const child = start(process.execPath, argv, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  await sleep(SETTLED);
  const all = own(child.pid ?? 0).map((pid) => (pid ? memoryOf(pid) : { rss: 0, pss: 0 }));
  await ended(child, 'SIGTERM');
  return {
    rss: all.reduce((sum, { rss }) => sum + rss, 0),
    pss: all.reduce((sum, { pss }) => sum + pss, 0),
  };
}

export async function bench(): Promise<void> {
  const command = serverCommand();
  const cwd = project('memory', {
    apps: [
      { name: 'api', role: 'backend', command },
      { name: 'web', role: 'frontend', command },
    ],
  });
  const idle = [21_001, 21_002].map((port) => `PORT=${port} ${command}`);
  const contender = (name: string, argv: string[], own: (pid: number) => (number | undefined)[]) => {
    const kept: Kilobytes[] = [];
    return {
      rss: {
        name,
        async once() {
          const found = await measured(argv, cwd, own);
          kept.push(found);
          return found.rss / 1024;
        },
      },
      pss: { name, once: () => (kept.shift()?.pss ?? Number.NaN) / 1024 },
    };
  };
  const all = [
    contender('devstart, all of it', [devstart], (pid) => [pid, guardOf(pid)]),
    contender('its guard', [devstart], (pid) => [guardOf(pid)]),
    contender('concurrently 9.2.5', [concurrently, ...idle], (pid) => [pid]),
    contender('empty Node program', ['-e', 'setInterval(() => {}, 1e6)'], (pid) => [pid]),
  ];
  const most = 5;
  const targets = [
    { of: 'devstart, all of it', limit: 52 },
    { of: 'its guard', limit: 2 },
  ];
  await compare({
    title: 'memory with two idle servers, theirs not counted: resident (RSS)',
    unit: 'MB',
    contenders: all.map(({ rss }) => rss),
    targets,
    most,
    cold: true,
  });
  if (!linux) return;
  await compare({
    title: 'the same processes, pages shared with others by share (PSS)',
    unit: 'MB',
    contenders: all.map(({ pss }) => pss),
    most,
    cold: true,
  });
}
