import type { InstanceId } from '../config/instance-id.ts';
import type { Role } from '../config/types.ts';
import type { LaunchPlan } from './types.ts';

export type RunStatus = 'starting' | 'running' | 'stopped';

/** The contract's `.ports.json`, version 1. */
export interface PortsFile {
  version: 1;
  /** The run's id, and what it is called. */
  run: string;
  name: string;
  status: RunStatus;
  backend?: number;
  frontend?: number;
  urls: Partial<Record<Role, string>>;
  corsOrigins: string[];
  pid?: number;
  startedAt: string;
  apps: {
    name: string;
    role?: Role;
    roles?: Role[];
    /** Of several instances the one that asks for most attention. */
    status: InstanceStatus;
    ports: number[];
    /** They were ordered for this run only: what the next one takes, for each instance that has been before. */
    usually?: number[];
    /** The project's own number at that time; absent for an app with several ports. */
    own?: number;
    /** Not the ones that were wanted: somebody had one of them. */
    moved?: true;
    pids?: number[];
  }[];
}

/**
 * What is said of runs of one project that have none of their apps in common, the latest last. Pure.
 * @param files at least one
 */
export function mergePortsFiles(files: readonly PortsFile[]): PortsFile {
  const latest = files.at(-1) as PortsFile;
  const [backend] = files.flatMap((one) => one.backend ?? []).reverse();
  const [frontend] = files.flatMap((one) => one.frontend ?? []).reverse();
  return {
    ...latest,
    status: files.every(({ status }) => status === 'running') ? latest.status : 'starting',
    ...(backend !== undefined && { backend }),
    ...(frontend !== undefined && { frontend }),
    urls: Object.assign({}, ...files.map(({ urls }) => urls)),
    corsOrigins: [...new Set([...files].reverse().flatMap(({ corsOrigins }) => corsOrigins))],
    apps: files.flatMap(({ apps }) => apps),
  };
}

/** What an instance is doing, for those who look at a run from outside; what asks for most attention first. */
const STATUSES = ['failed', 'restarting', 'starting', 'waiting', 'stopping', 'ready', 'stopped'] as const;
export type InstanceStatus = (typeof STATUSES)[number];

/**
 * What the file says of a run at this moment. Pure.
 * @param now what each instance is doing, and its leader while it runs
 */
export function portsFileOf(
  plan: LaunchPlan,
  status: RunStatus,
  launcher: { pid: number; startedAt: string },
  now: ReadonlyMap<InstanceId, { status: InstanceStatus; pid: number | undefined }>,
): PortsFile {
  const stopped = status === 'stopped';
  const names = [...new Set(plan.instances.map((instance) => instance.app))];
  return {
    version: 1,
    run: plan.runId,
    name: plan.name,
    status,
    ...plan.ports,
    urls: plan.urls,
    corsOrigins: plan.corsOrigins,
    ...(stopped ? {} : { pid: launcher.pid }),
    startedAt: launcher.startedAt,
    apps: names.map((name) => {
      const instances = plan.instances.filter((instance) => instance.app === name);
      const roles = instances[0]?.roles ?? [];
      const [role] = roles;
      const mine = instances.flatMap(({ id }) => now.get(id) ?? []);
      return {
        name,
        ...(roles.length > 1 ? { roles } : role ? { role } : {}),
        status: STATUSES.find((status) => mine.some((one) => one.status === status)) ?? 'waiting',
        ports: instances.flatMap((instance) => Object.values(instance.ports)),
        ...(instances.some(({ usually }) => usually !== undefined) && {
          usually: instances.flatMap(({ usually }) => usually ?? []),
        }),
        ...(instances[0]?.own !== undefined && { own: instances[0].own }),
        ...(instances.some(({ moved }) => moved) && { moved: true }),
        ...(stopped ? {} : { pids: mine.flatMap(({ pid }) => pid ?? []) }),
      };
    }),
  };
}
