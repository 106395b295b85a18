import type { InstanceId } from '../config/instance-id.ts';
import type { Role } from '../config/types.ts';
import type { LaunchPlan } from './types.ts';

export type RunStatus = 'starting' | 'running' | 'stopped';

/** The contract's `.ports.json`, version 1. */
export interface PortsFile {
  version: 1;
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
    /** Not the ones that were wanted: somebody had one of them. */
    moved?: true;
    pids?: number[];
  }[];
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
        ...(instances.some(({ moved }) => moved) && { moved: true }),
        ...(stopped ? {} : { pids: mine.flatMap(({ pid }) => pid ?? []) }),
      };
    }),
  };
}
