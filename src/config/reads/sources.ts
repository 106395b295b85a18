import path from 'node:path';
import { entriesOf, shortLines, smallText } from '../small-files.ts';

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
  /config|settings?|env|cors|main|app|server|index|api|core|http|client|security|common|shared|lib|init|base|urls|boot|const|middleware/i;

const MOST_FOLDERS = 32;
const MOST_FILES = 32;
/** So deep every folder and file is looked at, below only those with telling names… */
const SHALLOW = 1;
/** … or few beside them: `src/shop`, `com/example/shop`. */
const FEW = 3;
const DEEPEST = 8;

/**
 * The code in `dir` that may read settings: a bounded part of it, by telling names, so that a start costs the same in
 * every project. At once, like all reading of a start.
 * @param others folders of other apps, passed over
 * @param flat only what lies in `dir` itself: a bundler's config
 */
export function sourcesOf(dir: string, others: readonly string[], flat: boolean): SourceFile[] {
  const found: string[] = [];
  let level = [dir];
  let looked = 0;
  for (let depth = 0; level.length > 0 && depth <= (flat ? 0 : DEEPEST); depth++) {
    const next: string[] = [];
    for (const folder of level.slice(0, MOST_FOLDERS - looked)) {
      const inner: string[] = [];
      looked++;
      const known = depth <= SHALLOW || isTelling(folder);
      for (const entry of entriesOf(folder)) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!SKIPPED_FOLDERS.test(entry.name) && !others.includes(full)) inner.push(full);
        } else if (CODE.test(entry.name) && !SKIPPED_FILES.test(entry.name)) {
          if (known || isTelling(full)) found.push(full);
        }
      }
      const all = depth < SHALLOW || inner.length <= FEW;
      next.push(...(all ? inner : inner.filter(isTelling)));
    }
    level = next.sort(tellingFirst);
  }
  return found
    .sort(tellingFirst)
    .slice(0, MOST_FILES)
    .flatMap((file) => {
      const text = smallText(file);
      return text === undefined ? [] : [{ file, text: shortLines(file, text) }];
    });
}

const isTelling = (file: string): boolean => TELLING.test(path.basename(file));
const tellingFirst = (a: string, b: string): number => Number(isTelling(b)) - Number(isTelling(a));
