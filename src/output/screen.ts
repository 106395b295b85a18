import type { Piece } from './framing.ts';
import type { ByteWriter } from './types.ts';

/**
 * The one owner of the cursor: where a line begins, whose unfinished line it stands in, the status line that comes
 * and goes. All text is latin1 (one character a byte) but for that of our own.
 */
export class Screen {
  readonly #writer: ByteWriter;
  /** Whose unfinished line the cursor stands in. */
  #open: object | undefined;
  #statusShown = false;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
  }

  /**
   * Whole lines without the last one's end (`ended`), or a part of one. An unfinished line of somebody else is ended
   * first.
   * @param owner whose lines they are
   * @param text the piece's, made safe within a line (keepInLine)
   */
  lines(owner: object, prefix: string, piece: Piece, text: string, ended: boolean): void {
    this.#takeStatusAway();
    const writer = this.#writer;
    if (this.#open !== owner) writer.write(this.#open ? `\n${prefix}` : prefix, 'latin1');
    const body = text.includes('\r') ? text.replace(/\r(?=[^\r\n])/g, () => `\r${prefix}`) : text;
    writer.write((body === piece.text ? piece.lines : body.split('\n')).join(`\n${prefix}`), 'latin1');
    if (ended) writer.write('\n', 'latin1');
    this.#open = ended ? undefined : owner;
  }

  /** Does the cursor stand in this one's unfinished line? */
  isOpen(owner: object): boolean {
    return this.#open === owner;
  }

  /** A line of our own, in UTF-16. */
  line(text: string): void {
    this.newline();
    this.#writer.write(latin1(`${text}\n`), 'latin1');
  }

  /** A line on a terminal that whatever comes next replaces; undefined takes it away. */
  status(text: string | undefined): void {
    this.#takeStatusAway();
    // Not in the middle of a server's line, nor before a reader that is behind.
    if (text === undefined || this.#open || this.#writer.full) return;
    this.#writer.write(latin1(text), 'latin1');
    this.#statusShown = true;
  }

  /** Ends the line that the cursor stands in. */
  newline(): void {
    this.#takeStatusAway();
    if (this.#open) this.#writer.write('\n', 'latin1');
    this.#open = undefined;
  }

  #takeStatusAway(): void {
    if (this.#statusShown) this.#writer.write('\r\u001b[2K', 'latin1');
    this.#statusShown = false;
  }
}

/** A text's UTF-8 bytes as latin1. */
export const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
