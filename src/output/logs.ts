import path from 'node:path';
import { appOf, type InstanceId } from '../config/instance-id.ts';
import { makePrivateFolder } from '../system/files.ts';
import type { Line, LineSink, Piece } from './framing.ts';
import { LogFile } from './log-file.ts';
import { latin1 } from './screen.ts';

export interface LogsOptions {
  /** The state directory, absolute; undefined for a user without a home: nothing is logged. */
  dir: string | undefined;
  /** The project's folder, absolute. */
  root: string;
  runId: string;
  /** Called once, when a log cannot be written; from then on nothing is. */
  onOff(message: string): void;
  /** Bytes after which a file is put aside. Default 5 MB. */
  limit?: number;
  /** How many older files stay: `.1` is the youngest. Default 3. */
  keep?: number;
}

export interface Logs extends LineSink {
  /** The project's, absolute. */
  readonly folder: string | undefined;
  /** A process of the instance begins: written before its first line. */
  started(id: InstanceId, pid: number): void;
  /** What has become of it, in words; written where it has printed something. */
  ended(id: InstanceId, how: string): void;
  /** Resolves when what was taken is in the files; what comes later is written too. */
  close(): Promise<void>;
}

/** An app's file, and whose unfinished line stands at its end. */
interface Open {
  file: LogFile;
  line: object | undefined;
}

const LIMIT = 5_000_000;
const KEEP = 3;

/**
 * The folder of the project's logs below the state directory: readable, and one for each root.
 * @param root absolute
 */
export function logFolder(dir: string, root: string): string {
  return path.join(dir, 'logs', `${fileName(path.basename(root) || 'root')}-${hash(root)}`);
}

/** The app's log file in that folder. */
export function logFile(folder: string, app: string): string {
  const safe = fileName(app);
  return path.join(folder, `${safe === app ? app : `${safe}-${hash(app)}`}.log`);
}

/**
 * One file an app, opened at its first byte, private to the user. A disk that is full or read-only ends the
 * logging, never the run. Each line is `TIME INSTANCE STREAM TEXT`;
 */
export function openLogs(options: LogsOptions): Logs {
  return new FileLogs(options);
}

class FileLogs implements Logs {
  readonly folder: string | undefined;
  readonly #options: LogsOptions;
  readonly #files = new Map<string, Open>();
  /** What is to stand before the next line of an instance. */
  readonly #headings = new Map<InstanceId, string>();
  readonly #listeners: (() => void)[] = [];
  #off: boolean;

  constructor(options: LogsOptions) {
    this.#options = options;
    this.folder = options.dir === undefined ? undefined : logFolder(options.dir, options.root);
    this.#off = this.folder === undefined;
  }

  get full(): boolean {
    for (const { file } of this.#files.values()) if (file.full) return true;
    return false;
  }

  onDrain(listener: () => void): void {
    this.#listeners.push(listener);
  }

  started(id: InstanceId, pid: number): void {
    const heading = `started run ${this.#options.runId} pid ${pid}`;
    this.#headings.set(id, `${headOf(id, 'devstart')}${heading}\n`);
  }

  ended(id: InstanceId, how: string): void {
    // Of an instance that has printed nothing there is nothing to tell the end of.
    if (this.#headings.has(id)) return;
    const open = this.#files.get(appOf(id));
    if (open) this.#write(open, { text: `${headOf(id, 'devstart')}${how}\n`, owner: undefined });
  }

  lines(line: Line, { text, lines }: Piece, ended: boolean): void {
    if (this.#off) return;
    const { id, stream, begun } = line;
    try {
      const open = this.#files.get(appOf(id)) ?? this.#open(appOf(id));
      const heading = this.#headings.get(id);
      if (heading !== undefined) {
        this.#headings.delete(id);
        this.#write(open, { text: heading, owner: undefined });
      }
      const end = ended ? '\n' : '';
      const owner = ended ? undefined : line;
      if (open.line === line && lines.length === 1) this.#write(open, { text: `${text}${end}`, owner, line });
      else {
        const head = headOf(id, stream);
        // What goes on after another's line says so.
        const first = open.line === line ? '' : begun ? headOf(id, `${stream}+`) : head;
        this.#write(open, { text: `${first}${lines.join(`\n${head}`)}${end}`, owner, line });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ file }) => file.settle()));
  }

  /** @param part `owner`: whose unfinished line it ends with; `line`: whose it begins with */
  #write(
    open: Open,
    { text, owner, line }: { text: string; owner: object | undefined; line?: object },
  ): void {
    const { file } = open;
    if (file.midLine && (line === undefined || open.line !== line)) file.add('\n');
    file.add(text);
    open.line = owner;
  }

  #open(app: string): Open {
    const { limit = LIMIT, keep = KEEP } = this.#options;
    const folder = this.folder as string;
    makePrivateFolder(folder);
    const file = new LogFile({
      file: logFile(folder, app),
      limit,
      keep,
      onError: (error) => this.#fail(error),
      onDrain: () => this.#drained(),
    });
    const open = { file, line: undefined };
    this.#files.set(app, open);
    return open;
  }

  #drained(): void {
    for (const listener of this.#listeners) listener();
  }

  #fail(error: unknown): void {
    this.#off = true;
    for (const { file } of this.#files.values()) file.abandon();
    this.#files.clear();
    this.#drained();
    const { code, message } = error as NodeJS.ErrnoException;
    this.#options.onOff(`no more logs: could not write to ${this.folder} (${code ?? message})`);
  }
}

/** What stands before each line, as latin1. */
const headOf = (id: InstanceId, stream: string): string =>
  `${new Date().toISOString()} ${latin1(id)} ${stream} `;

/** What no file system objects to. */
const fileName = (name: string): string => name.replace(/[^\w.@-]+/g, '_').replace(/^\.+/, '_');

/** cyrb53 in base 36: node:crypto costs 3 ms of loading, and nobody attacks his own folder names. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const byte of Buffer.from(text)) {
    a = Math.imul(a ^ byte, 2654435761);
    b = Math.imul(b ^ byte, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
