export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The name in a URL: `localhost` for loopbacks and wildcards, as every framework prints it. */
export function urlHost(host: string): string {
  if (isLoopback(host) || isWildcard(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
