import { appOf, type InstanceId } from '../config/instance-id.ts';
import { keepInLine } from './ansi.ts';
import { Framing, type Line, type LineSink, type Show } from './framing.ts';
import { latin1, Screen } from './screen.ts';
import { Tail } from './tail.ts';
import type { ByteWriter, OutputSink, Prefix, Sink, StreamName } from './types.ts';
import { Watchers } from './watchers.ts';

export type OutputMode = 'pretty' | 'plain' | 'raw' | 'json' | 'quiet';

/** A line without its end; `more`: it goes on in the next call. Invalid UTF-8 is U+FFFD. */
export type OnLine = (id: InstanceId, stream: StreamName, line: string, more: boolean) => void;

export interface OutputOptions {
  mode: OutputMode;
  /** The time before each line (`12:34:56.789`); not in raw and json. */
  timestamps: boolean;
  writer: ByteWriter;
  /** json: one call a line. */
  onLine?: OnLine;
  /** Get every chunk as it is, shown or not. */
  sinks?: readonly Sink[];
  /** Gets every line, shown or not. */
  logs?: LineSink;
}

export interface Output extends OutputSink {
  /** A line of our own, in order with the servers'. */
  writeLine(text: string): void;
  /** Shows one app's output alone; undefined: all again. */
  focus(app: string | undefined): void;
  /** A line on a terminal that whatever comes next replaces; undefined takes it away. */
  status(text: string | undefined): void;
  /** Tells each line from now on, whatever is shown. @returns ends it */
  follow(onLine: OnLine): () => void;
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
  readonly #sinks: Sink[];
  readonly #logs: LineSink | undefined;
  readonly #framing: Framing;
  readonly #mode: OutputMode;
  readonly #prefixes = new Map<InstanceId, string>();
  /** One for each life of an instance: restarts must not add up. */
  readonly #listeners = new Set<() => void>();
  /** The app that is shown alone. */
  #focused: string | undefined;

  constructor({ mode, timestamps, writer, onLine, sinks = [], logs }: OutputOptions) {
    this.#mode = mode;
    this.#writer = writer;
    this.#screen = new Screen(writer);
    this.#sinks = [this.#tail, this.#watchers, ...sinks];
    this.#logs = logs;
    const json = mode === 'json';
    const show = this.#showOf(mode, timestamps, onLine);
    this.#framing = new Framing({
      silence: json ? SILENCE.json : SILENCE.text,
      frames: !json,
      show: (line, piece, ended) => {
        logs?.lines(line, piece, ended);
        if (show && this.#shows(line.id)) show(line, piece, ended);
      },
    });
    const drained = (): void => {
      for (const listener of [...this.#listeners]) listener();
    };
    writer.onDrain(drained);
    for (const sink of [...this.#sinks, logs]) sink?.onDrain?.(drained);
  }

  #showOf(mode: OutputMode, timestamps: boolean, onLine: OutputOptions['onLine']): Show | undefined {
    if (mode === 'raw' || mode === 'quiet') return undefined;
    return mode === 'json' ? jsonShow(onLine) : textShow(this.#screen, this.#prefixOf(timestamps));
  }

  get full(): boolean {
    const shows = this.#mode !== 'quiet' && this.#writer.full;
    return shows || this.#logs?.full === true || this.#sinks.some(({ full }) => full === true);
  }

  write(id: InstanceId, stream: StreamName, chunk: Buffer): boolean {
    for (const sink of this.#sinks) sink.write(id, stream, chunk);
    if (this.#mode === 'raw' && this.#shows(id)) this.#writer.write(chunk);
    this.#framing.write(id, stream, chunk);
    return !this.full;
  }

  end(id: InstanceId, stream: StreamName): void {
    for (const sink of this.#sinks) sink.end?.(id, stream);
    this.#framing.end(id, stream);
  }

  focus(app: string | undefined): void {
    // What the others have begun is shown now: its rest may never be.
    if (app !== undefined) this.#framing.flushAll((id) => appOf(id) !== app);
    this.#focused = app;
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

  follow(onLine: OnLine): () => void {
    const framing = new Framing({ silence: SILENCE.json, frames: false, show: jsonShow(onLine) });
    this.#sinks.push(framing);
    return () => void this.#sinks.splice(this.#sinks.indexOf(framing), 1);
  }

  readonly status = (text: string | undefined): void => this.#screen.status(text);

  readonly writeLine = (text: string): void => this.#screen.line(text);

  async close(): Promise<void> {
    this.#framing.endAll();
    this.#screen.newline();
    await this.#writer.flush();
  }

  #shows(id: InstanceId): boolean {
    return this.#focused === undefined || appOf(id) === this.#focused;
  }

  #prefixOf(timestamps: boolean): (line: Line) => string {
    const of = ({ id }: Line) => this.#prefixes.get(id) ?? latin1(`[${appOf(id)}] `);
    return timestamps ? (line) => `${stamp()} ${of(line)}` : of;
  }
}

function textShow(screen: Screen, prefixOf: (line: Line) => string): Show {
  return (line, piece, ended) => {
    let body = keepInLine(piece.text);
    const open = screen.isOpen(line);
    if (!open && body.startsWith('\r')) body = body.replace(line.begun ? /^\r+/ : /^\r+(?=[^\r])/, '');
    if (body === '' && !ended) return;
    // Another's line has pushed the unfinished one away: its end alone needs no line of its own.
    if (body === '' && line.begun && !open) return;
    screen.lines(line, prefixOf(line), piece, body, ended);
  };
}

function jsonShow(onLine: OutputOptions['onLine']): Show {
  return ({ id, stream }, { text }, ended) => {
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
