import type { Server, Socket } from 'node:net';
import { DevstartError } from '../errors.ts';

export interface ReserveOptions {
  /** The one address to reserve on; without it (or with `localhost`) 127.0.0.1 and ::1 both. */
  host?: string | undefined;
  /** Tried first, 1-65535; where it is taken the kernel chooses, as with 0 or without it. */
  port?: number | undefined;
}

const LOOPBACKS = ['127.0.0.1', '::1'];
/** How many numbers of the kernel's are tried where one is taken in the other family. */
const TRIES = 100;
/** Milliseconds for a connection to ourselves. */
const PATIENCE = 2000;

/**
 * Reserves a TCP port and returns its number: for about 60 seconds (Linux; the kernel's TIME_WAIT) the kernel hands
 * it to nobody who asks for any port, and a server that binds it by its number gets it at once, so long as it sets
 * SO_REUSEADDR, as Node, Python's http.server, uvicorn, Go, Puma and most others do. A program that names this very
 * port can still take it. Nothing stays open. Reserving it again renews it.
 *
 * The sequence is ephemeral-port-reserve's (https://github.com/Yelp/ephemeral-port-reserve): bind, listen, connect
 * to oneself, accept, close the accepted side first: TIME_WAIT then stands on the reserved port.
 * @throws DevstartError PORT_INVALID for a port that is none or that needs a right we lack, USAGE for a host that is
 * no address of this machine, PORTS_EXHAUSTED where nothing is left
 */
export async function reservePort({ host, port = 0 }: ReserveOptions = {}): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new DevstartError('PORT_INVALID', `${port} is not a port to reserve: numbers go from 0 to 65535`);
  }
  const hosts = host === undefined || host === 'localhost' ? LOOPBACKS : [host];
  try {
    if (port > 0) {
      const listeners = await listenOn(hosts, port);
      if (listeners) return await leaveInTimeWait(listeners);
    }
    for (let tries = 0; tries < TRIES; tries++) {
      const listeners = await listenOn(hosts, 0);
      if (listeners) return await leaveInTimeWait(listeners);
    }
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, host, port);
  }
  throw new DevstartError('PORTS_EXHAUSTED', `no port is free on ${hosts.join(' and ')} at once`);
}

/** Several, the first one the port that is asked for where it is free. @throws what `reservePort` throws */
export async function reservePorts(count: number, { host, port }: ReserveOptions): Promise<number[]> {
  const ports = [await reservePort({ host, port })];
  while (ports.length < count) ports.push(await reservePort({ host }));
  return ports;
}

/** Reserves each of the ports on both loopbacks. Never fails: what cannot be reserved is as it was. */
export async function holdPorts(ports: readonly number[]): Promise<void> {
  await Promise.all(ports.flatMap((port) => LOOPBACKS.map((host) => hold(host, port))));
}

async function hold(host: string, port: number): Promise<void> {
  try {
    const listeners = await listenOn([host], port);
    if (listeners) await leaveInTimeWait(listeners);
  } catch {
    // no such family here, no right to the port, or somebody else's by now
  }
}

/** Loaded at the first use: a config that imports this package's API wants none of it. */
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net');

interface Listener {
  host: string;
  port: number;
  server: Server;
  /** Those who have connected so far. */
  accepted: Socket[];
  /** Calls back after each of them. */
  onAccept(look: () => void): void;
}

/** A listener on each host that the machine has, all on one port; undefined where it is taken on any of them. */
async function listenOn(hosts: readonly string[], wanted: number): Promise<Listener[] | undefined> {
  const listeners: Listener[] = [];
  let missing: unknown;
  for (const host of hosts) {
    const port = listeners[0]?.port ?? wanted;
    try {
      listeners.push(await listen(host, port));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6, or without IPv4: the other family is enough.
      if (hosts.length > 1 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) {
        missing = error;
        continue;
      }
      for (const { server } of listeners) server.close();
      if (code === 'EADDRINUSE' && port > 0) return undefined;
      throw error;
    }
  }
  if (listeners.length === 0) throw missing;
  return listeners;
}

function listen(host: string, port: number): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = net().createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const accepted: Socket[] = [];
    let look = () => {};
    const onAccept = (next: () => void): void => {
      look = next;
    };
    server.on('connection', (socket) => {
      accepted.push(socket.on('error', () => {}));
      look();
    });
    server.on('error', reject);
    // libuv sets SO_REUSEADDR.
    server.listen({ host, port, backlog: 1, exclusive: true }, () => {
      const bound = port || (server.address() as { port: number }).port;
      resolve({ host, port: bound, server, accepted, onAccept });
    });
  });
}

/** @returns the listeners' port */
async function leaveInTimeWait(listeners: Listener[]): Promise<number> {
  const results = await Promise.allSettled(listeners.map(leaveOne));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return listeners[0]?.port ?? 0;
}

/** Connects to the listener and closes: the accepted side first, so that TIME_WAIT stands on its port. */
async function leaveOne({ host, port, server, accepted, onAccept }: Listener): Promise<void> {
  // Paused: nobody will read from it.
  const client = net().connect({ host, port, allowHalfOpen: true }).pause();
  try {
    const own = await new Promise<Socket>((resolve, reject) => {
      client.once('error', reject);
      client.setTimeout(PATIENCE, () => reject(new Error(`no answer from ${host} port ${port}`)));
      // A stranger may have connected first: ours is the one that comes from our client's port.
      const look = () => {
        if (client.connecting) return;
        const found = accepted.find((socket) => socket.remotePort === client.localPort);
        if (found) resolve(found);
      };
      onAccept(look);
      client.once('connect', look);
    });
    // Each destroy closes its descriptor at once: the kernel sees this order.
    own.destroy();
  } finally {
    client.on('error', () => {}).destroy();
    for (const socket of accepted) socket.destroy();
    server.close();
  }
}

function explain(error: NodeJS.ErrnoException, host: string | undefined, port: number): Error {
  const { code } = error;
  if (code === 'EACCES') {
    return new DevstartError('PORT_INVALID', `port ${port} may not be bound by this user`, { cause: error });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'ENOTFOUND' || code === 'EINVAL') {
    const message = `cannot reserve a port on ${host ?? 'the loopback'}: it is no address of this machine`;
    return new DevstartError('USAGE', message, { cause: error });
  }
  return error;
}
