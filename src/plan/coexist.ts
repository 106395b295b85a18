import { isOneAFolder } from '../config/one-a-folder.ts';
import type { InstancePlan } from './types.ts';

/**
 * Can the instances of an app run beside those that are to take their place? Undefined: yes; else why not, for people.
 * Pure.
 */
export function whyNotBeside(
  old: readonly InstancePlan[],
  next: readonly InstancePlan[],
): string | undefined {
  const [first] = [...next, ...old];
  const taken = new Set(old.flatMap(({ ports }) => Object.values(ports)));
  const shared = next.flatMap(({ ports }) => Object.values(ports)).find((port) => taken.has(port));
  // A handed socket is theirs together, on its own port alone.
  const handed = old.length > 0 && [...old, ...next].every(({ listen }) => listen !== undefined);
  const moves = next.some(({ ports }) => Object.values(ports).some((port) => !taken.has(port)));
  if (handed && moves) return `the socket of ${first?.app} is handed over`;
  if (shared !== undefined && !handed) return `two cannot listen on port ${shared}`;
  if (first?.opaque || first?.once) return `${first.app} is run as it stands`;
  if (isOneAFolder(first?.framework)) return `${first.framework} runs once in a folder`;
  return undefined;
}
