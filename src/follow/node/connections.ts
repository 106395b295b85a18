import net from 'node:net';

/** What a program means by this machine. */
const LOOPBACK =
  /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?(?:::1?|::ffff:127(?:\.\d{1,3}){3})\]?)$/i;

export const isLoopback = (host: unknown): boolean =>
  host === undefined || host === null || host === '' || (typeof host === 'string' && LOOPBACK.test(host));

/** The real port of a written one, or undefined where it is to be left alone. */
export type RealOf = (written: number) => number | undefined;

/**
 * The arguments of `net.Socket.prototype.connect` with the real port: `(options)`, `(port, host)`, or the array that
 * Node's own `net.connect` has made of them. Never changed in place: they are the caller's.
 */
export function redirect(args: unknown[], realOf: RealOf): unknown[] {
  const [first, second] = args;
  if (Array.isArray(first)) {
    const options = withRealPort(first[0], realOf);
    // Object.assign takes the symbol along by which Node knows its own array.
    return options ? [Object.assign([], first, { 0: options }), ...args.slice(1)] : args;
  }
  if (typeof first === 'object' && first !== null) {
    const options = withRealPort(first, realOf);
    return options ? [options, ...args.slice(1)] : args;
  }
  // A string that is no number is a pipe's path.
  if (!isLoopback(typeof second === 'string' ? second : undefined)) return args;
  const real = realOf(Number(first));
  return real === undefined ? args : [real, ...args.slice(1)];
}

function withRealPort(given: unknown, realOf: RealOf): object | undefined {
  const options = given as { port?: unknown; path?: unknown; host?: unknown };
  if (!options || options.path || !isLoopback(options.host)) return undefined;
  const port = realOf(Number(options.port));
  if (port === undefined) return undefined;
  return Object.assign(Object.create(Object.getPrototypeOf(options)), options, { port });
}

/** http(s), fetch, http2 and WebSockets all come through here. */
export function followConnections(realOf: RealOf): void {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    return Reflect.apply(connect, this, redirect(args, realOf));
  } as typeof connect;
}
