import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';

/**
 * The files of a project as those rooms see them whose findings are kept from one start to the next: what they ask is
 * noted, so that the next start can ask it again. At once, like all reading of a start.
 */

type Question = 'text' | 'kind' | 'names' | 'link';
/** A path's answer; of a text what tells it from each other text that may stand there. */
export type Fact = [question: Question, path: string, answer: string];

/** Milliseconds: the coarsest clock of a file system. What was written just before may be written again unseen. */
const GRAIN = 2000;

const observers = new Set<Observer>();

/** What is asked while it works. */
export class Observer {
  readonly #began: number;
  readonly #answers = new Map<string, Fact>();
  #unclear = false;

  constructor(began: Date) {
    this.#began = began.getTime();
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    observers.add(this);
    try {
      return await work();
    } finally {
      observers.delete(this);
    }
  }

  note(question: Question, path: string, answer: string): void {
    const key = `${question} ${path}`;
    // Answered in two ways while it works: what follows from which cannot be told.
    if ((this.#answers.get(key)?.[2] ?? answer) !== answer) this.giveUp();
    this.#answers.set(key, [question, path, answer]);
  }

  /** Something was asked that cannot be asked again. */
  giveUp(): void {
    this.#unclear = true;
  }

  /** All that was asked; undefined: an answer may have changed since, or cannot be told. */
  facts(): Fact[] | undefined {
    if (this.#unclear) return undefined;
    const facts: Fact[] = [];
    for (const [question, path, answer] of this.#answers.values()) {
      const now = question === 'text' ? this.#settled(path) : answers[question](path);
      const same = question === 'text' ? (now === '') === (answer === '') : now === answer;
      if (now === undefined || !same) return undefined;
      facts.push([question, path, now]);
    }
    return facts;
  }

  /** What tells a text from others; undefined: it was written so late that it may be another one by now. */
  #settled(file: string): string | undefined {
    const found = stat(file);
    const written = Math.max(found?.mtimeMs ?? 0, found?.ctimeMs ?? 0);
    return written > this.#began - GRAIN ? undefined : markOf(found);
  }
}

export const isSame = ([question, path, answer]: Fact): boolean => answers[question](path) === answer;

/** What cannot be asked again: another program's answer. */
export function unclear(): void {
  for (const one of observers) one.giveUp();
}

const answers: Record<Question, (path: string) => string> = {
  text: (file) => markOf(stat(file)),
  kind: (file) => kindOf(stat(file)),
  names: (dir) => attempt(() => namesOf(readdirSync(dir, { withFileTypes: true }))) ?? '',
  link: (file) => attempt(() => realpathSync(file)) ?? '',
};

const markOf = (found: Stats | undefined): string =>
  found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : '';

const kindOf = (found: Stats | undefined): string => {
  if (!found) return '';
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? `file ${found.mode & 0o111 ? 'x' : ''}` : 'other';
};

/** Ours is written at each start. */
const namesOf = (entries: readonly Dirent[]): string =>
  entries
    .filter(({ name }) => !/^\.?\.ports\.json/.test(name))
    .map((entry) => `${entry.isDirectory() ? 'd' : entry.isFile() ? 'f' : 'o'}${entry.name}`)
    .sort()
    .join('\0');

function stat(file: string): Stats | undefined {
  return attempt(() => statSync(file, { throwIfNoEntry: false }));
}

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function noted<T>(question: Question, path: string, ask: () => T, answerOf: (value: T) => string): T {
  if (observers.size === 0) return ask();
  let answer = '';
  try {
    const value = ask();
    answer = answerOf(value);
    return value;
  } finally {
    for (const one of observers) one.note(question, path, answer);
  }
}

/** @throws the file system's own error */
export const readBytes = (file: string): Buffer =>
  noted(
    'text',
    file,
    () => readFileSync(file),
    () => 'there',
  );

/** @param most bytes: undefined where it has more @throws the file system's own error */
export const readText = (file: string, most = Number.POSITIVE_INFINITY): string | undefined =>
  noted(
    'text',
    file,
    () =>
      most < Number.POSITIVE_INFINITY && statSync(file).size > most ? undefined : readFileSync(file, 'utf8'),
    () => 'there',
  );

/** @throws the file system's own error */
export const readFolder = (dir: string): Dirent[] =>
  noted('names', dir, () => readdirSync(dir, { withFileTypes: true }), namesOf);

/** @throws the file system's own error */
export const realPath = (file: string): string => noted('link', file, () => realpathSync(file), String);

/** Undefined: it is not there, or not ours to see. Of its numbers only what kind it is may be used: that is noted. */
export const kindAt = (file: string): Pick<Stats, 'isFile' | 'isDirectory' | 'mode'> | undefined =>
  noted('kind', file, () => stat(file), kindOf);
