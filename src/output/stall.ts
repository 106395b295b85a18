import type { ByteWriter } from './types.ts';

/** Milliseconds. */
const SHORTEST_STALL = 2000;
const LOOK = 100;
/** What is left to the others once one reader was given up: they may well be the same one. */
const AFTER_THE_FIRST = 500;

/** One writer as it was when its reader last took something. */
interface Watched {
  readonly writer: ByteWriter;
  last: number;
  /** performance.now() */
  since: number;
}

/**
 * Someone wants the end: from then on a reader that takes nothing for a while is given up, of stdout as of stderr,
 * so that nothing waits for longer than was promised.
 */
export class ReaderWatch {
  readonly #watched: Watched[];
  readonly #onGivenUp: (writer: ByteWriter) => void;
  #patience: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param patience milliseconds; two seconds at least
   * @param onGivenUp told of each before its writer is abandoned
   */
  constructor(writers: readonly ByteWriter[], patience: number, onGivenUp: (writer: ByteWriter) => void) {
    this.#watched = writers.map((writer) => ({ writer, last: 0, since: 0 }));
    this.#patience = Math.max(SHORTEST_STALL, patience);
    this.#onGivenUp = onGivenUp;
  }

  begin(): void {
    if (this.#timer) return;
    const since = performance.now();
    for (const one of this.#watched) Object.assign(one, { last: one.writer.waiting, since });
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const one of this.#watched) {
      const { waiting } = one.writer;
      if (waiting === 0 || waiting !== one.last) Object.assign(one, { last: waiting, since: now });
      else if (now - one.since >= this.#patience) {
        this.#patience = AFTER_THE_FIRST;
        this.#onGivenUp(one.writer);
        one.writer.abandon();
      }
    }
  }
}
