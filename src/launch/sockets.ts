import { lookup } from 'node:dns/promises';
import { fstatSync } from 'node:fs';
import { isIP } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { DevstartError } from '../errors.ts';
import type { HandedSocket } from '../plan/listen.ts';
import { addressOf } from '../plan/listen.ts';

/** What Node's own servers are made of, as far as it is used here. Each call answers 0 or a negative errno. */
interface TcpHandle {
  fd: number;
  open(fd: number): number;
  listen(backlog: number): number;
  readStart(): number;
  readStop(): number;
  setBlocking(on: boolean): number;
  setNoDelay(on: boolean): number;
  close(): void;
}

type CreateHandle = (
  host: string,
  port: number,
  family: 4 | 6,
  fd: undefined,
  flags: number,
) => TcpHandle | number;

/** libuv's UV_TCP_REUSEPORT, known to it from 1.49 on. */
const REUSE_PORT = 2;

/** A socket that listens, which this process holds and never accepts from. */
export interface HeldSocket {
  /** As it was planned. */
  readonly socket: HandedSocket;
  /** The address that it is bound to. */
  readonly host: string;
  /** Our own descriptor. */
  readonly fd: number;
  /** As /proc and fstat(2) have it. */
  readonly inode: number;
  close(): void;
}

/** Why a socket could not be opened: `EADDRINUSE`. */
export class OpenError extends Error {
  readonly code: string;
  readonly socket: HandedSocket;

  constructor(code: string, socket: HandedSocket) {
    super(`${addressOf(socket)} could not be opened (${code})`);
    this.code = code;
    this.socket = socket;
  }
}

/**
 * Binds and listens. A listening server of Node would accept the connections that are meant for the instances; here
 * the handle is told to listen and, before the event loop can look at it, to read no more: the kernel queues, nobody
 * takes. That is what libuv does for a stream (readStart, readStop) and a matter of microseconds.
 * @throws OpenError
 */
export async function openSocket(socket: HandedSocket): Promise<HeldSocket> {
  const host = await addressFor(socket);
  try {
    return listenOn(socket, host);
  } catch (error) {
    // Without IPv6 in the kernel `::` means what Node makes of it there.
    const lacksIpv6 =
      error instanceof OpenError && /^(?:EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL)$/.test(error.code);
    if (host === '::' && lacksIpv6) return listenOn(socket, '0.0.0.0');
    throw error;
  }
}

function listenOn(socket: HandedSocket, host: string): HeldSocket {
  const create = (process.getBuiltinModule('node:net') as unknown as { _createServerHandle: CreateHandle })
    ._createServerHandle;
  const made = create(
    host,
    socket.port,
    isIP(host) === 6 ? 6 : 4,
    undefined,
    socket.reusePort ? REUSE_PORT : 0,
  );
  const check = (result: number): void => {
    if (result === 0) return;
    if (typeof made !== 'number') made.close();
    throw new OpenError(getSystemErrorName(result), socket);
  };
  if (typeof made === 'number') {
    check(made);
    throw new OpenError('EINVAL', socket);
  }
  const { fd } = made;
  // It is a stream to read from from now on, by libuv's own mark.
  check(made.open(fd));
  check(made.listen(socket.backlog));
  check(made.readStart());
  check(made.readStop());
  check(made.setBlocking(!socket.nonBlock));
  if (socket.noDelay) check(made.setNoDelay(true));
  return { socket, host, fd, inode: fstatSync(fd).ino, close: () => made.close() };
}

async function addressFor({ host }: HandedSocket): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch {
    throw new DevstartError('CONFIG_INVALID', `the host ${host} of a socket has no address here`, {
      hint: 'Give an address of this machine: 127.0.0.1, ::1, 0.0.0.0, ::.',
    });
  }
}

/** The sockets of a run's apps, open from before their first instance until their last one has ended. */
export class SocketStore {
  readonly #held = new Map<string, HeldSocket[]>();
  /** The last opening of each app: its instances ask for the same ones at the same time. */
  readonly #opening = new Map<string, Promise<unknown>>();

  /** Those of an app that are open. */
  of(app: string): readonly HeldSocket[] {
    return this.#held.get(app) ?? [];
  }

  /** Opens what is not open yet. @throws OpenError: then none of the app's is */
  open(app: string, sockets: readonly HandedSocket[]): Promise<readonly HeldSocket[]> {
    const before = this.#opening.get(app) ?? Promise.resolve();
    const opening = before.catch(() => {}).then(() => this.#open(app, sockets));
    this.#opening.set(app, opening);
    return opening;
  }

  async #open(app: string, sockets: readonly HandedSocket[]): Promise<readonly HeldSocket[]> {
    const known = this.#held.get(app);
    if (known) {
      if (isSame(known, sockets)) return known;
      this.close(app);
    }
    const opened: HeldSocket[] = [];
    try {
      for (const socket of sockets) {
        try {
          opened.push(await openSocket(socket));
        } catch (error) {
          // Of two loopbacks the machine may have one.
          const lacking = error instanceof OpenError && /^(?:EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(error.code);
          if (!lacking || socket.host !== '::1' || sockets.length === 1) throw error;
        }
      }
    } catch (error) {
      for (const one of opened) one.close();
      throw error;
    }
    this.#held.set(app, opened);
    return opened;
  }

  close(app: string): void {
    for (const one of this.of(app)) one.close();
    this.#held.delete(app);
  }

  closeAll(): void {
    for (const app of [...this.#held.keys()]) this.close(app);
  }
}

/** Those that are open may be fewer: of two loopbacks the machine may have one. */
const isSame = (open: readonly HeldSocket[], wanted: readonly HandedSocket[]): boolean =>
  open.every(({ socket }) => wanted.some((one) => JSON.stringify(one) === JSON.stringify(socket)));

/** Whether this Node can open a port beside others. */
export const knowsReusePort = (): boolean => {
  const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 49);
};
