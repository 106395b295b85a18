import { appOf, type InstanceId, instanceId, numberOf } from '../config/instance-id.ts';
import type { RecordedRow } from '../guard/records.ts';
import { mainPort } from '../plan/env.ts';
import { plannedApps } from '../plan/plan-object.ts';
import { maskEnv, maskText, maskWords } from '../plan/secrets.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import type { RunView } from '../run/bus.ts';
import type { Instance, PlanAnswer } from './answers.ts';

/** What the rows of a run have in common. */
export interface RunFacts {
  branch: string | null;
  ids: Readonly<Record<InstanceId, number>>;
  /** performance.now() */
  now: number;
}

/** What a run knows of its instances, in the plan's order; `since` by performance.now(). Pure. */
export function seenRows({ plan, instances }: RunView): RecordedRow[] {
  const several = countsOf(plan);
  return plan.instances.map(({ id, app, roles, ports, url }) => {
    const { status = 'waiting', pid, since, restarts = 0 } = instances.get(id) ?? {};
    return {
      app,
      instance: numberOf(id),
      name: (several.get(app) ?? 1) > 1 ? id : app,
      role: roles[0] ?? null,
      status,
      pid: pid ?? null,
      port: mainPort(ports) ?? null,
      ports: [...new Set(Object.values(ports))],
      url: url ? urlText(url) : null,
      since: pid === undefined ? null : (since ?? null),
      restarts,
    };
  });
}

/** The run's instances as `list --json` has them, in the plan's order. Pure. */
export function rowsOf(view: RunView, { branch, ids, now }: RunFacts): Instance[] {
  const { runId: run, name: project, root } = view.plan;
  return seenRows(view).map(({ since, restarts, ...row }) => ({
    id: ids[instanceId(row.app, row.instance)] ?? null,
    run,
    project,
    root,
    branch,
    ...row,
    cpu: null,
    memory: null,
    uptime: since === null ? null : Math.max(0, now - since) / 1000,
    restarts,
  }));
}

/** How many instances each app has. */
function countsOf({ instances }: Pick<LaunchPlan, 'instances'>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of instances) counts.set(appOf(id), (counts.get(appOf(id)) ?? 0) + 1);
  return counts;
}

/** The plan as `--dry-run --json` has it, without secrets. Pure. */
export const planAnswer = (plan: LaunchPlan): PlanAnswer => ({
  ports: plan.ports,
  urls: plan.urls,
  corsOrigins: plan.corsOrigins,
  apps: plannedApps(plan).map(({ argv, command, role, framework, ...one }) => ({
    ...one,
    role: role ?? null,
    framework: framework ?? null,
    ...(argv ? { argv: maskWords(argv) } : { command: maskText(command ?? '') }),
    env: maskEnv(one.env),
  })),
  copies: plan.copies.map(({ file, line, of, from, kind, follows, by }) => ({
    file,
    line,
    of,
    port: from,
    kind,
    by,
    follows: follows ? 'connect' : 'no',
  })),
});
