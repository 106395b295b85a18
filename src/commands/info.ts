import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import type { PlanAnswer } from '../control/answers.ts';
import { reachTarget } from '../control/reach.ts';
import { leaderKey, leadersOf, listRows } from '../control/recorded.ts';
import { type LogLine, readLogs } from '../output/log-reader.ts';
import { logFile } from '../output/logs.ts';
import { listListeners } from '../system/listeners.ts';
import { measure, treesOf } from '../system/metrics.ts';
import { commandLines, listProcesses, type Proc, portsOf, socketsOf } from '../system/processes.ts';
import { type AppInfo, describeInfo, type Info } from '../ui/info.ts';
import { printSync } from '../ui/print.ts';
import { steeringFrom } from './steer.ts';

/** `devstart info [NAME]`: from the run itself, its record, its log files and the system. */
export async function info(context: Context): Promise<number> {
  const from = await steeringFrom(context);
  const { target, client } = await reachTarget(from, context.args[0]);
  const [{ run }, plan, sockets] = await Promise.all([
    client.call('version'),
    client.call('plan'),
    client.call('sockets'),
  ]);
  const { record } = target.run;
  const usages = measure(leadersOf([target.run]), from.home && path.join(from.home, 'samples.json'));
  const rows = listRows([target.run], usages, performance.timeOrigin + performance.now()).filter(
    (row) =>
      (target.app === undefined || row.app === target.app) &&
      (target.instance === undefined || row.instance === target.instance),
  );
  const history = run.logs === null ? [] : await historyOf(run.logs, new Date(record.startedAt));
  const processes = await processesOf(leadersOf([target.run]));
  const apps = rows.map((row): AppInfo => {
    const planned = plan.apps.find(({ name, instance }) => name === row.app && instance === row.instance);
    const file = run.logs === null ? undefined : logFile(run.logs, row.app);
    return {
      ...row,
      ...plannedFacts(planned),
      processes: processes.get(leaderKey(row.run, row.app, row.instance)) ?? [],
      history: history
        .filter((line) => line.app === row.app && line.instance === row.instance)
        .map(({ time, text }) => ({ time, what: text })),
      sockets: sockets.filter(({ app }) => app === row.app).map(({ app, ...socket }) => socket),
      log: file !== undefined && existsSync(file) ? file : null,
    };
  });
  const found: Info = {
    type: 'info',
    run,
    settings: record.explained?.settings ?? {},
    copies: plan.copies.map((copy) => ({ ...copy })) as Info['copies'],
    apps,
  };
  if (context.format === 'json') printSync(1, `${JSON.stringify(found)}\n`);
  else {
    const style = { color: context.format === 'pretty', home: context.env.HOME };
    printSync(1, `${describeInfo(found, record.explained?.lines ?? [], style).join('\n')}\n`);
  }
  return 0;
}

/** What it is started with; secrets are masked by the run. */
function plannedFacts(
  planned: PlanAnswer['apps'][number] | undefined,
): Pick<AppInfo, 'command' | 'cwd' | 'env'> {
  const { argv, command } = (planned ?? {}) as { argv?: string[]; command?: string };
  return { command: argv?.join(' ') ?? command ?? null, cwd: planned?.cwd ?? null, env: planned?.env ?? {} };
}

/** What the log files say of begins, ends and restarts. */
async function historyOf(folder: string, since: Date): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for await (const lines of readLogs(folder, { since })) {
    for (const line of lines) if (line.stream === 'devstart') found.push(line);
  }
  return found;
}

/** Each tree's processes, and where they listen. */
async function processesOf(
  leaders: ReturnType<typeof leadersOf>,
): Promise<Map<string, AppInfo['processes']>> {
  const all = listProcesses().filter(({ zombie }) => !zombie);
  const words = commandLines();
  const sockets = new Map(listListeners()?.map(({ socket, port }) => [socket, port]));
  const portsIn = async (proc: Proc): Promise<number[]> => {
    const told =
      socketsOf(proc)?.flatMap((socket) => sockets.get(socket) ?? []) ?? (await portsOf([proc.pid]));
    return [...new Set(told)].sort((a, b) => a - b);
  };
  const found = new Map<string, AppInfo['processes']>();
  for (const [key, procs] of treesOf(leaders, all)) {
    const described = procs.map(async (proc) => ({
      pid: proc.pid,
      parent: proc.ppid,
      command: words(proc.pid).join(' '),
      listens: await portsIn(proc),
    }));
    found.set(key, await Promise.all(described));
  }
  return found;
}
