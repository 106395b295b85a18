import { ephemeralRange } from '../system/kernel.ts';

/**
 * Keeps the kernel from handing out those of the ports that it could: claimed, they are not listened on yet, and any
 * program's outgoing connection may get one. For about a minute, by reservation; never fails.
 */
export async function holdEphemeral(ports: readonly number[]): Promise<void> {
  const found = ephemeralAmong(ports);
  if (found.length > 0) await (await import('./reserve.ts')).holdPorts(found);
}

/** The ports among these that the kernel may hand to a program that asks for any port. */
export function ephemeralAmong(ports: readonly number[]): number[] {
  if (ports.length === 0) return [];
  const [first, last] = ephemeralRange();
  return ports.filter((port) => port >= first && port <= last);
}
