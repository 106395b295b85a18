import type { InstanceId } from '../config/instance-id.ts';
import { safeCut } from './ansi.ts';
import type { StreamName } from './types.ts';

/** A line without an end is shown in pieces of at least this size; at most a chunk (64 KiB from a pipe) comes on top. Bytes. */
export const MAX_HELD = 64 * 1024;

/** What is held is joined with what follows it up to this size. Bytes. */
const MAX_JOINED = 4 * 1024;

/** One stream's line in the making. */
export interface Line {
  readonly id: InstanceId;
  readonly stream: StreamName;
  /** Bytes of the unfinished line that are not shown yet, as latin1. */
  held: string;
  /** A part of this line has been shown already. */
  begun: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** Whole lines without the last one's end, or the safe part of one; as latin1. */
export class Piece {
  readonly text: string;
  #lines: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Split once for all that take it. */
  get lines(): readonly string[] {
    this.#lines ??= this.text.split('\n');
    return this.#lines;
  }
}

/** `ended`: the piece's last line is whole. */
export type Show = (line: Line, piece: Piece, ended: boolean) => void;

/** Takes what the servers print framed into lines: the log files. */
export interface LineSink {
  lines: Show;
  readonly full: boolean;
  onDrain(listener: () => void): void;
}

export interface FramingOptions {
  /** Milliseconds of silence after which an unfinished line (a prompt) is shown. */
  silence: number;
  /** Progress drawn with CR is shown frame by frame, without waiting for a silence. */
  frames: boolean;
  show: Show;
}

/**
 * Frames the servers' bytes into lines. Works by chunk, on latin1 strings (one character a byte, which V8
 * copies as fast as bytes): a chunk of a thousand lines costs one `replaceAll`.
 */
export class Framing {
  readonly #options: FramingOptions;
  readonly #lines = new Map<InstanceId, Record<StreamName, Line>>();

  constructor(options: FramingOptions) {
    this.#options = options;
  }

  write(id: InstanceId, stream: StreamName, chunk: Buffer): void {
    const line = this.#lineOf(id, stream);
    const end = chunk.lastIndexOf(10);
    const frame = end === -1 && this.#options.frames ? chunk.lastIndexOf(13) : -1;
    if (end !== -1) {
      clearTimeout(line.timer);
      line.timer = undefined;
      let from = 0;
      if (line.held !== '' && end > MAX_JOINED) {
        // By itself: joined, the whole chunk would be copied once more.
        from = chunk.indexOf(10) + 1;
        this.#show(line, line.held + chunk.toString('latin1', 0, from - 1), true);
        line.held = '';
      }
      const text = chunk.toString('latin1', from, end);
      const whole = line.held + text;
      line.held = end + 1 < chunk.length ? chunk.toString('latin1', end + 1) : '';
      if (from <= end) this.#show(line, whole, true);
    } else if (frame !== -1) {
      line.held += chunk.toString('latin1', 0, frame);
      this.#flush(line, safeCut(line.held));
      line.held += chunk.toString('latin1', frame);
    } else {
      line.held += chunk.toString('latin1');
    }
    if (line.held !== '') this.#hold(line);
  }

  /** The last line has no end of its own: shows what is held of it, and what comes next is another line. */
  end(id: InstanceId, stream: StreamName): void {
    const line = this.#lines.get(id)?.[stream];
    if (!line) return;
    clearTimeout(line.timer);
    line.timer = undefined;
    const rest = line.held;
    line.held = '';
    if (rest !== '' || line.begun) this.#show(line, rest, true);
  }

  endAll(): void {
    for (const id of this.#lines.keys()) {
      this.end(id, 'stdout');
      this.end(id, 'stderr');
    }
  }

  /** Shows what is held of the instances that the test picks; their lines go on. */
  flushAll(picks: (id: InstanceId) => boolean): void {
    for (const [id, both] of this.#lines) {
      if (!picks(id)) continue;
      for (const line of Object.values(both)) this.#flush(line, safeCut(line.held));
    }
  }

  #lineOf(id: InstanceId, stream: StreamName): Line {
    let both = this.#lines.get(id);
    if (!both) {
      const line = (name: StreamName): Line => ({
        id,
        stream: name,
        held: '',
        begun: false,
        timer: undefined,
      });
      both = { stdout: line('stdout'), stderr: line('stderr') };
      this.#lines.set(id, both);
    }
    return both[stream];
  }

  #show(line: Line, text: string, ended: boolean): void {
    this.#options.show(line, new Piece(text), ended);
    line.begun = !ended;
  }

  /** Shows what is held, as far as it may be cut there. */
  #flush(line: Line, cut: number): void {
    const text = line.held.slice(0, cut);
    line.held = line.held.slice(cut);
    if (text !== '') this.#show(line, text, false);
  }

  #hold(line: Line): void {
    if (line.held.length >= MAX_HELD) this.#flush(line, safeCut(line.held) || line.held.length);
    if (line.held === '') return;
    if (line.timer) {
      line.timer.refresh();
      return;
    }
    line.timer = setTimeout(() => {
      line.timer = undefined;
      this.#flush(line, safeCut(line.held));
    }, this.#options.silence);
    line.timer.unref();
  }
}
