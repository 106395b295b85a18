import { connect } from 'node:net';
import { findOwners } from '../ports/holders/owner.ts';
import type { PortOwner } from '../ports/types.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import { glanceAtListeners, listListeners } from '../system/listeners.ts';
import { hidesUser, type Proc, portsOf, socketsOf } from '../system/processes.ts';

export interface OwnSocket {
  /** `socket:[4711]` */
  socket: string;
  /** One of those that hold it; undefined where that cannot be told. */
  holder: Proc | undefined;
}

/** Who listens where, as seen from one instance. */
export interface View {
  /** Of the wanted ports: those on which the instance's own processes listen. */
  ours: Set<number>;
  /** Of these: its sockets there, where the system tells them. */
  sockets: Map<number, OwnSocket[]>;
  /** Of the wanted ports: those on which somebody else listens, where a loopback name reaches him. */
  foreign: Set<number>;
  /** Other ports on which the instance listens; empty unless asked for. */
  elsewhere: number[];
}

export interface ViewOptions {
  wanted: readonly number[];
  /** The instance's living processes, wherever they have moved to. */
  processes(): Proc[];
  /** Some of them, at little cost: where they have what is wanted the others are not looked for. */
  near?: (() => Proc[]) | undefined;
  /** Look for listeners on other ports, too. */
  wide: boolean;
  /** Sockets that the launcher hands over (`socket:[4711]`): nobody's theft, and no sign of who serves. */
  handed?: ReadonlySet<string> | undefined;
  /** The listener is another program's by nature (a container engine): any listener counts as the instance's. */
  trusting: boolean;
  /** For who looks again and again: half a second behind where the counters hide a change, and far cheaper. */
  glance?: true;
  /** Further addresses to try where only a connection tells (not Linux). */
  hosts: readonly string[];
}

/** On Linux from /proc: no connection disturbs the server. Elsewhere by connections and lsof. */
export async function viewPorts(options: ViewOptions): Promise<View> {
  return viewFromTables(options) ?? (await viewFromConnections(options));
}

function viewFromTables(options: ViewOptions): View | undefined {
  const { wanted, processes, near, wide, trusting, hosts, glance, handed } = options;
  const all = glance ? glanceAtListeners() : listListeners();
  if (!all) return undefined;
  const listeners = handed ? all.filter(({ socket }) => !handed.has(socket)) : all;
  const view: View = { ours: new Set(), sockets: new Map(), foreign: new Set(), elsewhere: [] };
  const relevant = listeners.filter(({ port }) => wanted.includes(port));
  if (relevant.length === 0 && !wide) return view;
  const held = new Map<string, Proc>();
  const isSeen = (proc: Proc): boolean => {
    const sockets = socketsOf(proc);
    for (const socket of sockets ?? []) held.set(socket, proc);
    return sockets !== undefined;
  };
  const isFound = (proc: Proc) => isSeen(proc) && relevant.every(({ socket }) => held.has(socket));
  let blind = trusting;
  // Who listens is mostly the last of a few: npm, its shell, the server.
  if (wide || !near?.().reverse().some(isFound)) {
    // Under sudo another user's fds cannot be seen.
    for (const proc of processes()) if (!isSeen(proc)) blind = true;
  }
  const beyondLoopback = hosts.some((host) => !LOOPBACKS.includes(host));
  for (const { port, socket, reach, uid } of relevant) {
    // Whose holder cannot be told is taken for ours.
    if (held.has(socket) || blind || hidesUser(uid)) {
      // Where no loopback name reaches it its URL would not answer; asked for, the address is among the hosts.
      if (reach === 'other' && !beyondLoopback) continue;
      view.ours.add(port);
      view.sockets.set(port, [...(view.sockets.get(port) ?? []), { socket, holder: held.get(socket) }]);
    } else if (reach !== 'other') view.foreign.add(port);
  }
  if (wide) {
    const others = listeners.filter(({ port, socket }) => held.has(socket) && !wanted.includes(port));
    view.elsewhere = [...new Set(others.map(({ port }) => port))];
  }
  return view;
}

/** Is one of them still open where it was found? undefined: it is not known where. */
export function isOpenStill(sockets: readonly OwnSocket[]): boolean | undefined {
  if (sockets.length === 0 || sockets.some(({ holder }) => !holder)) return undefined;
  return sockets.some(({ socket, holder }) => holder && socketsOf(holder)?.includes(socket));
}

async function viewFromConnections({ wanted, processes, wide, trusting, hosts }: ViewOptions): Promise<View> {
  const view: View = { ours: new Set(), sockets: new Map(), foreign: new Set(), elsewhere: [] };
  const accepting: number[] = [];
  for (const port of wanted) if (await firstAccepting(port, hosts)) accepting.push(port);
  if (accepting.length === 0 && !wide) return view;
  const pids = new Set(processes().map(({ pid }) => pid));
  const owners: Map<number, PortOwner[]> = trusting ? new Map() : await findOwners(accepting);
  for (const port of accepting) {
    const known: PortOwner[] = owners.get(port) ?? [];
    const mine = known.filter(({ pid }) => pid !== undefined && pids.has(pid)).length;
    // Who cannot be told is taken for ours: without lsof nothing can be.
    if (mine > 0 || known.length === 0) view.ours.add(port);
    if (known.length > mine) view.foreign.add(port);
  }
  if (wide) view.elsewhere = (await portsOf([...pids])).filter((port) => !wanted.includes(port));
  return view;
}

const CONNECT_TIMEOUT = 1000;

/** The first of the addresses that accepts a connection on the port. */
export async function firstAccepting(port: number, hosts: readonly string[]): Promise<string | undefined> {
  const found = await Promise.all(hosts.map((host) => accepts(port, host)));
  return hosts[found.indexOf(true)];
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_TIMEOUT, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
