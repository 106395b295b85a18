import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Replaces the file whole: a temporary sibling, fsync, rename. What the name held before stays until then.
 * At once: the servers read it when they start.
 * @throws the file system's own error; the temporary file is gone then
 */
export function replaceFile(file: string, text: string, mode = 0o644): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    const fd = openSync(temporary, 'w', mode);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes what is of no use any more; a folder that takes no change keeps it. */
export function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It became read-only.
  }
}

/**
 * Makes the folder, and those above it, for this user alone. Node's own way upwards never ends where a folder that
 * is there takes no new one (/proc). @throws the file system's own error
 */
export function makePrivateFolder(dir: string): void {
  const make = () => {
    try {
      mkdirSync(dir, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  };
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path.dirname(dir) === dir) throw error;
    makePrivateFolder(path.dirname(dir));
    make();
  }
}

/** The same pipe or file as another open one, to write; undefined where it cannot be (not Linux, another user's). */
export function openAgain(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, 'w');
  } catch {
    return undefined;
  }
}
