import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DevstartError } from '../errors.ts';
import { replaceFile } from '../system/files.ts';

const HASH = /^(?:#|\/\/) devstart-hash: ([0-9a-f]{16})\n/m;

const markOf = (name: string): string => (/\.(?:json|c?js)$/.test(name) ? '//' : '#');

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The text with its header: the command that made it, and a hash of all else. Pure. */
export function withHeader(name: string, text: string, command: string): string {
  const mark = markOf(name);
  const [, shebang = '', body = ''] = /^(#!.*\n)?([\s\S]*)$/.exec(text) ?? [];
  const top = `${mark} Made by: ${command}\n`;
  const rest = `${mark} Edited, it is not written over: --force does that.\n\n${body}`;
  return `${shebang}${top}${mark} devstart-hash: ${hashOf(shebang + top + rest)}\n${rest}`;
}

/** A file as an export left it. Pure. */
export function isUntouched(text: string): boolean {
  const found = HASH.exec(text);
  return found !== null && found[1] === hashOf(text.replace(HASH, ''));
}

export interface FileChange {
  name: string;
  /** Undefined: it is not there yet. */
  before: string | undefined;
  after: string;
  /** Somebody has edited it, or it is not ours. */
  edited: boolean;
}

/** What writing would change; what is as it should be is left out. @throws DevstartError where a file cannot be read */
export function changesIn(dir: string, files: ReadonlyMap<string, string>): FileChange[] {
  return [...files].flatMap(([name, after]) => {
    const before = readText(path.join(dir, name));
    if (before === after) return [];
    return [{ name, before, after, edited: before !== undefined && !isUntouched(before) }];
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DevstartError('EXPORT_FAILED', `${file} cannot be read (${code ?? error})`);
  }
}

/** @throws DevstartError USAGE before anything is written, where a file was edited; EXPORT_FAILED */
export function writeChanges(
  dir: string,
  shown: string,
  changes: readonly FileChange[],
  force: boolean,
): void {
  const edited = changes.filter((one) => one.edited).map(({ name }) => name);
  if (edited.length > 0 && !force) {
    const one = edited.length === 1;
    throw new DevstartError(
      'FILE_EDITED',
      `${edited.map((name) => path.posix.join(shown, name)).join(', ')} ${one ? 'was' : 'were'} edited, or ${one ? 'is' : 'are'} not ours: nothing was written`,
      {
        hint: '--dry-run shows what would change; --force writes over it; another DIR leaves it alone.',
      },
    );
  }
  try {
    for (const { name, after } of changes) {
      const file = path.join(dir, name);
      mkdirSync(path.dirname(file), { recursive: true });
      replaceFile(file, after);
    }
  } catch (error) {
    throw new DevstartError('EXPORT_FAILED', `the export could not be written: ${(error as Error).message}`);
  }
}
