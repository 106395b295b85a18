import dns from 'node:dns';
import { createServer } from 'node:net';

export type ProbeResult = { free: true } | { free: false; address: string; code: string };

/** A loopback bind succeeds beside a wildcard listener of the other family, so each is asked. */
const ADDRESSES = ['127.0.0.1', '::1', '0.0.0.0', '::'] as const;
type DetectPort = (options: { port: number; hostname: string }) => Promise<number>;
interface Tools {
  detectPort: DetectPort;
  /** The addresses that this machine lets us bind. */
  addresses: string[];
}

let tools: Promise<Tools> | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Whether a port (1-65535) can be bound on both loopbacks and both wildcards, by detect-port.
 * An address that the machine lacks (no IPv6) counts as free. Nothing stays bound.
 * `code` is EADDRINUSE, or EACCES for a privileged port. Calls wait for one another: for a busy
 * port detect-port binds the numbers after it too, which would look busy to a probe beside it.
 */
export function probePort(port: number): Promise<ProbeResult> {
  const result = queue.then(() => probe(port));
  queue = result.catch(() => {});
  return result;
}

async function probe(port: number): Promise<ProbeResult> {
  tools ??= loadTools();
  const { detectPort, addresses } = await tools;
  return withoutLookups(() => probeEach(port, detectPort, addresses));
}

/**
 * Node looks literal addresses up as names, with a regular expression for IPv6 that costs 4 ms at its first use:
 * a third of a whole start. These four need no look-up.
 */
async function withoutLookups<T>(action: () => Promise<T>): Promise<T> {
  if (users++ === 0) dns.lookup = direct as unknown as typeof dns.lookup;
  try {
    return await action();
  } finally {
    if (--users === 0) dns.lookup = lookup;
  }
}

/** Who is at it now: they overlap, and the last one puts it back. */
let users = 0;
const { lookup } = dns;

function direct(name: string, ...rest: [...unknown[], (...answer: unknown[]) => void]): void {
  if (!(ADDRESSES as readonly string[]).includes(name)) {
    (lookup as (...all: unknown[]) => void)(name, ...rest);
    return;
  }
  const callback = rest.at(-1) as (...answer: unknown[]) => void;
  const family = name.includes(':') ? 6 : 4;
  // Node 22 and newer ask for all addresses when a server listens.
  const { all } = (typeof rest[0] === 'object' && rest[0] !== null ? rest[0] : {}) as { all?: boolean };
  if (all) process.nextTick(callback, null, [{ address: name, family }]);
  else process.nextTick(callback, null, name, family);
}

async function probeEach(port: number, detectPort: DetectPort, addresses: string[]): Promise<ProbeResult> {
  for (const address of addresses) {
    // Another prober's passing bind looks busy for an instant: asked again when it is gone.
    for (let tries = 0; ; tries++) {
      if ((await detectPort({ port, hostname: address })) === port) break;
      const code = await tryBind(port, address); // detect-port keeps the reason to itself
      if (code !== undefined || tries === 2) return { free: false, address, code: code ?? 'EADDRINUSE' };
    }
  }
  return { free: true };
}

/**
 * detect-port never comes back where an address refuses every port (no IPv6 in the kernel, no
 * right to bind), as its last resort is port 0 without end: such addresses are found here first.
 */
async function loadTools(): Promise<Tools> {
  const [{ detectPort }, ...codes] = await Promise.all([
    import('detect-port'),
    ...ADDRESSES.map((address) => withoutLookups(() => tryBind(0, address))),
  ]);
  return { detectPort, addresses: ADDRESSES.filter((_, i) => codes[i] === undefined) };
}

/** Binds and lets go: undefined, or the error's code. */
function tryBind(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
