import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { padEnd, width } from '../width.ts';

/** A line of the log files. */
interface Line {
  time: string;
  app: string;
  instance: number;
  stream: string;
  text: string;
}

interface Writer {
  write(data: string): boolean;
  onDrain(listener: () => void): void;
  onClosed(listener: () => void): void;
}

export interface LogPrinterOptions {
  format: 'pretty' | 'plain' | 'raw' | 'json';
  timestamps: boolean;
  /** What was asked for by name: one alone needs nothing before its lines. */
  ids: readonly string[] | undefined;
}

/** concurrently's, in its order: a run's own colours. */
const COLORS = [
  'cyan',
  'yellow',
  'greenBright',
  'blueBright',
  'magentaBright',
  'white',
  'gray',
  'red',
] as const;

/** Prints lines of the log files as a run would have shown them. */
export class LogPrinter {
  readonly #writer: Writer;
  readonly #options: LogPrinterOptions;
  readonly #gone = new AbortController();
  readonly #colors: ReturnType<typeof pc.createColors>;
  /** By label: each has the colour of its turn. */
  readonly #order = new Map<string, number>();
  #columns = 0;
  #room: (() => void)[] = [];

  constructor(writer: Writer, options: LogPrinterOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#colors = pc.createColors(options.format === 'pretty');
    writer.onDrain(() => this.#go());
    writer.onClosed(() => {
      this.#gone.abort();
      this.#go();
    });
  }

  /** Nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when there is room for more. */
  async print(lines: readonly Line[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.map((line) => this.#textOf(line)).join('\n');
    if (this.#writer.write(`${text}\n`) || this.#gone.signal.aborted) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #go(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  #textOf(line: Line): string {
    const { format, timestamps } = this.#options;
    const { time, app, instance, stream, text } = line;
    if (format === 'json') {
      const plain = stripVTControlCharacters(text);
      return JSON.stringify({ type: 'output', time, app, instance, stream, line: plain });
    }
    const when = timestamps ? `${this.#colors.dim(clock(time))} ` : '';
    const shown = format === 'pretty' ? lastFrame(text) : stripVTControlCharacters(lastFrame(text));
    const body = stream === 'devstart' ? this.#colors.dim(`-- ${shown}`) : shown;
    return `${when}${format === 'raw' ? '' : this.#prefixOf(app, instance)}${body}${body.includes('\u001b') ? RESET : ''}`;
  }

  #prefixOf(app: string, instance: number): string {
    if (this.#options.ids?.length === 1) return '';
    const label = instance === 0 ? app : `${app}:${instance}`;
    const order = this.#order.get(label) ?? this.#order.size;
    this.#order.set(label, order);
    this.#columns = Math.max(this.#columns, width(label));
    const color = COLORS[order % COLORS.length] as (typeof COLORS)[number];
    return `${this.#colors[color](`[${padEnd(label, this.#columns)}]`)} `;
  }
}

const RESET = '\u001b[0m';

/** Of progress drawn over itself the last frame is what was seen. */
const lastFrame = (text: string): string => text.replace(/\r+$/, '').split('\r').at(-1) ?? '';

/** Local date and time of day. */
function clock(iso: string): string {
  const time = new Date(iso);
  const two = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${two(time.getMilliseconds(), 3)}`;
}
