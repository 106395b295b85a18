import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
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

/**
 * Replaces the file whole: a temporary sibling, fsync, rename. What the name held before stays until then.
 * At once: the servers read it when they start.
 * @throws the file system's own error; the temporary file is gone then
 */
export function replaceFile(file: string, text: string): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    const fd = openSync(temporary, 'w', 0o644);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
