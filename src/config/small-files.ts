import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';

/** What the rooms that read a project's own files agree on. At once, like all reading of a start. */

/** Bytes: longer files are bundles and data, in which nobody writes a setting. */
export const SMALL = 128 << 10;

/** Undefined: it is not there, cannot be read, or is no small text. */
export function smallText(file: string): string | undefined {
  try {
    return statSync(file).size > SMALL ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** None where it is no folder, or not ours to read. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
