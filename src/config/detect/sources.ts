import path from 'node:path';
import type { Project } from './project.ts';

const SKIPPED =
  /^(?:\.|node_modules$|vendor$|target$|build$|dist$|tests?$|testdata$|examples?$|benches$|docs?$|resources$)/;

/** Files and folders looked into before the search says that it does not know. */
const MOST = 120;

/**
 * Whether a source file of the folder or below holds the pattern, the nearest files first.
 * @param depth folders to go down; 0: the folder alone
 * @param skipped names of folders that hold none of the program
 * @returns undefined where there were too many to tell
 */
export async function anySource(
  project: Project,
  dir: string,
  ending: RegExp,
  pattern: RegExp,
  depth = 20,
  skipped: RegExp = SKIPPED,
): Promise<boolean | undefined> {
  const waiting = [{ folder: dir, below: depth }];
  let looked = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { folder, below } = next;
    const { files, dirs } = await project.list(folder);
    for (const name of files) {
      if (!ending.test(name)) continue;
      if (++looked > MOST) return undefined;
      if (pattern.test((await project.text(path.join(folder, name))) ?? '')) return true;
    }
    if (++looked > MOST) return undefined;
    if (below === 0) continue;
    for (const name of dirs) {
      if (!skipped.test(name)) waiting.push({ folder: path.join(folder, name), below: below - 1 });
    }
  }
  return false;
}
