import { readFileSync } from 'node:fs';

/** IANA's dynamic ports (RFC 6335, section 6): what macOS and Windows use. */
const DYNAMIC: [number, number] = [49_152, 65_535];

/**
 * Keeps the kernel from handing out those of the ports that it could: claimed, they are not listened on yet, and any
 * program's outgoing connection may get one. For about a minute, by reservation; never fails.
 */
export async function holdEphemeral(ports: readonly number[]): Promise<void> {
  const found = ephemeralAmong(ports);
  if (found.length > 0) await (await import('./reserve.ts')).holdPorts(found);
}

/**
 * The ports among these that the kernel may hand to a program that asks for any port.
 * Source on Linux: ip(7), ip_local_port_range, `first<tab>last`, both included.
 */
export function ephemeralAmong(ports: readonly number[]): number[] {
  if (ports.length === 0) return [];
  const [first, last] = ephemeralRange();
  return ports.filter((port) => port >= first && port <= last);
}

function ephemeralRange(): [number, number] {
  if (process.platform !== 'linux') return DYNAMIC;
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1');
    const [, first, last] = /^(\d+)\s+(\d+)/.exec(text) ?? [];
    return first && last ? [Number(first), Number(last)] : DYNAMIC;
  } catch {
    return DYNAMIC;
  }
}
