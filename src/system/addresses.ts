import { networkInterfaces } from 'node:os';

/** The machine's own IPv4 addresses: what a phone in the same network opens. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address);
}
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The name in a URL: `localhost` for loopbacks, wildcards and no address at all, as every framework prints it. */
export function urlHost(host: string | undefined): string {
  if (host === undefined || isLoopback(host) || isWildcard(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Where a local name leads, in the order in which a connection is tried. */
export const LOOPBACKS: readonly string[] = ['127.0.0.1', '::1'];
