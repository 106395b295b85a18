import { isIP } from 'node:net';
import path from 'node:path';
import { isSocketKey } from '../config/settings/port-candidates.ts';
import type { App, Command, GivenSocket, PortKey, Settings, Takes } from '../config/types.ts';
import { servingIsSeen, socketsAreInherited } from '../system/platform.ts';

/** A socket that the launcher opens, and what it is in the instances. */
export interface HandedSocket {
  key: PortKey;
  fd: number;
  port: number;
  /** An address or a name. */
  host: string;
  /** In LISTEN_FDNAMES. */
  name: string;
  backlog: number;
  reusePort: boolean;
  nonBlock: boolean;
  /** TCP_NODELAY, which the connections inherit. */
  noDelay?: true;
}

/** The sockets of an app, which all its instances share, and how they come to them. */
export interface Listen {
  sockets: HandedSocket[];
  /** Where an instance does not serve from them it is started without, once. */
  orPlain: boolean;
  /** LISTEN_PID is told. */
  pid: boolean;
  /** Its own listen takes them: by this preload. */
  preload?: string;
  /** Whether it serves is asked by a connection. */
  selects?: true;
  /** An exit with this code asks for a new start. */
  respawn?: number;
}

/** `given`: by `tcpPorts`; `asked`: by `handover`; `default`: it is known to take one. */
export type Handover = 'given' | 'asked' | 'default';

/**
 * Whether an app is handed its sockets; undefined: it opens them itself. Pure.
 * @param plain names of apps that have not served from theirs
 */
export function handoverOf(app: App, settings: Settings, plain: ReadonlySet<string>): Handover | undefined {
  return socketsAreInherited ? wantedHandover(app, settings, plain) : undefined;
}

/** The same on a system that can. Pure. */
export function wantedHandover(
  app: App,
  settings: Settings,
  plain: ReadonlySet<string> = new Set(),
): Handover | undefined {
  if (app.opaque || app.noPort || app.once || app.roles.length > 1) return undefined;
  if (app.tcpPorts) return 'given';
  if (plain.has(app.name) || (app.framework === 'task' && !app.handover)) return undefined;
  const { handover } = settings;
  const stronger = handover !== undefined && handover.source.kind !== 'config';
  const said = stronger ? handover.value : (app.handover ?? handover?.value);
  if (said === undefined) return isDefault(app, settings) ? 'default' : undefined;
  if (!said) return undefined;
  // One socket would be the first port's alone, and the second one nobody's.
  if (app.takes?.severalPorts) return undefined;
  // Its own word counts for a program of which nothing is known; the word for all does not.
  return app.handover || app.takes ? 'asked' : undefined;
}

/** Of a name the server takes one address, which we do not know. */
const isDefault = ({ takes, instances }: App, { host }: Settings): boolean =>
  takes?.proven === true &&
  instances === 1 &&
  servingIsSeen &&
  (host === undefined || isIP(host.value) !== 0);

/** Whether the app's instances have one port together. Pure. */
export function isShared(app: App, key: PortKey, handover: Handover | undefined): boolean {
  if (handover === 'given') return app.tcpPorts?.some((socket) => socket.key === key) === true;
  return handover !== undefined && !isSocketKey(key);
}

const LOOPBACK = '127.0.0.1';

/** How an app takes its sockets: lithos' word for Werkzeug alone is none since Werkzeug 3, which wants both. Pure. */
export function takesBy({ takes, env }: App): Takes | undefined {
  if (env.WERKZEUG_SERVER_FD === undefined) return takes;
  const both = { ...takes?.env, WERKZEUG_RUN_MAIN: 'true' };
  return { hosts: [LOOPBACK], ...takes, env: both, selects: true, respawn: 3 };
}

const FIRST = 3;

/** The address that an app's environment tells its server, where its command says none. Pure. */
export function toldHost(
  { takes, env }: App,
  inherited: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (takes?.hostName === undefined) return undefined;
  return (env[takes.hostName] ?? inherited[takes.hostName]) || undefined;
}

/**
 * The sockets for an app with these ports; undefined: it opens its own. Pure.
 * @param host the address that the user gave
 */
