import { instanceId } from '../config/instance-id.ts';
import type { RecordedRow, RunRecord } from '../guard/records.ts';
import type { RunView } from '../run/bus.ts';
import { branchOf } from '../system/branch.ts';
import type { Leader, Usage } from '../system/metrics.ts';
import type { Instance } from './answers.ts';
import type { RegisteredRun } from './registry.ts';
import { seenRows } from './rows.ts';

/** What a run's record says of its instances, in the plan's order; other processes have other clocks of their own. */
export function recordedRows(view: RunView): RecordedRow[] {
  return seenRows(view).map(({ since, ...row }) => ({
    ...row,
    since: since === null ? null : Math.round(performance.timeOrigin + since),
  }));
}

/** The leaders of the runs' process trees, by `leaderKey`. */
export function leadersOf(runs: readonly RegisteredRun[]): Map<string, Leader> {
  const leaders = new Map<string, Leader>();
  for (const { record } of runs) {
    for (const { app, instance, pid } of rowsIn(record)) {
      if (pid === null) continue;
      const marks = [`DEVSTART_RUN=${record.runId}`, `DEVSTART_APP=${app}`, `DEVSTART_INSTANCE=${instance}`];
      leaders.set(leaderKey(record.runId, app, instance), { pid, marks });
    }
  }
  return leaders;
}

export const leaderKey = (run: string, app: string, instance: number): string => `${run} ${app}:${instance}`;

/** The rows of `list`: from the records alone, no run is asked. @param now milliseconds since 1970 */
export function listRows(
  runs: readonly RegisteredRun[],
  usages: ReadonlyMap<string, Usage>,
  now: number,
): Instance[] {
  return runs.flatMap(({ record, run, project, root }) => {
    const branch = branchOf(root) ?? null;
    return rowsIn(record).map(({ since, ...row }) => {
      const usage = usages.get(leaderKey(run, row.app, row.instance));
      return {
        id: record.ids?.[instanceId(row.app, row.instance)] ?? null,
        run,
        project,
        root,
        branch,
        app: row.app,
        instance: row.instance,
        name: row.name,
        role: row.role,
        status: row.status,
        pid: row.pid,
        port: row.port,
        ports: row.ports,
        url: row.url,
        cpu: usage?.cpu ?? null,
        memory: usage?.memory ?? null,
        uptime: since === null ? null : Math.max(0, Math.round((now - since) / 100) / 10),
        restarts: row.restarts,
      };
    });
  });
}

/** Of a run that has only begun its apps are known. */
const rowsIn = ({ rows, apps = [] }: RunRecord): RecordedRow[] =>
  rows ??
  apps.map((app) => ({
    app,
    instance: 0,
    name: app,
    role: null,
    status: 'waiting',
    pid: null,
    port: null,
    ports: [],
    url: null,
    since: null,
    restarts: 0,
  }));
