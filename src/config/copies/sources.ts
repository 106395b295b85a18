import path from 'node:path';
import type { Project } from '../detect/project.ts';
import { SMALL } from '../small-files.ts';
import { developing } from './branches.ts';
import { placeOf, type Syntax, syntaxOf, withoutComments, withoutRustTests } from './text.ts';
import type { CopyKind, Found } from './types.ts';

/** A file of the project, read. */
export interface SourceFile {
  /** Absolute. */
  path: string;
  /** Relative to the project, with `/`. */
  file: string;
  syntax: Syntax;
  text: string;
  /** The text with its comments blanked: offsets are the same. */
  code: string;
}

/** A port's digits in a file: offsets, the end exclusive. */
export interface Digits {
  source: SourceFile;
  start: number;
  end: number;
}

/** Files that one app may cost, its configs and what its entry imports together. */
const MAX_FILES = 24;

/** The project's files as one app reads them: each once, none too big, not too many. */
export class Sources {
  readonly project: Project;
  /** The app's own folder: it may lie beside the project. */
  readonly #dir: string;
  readonly #opened = new Map<string, Promise<SourceFile | undefined>>();
  /** Of the project, and not read. */
  readonly tooLong: string[] = [];

  readonly #prod: boolean;

  constructor(project: Project, dir: string, prod = false) {
    this.project = project;
    this.#dir = dir;
    this.#prod = prod;
  }

  /** @param file absolute */
  open(file: string): Promise<SourceFile | undefined> {
    let source = this.#opened.get(file);
    if (!source) {
      if (this.#opened.size >= MAX_FILES || !this.#isOurs(file)) return Promise.resolve(undefined);
      source = this.#read(file);
      this.#opened.set(file, source);
    }
    return source;
  }

  /** Not a package's, and not another program's elsewhere on the machine. */
  #isOurs(file: string): boolean {
    const within = (dir: string): boolean => file.startsWith(dir.endsWith(path.sep) ? dir : dir + path.sep);
    if (/[\\/](?:node_modules|site-packages)[\\/]/.test(file.slice(this.project.root.length))) return false;
    return within(this.project.root) || within(this.#dir);
  }

  async #read(file: string): Promise<SourceFile | undefined> {
    const text = await this.project.text(file);
    const isLong = text !== undefined && text.length > SMALL;
    if (isLong) this.tooLong.push(this.project.relative(file));
    if (text === undefined || isLong) return undefined;
    const source = sourceOf(file, this.project.relative(file), text);
    return !this.#prod && text.includes('process.env.NODE_ENV') ? developing(source) : source;
  }
}

/** @param place absolute */
export function sourceOf(place: string, file: string, text: string): SourceFile {
  const syntax = /^#!.*\b(?:node|bun|deno|tsx)\b/.test(text) ? 'js' : syntaxOf(file);
  let code: string | undefined;
  return {
    path: place,
    file,
    syntax,
    text,
    get code() {
      code ??=
        syntax === 'rust' ? withoutRustTests(withoutComments(text, syntax)) : withoutComments(text, syntax);
      return code;
    },
  };
}

/** The digits as others see them. */
export function foundAt(
  { source, start, end }: Digits,
  kind: CopyKind,
  more: Partial<Pick<Found, 'host' | 'name' | 'value'>> = {},
): Found {
  const { line, column } = placeOf(source.text, start);
  return {
    file: source.file,
    line,
    columns: [column, column + end - start],
    port: Number(source.text.slice(start, end)),
    kind,
    ...more,
  };
}
