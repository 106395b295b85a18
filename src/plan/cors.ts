import { isLoopback, isWildcard, lanAddresses } from '../system/addresses.ts';
import type { Url } from './types.ts';

/** The default fallbacks of the Reflex port guide. */
const FALLBACKS = ['http://localhost:3000', 'http://127.0.0.1:3000'];

export interface CorsInput {
  frontendPort: number | undefined;
  /** The frontend's. */
  scheme: Url['scheme'];
  /** The address that the user gave. */
  host: string | undefined;
  /** The user's own. */
  own: readonly string[];
  prod: boolean;
  /** FRONTEND_URL where the user set it. */
  frontendUrl: string | undefined;
}

/**
 * The origins that may call the backend: both loopback names of the frontend's real port, the host's own name
 * where it listens for others too, the guide's fallbacks, the user's own. In production the explicit ones alone.
 */
export function corsOrigins(input: CorsInput): string[] {
  const given = [...input.own, ...(input.frontendUrl ? [new URL(input.frontendUrl).origin] : [])];
  if (input.prod) return [...new Set(given)];
  const { frontendPort, host, scheme } = input;
  const computed: string[] = [];
  if (frontendPort !== undefined) {
    computed.push(`${scheme}://localhost:${frontendPort}`, `${scheme}://127.0.0.1:${frontendPort}`);
    const others = host === undefined || isLoopback(host) ? [] : isWildcard(host) ? lanAddresses() : [host];
    for (const name of others)
      computed.push(`${scheme}://${name.includes(':') ? `[${name}]` : name}:${frontendPort}`);
  }
  return [...new Set([...computed, ...FALLBACKS, ...given])];
}
