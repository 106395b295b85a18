import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { compare, median } from './compare.ts';
import { devstart, ended, env, leftOut, project, serverCommand, start } from './setup.ts';

/** `devstart --json` there, with each event told. */
function follow(cwd: string, onEvent: (event: Record<string, unknown>) => void) {
  const child = start(process.execPath, [devstart, '--json'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    onEvent(JSON.parse(line)),
  );
  return child;
}

/** Milliseconds between a server's own word that it listens and the event `ready`: of two servers, the mean. */
async function untilNoticed(cwd: string): Promise<number> {
  const listening = new Map<unknown, number>();
  const ready = new Map<unknown, number>();
  let child: ReturnType<typeof follow> | undefined;
  await new Promise<void>((resolve) => {
    child = follow(cwd, ({ type, app, line, time }) => {
      const said = type === 'output' && /^listening ([\d.]+)$/.exec(String(line))?.[1];
      if (said) listening.set(app, Number(said) * 1000);
      if (type === 'ready') ready.set(app, Date.parse(String(time)));
      if (listening.size === 2 && ready.size === 2) resolve();
    });
  });
  if (child) await ended(child, 'SIGTERM');
  const taken = [...ready].map(([app, at]) => at - (listening.get(app) ?? 0));
  return taken.reduce((sum, value) => sum + value, 0) / taken.length;
}

/** Percent of a core over some seconds. Source: proc(5), /proc/PID/stat, utime and stime in hundredths. */
async function load(pid: number, seconds: number): Promise<number> {
  const used = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = used();
  await sleep(seconds * 1000);
  return (used() - before) / seconds;
}

/** While a server does not come: in the first seconds, and later. */
async function waitingLoad(cwd: string): Promise<void> {
  let child: ReturnType<typeof follow> | undefined;
  await new Promise<void>((resolve) => {
    child = follow(cwd, ({ type, app }) => {
      if (type === 'started' && app === 'web') resolve();
    });
  });
  if (!child?.pid) return;
  await sleep(1000);
  const early = [await load(child.pid, 3), await load(child.pid, 3), await load(child.pid, 3)];
  await sleep(15_000);
  const late = [await load(child.pid, 3), await load(child.pid, 3), await load(child.pid, 3)];
  await ended(child, 'SIGTERM');
  console.log('\nthe launcher while two servers do not listen (percent of a core, medians of 3 s)');
  console.log(`  in the first 20 s  ${median(early).toFixed(1).padStart(8)}`);
  console.log(`  later              ${median(late).toFixed(1).padStart(8)}`);
}

export async function bench(): Promise<void> {
  const pair = (name: string, backend: string, frontend: string): string =>
    project(name, {
      apps: [
        { name: 'api', role: 'backend', command: backend },
        { name: 'web', role: 'frontend', command: frontend },
      ],
    });
  const command = serverCommand();
  // They begin to listen at no fixed place between two looks.
  const cwd = pair('ready', `${command} 0.2137`, `${command} 0.3491`);
  await compare({
    title: 'from "a server listens" to the event "ready"',
    unit: 'ms',
    contenders: [{ name: 'devstart', once: () => untilNoticed(cwd) }],
    targets: [{ of: 'devstart', limit: 25 }],
  });
  if (process.platform === 'linux') await waitingLoad(pair('never', 'exec sleep 1000', 'exec sleep 1000'));
  else leftOut('CPU while waiting', 'it is read from /proc');
}
