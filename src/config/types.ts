import type { WarningCode } from '../errors.ts';
import type { SettingKey, SettingValue } from './options.ts';

/** What goes on a person's screen, and into a `warning` event. */
export interface Warning {
  code: WarningCode;
  message: string;
}

/** The vocabulary between config/, ports/ and plan/. Values only, no behaviour. */

import type { Copy } from './copies/types.ts';

/** A server of the project that is not started: `{what: 'docs', file: 'apps/docs', why: '…'}`. */
export interface LeftOut {
  what: string;
  /** As a person would write it: relative to the project. */
  file: string;
  why: string;
}

export type Role = 'backend' | 'frontend';
export const ROLES: readonly Role[] = ['backend', 'frontend'];

export type SourceKind =
  | 'flag'
  | 'env'
  | 'env-file'
  | 'config'
  | 'sticky'
  | 'framework'
  | 'default'
  | 'search';

/** Where a value came from: `{kind: 'env-file', name: 'BACKEND_PORT', file: '.env', line: 3}`. */
export interface Source {
  kind: SourceKind;
  /** The flag (`--backend-port`), the variable, the config key (`apps[0].port`), the framework. */
  name: string;
  /** As a person would write it: relative to the project. */
  file?: string;
  /** 1-based. */
  line?: number;
}

export interface Sourced<T> {
  value: T;
  source: Source;
  /** What it won against, strongest first. */
  overrode: { value: unknown; source: Source }[];
}

/** What was asked for: `8080`, `8000-8003` (end inclusive), `auto`, `auto:5000-5100`. */
export type PortSpec =
  /** `exact`: pinned by `ports.json`, it does not move; `otherwise`: the last run's, tried next when it is taken. */
  | { kind: 'single'; port: number; exact?: true; otherwise?: number }
  | { kind: 'range'; start: number; end: number }
  | { kind: 'auto'; start?: number; end?: number };

/** A shell line goes through the platform's shell, an argv does not. Both may hold placeholders. */
export type Command = { kind: 'shell'; line: string } | { kind: 'argv'; argv: [string, ...string[]] };

/** The program at the end of a command, scripts and wrappers followed. */
export interface Program {
  /** `uvicorn`, `main:app`, `--reload`: without quotes, the program's path or `python -m`. */
  words: string[];
  /** Absolute: the folder in which it runs. */
  dir: string;
  /** The line that holds it, and the folder that the line is started in, absolute. */
  line: string;
  lineDir: string;
  /** The package.json script that the line is. */
  script?: string;
  /** Variables that the line itself sets. */
  env: Record<string, string>;
  /** The port that the line itself says. */
  pinned?: number;
}

/** A port that stands in a file of the project. */
export interface WrittenPort {
  port: number;
  source: Source;
}

/** An address that a server opens by itself. */
export interface Opened {
  port: number;
  /** By TLS. */
  secure: boolean;
}

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
/** A further socket of `tcpPorts`, by its descriptor. */
export type SocketKey = `fd${Digit}` | `fd${Digit}${Digit}`;
/** Which of an app's ports: a role's, its only one, or that of a further socket. */
export type PortKey = Role | 'own' | SocketKey;

/** A socket that the config has the launcher open (`tcpPorts`). */
export interface GivenSocket {
  key: PortKey;
  /** In the instances: 0, or from 3 on. */
  fd: number;
  /** In LISTEN_FDNAMES: what the config calls it. */
  name: string;
  /** Undefined: where the server itself would listen. */
  host?: string;
  backlog: number;
  reusePort: boolean;
  /** O_NONBLOCK stands when the instances start. */
  nonBlock: boolean;
}

