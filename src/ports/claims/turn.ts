import { readFileSync } from 'node:fs';
import path from 'node:path';
import { knownProcess, livenessOf } from './alive.ts';
import type { Claimant } from './claim.ts';
import { remove, writeNew } from './registry.ts';

/** Milliseconds that one holder may take: then its turn goes to the next. */
const PATIENCE = 250;
/** Milliseconds after which one goes on without a turn. */
const MOST = 10_000;

/**
 * Waits for one's turn to choose, so that a hundred starts at once do not choose the same ports again and again.
 * A courtesy alone: what is committed is safe without it, so a dead, stopped or slow holder's turn is just taken.
 * @returns gives the turn back
 * @throws the file system's errors
 */
export async function takeTurn(dir: string, me: Claimant): Promise<() => void> {
  const file = path.join(dir, 'turn');
  const mine = JSON.stringify({ ...me, nonce: Math.random() });
  const since = monotonic();
  let holder: string | undefined;
  let holding = since;
  for (;;) {
    try {
      writeNew(file, mine);
      return () => removeIf(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const now = monotonic();
    if (now - since > MOST) return () => {};
    const text = readText(file);
    if (text === undefined) continue;
    if (text !== holder) {
      holder = text;
      holding = now;
    } else if (isOver(text, me) || now - holding > PATIENCE) {
      removeIf(file, text);
      continue;
    }
    // Many who wait look less often each: somebody looks soon enough.
    const slower = Math.min(4, 1 + (now - since) / 100);
    await new Promise((resolve) => setTimeout(resolve, (3 + Math.random() * 9) * slower));
  }
}

/** Its holder has gone or is stopped. */
function isOver(text: string, me: Claimant): boolean {
  let holder: Claimant;
  try {
    holder = JSON.parse(text);
    if (typeof holder.pid !== 'number') return false;
  } catch {
    return false; // it is being written, or its writer has died: patience tells
  }
  let stopped = false;
  const liveness = livenessOf(holder, me, (pid) => {
    const known = knownProcess(pid);
    stopped = typeof known === 'object' && known.stopped;
    return known;
  });
  return liveness === 'dead' || stopped;
}

/** Milliseconds, whatever the wall clock does. (`performance` would load 0.8 ms of Node's modules.) */
const monotonic = (): number => process.uptime() * 1000;

function removeIf(file: string, text: string): void {
  if (readText(file) === text) remove(file);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
