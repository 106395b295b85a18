import type { InstancePlan } from '../plan/types.ts';
import { keepInLine, safeCut } from './ansi.ts';
import { createTail } from './tail.ts';
import type { ByteWriter, OutputSink, Prefix, StreamName, Tee } from './types.ts';
import { createWatchers } from './watchers.ts';

export type OutputMode = 'pretty' | 'plain' | 'raw' | 'json' | 'quiet';

export interface OutputOptions {
  mode: OutputMode;
  /** The time before each line (`12:34:56.789`); not in raw and json. */
  timestamps: boolean;
  writer: ByteWriter;
  /** json: one call a line, without its end. Invalid UTF-8 is U+FFFD. */
  onLine?: (instance: InstancePlan, stream: StreamName, line: string) => void;
  /** Gets every chunk as it is, shown or not: the logs. */
  tee?: Tee;
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

/** A line without an end is shown in pieces of this size. */
const MAX_HELD = 64 * 1024;
/** Milliseconds of silence after which an unfinished line (a prompt) is shown. */
const SILENCE = { text: 100, json: 1000 };

/** One stream's line in the making. */
interface Line {
  instance: InstancePlan;
  stream: StreamName;
  /** Bytes of the unfinished line that are not shown yet, as latin1. */
  held: string;
  /** A part of this line has been shown already. */
  begun: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Frames the servers' bytes into lines. Works by chunk, on latin1 strings (one character a byte, which V8
 * copies as fast as bytes): a chunk of a thousand lines costs one `replaceAll`.
 */
export function createOutput({ mode, timestamps, writer, onLine, tee }: OutputOptions): Output {
  const lines = new Map<InstancePlan, Record<StreamName, Line>>();
  const prefixes = new Map<InstancePlan, string>();
  const tail = createTail();
  const watchers = createWatchers();
  const silence = mode === 'json' ? SILENCE.json : SILENCE.text;
  /** Whose unfinished line the cursor stands in. */
  let open: Line | undefined;
  let statusShown = false;
  /** One for each life of an instance: restarts must not add up. */
  const listeners = new Set<() => void>();
  const drained = (): void => {
    for (const listener of listeners) listener();
  };
  writer.onDrain(drained);
  tee?.onDrain(drained);
  /** The app that is shown alone. */
  let focused: string | undefined;

  function lineOf(instance: InstancePlan, stream: StreamName): Line {
    let both = lines.get(instance);
    if (!both) {
      const line = (name: StreamName): Line => ({
        instance,
        stream: name,
        held: '',
        begun: false,
        timer: undefined,
      });
      both = { stdout: line('stdout'), stderr: line('stderr') };
      lines.set(instance, both);
    }
    return both[stream];
  }

  const prefixOf = (line: Line): string =>
    (timestamps ? `${stamp()} ` : '') + (prefixes.get(line.instance) ?? bytes(`[${line.instance.label}] `));

  /** Whole lines without the last one's end (`ended`), or the safe part of one. */
  function show(line: Line, text: string, ended: boolean): void {
    if (mode === 'json') showJson(line, text, ended);
    else showText(line, text, ended);
    line.begun = !ended;
  }

  function showText(line: Line, text: string, ended: boolean): void {
    let body = keepInLine(text);
    if (open !== line && body.startsWith('\r'))
      body = body.replace(line.begun ? /^\r+/ : /^\r+(?=[^\r])/, '');
    if (body === '' && !ended) return;
    // Another's line has pushed the unfinished one away: its end alone needs no line of its own.
    if (body === '' && line.begun && open !== line) return;
    takeStatusAway();
    const prefix = prefixOf(line);
    if (open !== line) writer.write(open ? `\n${prefix}` : prefix, 'latin1');
    if (body.includes('\r')) body = body.replace(/\r(?=[^\r\n])/g, () => `\r${prefix}`);
    // `$` is special in a replacement.
    writer.write(body.replaceAll('\n', `\n${prefix.replaceAll('$', '$$$$')}`), 'latin1');
    if (ended) writer.write('\n', 'latin1');
    open = ended ? undefined : line;
  }

  function showJson(line: Line, text: string, ended: boolean): void {
    const parts = Buffer.from(text, 'latin1').toString('utf8').split('\n');
    let first = line.begun;
    for (const [index, part] of parts.entries()) {
      const whole = ended || index < parts.length - 1;
      const shown = whole && part.endsWith('\r') ? part.slice(0, -1) : part;
      // The end of a line whose beginning has been told already.
      if (!(first && shown === '')) onLine?.(line.instance, line.stream, shown);
      first = false;
    }
  }

  /** Shows what is held, as far as it may be cut there. */
  function flush(line: Line, cut: number): void {
    const text = line.held.slice(0, cut);
    line.held = line.held.slice(cut);
    if (text !== '') show(line, text, false);
  }

  function hold(line: Line): void {
    if (line.held.length >= MAX_HELD) flush(line, safeCut(line.held) || line.held.length);
    if (line.held === '') return;
    if (line.timer) line.timer.refresh();
    else {
      line.timer = setTimeout(() => {
        line.timer = undefined;
        flush(line, safeCut(line.held));
      }, silence);
      line.timer.unref();
    }
  }

  const full = (): boolean => (mode !== 'quiet' && writer.full) || (tee?.full ?? false);

  function write(instance: InstancePlan, stream: StreamName, chunk: Buffer): boolean {
    tail.write(instance, chunk);
    if (!watchers.none) watchers.write(instance, stream, chunk);
    tee?.write(instance, chunk);
    if (mode === 'quiet' || (focused !== undefined && instance.app !== focused)) return !tee?.full;
    if (mode === 'raw') return writer.write(chunk) && !tee?.full;
    const line = lineOf(instance, stream);
    const end = chunk.lastIndexOf(10);
    // Progress drawn with CR is shown frame by frame, without waiting for a silence.
    const frame = end === -1 && mode !== 'json' ? chunk.lastIndexOf(13) : -1;
    if (end !== -1) {
      clearTimeout(line.timer);
      line.timer = undefined;
      const text = chunk.toString('latin1', 0, end);
      const whole = line.held === '' ? text : line.held + text;
      line.held = end + 1 < chunk.length ? chunk.toString('latin1', end + 1) : '';
      show(line, whole, true);
    } else if (frame !== -1) {
      line.held += chunk.toString('latin1', 0, frame);
      flush(line, safeCut(line.held));
      line.held += chunk.toString('latin1', frame);
    } else {
      line.held += chunk.toString('latin1');
    }
    if (line.held !== '') hold(line);
    return !full();
  }

  /** Shows what is held of the stream's last line. */
  function endLine(instance: InstancePlan, stream: StreamName): void {
    const line = lines.get(instance)?.[stream];
    if (!line) return;
    clearTimeout(line.timer);
    line.timer = undefined;
    flush(line, line.held.length);
    // What comes next from it is a new line.
    line.begun = false;
  }

  function takeStatusAway(): void {
    if (statusShown) writer.write('\r\u001b[2K', 'latin1');
    statusShown = false;
  }

  /** Ends the line that the cursor stands in. */
  function newline(): void {
    takeStatusAway();
    if (open) writer.write('\n', 'latin1');
    open = undefined;
  }

  function focus(app: string | undefined): void {
    focused = app;
    // What the others have begun is shown now: its rest may never be.
    for (const [instance] of lines) {
      if (app === undefined || instance.app === app) continue;
      endLine(instance, 'stdout');
      endLine(instance, 'stderr');
    }
  }

  return {
    write,
    end(instance, stream) {
      if (!watchers.none) watchers.end(instance, stream);
      endLine(instance, stream);
    },
    focus,
    get full() {
      return full();
    },
    lastLines: (instance, count) => tail.lines(instance, count),
    watch: (instance, onText) => watchers.add(instance, onText),
    onDrain(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setPrefix(instance: InstancePlan, prefix: Prefix) {
      prefixes.set(instance, bytes(mode === 'pretty' ? prefix.colored : prefix.plain));
    },
    status(text) {
      takeStatusAway();
      // Not in the middle of a server's line, nor before a reader that is behind.
      if (text === undefined || open || writer.full) return;
      writer.write(bytes(text), 'latin1');
      statusShown = true;
    },
    writeLine(text) {
      newline();
      writer.write(bytes(`${text}\n`), 'latin1');
    },
    async close() {
      for (const [instance] of lines) {
        endLine(instance, 'stdout');
        endLine(instance, 'stderr');
      }
      newline();
      await writer.flush();
    },
  };
}

/** A text's UTF-8 bytes as latin1. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Local time of day: `12:34:56.789`. */
function stamp(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${time}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}
