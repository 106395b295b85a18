import path from 'node:path';
import type { Target } from '../ports/holders/free-plan.ts';
import { type Holding, isFree } from '../ports/holders/holding.ts';
import type { Proc } from '../system/processes.ts';
import type { Ended } from '../terminate/end-all.ts';
import { tilde } from './who.ts';

export function resultOf(holding: Holding, targets: Target[], ended: Ended[]): object {
  const at = targets.findIndex(({ ports }) => ports.includes(holding.port));
  const pids = ended[at]?.procs.map(({ pid }) => pid) ?? [];
  return { port: holding.port, free: isFree(holding), ended: pids, killed: ended[at]?.killed ?? false };
}

/** The program by its name alone, and what fits a line. */
export function shorten(command: string): string {
  const [program = '', ...args] = command.split(' ');
  const text = [path.basename(program) || program, ...args].join(' ').replace(/\s+/g, ' ');
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

/** How a process looks to a person: its command line, cut. */
export type Title = (proc: Proc) => string;

/** What would be ended, for the question: one head line and the processes under it. */
export function describeTarget(target: Target, title: Title, home: string | undefined): string[] {
  const { ports, root, procs, cwd } = target;
  const size = procs.length === 1 ? '1 process' : `${procs.length} processes`;
  const where = cwd === undefined ? '' : ` of ${tilde(cwd, home)}`;
  const what = target.claim ? `the run of devstart${where}, all of it` : `${title(root)}${where}`;
  const depth = new Map<number, number>();
  const tree = procs.map((proc) => {
    const level = (depth.get(proc.ppid) ?? 0) + 1;
    depth.set(proc.pid, level);
    return `${'  '.repeat(level)}${proc.pid} ${title(proc)}`;
  });
  return [`${portWords(ports)}: ${what} (${size})`, ...tree];
}

/** What was done. */
export function describeEnded(target: Target, ended: Ended, title: string, seconds: number): string {
  const more = ended.procs.length - 1;
  const rest = more === 0 ? '' : more === 1 ? ' and 1 more process' : ` and ${more} more processes`;
  const how = ended.killed ? `, by SIGKILL after ${seconds} s` : '';
  const what = target.claim ? 'devstart' : title;
  return `ended ${what} (pid ${target.root.pid})${rest}${how}`;
}

export const portWords = (ports: readonly number[]): string =>
  `port${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`;
