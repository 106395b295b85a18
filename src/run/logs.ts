import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { InstancePlan } from '../plan/types.ts';

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

/** An instance, or an event about one. */
type Which = Pick<InstancePlan, 'app' | 'instance'>;

export interface Logs {
  /** The project's, absolute. */
  readonly folder: string | undefined;
  /** Takes the server's bytes as they are. */
  write(instance: Which, chunk: Buffer): void;
  /** Separates this start's output from what stood there before. */
  started(instance: Which, pid: number): void;
  /** Brings what is held to the files; what comes later is written too. */
  close(): void;
  /** The app's log file, absolute; undefined where nothing is logged. */
  fileOf(app: string): string | undefined;
}

const LIMIT = 5_000_000;
const KEEP = 3;
/** Bytes that are written in one go, and milliseconds after which fewer are. */
const BLOCK = 32 * 1024;
const DELAY = 20;

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
 * logging, never the run.
 */
export function openLogs({ dir, root, runId, onOff, limit = LIMIT, keep = KEEP }: LogsOptions): Logs {
  const folder = dir === undefined ? undefined : logFolder(dir, root);
  const files = new Map<string, LogFile>();
  /** What is to stand before the next byte of an instance. */
  const headings = new Map<string, string>();
  let off = folder === undefined;

  function fail(error: unknown): void {
    off = true;
    for (const file of files.values()) file.abandon();
    files.clear();
    const { code, message } = error as NodeJS.ErrnoException;
    onOff(`no more logs: could not write to ${folder} (${code ?? message})`);
  }

  return {
    folder,
    write({ app, instance }, chunk) {
      if (off || folder === undefined) return;
      try {
        let file = files.get(app);
        if (!file) {
          mkdirSync(folder, { recursive: true, mode: 0o700 });
          file = new LogFile(logFile(folder, app), limit, keep, fail);
          files.set(app, file);
        }
        const key = `${app}:${instance}`;
        const heading = headings.get(key);
        if (heading !== undefined) {
          headings.delete(key);
          file.addLine(heading);
        }
        file.add(chunk);
      } catch (error) {
        fail(error);
      }
    },
    started({ app, instance }, pid) {
      headings.set(
        `${app}:${instance}`,
        `--- devstart ${new Date().toISOString()} run ${runId} pid ${pid} ---\n`,
      );
    },
    close() {
      try {
        for (const file of files.values()) file.flush();
      } catch (error) {
        fail(error);
      }
    },
    fileOf: (app) => (off || folder === undefined ? undefined : logFile(folder, app)),
  };
}

/** Appends in blocks; every method may throw what the file system throws. */
class LogFile {
  readonly #file: string;
  readonly #limit: number;
  readonly #keep: number;
  readonly #onError: (error: unknown) => void;
  readonly #held = Buffer.allocUnsafeSlow(BLOCK);
  #used = 0;
  #timer: NodeJS.Timeout | undefined;
  #fd: number;
  #size: number;
  /** The last byte that is written is no line's end. */
  #cut: boolean;
  /** The last one that is written or held. */
  #midLine: boolean;

  constructor(file: string, limit: number, keep: number, onError: (error: unknown) => void) {
    this.#file = file;
    this.#limit = limit;
    this.#keep = keep;
    this.#onError = onError;
    this.#fd = openSync(file, 'a+', 0o600);
    this.#size = fstatSync(this.#fd).size;
    const last = Buffer.alloc(1);
    this.#cut = this.#size > 0 && readSync(this.#fd, last, 0, 1, this.#size - 1) === 1 && last[0] !== 10;
    this.#midLine = this.#cut;
  }

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#midLine = chunk[chunk.length - 1] !== 10;
    if (this.#used + chunk.length > BLOCK) this.flush();
    if (chunk.length >= BLOCK / 2) {
      this.#append(chunk);
      return;
    }
    this.#used += chunk.copy(this.#held, this.#used);
    this.#timer ??= setTimeout(() => {
      try {
        this.flush();
      } catch (error) {
        this.#onError(error);
      }
    }, DELAY);
  }

  addLine(line: string): void {
    this.add(Buffer.from(this.#midLine ? `\n${line}` : line));
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = this.#held.subarray(0, this.#used);
    this.#used = 0;
    this.#append(bytes);
  }

  abandon(): void {
    clearTimeout(this.#timer);
    try {
      closeSync(this.#fd);
    } catch {
      // the disk that made us give up
    }
  }

  #append(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#size + rest.length > this.#limit) {
      const whole = !this.#cut;
      const room = this.#limit - this.#size;
      let fits = room > 0 ? rest.lastIndexOf(10, room - 1) + 1 : 0;
      // A line that has begun, or that is longer than a file, is ended where it began, within reason.
      if (fits === 0 && (this.#size === 0 || !(whole || this.#size >= 2 * this.#limit)))
        fits = rest.indexOf(10) + 1 || rest.length;
      this.#writeAll(rest.subarray(0, fits));
      rest = rest.subarray(fits);
      if (rest.length > 0) this.#rotate();
    }
    this.#writeAll(rest);
  }

  #writeAll(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#size += bytes.length;
    this.#cut = bytes[bytes.length - 1] !== 10;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }

  #rotate(): void {
    closeSync(this.#fd);
    // Renaming over a file would have ext4 write the data to the disk at once (its auto_da_alloc).
    rmSync(this.#keep === 0 ? this.#file : `${this.#file}.${this.#keep}`, { force: true });
    for (let number = this.#keep; number >= 1; number--) {
      try {
        renameSync(number === 1 ? this.#file : `${this.#file}.${number - 1}`, `${this.#file}.${number}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    this.#fd = openSync(this.#file, 'a', 0o600);
    this.#size = 0;
  }
}

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
