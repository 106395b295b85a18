import type { Dirent } from 'node:fs';
import { readFolder, readText } from '../system/observed.ts';

/** What the rooms that read a project's own files agree on. At once, like all reading of a start. */

/** Bytes: longer files are bundles and data, in which nobody writes a setting. */
export const SMALL = 128 << 10;

/** Undefined: it is not there, cannot be read, or is no small text. */
export function smallText(file: string): string | undefined {
  try {
    return readText(file, SMALL);
  } catch {
    return undefined;
  }
}

/** Characters: a longer line is a bundle's or data, and patterns may take its square in time. */
const LONGEST = 2000;
/** What is parsed as a whole keeps its lines. */
const WHOLE = /(?:\.(?:jsonc?|ya?ml|toml|lock|xml)|^\.env[^/\\]*|[\\/]\.env[^/\\]*)$/;

/** So many empty lines are no text of a person's either, and `^\s*` goes through all of them from each. */
const GAP = /(?:[ \t]*\r?\n){1000}/;
/** Characters: shorter texts are read in no time, whatever stands in them. */
const HARMLESS = 20_000;

/**
 * Code and prose without what nobody writes: the ends of the longest lines, and what follows a thousand empty ones. Each
 * line and column that is left stays where it was.
 */
export function shortLines(file: string, text: string): string {
  if (text.length <= LONGEST || WHOLE.test(file)) return text;
  let from = 0;
  let kept = '';
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (end - start > LONGEST) {
      kept += text.slice(from, start + LONGEST);
      from = end;
    }
    start = end + 1;
  }
  const all = from === 0 ? text : kept + text.slice(from);
  const gap = all.length > HARMLESS ? all.search(GAP) : -1;
  return gap < 0 ? all : all.slice(0, gap);
}

/** None where it is no folder, or not ours to read. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readFolder(folder);
  } catch {
    return [];
  }
}

/** PowerShell's `>` writes UTF-16 with a mark at its head. Undefined: neither this nor UTF-8. */
export function decodeText(bytes: Buffer): string | undefined {
  const wide = bytes[2] === 0 && bytes[3] === 0; // UTF-32
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !wide) return bytes.toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
}
