import pc from 'picocolors';
import type { Instance, RunInfo, SocketInfo } from '../control/answers.ts';
import { memoryKind } from '../system/metrics.ts';
import { columns, size, tilde } from './format.ts';
import { briefly } from './list.ts';

export interface AppInfo extends Instance {
  command: string | null;
  cwd: string | null;
  /** What devstart adds to its own; secrets are masked. */
  env: Readonly<Record<string, string>>;
  /** Parents before their children. */
  processes: { pid: number; parent: number; command: string; listens: number[] }[];
  /** Begins, ends and restarts with their reasons, the oldest first. */
  history: { time: string; what: string }[];
  /** What its app is handed. */
  sockets: Omit<SocketInfo, 'app'>[];
  log: string | null;
}

/** The object of `info --json`. */
export interface Info {
  type: 'info';
  run: RunInfo;
  /** As `--explain --json` has them: each value with its source. */
  settings: object;
  /** Places that name ports of the run. */
  copies: { file: string; line: number; of: string; port: number; follows?: string }[];
  apps: AppInfo[];
}

/** How many of the last things that happened to an instance are shown. */
const LAST = 10;

type Colors = ReturnType<typeof pc.createColors>;

/** For people. @param settings a line each, as `--explain` has them */
export function describeInfo(
  { run, copies, apps }: Info,
  settings: readonly string[],
  { color, home }: { color: boolean; home: string | undefined },
): string[] {
  const colors = pc.createColors(color);
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', colors.bold(title), ...lines.map((line) => `  ${line}`)] : [];
  const facts = [
    ['run', `${run.run}  ${run.status}`],
    ['folder', [tilde(run.root, home), run.branch ?? ''].filter(Boolean).join('  ')],
    ['pid', `${run.pid}, since ${localTime(run.startedAt)}`],
    ...Object.entries(run.urls).map(([role, url]) => [role, colors.cyan(String(url))]),
    ['origins', run.corsOrigins.join(' ')],
    ['ports', tilde(run.portsFile, home)],
    ['socket', tilde(run.socket, home)],
    ...(run.logs === null ? [] : [['logs', tilde(run.logs, home)]]),
  ];
  const places = copies.map(({ file, line, port, of }) => `${file}:${line}  ${port}, the port of ${of}`);
  return [
    colors.bold(run.name),
    ...columns(facts).map((line) => `  ${line}`),
    ...part('settings', settings),
    ...part('places that name a port', places),
    ...apps.flatMap((app) => ['', ...describeApp(app, colors, home)]),
  ];
}

function describeApp(app: AppInfo, colors: Colors, home: string | undefined): string[] {
  const { name, status, url, ports, command, cwd, env, history, log, sockets } = app;
  const rows = [
    ...(url ? [['url', colors.cyan(url)]] : []),
    ...(ports.length > 0 ? [['ports', ports.join(', ')]] : []),
    ['uses', usedBy(app)],
    ...(command === null ? [] : [['command', command]]),
    ...(cwd === null ? [] : [['in', tilde(cwd, home)]]),
    ...(log === null ? [] : [['log', tilde(log, home)]]),
  ];
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`  ${title}`, ...lines.map((line) => `    ${line}`)] : [];
  return [
    `${colors.bold(name)}  ${status}`,
    ...columns(rows).map((line) => `  ${line}`),
    ...part('processes', treeLines(app, colors)),
    ...part('sockets', sockets.map(socketLine)),
    ...part(
      'environment',
      Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ),
    ...part(
      'history',
      history.slice(-LAST).map(({ time, what }) => `${localTime(time)}  ${what}`),
    ),
  ];
}

const usedBy = ({ cpu, memory, uptime, restarts }: AppInfo): string =>
  [
    ...(cpu === null ? [] : [`CPU ${cpu.toFixed(1)}%`]),
    ...(memory === null ? [] : [`${memoryKind} ${size(memory)}`]),
    ...(uptime === null ? [] : [`up ${briefly(uptime)}`]),
    `${restarts} restart${restarts === 1 ? '' : 's'}`,
  ].join(', ');

/** `127.0.0.1:8000  fd 3, backlog 128, 0 wait; held by 411 (devstart), 415 (instance 0)` */
function socketLine({ address, fd, backlog, waiting, holders }: AppInfo['sockets'][number]): string {
  const who = holders.map(
    ({ pid, instance }) => `${pid} (${instance === null ? 'devstart' : `instance ${instance}`})`,
  );
  const queue = waiting === null ? '' : `, ${waiting} wait${waiting === 1 ? 's' : ''}`;
  return `${address}  fd ${fd}, backlog ${backlog}${queue}; held by ${who.join(', ')}`;
}

function treeLines({ processes }: AppInfo, colors: Colors): string[] {
  const depths = new Map<number, number>();
  return processes.map(({ pid, parent, command, listens }) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(pid, depth);
    const at = listens.length > 0 ? `  ${colors.dim(`listens on ${listens.join(', ')}`)}` : '';
    return `${'  '.repeat(depth)}${pid}  ${command}${at}`;
  });
}

/** `2026-11-30 10:00:00` */
const localTime = (iso: string): string => new Date(iso).toLocaleString('sv');
