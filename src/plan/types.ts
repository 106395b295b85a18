import type { Copy } from '../config/copies/types.ts';
import type { InstanceId } from '../config/instance-id.ts';
import type { Command, PortKey, ReadyCheck, RestartPolicy, Role } from '../config/types.ts';
import type { Listen } from './listen.ts';
import type { PlanChange } from './proposals.ts';

/** Where an instance answers; `urlText` writes it. */
export interface Url {
  scheme: 'http' | 'https';
  /** As it stands in a URL: an IPv6 address in brackets. */
  host: string;
  port: number;
}

/** What a process gets beside the launcher's own environment; each layer wins over those above it. */
export interface EnvLayers {
  /** Names that are not inherited. */
  without: readonly string[];
  /** What devstart finds out for it: URLs, CORS lists, its language's and framework's names, env files handed over. */
  computed: Readonly<Record<string, string>>;
  /** The config's `env`. */
  own: Readonly<Record<string, string>>;
  /** What nobody may say otherwise: ports, the address asked for, the marks of the run. */
  run: Readonly<Record<string, string>>;
}

/** One process to start, everything resolved. */
export interface InstancePlan {
  id: InstanceId;
  app: string;
  /** What stands in the prefix: the app's name, with `:N` where there are several instances. */
  label: string;
  roles: Role[];
  framework: string | undefined;
  /** No placeholder left. */
  command: Command;
  /** Absolute. */
  cwd: string;
  env: EnvLayers;
  ports: Partial<Record<PortKey, number>>;
  /** Sockets that it is handed; undefined: it opens its own. */
  listen?: Listen | undefined;
  /** Whom it runs as; undefined: as we do. */
  runAs?: { user: string; group: string | undefined } | undefined;
  /** One of them is not the one that was asked for. */
  moved?: boolean;
  /** The project's own number for it: what is written down, else its framework's. */
  own?: number | undefined;
  /** Where it can be debugged: the shell's NODE_OPTIONS asks for an inspector. */
  inspector?: number;
  /** Its port is another by order, for this run only: what the next one takes. */
  usually?: number | undefined;
  /** Undefined: it listens nowhere. */
  url: Url | undefined;
  ready: ReadyCheck[];
  /** Seconds; undefined: it is waited for as long as it takes. */
  readyTimeout?: number | undefined;
  /** Seconds between two tries. */
  readyInterval?: number | undefined;
  restart?: RestartPolicy | undefined;
  /** Names of the apps that are ready before this one starts. */
  dependsOn?: string[] | undefined;
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** Has to end with 0 before those start that depend on it; that is its readiness. */
  once?: boolean | undefined;
  /** Nothing says that it listens: its port is waited for a while only. */
  portGuessed?: boolean | undefined;
  /** Starts several in its own way: its listeners are looked for after the start. */
  opaque?: boolean | undefined;
  /** With `opaque`: ports that are published for it, by a container engine. */
  publishes?: number[] | undefined;
}

/** By which way a place means the real port; `no`: who reads it reaches whoever has the written one. */
export type Follows = 'connect' | 'env' | 'no';

/** A place in the project that names a port that has moved. */
export interface FollowedCopy extends Pick<Copy, 'by' | 'file' | 'line' | 'kind' | 'of' | 'name' | 'shell'> {
  from: number;
  to: number;
  follows: Follows;
}

/** Pure result of plan/: what run/ starts and `--dry-run` prints. */
export interface LaunchPlan {
  /** Identifies the run; DEVSTART_RUN of every process that it starts. */
  runId: string;
  /** What the run is called: the project's folder, or the config's `name`. */
  name: string;
  /** Absolute. */
  root: string;
  ports: Partial<Record<Role, number>>;
  /** Written out. */
  urls: Partial<Record<Role, string>>;
  corsOrigins: string[];
  /** The address that the user gave; undefined: each server listens where it likes. */
  host: string | undefined;
  instances: InstancePlan[];
  /** Absolute. */
  portsFile: string;
  /** Places in the project that name ports that have moved. */
  copies: FollowedCopy[];
  /** Seconds. */
  killTimeout: number;
  keepGoing: boolean;
}

/** A port that nobody has given it. */
export interface FoundPort {
  key: PortKey;
  role: Role | null;
  port: number;
}

/** A plan whose ports are claimed and probed, and which nothing follows yet. */
export interface Proposal {
  plan: LaunchPlan;
  /** It is the plan from now on; ports that it does without are given back. */
  commit(): void;
  /** All stays as it is; the ports that it has claimed are given back. */
  abandon(): void;
}

/** What a run does when a port is not what it was told: the caller claims, plans again and tells everyone. */
export interface PortHooks {
  /** @throws DevstartError: it cannot be had, all is as before */
  propose(change: PlanChange): Promise<Proposal>;
  /** The plan without these. */
  drop(ids: readonly InstanceId[]): LaunchPlan;
  /** The next plan with another port in its place; undefined: the user fixed it. @throws DevstartError */
  replace(id: InstanceId, key: PortKey): Promise<LaunchPlan | undefined>;
  /** The plan in which the app opens its own sockets; undefined: it already does. */
  unhand(app: string): LaunchPlan | undefined;
  /** The plan with the real port; undefined: ports are strict. */
  adopt(id: InstanceId, key: PortKey, port: number): Promise<LaunchPlan | undefined>;
  /** The plan with the ports on which a command that is run as it stands was found to listen. */
  discover(id: InstanceId, found: readonly FoundPort[]): Promise<LaunchPlan>;
}
