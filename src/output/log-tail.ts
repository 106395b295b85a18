import { closeSync, fstatSync, openSync, read, readSync, statSync } from 'node:fs';

/** A line of a log file. */
export interface LogLine {
  /** ISO, in UTC: when it was printed. */
  time: string;
  app: string;
  instance: number;
  /** `devstart`: of a process's begin and end. */
  stream: 'stdout' | 'stderr' | 'devstart';
  /** As it was printed, with its colours and without its end. */
  text: string;
}

export interface Start {
  /** So many from the end. Absent: from the first one. */
  lines?: number;
  /** Files that were written last before it are left out. */
  since?: Date;
}

/** Bytes. */
const PIECE = 256 * 1024;
const BACK = 64 * 1024;
/** The looks after which an unfinished line that does not grow (a prompt) is told as it is. */
const PATIENCE = 5;
/** More older files than any log has. */
const MOST_OLDER = 20;

interface Open {
  fd: number;
  inode: number;
  at: number;
}

/** One app's log with its older files, read from a place on; goes along when it is put aside. */
export class AppLog {
  readonly #file: string;
  /** What is still to be read, the oldest first. */
  readonly #files: Open[];
  readonly #parser: Parser;
  /** Of a line whose end has not been read. */
  #rest: Buffer = Buffer.alloc(0);
  #idle = 0;
  /** The file has been put aside: once more to its end, then on to the next one. */
  #leaving = false;

  constructor(file: string, start: Start) {
    this.#file = file;
    this.#files = startAt(openAll(file), start);
    this.#parser = new Parser(file);
  }

