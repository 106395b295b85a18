import { appOf, type InstanceId } from '../config/instance-id.ts';
import { keepInLine } from './ansi.ts';
import { Framing, type Line, type Show } from './framing.ts';
import { latin1, Screen } from './screen.ts';
import { Tail } from './tail.ts';
import type { ByteWriter, OutputSink, Prefix, Sink, StreamName } from './types.ts';
import { Watchers } from './watchers.ts';

export type OutputMode = 'pretty' | 'plain' | 'raw' | 'json' | 'quiet';

export interface OutputOptions {
  mode: OutputMode;
  /** The time before each line (`12:34:56.789`); not in raw and json. */
  timestamps: boolean;
  writer: ByteWriter;
  /** json: one call a line, without its end; `more`: the line goes on in the next one. Invalid UTF-8 is U+FFFD. */
  onLine?: (id: InstanceId, stream: StreamName, line: string, more: boolean) => void;
  /** Get every chunk as it is, shown or not: the logs. */
  sinks?: readonly Sink[];
}

export interface Output extends OutputSink {
  /** A line of our own, in order with the servers'. */
  writeLine(text: string): void;
  /** Shows one app's output alone; undefined: all again. */
  focus(app: string | undefined): void;
  /** A line on a terminal that whatever comes next replaces; undefined takes it away. */
  status(text: string | undefined): void;
  /** Shows what is held and waits until all is with the reader. */
  close(): Promise<void>;
}

/** Milliseconds of silence after which an unfinished line is shown. */
const SILENCE = { text: 100, json: 1000 };

/** Hands what the servers print to all that take it, and shows it in the way asked for. */
export function createOutput(options: OutputOptions): Output {
  return new ServersOutput(options);
}

class ServersOutput implements Output {
  readonly #writer: ByteWriter;
  readonly #screen: Screen;
  readonly #tail = new Tail();
  readonly #watchers = new Watchers();
  readonly #sinks: readonly Sink[];
  readonly #shown: Framing | undefined;
  readonly #mode: OutputMode;
  readonly #prefixes = new Map<InstanceId, string>();
  /** One for each life of an instance: restarts must not add up. */
  readonly #listeners = new Set<() => void>();
  /** The app that is shown alone. */
  #focused: string | undefined;

  constructor({ mode, timestamps, writer, onLine, sinks = [] }: OutputOptions) {
    this.#mode = mode;
    this.#writer = writer;
    this.#screen = new Screen(writer);
    this.#sinks = [this.#tail, this.#watchers, ...sinks];
    const json = mode === 'json';
    const show = json ? jsonShow(onLine) : textShow(this.#screen, this.#prefixOf(timestamps));
    if (mode !== 'raw' && mode !== 'quiet') {
      this.#shown = new Framing({ silence: json ? SILENCE.json : SILENCE.text, frames: !json, show });
    }
    const drained = (): void => {
      for (const listener of [...this.#listeners]) listener();
    };
    writer.onDrain(drained);
    for (const sink of this.#sinks) sink.onDrain?.(drained);
  }

  get full(): boolean {
    return (this.#mode !== 'quiet' && this.#writer.full) || this.#sinks.some(({ full }) => full === true);
  }

  write(id: InstanceId, stream: StreamName, chunk: Buffer): boolean {
    for (const sink of this.#sinks) sink.write(id, stream, chunk);
    if (this.#focused === undefined || appOf(id) === this.#focused) {
      if (this.#shown) this.#shown.write(id, stream, chunk);
      else if (this.#mode === 'raw') this.#writer.write(chunk);
    }
    return !this.full;
  }

  end(id: InstanceId, stream: StreamName): void {
    for (const sink of this.#sinks) sink.end?.(id, stream);
    this.#shown?.end(id, stream);
  }

  focus(app: string | undefined): void {
    this.#focused = app;
    // What the others have begun is shown now: its rest may never be.
    if (app !== undefined) this.#shown?.endAll((id) => appOf(id) !== app);
  }

  lastLines(id: InstanceId, count: number): string[] {
    return this.#tail.lines(id, count);
  }

  watch(id: InstanceId, onText: (text: string) => void): () => void {
    return this.#watchers.add(id, onText);
  }

  onDrain(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setPrefix(id: InstanceId, prefix: Prefix): void {
    this.#prefixes.set(id, latin1(this.#mode === 'pretty' ? prefix.colored : prefix.plain));
  }

  readonly status = (text: string | undefined): void => this.#screen.status(text);

  readonly writeLine = (text: string): void => this.#screen.line(text);

  async close(): Promise<void> {
    this.#shown?.endAll();
    this.#screen.newline();
    await this.#writer.flush();
  }

  #prefixOf(timestamps: boolean): (line: Line) => string {
    const of = ({ id }: Line) => this.#prefixes.get(id) ?? latin1(`[${appOf(id)}] `);
    return timestamps ? (line) => `${stamp()} ${of(line)}` : of;
  }
}

function textShow(screen: Screen, prefixOf: (line: Line) => string): Show {
  return (line, text, ended) => {
    let body = keepInLine(text);
    const open = screen.isOpen(line);
    if (!open && body.startsWith('\r')) body = body.replace(line.begun ? /^\r+/ : /^\r+(?=[^\r])/, '');
    if (body === '' && !ended) return;
    // Another's line has pushed the unfinished one away: its end alone needs no line of its own.
    if (body === '' && line.begun && !open) return;
    screen.lines(line, prefixOf(line), body, ended);
  };
}

function jsonShow(onLine: OutputOptions['onLine']): Show {
  return ({ id, stream }, text, ended) => {
    const parts = Buffer.from(text, 'latin1').toString('utf8').split('\n');
    for (const [index, part] of parts.entries()) {
      const whole = ended || index < parts.length - 1;
      const shown = whole && part.endsWith('\r') ? part.slice(0, -1) : part;
      // A line that was told in pieces ends with one that does not go on, and be it empty.
      onLine?.(id, stream, shown, !whole);
    }
  };
}

/** Local time of day: `12:34:56.789`. */
function stamp(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${time}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}
