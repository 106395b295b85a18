import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { AppLog, type LogLine } from './log-tail.ts';
import { logFile } from './logs.ts';

export type { LogLine } from './log-tail.ts';

export interface LogQuery {
  /** An app, or one instance of it (`api:1`). Absent: all of the folder. */
  names?: readonly string[];
  /** The last ones, of all together. Absent: all. */
  lines?: number;
  /** None from before. */
  since?: Date;
  /** Only lines whose text, without colours, matches. */
  grep?: RegExp;
}

export interface FollowOptions {
  /** Nothing more will be written: what is there is still read. */
  ended(): boolean;
  /** The reader wants no more. */
  signal?: AbortSignal;
}

/** Milliseconds. */
const POLL = 100;
/** How often a new app's file is looked for. Looks. */
const FOLDER_EVERY = 10;

/**
 * The lines of a project's log files, older ones included, merged by time. Reads beside the main thread, a piece at a
 * time; memory is bounded by `lines`, or by a piece of each file. Rotation while it reads loses and doubles nothing.
 * @param folder of `logFolder`; one that is not there has no lines
 */
export async function* readLogs(folder: string, query: LogQuery = {}): AsyncGenerator<LogLine[]> {
  const merged = new MergedLogs(folder, query);
  try {
    yield* merged.readAll(true);
  } finally {
    merged.close();
  }
}

/** The same, and then what is written until `ended`, in the order in which it comes. */
export async function* followLogs(
  folder: string,
  query: LogQuery,
  { ended, signal }: FollowOptions,
): AsyncGenerator<LogLine[]> {
  const merged = new MergedLogs(folder, query);
  try {
    yield* merged.readAll(false);
    for (let looks = 1; !signal?.aborted; looks++) {
      const over = ended();
      if (over || looks % FOLDER_EVERY === 0) merged.lookForNew();
      const lines = await merged.readNew(over);
      if (lines.length > 0) yield lines;
      if (over) return;
      if (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  } finally {
    merged.close();
  }
}

/**
 * When the run began that has written last, by its id; undefined where no file says it.
 * @param names as in LogQuery
 */
export function lastRunStart(folder: string, names?: readonly string[]): Date | undefined {
  const wanted = names && new Set(names.flatMap((name) => filesOf(folder, name)));
  const starts = filesIn(folder)
    .filter((file) => !wanted || wanted.has(file))
    .flatMap((file) => lastStart(file) ?? []);
  return starts.length > 0 ? new Date(Math.max(...starts)) : undefined;
}

/** Milliseconds. */
function lastStart(file: string): number | undefined {
  for (const name of [file, `${file}.1`, `${file}.2`, `${file}.3`]) {
    const text = existsSync(name) ? readFileSync(name, 'latin1') : '';
    const [, id = ''] =
      / devstart started run (\w+)-/.exec(text.slice(text.lastIndexOf(' devstart started run '))) ?? [];
    const start = Number.parseInt(id, 36);
    if (Number.isFinite(start)) return start;
  }
  return undefined;
}

/** Of several apps' logs one, by time. */
class MergedLogs {
  readonly #folder: string;
  readonly #query: LogQuery;
  readonly #accepts: (line: LogLine) => boolean;
  readonly #logs = new Map<string, AppLog>();

  constructor(folder: string, query: LogQuery) {
    this.#folder = folder;
    this.#query = query;
    this.#accepts = acceptor(query);
    const { lines, since, names, grep } = query;
    // Where lines are left out by their pattern or number, the last ones of the file are not the ones asked for.
    const counts = lines !== undefined && grep === undefined && names === undefined;
    const start = { ...(counts && { lines }), ...(since && { since }) };
    for (const file of this.#files()) this.#logs.set(file, new AppLog(file, start));
  }

  /** Apps that have printed their first line since. */
  lookForNew(): void {
    for (const file of this.#files()) {
      if (!this.#logs.has(file)) this.#logs.set(file, new AppLog(file, {}));
    }
  }

  /** What is there. @param rest an unfinished last line, too */
  async *readAll(rest: boolean): AsyncGenerator<LogLine[]> {
    const { lines } = this.#query;
    let last: LogLine[] = [];
    for await (const batch of this.#merge(rest)) {
      if (lines === undefined) yield batch;
      else if (lines > 0) last = [...last, ...batch].slice(-lines);
    }
    if (last.length > 0) yield last;
  }

  /** What has come since, by time. */
  async readNew(rest: boolean): Promise<LogLine[]> {
    const all: LogLine[] = [];
    for (const log of this.#logs.values()) all.push(...(await log.readOn(rest)));
    return all.filter(this.#accepts).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }

  close(): void {
    for (const log of this.#logs.values()) log.close();
  }

  async *#merge(rest: boolean): AsyncGenerator<LogLine[]> {
    const sources = [...this.#logs.values()].map((log) => new Source(log));
    for (;;) {
      for (const source of sources) await source.fill(this.#accepts, rest);
      const open = sources.filter(({ first }) => first !== undefined);
      if (open.length === 0) return;
      const merged: LogLine[] = [];
      // Until one of them has to be read on.
      while (open.every(({ first }) => first !== undefined)) {
        const [oldest] = open.reduce<[Source, LogLine][]>((found, source) => {
          const first = source.first as LogLine;
          return found[0] && found[0][1].time <= first.time ? found : [[source, first]];
        }, []);
        merged.push((oldest as [Source, LogLine])[0].take());
      }
      yield merged;
    }
  }

  #files(): string[] {
    const { names } = this.#query;
    const wanted = names && new Set(names.flatMap((name) => filesOf(this.#folder, name)));
    return filesIn(this.#folder).filter((file) => !wanted || wanted.has(file));
  }
}

/** One file's lines, a piece at a time. */
class Source {
  readonly #log: AppLog;
  #lines: LogLine[] = [];
  #at = 0;

  constructor(log: AppLog) {
    this.#log = log;
  }

  get first(): LogLine | undefined {
    return this.#lines[this.#at];
  }

  take(): LogLine {
    return this.#lines[this.#at++] as LogLine;
  }

  async fill(accepts: (line: LogLine) => boolean, rest: boolean): Promise<void> {
    while (this.first === undefined) {
      const lines = (await this.#log.next()) ?? (rest ? this.#log.rest() : []);
      if (lines.length === 0) return;
      this.#lines = lines.filter(accepts);
      this.#at = 0;
    }
  }
}

/** Where the lines of an app or an instance may be: an app's name may look like an instance's (`dev:1`). */
const filesOf = (folder: string, name: string): string[] =>
  [name, name.replace(/:\d+$/, '')].map((app) => logFile(folder, app));

/** Every app's file, without the older ones. */
function filesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
    return names.sort().map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

function acceptor({ names, since, grep }: LogQuery): (line: LogLine) => boolean {
  const from = since?.toISOString() ?? '';
  const wanted = names && new Set(names);
  return ({ time, app, instance, text }) =>
    time >= from &&
    (!wanted || wanted.has(app) || wanted.has(`${app}:${instance}`)) &&
    (!grep || grep.test(stripVTControlCharacters(text)));
}
