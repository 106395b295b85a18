import { readJob } from '../../system/jobs.ts';
import { inForeground, oneKeyMode, setTerminal } from './terminal.ts';

export interface InputOptions {
  /** Read key by key; else as it comes, a line at a time from a terminal. */
  keys: boolean;
  /** Told the settings to put back, for whoever outlives a SIGKILL; '' when they are back. */
  saveTerminal?: ((settings: string) => void) | undefined;
  /** Reading has begun, for the first time or again. */
  onReading(): void;
  onData(data: Buffer): void;
}

/** Milliseconds after which a job in the background looks whether it still is. */
const LOOK = 1000;

/** Our stdin, read while we are the terminal's foreground job; the terminal's mode is put back when we are not. */
export class TerminalInput {
  readonly #options: InputOptions;
  /** As it was; undefined: it still is. */
  #settings: string | undefined;
  #reading = false;
  #closed = false;
  #look: NodeJS.Timeout | undefined;
  /** Turning the terminal on and off takes a while: one after the other. */
  #turn = Promise.resolve();

  constructor(options: InputOptions) {
    this.#options = options;
  }

  get reading(): boolean {
    return this.#reading;
  }

  on(): Promise<void> {
    return this.#next(() => this.#open());
  }

  off(): Promise<void> {
    return this.#next(() => this.#shut());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.off();
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step);
    return this.#turn;
  }

  async #open(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#look);
    const { stdin } = process;
    if (stdin.isTTY && !(await inForeground())) {
      stdin.pause();
      // A shell's `fg` tells a job that runs nothing; elsewhere asking costs a fork.
      if (readJob()) this.#look = setTimeout(() => void this.on(), LOOK).unref();
      return;
    }
    if (this.#options.keys) {
      const before = await oneKeyMode();
      if (before === undefined) return;
      this.#settings ??= before;
      this.#options.saveTerminal?.(this.#settings);
    }
    if (!this.#reading) {
      stdin.on('data', this.#options.onData).on('error', () => {});
      this.#reading = true;
    }
    stdin.resume();
    this.#options.onReading();
  }

  async #shut(): Promise<void> {
    clearTimeout(this.#look);
    if (this.#reading) process.stdin.pause();
    if (this.#settings === undefined || !(await inForeground())) return;
    await setTerminal(this.#settings);
    this.#settings = undefined;
    this.#options.saveTerminal?.('');
  }
}
