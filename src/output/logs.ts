import path from 'node:path';
import { appOf, type InstanceId } from '../config/instance-id.ts';
import { makePrivateFolder } from '../system/files.ts';
import { LogFile } from './log-file.ts';
import type { Sink } from './types.ts';

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

export interface Logs extends Sink {
  /** The project's, absolute. */
  readonly folder: string | undefined;
  /** Separates this start's output from what stood there before. */
  started(id: InstanceId, pid: number): void;
  /** Resolves when what was taken is in the files; what comes later is written too. */
  close(): Promise<void>;
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
 * logging, never the run.
 */
export function openLogs({ dir, root, runId, onOff, limit = LIMIT, keep = KEEP }: LogsOptions): Logs {
  const folder = dir === undefined ? undefined : logFolder(dir, root);
  const files = new Map<string, LogFile>();
  /** What is to stand before the next byte of an instance. */
  const headings = new Map<InstanceId, string>();
  const listeners: (() => void)[] = [];
  let off = folder === undefined;

  function drained(): void {
    for (const listener of listeners) listener();
  }

  function fail(error: unknown): void {
    off = true;
    for (const file of files.values()) file.abandon();
    files.clear();
    drained();
    const { code, message } = error as NodeJS.ErrnoException;
    onOff(`no more logs: could not write to ${folder} (${code ?? message})`);
  }

  return {
    folder,
    write(id, _, chunk) {
      if (off || folder === undefined) return;
      try {
        const app = appOf(id);
        let file = files.get(app);
        if (!file) {
          makePrivateFolder(folder);
          file = new LogFile({ file: logFile(folder, app), limit, keep, onError: fail, onDrain: drained });
          files.set(app, file);
        }
        const heading = headings.get(id);
        if (heading !== undefined) {
          headings.delete(id);
          file.addLine(heading);
        }
        file.add(chunk);
      } catch (error) {
        fail(error);
      }
    },
    started(id, pid) {
      headings.set(id, `--- devstart ${new Date().toISOString()} run ${runId} pid ${pid} ---\n`);
    },
    get full() {
      for (const file of files.values()) if (file.full) return true;
      return false;
    },
    onDrain(listener) {
      listeners.push(listener);
    },
    async close() {
      await Promise.all([...files.values()].map((file) => file.settle()));
    },
  };
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
