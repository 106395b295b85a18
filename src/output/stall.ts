import type { ByteWriter } from './types.ts';

/** Milliseconds. */
const SHORTEST_STALL = 2000;
const LOOK = 100;

/** Someone wants the end: a reader that takes nothing for as long is given up. @param patience milliseconds */
export function watchReader(writer: ByteWriter, patience: number, onGivenUp: () => void): NodeJS.Timeout {
  let last = writer.waiting;
  let since = performance.now();
  const timer = setInterval(() => {
    const { waiting } = writer;
    const now = performance.now();
    if (waiting === 0 || waiting !== last) {
      last = waiting;
      since = now;
    } else if (now - since >= Math.max(SHORTEST_STALL, patience)) {
      clearInterval(timer);
      onGivenUp();
      writer.abandon();
    }
  }, LOOK);
  return timer;
}
