import path from 'node:path';
import type { Project } from './project.ts';

const SKIPPED =
  /^(?:\.|node_modules$|vendor$|target$|build$|dist$|tests?$|testdata$|examples?$|benches$|docs?$|resources$)/;

/** Files and folders looked into before the search says that it does not know. */
const MOST = 120;

/**
 * Whether a source file of the folder or below holds the pattern, the nearest files first.
 * @returns undefined where there were too many to tell
 */
export async function anySource(
  project: Project,
  dir: string,
  ending: RegExp,
  pattern: RegExp,
): Promise<boolean | undefined> {
  const waiting = [dir];
  let looked = 0;
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const { files, dirs } = await project.list(folder);
    for (const name of files) {
      if (!ending.test(name)) continue;
      if (++looked > MOST) return undefined;
      if (pattern.test((await project.text(path.join(folder, name))) ?? '')) return true;
    }
    if (++looked > MOST) return undefined;
    for (const name of dirs) if (!SKIPPED.test(name)) waiting.push(path.join(folder, name));
  }
  return false;
}
