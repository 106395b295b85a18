import net from 'node:net';

/** The servers of this process that listen on a port that has moved, by its old or its new number. */
const listening = new Map<net.Server, number>();

export const listensOn = (port: number): boolean => [...listening.values()].includes(port);

/** Told of every server's 'listening' and 'close'. */
export function noteListening(server: net.Server, numbers: ReadonlySet<number>): void {
  const address = server.address();
  if (address && typeof address === 'object' && numbers.has(address.port))
    listening.set(server, address.port);
}

export const noteClosed = (server: net.Server): boolean => listening.delete(server);

/**
 * A server that listens on a fixed number, its own as the project has written it, listens on the one that it became.
 * Where that one is served already, a server on the old number is another one and gets what it asks for.
 */
export function followListens(own: ReadonlyMap<number, number>): void {
  const realOf = (port: unknown) => {
    const real = typeof port === 'number' || typeof port === 'string' ? own.get(Number(port)) : undefined;
    return real === undefined || listensOn(real) ? undefined : real;
  };
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
    const [first, ...rest] = args;
    if (typeof first !== 'object' || first === null)
      return Reflect.apply(listen, this, [realOf(first) ?? first, ...rest]);
    const { port, path, fd } = first as { port?: unknown; path?: unknown; fd?: unknown };
    const real = path || fd !== undefined ? undefined : realOf(port);
    return Reflect.apply(listen, this, real === undefined ? args : [{ ...first, port: real }, ...rest]);
  } as typeof listen;
}
