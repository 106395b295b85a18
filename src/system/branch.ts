import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The git branch that is checked out in the folder, or in one above it; the commit's first digits where none is
 * (a detached HEAD); undefined outside of git. Reads two small files, runs nothing.
 */
export function branchOf(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const head = headIn(path.join(at, '.git'));
    if (head !== undefined) return /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? head.slice(0, 7);
    if (path.dirname(at) === at) return undefined;
  }
}

/** @param git the folder, or in a linked worktree the file that names it */
function headIn(git: string): string | undefined {
  const head = read(path.join(git, 'HEAD'));
  if (head !== undefined) return head;
  const [, linked] = /^gitdir: (.+)$/m.exec(read(git) ?? '') ?? [];
  return linked && read(path.resolve(path.dirname(git), linked, 'HEAD'));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
