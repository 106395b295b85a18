import type { InstanceId } from '../config/instance-id.ts';
import type { Command, PortKey, ReadyCheck, RestartPolicy, Role } from '../config/types.ts';

/** One process to start, everything resolved. */
export interface InstancePlan {
  id: InstanceId;
  app: string;
  /** What stands in the prefix: the app's name, with `.N` where there are several instances. */
  label: string;
  roles: Role[];
  framework: string | undefined;
  /** No placeholder left. */
  command: Command;
  /** Absolute. */
  cwd: string;
  /** What is added to (or wins over) the launcher's own environment. */
  env: Record<string, string>;
  /** Names that must not be inherited. */
  unsetEnv: string[];
  ports: Partial<Record<PortKey, number>>;
  /** Where it answers: `http://localhost:PORT`. */
  url: string;
  ready: ReadyCheck[];
  /** Seconds; undefined: it is waited for as long as it takes. */
  readyTimeout?: number | undefined;
  /** Seconds between two tries. */
  readyInterval?: number | undefined;
  restart?: RestartPolicy | undefined;
  /** Names of the apps that are ready before this one starts. */
  dependsOn?: string[] | undefined;
  stopSignal: 'SIGTERM' | 'SIGINT';
}

/** Pure result of plan/: what run/ starts and `--dry-run` prints. */
export interface LaunchPlan {
  /** Identifies the run; DEVSTART_RUN of every process that it starts. */
  runId: string;
  /** Absolute. */
  root: string;
  ports: Partial<Record<Role, number>>;
  urls: Partial<Record<Role, string>>;
  corsOrigins: string[];
  host: string;
  instances: InstancePlan[];
  /** Absolute. */
  portsFile: string;
  /** Seconds. */
  killTimeout: number;
  keepGoing: boolean;
}

/** What a run does when a port is not what it was told: the caller claims, plans again and tells everyone. */
export interface PortHooks {
  /** The next plan with another port in its place; undefined: the user fixed it. @throws DevstartError */
  replace(id: InstanceId, key: PortKey): Promise<LaunchPlan | undefined>;
  /** The plan with the real port; undefined: ports are strict. */
  adopt(id: InstanceId, key: PortKey, port: number): Promise<LaunchPlan | undefined>;
}
