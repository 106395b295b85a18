/**
 * `devstart/handover`: lets a Node program's own `listen` take the socket that devstart has handed it. Loaded by
 * `--require` or `--import`; by itself where the socket is its only way. See docs/sockets.md.
 *
 * A listen on the port and the address of one of these sockets takes it; any other listen is as it was. Where the
 * sockets are: DEVSTART_SOCKETS, `3=4711=[::]:3000` (descriptor, inode, address), one word each; a descriptor that is
 * another file by now is none of them.
 */
import type { LookupAddress } from 'node:dns';
import { fstatSync } from 'node:fs';
import type { ListenOptions, Server } from 'node:net';

interface Handed {
  fd: number;
  inode: number;
  host: string;
  port: number;
}

const handed = parse(process.env.DEVSTART_SOCKETS);
if (handed.some(isOpen)) install();

function parse(line = ''): Handed[] {
  return line.split(' ').flatMap((word) => {
    const [, fd, inode, v6, v4, port] = /^(\d+)=(\d+)=(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(word) ?? [];
    const host = v6 ?? v4;
    return host === undefined ? [] : [{ fd: Number(fd), inode: Number(inode), host, port: Number(port) }];
  });
}

/** A program that was started in between may have closed it, and have something else at its number. */
function isOpen({ fd, inode }: Handed): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isSocket() && (inode === 0 || stats.ino === inode);
  } catch {
    return false;
  }
}

function install(): void {
  const net = require('node:net') as typeof import('node:net');
  const { listen } = net.Server.prototype;
  const taken = new Set<number>();
  net.Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const asked = readArguments(args);
    const mine = handed.filter(({ fd, port }) => port === asked?.port && !taken.has(fd));
    if (!asked || mine.length === 0) return listen.apply(this, args as never);
    const take = (addresses: readonly string[]): void => {
      const found = mine.find((one) => addresses.includes(one.host) && !taken.has(one.fd) && isOpen(one));
      if (!found) {
        listen.apply(this, args as never);
        return;
      }
      taken.add(found.fd);
      // Closed, the number may become another file's: this process asks for none of it again.
      if (asked.onListening) this.once('listening', asked.onListening);
      (listen as (options: ListenOptions & { fd: number }, backlog?: number) => Server).call(
        this,
        { fd: found.fd, exclusive: true },
        asked.backlog,
      );
    };
    const { host } = asked;
    if (host === undefined) take(['::', '0.0.0.0']);
    else if (net.isIP(host)) take([host]);
    // A name: what Node itself would look up first.
    else
      (require('node:dns') as typeof import('node:dns')).lookup(
        host,
        { all: true },
        (error: Error | null, found: LookupAddress[]) =>
          take(error ? [] : found.slice(0, 1).map(({ address }) => address)),
      );
    return this;
  } as typeof listen;
}

interface Asked {
  port: number;
  host: string | undefined;
  backlog: number | undefined;
  onListening: (() => void) | undefined;
}

/** listen(port[, host][, backlog][, callback]) and listen(options[, callback]); undefined for all that is no such port. */
function readArguments(args: readonly unknown[]): Asked | undefined {
  const [first, ...rest] = args;
  const callback = args.at(-1);
  const onListening = typeof callback === 'function' ? (callback as () => void) : undefined;
  if (typeof first === 'object' && first !== null) {
    const options = first as ListenOptions & { fd?: number; handle?: unknown; _handle?: unknown };
    const { port, host, backlog, fd, path, handle, _handle, ipv6Only } = options;
    if (path || fd !== undefined || handle || _handle || ipv6Only || port === undefined) return undefined;
    const number = portOf(port);
    return number === undefined ? undefined : { port: number, host: host || undefined, backlog, onListening };
  }
  const port = portOf(first);
  if (port === undefined) return undefined;
  const host = typeof rest[0] === 'string' && rest[0] !== '' ? rest[0] : undefined;
  const backlog = rest.find((one) => typeof one === 'number');
  return { port, host, backlog: backlog as number | undefined, onListening };
}

function portOf(value: unknown): number | undefined {
  const port =
    typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : 0;
  return port > 0 ? port : undefined;
}
