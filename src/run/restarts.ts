import type { RestartPolicy } from '../config/types.ts';

/** Milliseconds. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** An instance that lived this long starts its count anew. Milliseconds. */
const QUIET_AFTER = 60_000;

/**
 * Milliseconds before a restart: doubled each time, at most 30 s, a quarter more or less by chance, so that
 * several that fail together do not start together.
 * @param attempt in a row, from 1
 * @param chance 0 to 1
 */
export function restartDelay(attempt: number, chance = Math.random()): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(attempt - 1, 16));
  return Math.round(delay * (0.75 + chance / 2));
}

/**
 * The number of the restart that follows an end, by the policy. Undefined: none does; `too often`: it has had all.
 * Pure.
 * @param last `failed`: with a code, or before it was ready; `lived`: milliseconds; `restarts`: in a row, up to now
 */
export function nextAttempt(
  policy: RestartPolicy | undefined,
  { failed, lived, restarts }: { failed: boolean; lived: number; restarts: number },
): number | 'too often' | undefined {
  if (!policy || policy.when === 'never' || (policy.when === 'on-failure' && !failed)) return undefined;
  const before = lived >= QUIET_AFTER ? 0 : restarts;
  return before < policy.max ? before + 1 : 'too often';
}
