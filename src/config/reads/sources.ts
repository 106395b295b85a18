import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A file of an app's own code. */
export interface SourceFile {
  /** Absolute. */
  file: string;
  text: string;
}

const CODE = /\.(?:[cm]?[jt]sx?|py|go|rs|rb|php|java|kt|cs|exs?)$|^application[\w-]*\.(?:properties|ya?ml)$/;
const SKIPPED_FOLDERS =
  /^(?:\.|node_modules$|s?venv$|env$|site-packages$|dist$|build$|out$|target$|vendor$|coverage$|public$|static$|assets$|migrations$|__\w+__$|e2e$|tests?$|spec$|docs?$|templates$|fixtures$|locales?$|i18n$)/;
const SKIPPED_FILES = /\.(?:test|spec|stories|d|min)\.|^test_|_test\.|-lock\.|^conftest\.|compose/;
/** Where programs read their settings. */
const TELLING =
  /config|settings?|env|cors|main|app|server|index|api|core|http|client|security|init|base|urls/i;

const MOST_FOLDERS = 80;
const MOST_DEPTH = 8;
const MOST_FILES = 60;
/** Bytes. */
const MOST_BYTES = 128 << 10;

/**
 * The code in `dir` that may read settings: a bounded part of it, the files with telling names first. At once, like
 * all reading of a start.
 * @param others folders of other apps, passed over
 * @param flat only what lies in `dir` itself: a bundler's config
 */
export function sourcesOf(dir: string, others: readonly string[], flat: boolean): SourceFile[] {
  const found: string[] = [];
  const folders: { folder: string; depth: number }[] = [{ folder: dir, depth: 0 }];
  for (let next = 0; next < folders.length && next < MOST_FOLDERS; next++) {
    const { folder, depth } = folders[next] as { folder: string; depth: number };
    for (const entry of entriesOf(folder)) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        const goesOn = !flat && depth < MOST_DEPTH && !SKIPPED_FOLDERS.test(entry.name);
        if (goesOn && !others.includes(full)) folders.push({ folder: full, depth: depth + 1 });
      } else if (CODE.test(entry.name) && !SKIPPED_FILES.test(entry.name)) found.push(full);
    }
  }
  const telling = (file: string) => (TELLING.test(path.relative(dir, file)) ? 0 : 1);
  return found
    .sort((a, b) => telling(a) - telling(b))
    .slice(0, MOST_FILES)
    .flatMap((file) => {
      const text = textOf(file);
      return text === undefined ? [] : [{ file, text }];
    });
}

/** Undefined: it is not there, cannot be read, or is no small text. */
export function textOf(file: string): string | undefined {
  try {
    return statSync(file).size > MOST_BYTES ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