  /** The next lines, at least one; undefined: none is there now. */
  async next(): Promise<LogLine[] | undefined> {
    for (;;) {
      const [file] = this.#files;
      const bytes = file ? await readPiece(file) : undefined;
      if (!bytes) {
        if (!this.#goOn()) return undefined;
        continue;
      }
      this.#leaving = false;
      const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
      const end = all.lastIndexOf(10);
      this.#rest = all.subarray(end + 1);
      this.#idle = 0;
      if (end !== -1) return this.#parser.lines(all.toString('utf8', 0, end));
    }
  }

  /** All that is there now. @param rest an unfinished line, too */
  async readOn(rest: boolean): Promise<LogLine[]> {
    const all: LogLine[] = [];
    for (let lines = await this.next(); lines; lines = await this.next())
      for (const line of lines) all.push(line);
    if (this.#rest.length > 0 && (rest || ++this.#idle >= PATIENCE)) all.push(...this.rest());
    return all;
  }

  /** The unfinished line; what comes after it is told as another one. */
  rest(): LogLine[] {
    if (this.#rest.length === 0) return [];
    const text = this.#rest.toString('utf8');
    this.#rest = Buffer.alloc(0);
    this.#idle = 0;
    return this.#parser.lines(text);
  }

  close(): void {
    for (const { fd } of this.#files.splice(0)) closeSync(fd);
  }

  /** At a file's end. @returns whether there is more to read */
  #goOn(): boolean {
    const [file, ...newer] = this.#files;
    if (!file) {
      this.#files.push(...openAll(this.#file));
      return this.#files.length > 0;
    }
    if (newer.length === 0 && !this.#leaving) {
      const now = statSync(this.#file, { throwIfNoEntry: false });
      if (now?.ino === file.inode && now.size < file.at) {
        file.at = 0;
        return true;
      }
      this.#leaving = now !== undefined && now.ino !== file.inode;
      return this.#leaving;
    }
    this.#leaving = false;
    closeSync(file.fd);
    this.#files.shift();
    if (newer.length === 0) this.#files.push(...newerThan(openAll(this.#file), file.inode));
    return true;
  }
}

function readPiece(file: Open): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(PIECE);
  return new Promise((resolve, reject) => {
    read(file.fd, buffer, 0, PIECE, file.at, (error, count) => {
      file.at += count;
      if (error) reject(error);
      else resolve(count > 0 ? buffer.subarray(0, count) : undefined);
    });
  });
}

/** The log and its older files, the oldest first. From the newest on, so that none slips through when one is put aside. */
function openAll(file: string): Open[] {
  const found: Open[] = [];
  for (let number = 0; number <= MOST_OLDER; number++) {
    let fd: number;
    try {
      fd = openSync(number === 0 ? file : `${file}.${number}`, 'r');
    } catch {
      if (number > 0) break;
      continue;
    }
    const inode = fstatSync(fd).ino;
    if (found.some((one) => one.inode === inode)) closeSync(fd);
    else found.unshift({ fd, inode, at: 0 });
  }
  return found;
}

/** Those after the one with that inode; all where it has gone. */
function newerThan(files: Open[], inode: number): Open[] {
  const at = files.findIndex((one) => one.inode === inode);
  for (const { fd } of files.slice(0, at + 1)) closeSync(fd);
  return files.slice(at + 1);
}

/** Leaves out what nobody asks for. */
function startAt(files: Open[], { lines, since }: Start): Open[] {
  const kept = files.filter(({ fd }) => !since || fstatSync(fd).mtime >= since);
  if (lines !== undefined) {
    let missing = lines;
    for (const file of [...kept].reverse()) {
      const { size } = fstatSync(file.fd);
      const found = missing > 0 ? lastLines(file.fd, size, missing) : { at: size, count: 0 };
      file.at = found.at;
      missing -= found.count;
    }
  }
  // The newest one is where one goes on from.
  const used = kept.filter(({ fd, at }, index) => index === kept.length - 1 || at < fstatSync(fd).size);
  if (used.length === 0 && files.length > 0) {
    const newest = files.at(-1) as Open;
    newest.at = fstatSync(newest.fd).size;
    used.push(newest);
  }
  for (const { fd } of files) if (!used.some((one) => one.fd === fd)) closeSync(fd);
  return used;
}

/** Where the last so many lines begin, and how many there are. */
function lastLines(fd: number, size: number, wanted: number): { at: number; count: number } {
  const buffer = Buffer.allocUnsafe(BACK);
  let count = 0;
  for (let end = size; end > 0; end -= BACK) {
    const begin = Math.max(0, end - BACK);
    const length = readSync(fd, buffer, 0, end - begin, begin);
    // A line's end is that of the line before: the very last byte ends none that is counted.
    for (
      let at = buffer.lastIndexOf(10, length - 1);
      at !== -1;
      at = at > 0 ? buffer.lastIndexOf(10, at - 1) : -1
    ) {
      if (begin + at + 1 === size) continue;
      count++;
      if (count === wanted) return { at: begin + at + 1, count };
    }
  }
  return { at: 0, count: count + (size > 0 ? 1 : 0) };
}

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+):(\d+) (stdout|stderr|devstart)\+? /;

/** Lines of a log file; one without a head (cut, or of an older version) belongs to the one before it. */
class Parser {
  readonly #file: string;
  #before: Omit<LogLine, 'text'> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  lines(text: string): LogLine[] {
    return text.split('\n').map((line) => {
      const found = HEAD.exec(line);
      if (found) {
        const [head, time = '', app = '', number, stream] = found;
        const instance = Number(number);
        this.#before = { time, app, instance, stream: stream as LogLine['stream'] };
        return { ...this.#before, text: withoutEnd(line.slice(head.length)) };
      }
      this.#before ??= this.#guess();
      return { ...this.#before, text: withoutEnd(line) };
    });
  }

  #guess(): Omit<LogLine, 'text'> {
    const app = this.#file.replace(/^.*[\\/]/, '').replace(/\.log$/, '');
    const time = statSync(this.#file, { throwIfNoEntry: false })?.mtime ?? new Date(0);
    return { time: time.toISOString(), app, instance: 0, stream: 'stdout' };
  }
}

const withoutEnd = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);