/** How a server takes a socket that it is handed. `{fd}` and `{address}` (`127.0.0.1:8000`) are of each socket. */
export interface Takes {
  /** The command that takes its place; absent: as it is. */
  command?: Command;
  /** Of this command, absolute. */
  cwd?: string;
  /** Absolute folders before PATH, for this command. */
  path?: string[];
  /** What the command gets for each socket: `--fd {fd}`. */
  flags?: string[];
  env?: Record<string, string>;
  /** Where it listens by itself. */
  hosts: string[];
  /** The variable by which it is told another address. */
  hostName?: string;
  /** By the preload that makes a Node program's own listen take it. */
  preload?: true;
  /** It takes LISTEN_PID for a second word for the same socket. */
  noPid?: true;
  /** It waits by select or poll, which cannot be seen from outside: a connection asks it whether it serves. */
  selects?: true;
  /** It sends without delay on sockets that it opened itself alone: what is handed to it has TCP_NODELAY already. */
  noDelay?: true;
  /** Ends with this code to be started anew: its files have changed. */
  respawn?: number;
  /** On where nobody says otherwise: the suite has shown that it takes one, and its output stays as useful. */
  proven?: true;
  /** Only stdin gets through to it. */
  stdin?: true;
  /** Its command binds on several: `tcpPorts` alone can say which socket is for which. */
  severalPorts?: boolean;
}

/** Ready when every check passes. With nothing but the port: the instance listens on it. */
export interface ReadyCheck {
  /** One of the instance's own, or any number. */
  port: PortKey | number;
  /** An HTTP path: GET must answer below 400, or with one of `status`. */
  path?: string;
  /** Instead of a path: a whole URL. */
  url?: string;
  /** The status codes that count, in place of those below 400. */
  status?: readonly number[];
  /** The answer's body must hold this text; placeholders allowed (`{backend}`). */
  includes?: string;
  /** A regular expression that a line of its output matches. */
  log?: string;
  /** A shell line that ends with 0. */
  command?: string;
}

export interface RestartPolicy {
  when: 'never' | 'on-failure' | 'always';
  /** In a row. */
  max: number;
}

/** The names of where the others are: told where nobody else has said them. */
export const TOLD_URLS = ['BACKEND_URL', 'FRONTEND_URL', 'API_URL'] as const;
export const TOLD_LISTS = ['CORS_ORIGINS', 'CORS_ALLOWED_ORIGINS'] as const;
export type ToldName = (typeof TOLD_URLS)[number] | (typeof TOLD_LISTS)[number];

/**
 * What an app makes of a told name: `own`, it has the name from an env file that it loads, or means something else
 * by it; otherwise how its code takes a list apart where not at commas.
 */
export type Reading = 'own' | 'json' | 'spaces' | 'semicolons';

/**
 * One named server of the project, before ports are known: what detection finds and
 * what a config's `apps[]` becomes.
 */
