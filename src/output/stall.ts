import type { ByteWriter } from './types.ts';

/** Milliseconds. */
const SHORTEST_STALL = 2000;
const LOOK = 100;

/** Someone wants the end: from then on a reader that takes nothing for a while is given up. */
export class ReaderWatch {
  readonly #writer: ByteWriter;
  readonly #patience: number;
  readonly #onGivenUp: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #since = 0;

  /** @param patience milliseconds; two seconds at least */
  constructor(writer: ByteWriter, patience: number, onGivenUp: () => void) {
    this.#writer = writer;
    this.#patience = Math.max(SHORTEST_STALL, patience);
    this.#onGivenUp = onGivenUp;
  }

  begin(): void {
    if (this.#timer) return;
    this.#last = this.#writer.waiting;
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { waiting } = this.#writer;
    const now = performance.now();
    if (waiting === 0 || waiting !== this.#last) {
      this.#last = waiting;
      this.#since = now;
    } else if (now - this.#since >= this.#patience) {
      this.close();
      this.#onGivenUp();
      this.#writer.abandon();
    }
  }
}
