/** Milliseconds until input that was not taken is offered again. */
const RETRY = 50;

/** Hands stdin to one app: input waits, and its sender with it, while the app starts or is busy. */
export class Feed {
  readonly #give: (data: Buffer) => boolean;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param give false: it takes nothing now */
  constructor(give: (data: Buffer) => boolean) {
    this.#give = give;
  }

  take(data: Buffer): void {
    if (this.#closed || this.#give(data)) {
      if (this.#retry) process.stdin.resume();
      this.#retry = undefined;
      return;
    }
    process.stdin.pause();
    this.#retry = setTimeout(() => this.take(data), RETRY);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }
}
