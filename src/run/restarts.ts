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

/** Not said of anything but an address. */
const SURE =
  /EADDRINUSE|address (?:is )?already in use|port is already in use|only one usage of each socket/i;
const TAKEN =
  /EADDRINUSE|address (?:is )?already in use|(?:already|currently) (?:being )?(?:in use|used|running)|(?:in use|is taken|(?<!address )not available)|only one usage of each socket/i;

/** A port in a complaint: `:::8000`, `localhost:8000`, `port 8000`, `('127.0.0.1', 8000)`. */
const NUMBER = /(?:port[:=]?\s+|:|',\s*)(\d{2,5})(?!\d|\.\d)/gi;

/**
 * Do these last words of an instance say that its port was taken? Where a number stands beside the complaint it must
 * be this one; Python and Django name none.
 */
export function saysPortTaken(lines: readonly string[], port: number): boolean {
  return lines.some((line, index) => {
    if (!TAKEN.test(line)) return false;
    // Node prints the number in the error's properties, a few lines below.
    const around = lines.slice(Math.max(0, index - 2), index + 12).join('\n');
    if (new RegExp(`(?<!\\d)${port}(?!\\d)`).test(around)) return true;
    return SURE.test(line) && ![...line.matchAll(NUMBER)].length;
  });
}
