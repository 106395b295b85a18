import { numberOf } from '../config/instance-id.ts';
import type { Role } from '../config/types.ts';
import { addedEnv } from './env.ts';
import type { HandedSocket } from './listen.ts';
import type { InstancePlan, LaunchPlan } from './types.ts';

/** One instance as `--dry-run --json` has it. */
export interface PlannedApp {
  name: string;
  instance: number;
  role: Role | undefined;
  roles?: Role[];
  framework: string | undefined;
  argv?: string[];
  command?: string;
  cwd: string;
  /** What is added. */
  env: Record<string, string>;
  ports: number[];
  /** Those that devstart opens and hands over. */
  sockets?: Pick<HandedSocket, 'fd' | 'host' | 'port' | 'backlog'>[];
  /** Whom it runs as. */
  user?: string;
}

/** What each instance is started with. Pure. */
export const plannedApps = ({ instances }: Pick<LaunchPlan, 'instances'>): PlannedApp[] =>
  instances.map((instance) => ({
    name: instance.app,
    instance: numberOf(instance.id),
    role: instance.roles[0],
    ...(instance.roles.length > 1 ? { roles: instance.roles } : {}),
    framework: instance.framework,
    ...commandOf(instance),
    cwd: instance.cwd,
    env: addedEnv(instance.env),
    ports: Object.values(instance.ports),
    ...(instance.listen && { sockets: instance.listen.sockets.map(told) }),
    ...(instance.runAs && { user: instance.runAs.user }),
  }));

const told = ({ fd, host, port, backlog }: HandedSocket) => ({ fd, host, port, backlog });

const commandOf = ({ command }: InstancePlan): Pick<PlannedApp, 'argv' | 'command'> =>
  command.kind === 'argv' ? { argv: command.argv } : { command: command.line };