export interface App {
  name: string;
  /** Empty for a further app; both for one process that serves both (Reflex). */
  roles: Role[];
  /** The table's id (`vite`, `reflex`); undefined when nothing was recognised. */
  framework?: string;
  /** The contract's placeholders (`{port} {backendUrl}` …) are filled in by plan/. */
  command: Command;
  /** Absolute. */
  cwd: string;
  /** The user's own, from the config: wins over everything but the ports. */
  env: Record<string, string>;
  /** The framework's own names (`REFLEX_API_URL`): placeholders as in `command`. */
  frameworkEnv: Record<string, string>;
  /** Where its framework listens when nobody said: one entry for each port the app listens on. */
  defaultPorts: Partial<Record<PortKey, number>>;
  /** What the project itself has written down, strongest first: counts before its framework's default. */
  written?: Partial<Record<PortKey, WrittenPort[]>>;
  /** All that it opens at once by itself, where a file of its own says so (.NET's launch profile). */
  opens?: Opened[];
  /** It speaks TLS on its port, wherever that is. */
  tls?: true;
  /** In place of its command where its port is none that it opens by itself: it would close the others. */
  awayCommand?: Command;
  /** Sockets that the config has the launcher open for it. */
  tcpPorts?: GivenSocket[];
  /** The config's own word on handing its socket over. */
  handover?: boolean;
  /** How it takes a socket; absent: it is not known to. */
  takes?: Takes;
  /** The config's: whom its processes run as, by name or number. */
  user?: string;
  group?: string;
  /** The environment variable by which its code learns its port, where that is known. */
  portName?: string;
  /** That variable holds `:8080`, not the number alone. */
  portColon?: true;
  /** What its code hands to its server for a port, where that leads to no number. */
  portUnclear?: string;
  /** What the config asks for. */
  ports: Partial<Record<PortKey, Sourced<PortSpec>>>;
  /** It may have Vite within it, whose hot updates then want a port of their own, always the same one. */
  hotUpdates?: boolean;
  /** It listens on none: a worker. */
  noPort?: boolean;
  /** Nothing says that it listens: it is told its port, which is waited for a while only. */
  portGuessed?: boolean;
  /** Starts several in its own way: told no port, its listeners are looked for after the start. */
  opaque?: boolean;
  /** With `opaque`: ports that its own files say are published for it (a container engine listens there). */
  publishes?: number[];
  /** Has to end with 0 before those start that depend on it; that is its readiness. */
  once?: boolean;
  instances: number;
  ready: ReadyCheck[];
  /** Seconds. */
  readyTimeout?: number;
  /** Seconds between two tries. */
  readyInterval?: number;
  restart?: RestartPolicy;
  /** Names of the apps that are ready before this one starts. */
  dependsOn?: string[];
  stopSignal: 'SIGTERM' | 'SIGINT';
  /** Cache folders that `--clean` removes, relative to cwd. */
  caches: string[];
  /** Why it was found, for people: `package.json script "dev:web" runs vite`. */
  evidence: string;
  /** Absolute folders that stand before PATH: a virtual environment's programs. */
  path?: string[];
  /** A FORCE_COLOR without a terminal would break its output (Reflex). */
  noForceColor?: boolean;
  /** Its innermost program, behind scripts and `cd`s; undefined where nothing was looked at. */
  runs?: Program;
  /** It learns its port by PORT, or does not; absent: it does where nothing in its command says the port. */
  readsPort?: boolean;
  /** Python runs it, directly or further down. */
  python?: boolean;
  /** Its command is made for the file that shows it: no line of its owner's was found. */
  byFile?: true;
  /** A line of a Procfile, or a recipe that exports it: its runner hands it the project's `.env`. */
  procfile?: boolean;
  /** What env files hand to it, where the launcher's environment does not have the name. */
  handed?: Record<string, string>;
  /** Told names that its own files read in a way of their own. */
  reads?: Partial<Record<ToldName, Reading>>;
}

/** The options that are settings by themselves (config/options.ts), each with its source. */
export type OptionSettings = {
  [K in SettingKey]: undefined extends SettingValue<K>
    ? Sourced<NonNullable<SettingValue<K>>> | undefined
    : Sourced<SettingValue<K>>;
};

/** All that is wanted of a run, each with its source. Made by config/resolve; `portsFile` is absolute. */
export interface Settings extends OptionSettings {
  /** The config's: what the project is called in place of its folder. */
  name?: Sourced<string> | undefined;
  /** Absolute, symlinks resolved. */
  root: string;
  apps: App[];
  /** Where the project names the apps' ports. */
  copies: readonly Copy[];
  /** `apps[].ports` after precedence, by app name. */
  ports: Record<string, Partial<Record<PortKey, Sourced<PortSpec>>>>;
  /** Paths that `--clean` adds, relative to root. */
  cleanPaths: Sourced<string[]>;
  /** Other projects' ports files, relative to root: what they name is passed over. */
  avoid: Sourced<string[]>;
  /** The user's own origins; the computed ones are plan/'s. */
  corsOrigins: Sourced<string[]>;
  /** FRONTEND_URL where the user set it: the origin in production. */
  frontendUrl: Sourced<string> | undefined;
}
