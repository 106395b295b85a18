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
  apps: { name: string; role?: Role; roles?: Role[]; ports: number[]; pids?: number[] }[];
}

/**
 * What the file says of a run at this moment. Pure.
 * @param pids the running instances' leaders, as `app:instance` to pid
 */
export function portsFileOf(
  plan: LaunchPlan,
  status: RunStatus,
  launcher: { pid: number; startedAt: string },
  pids: ReadonlyMap<string, number>,
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
      const running = instances.flatMap((instance) => pids.get(`${name}:${instance.instance}`) ?? []);
      return {
        name,
        ...(roles.length > 1 ? { roles } : role ? { role } : {}),
        ports: instances.flatMap((instance) => Object.values(instance.ports)),
        ...(stopped ? {} : { pids: running }),
      };
    }),
  };
}