export function listenOf(
  app: App,
  ports: Partial<Record<PortKey, number>>,
  host: string | undefined,
  handover: Handover | undefined,
): Listen | undefined {
  if (!handover) return undefined;
  const takes = takesBy(app);
  const sockets =
    handover === 'given'
      ? (app.tcpPorts ?? []).flatMap((given) => givenSocket(given, app, ports, host))
      : ownSockets(app, ports, host);
  if (sockets.length === 0) return undefined;
  return {
    sockets: takes?.noDelay ? sockets.map((socket) => ({ ...socket, noDelay: true })) : sockets,
    orPlain: handover !== 'given' && app.instances === 1,
    pid: !takes?.noPid && sockets.some(({ fd }) => fd >= FIRST),
    ...(takes?.selects && { selects: true }),
    ...(takes?.respawn !== undefined && { respawn: takes.respawn }),
  };
}

function givenSocket(
  given: GivenSocket,
  { takes }: App,
  ports: Partial<Record<PortKey, number>>,
  host: string | undefined,
): HandedSocket[] {
  const port = ports[given.key];
  if (port === undefined) return [];
  const where = given.host ?? host ?? takes?.hosts[0] ?? LOOPBACK;
  const { key, fd, backlog, reusePort, nonBlock } = given;
  return [
    { key, fd, port, host: where, name: given.name.replaceAll(':', '-'), backlog, reusePort, nonBlock },
  ];
}

/** On the addresses where the server itself would listen; nothing where it can take but one of several. */
function ownSockets(
  { name, takes }: App,
  ports: Partial<Record<PortKey, number>>,
  host: string | undefined,
): HandedSocket[] {
  const hosts = (host === undefined ? (takes?.hosts ?? [LOOPBACK]) : [host]).flatMap((one) =>
    one === 'localhost' ? [LOOPBACK, '::1'] : [one],
  );
  const several = takes?.preload || takes?.flags?.some((flag) => flag.includes('fd://'));
  const [main] = Object.entries(ports).filter(([key]) => !isSocketKey(key as PortKey));
  if (!main || (hosts.length > 1 && !several)) return [];
  const [key, port] = main as [PortKey, number];
  return hosts.map((one, index) => ({
    key,
    fd: takes?.stdin ? 0 : FIRST + index,
    port,
    host: one,
    name,
    backlog: 128,
    reusePort: false,
    nonBlock: false,
  }));
}

/** Its command with the sockets in it: placeholders of other kinds are left alone. Pure. */
export function commandWith({ command, takes }: App, sockets: readonly HandedSocket[]): Command {
  const plain = takes?.command ?? command;
  const flags = (takes?.flags ? sockets : []).flatMap((socket) =>
    (takes?.flags ?? []).map((flag) => filled(flag, socket)),
  );
  if (flags.length === 0) return plain;
  if (plain.kind === 'argv') return { kind: 'argv', argv: [...plain.argv, ...flags] };
  return { kind: 'shell', line: [plain.line.trim(), ...flags].join(' ') };
}

/** What its sockets say in its environment. Pure. */
export function socketEnv(
  takes: Takes | undefined,
  { sockets }: Listen,
  inheritedPath: string | undefined,
): Record<string, string> {
  const [first] = sockets;
  const env: Record<string, string> = {};
  const inOrder: HandedSocket[] = [];
  for (let fd = FIRST; ; fd++) {
    const next = sockets.find((socket) => socket.fd === fd);
    if (!next) break;
    inOrder.push(next);
  }
  // The protocol has no word for a gap, nor for stdin.
  if (inOrder.length > 0) {
    env.LISTEN_FDS = String(inOrder.length);
    env.LISTEN_FDNAMES = inOrder.map(({ name }) => name).join(':');
  }
  for (const [name, value] of Object.entries(takes?.env ?? {}))
    env[name] = first ? filled(value, first) : value;
  if (takes?.path) env.PATH = [...takes.path, ...(inheritedPath ? [inheritedPath] : [])].join(path.delimiter);
  return env;
}

/** `127.0.0.1:8000`, `[::1]:8000`. */
export const addressOf = ({ host, port }: Pick<HandedSocket, 'host' | 'port'>): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

const filled = (text: string, socket: HandedSocket): string =>
  text.replaceAll('{fd}', String(socket.fd)).replaceAll('{address}', addressOf(socket));
