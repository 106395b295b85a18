import { groupExists } from '../system/platform.ts';
import {
  listProcesses,
  type Proc,
  readProcess,
  readSame,
  type TreeRoot,
  whyHidden,
} from '../system/processes.ts';
import { ancestorsOf, findTree } from '../system/tree.ts';
import { createTerminator } from '../terminate/terminate.ts';
import { deadRecords, forget, type RecordedInstance, type RunRecord } from './records.ts';

/** A launcher that has died, and what was done about what it left. */
export interface Ended {
  record: RunRecord;
  ended: Proc[];
  /** What could not be ended; the record stays then. */
  left: Proc[];
  /** Why nothing was done: what it left cannot be seen from here. The record stays. */
  hidden?: string | undefined;
}

/**
 * Ends what dead launchers have left, of one project or (without `root`) of all, and forgets their records.
 * Only what is surely theirs: a recorded leader with its pid AND start, with its tree, and what carries the run's id
 * in its environment or holds one of its pipes.
 */
export async function endLeftovers(dir: string | undefined, root?: string): Promise<Ended[]> {
  const dead = deadRecords(dir, root);
  // Where not even we are told of, a group that exists may be theirs, or another's by now.
  const hidden = dead.length > 0 && !readProcess(process.pid) ? whyHidden() : undefined;
  return Promise.all(
    dead.map((record) =>
      hidden !== undefined && record.instances.some(({ pid }) => groupExists(pid))
        ? { record, ended: [], left: [], hidden }
        : endRun(dir as string, record),
    ),
  );
}

async function endRun(dir: string, record: RunRecord): Promise<Ended> {
  const trees = [...record.instances.flatMap((one) => treeOf(record, one)), marksOf(record)];
  const found = new Map<number, Proc>();
  for (const tree of trees) for (const proc of findTree(tree, [])) found.set(proc.pid, proc);
  if (found.size > 0 && ancestorsOf(process.pid, listProcesses()).some((pid) => found.has(pid))) {
    // We were started by one of them: it is for another call to end them.
    return { record, ended: [], left: [...found.values()] };
  }
  const signals = new Map<number | undefined, NodeJS.Signals>(
    record.instances.map(({ pid, stopSignal }) => [pid, stopSignal]),
  );
  const end = (tree: TreeRoot) =>
    createTerminator(tree).end(signals.get(tree.pid) ?? 'SIGTERM', record.killTimeout * 1000);
  const left = found.size > 0 ? (await Promise.all(trees.slice(0, -1).map(end))).flat() : [];
  left.push(...(await end(marksOf(record))));
  if (left.length === 0) forget(dir, record);
  const stays = new Set(left.map(({ pid }) => pid));
  return { record, ended: [...found.values()].filter(({ pid }) => !stays.has(pid)), left };
}

/** Only while the leader is still this very process: without it the group's number might be another's by now. */
function treeOf({ runId }: RunRecord, { app, instance, pid, start, pipes }: RecordedInstance): TreeRoot | [] {
  const marks = [`DEVSTART_RUN=${runId}`, `DEVSTART_APP=${app}`, `DEVSTART_INSTANCE=${instance}`];
  return readSame(pid, start) ? { pid, start, marks, pipes } : [];
}

/** By marks and pipes alone. */
const marksOf = (record: RunRecord): TreeRoot => ({
  pid: undefined,
  start: undefined,
  marks: [`DEVSTART_RUN=${record.runId}`],
  pipes: record.instances.flatMap(({ pipes }) => pipes),
});

/**
 * Ends what carries a run's id in its environment, but for us: what a command of `exec` has started, when it was cut short
 * and all else of the run has gone. A shell ends at the signal, and what it waited for does not.
 */
export const endMarked = (runId: string, graceSeconds: number): Promise<Proc[]> =>
  createTerminator({
    pid: undefined,
    start: undefined,
    marks: [`DEVSTART_RUN=${runId}`],
    pipes: [],
  }).end('SIGTERM', graceSeconds * 1000);
