import { chmodSync, lstatSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderOf } from '../guard/records.ts';
import { makePrivateFolder } from '../system/files.ts';
import { socketsAreFiles } from '../system/platform.ts';

/**
 * Bytes of a Unix socket's path: 104 with its end on macOS and the BSDs, 108 on Linux. A longer one would be cut off
 * in silence (unix(7)).
 */
export const MOST_PATH = 103;

/** Where a run can be reached: the places to try, the best one first. Pure. @param dir the state directory */
export function placesOf(
  dir: string,
  runId: string,
  { uid, files }: { uid: number | undefined; files: boolean },
): string[] {
  if (!files) return [`\\\\.\\pipe\\devstart-${runId}`];
  const name = `${runId}.sock`;
  // Not TMPDIR: each agent and login may have another one. A living socket is left alone by those who tidy /tmp.
  const all = [path.join(folderOf(dir), name), path.join(`/tmp/devstart-${uid ?? 'user'}`, name)];
  return all.filter((file) => Buffer.byteLength(file) <= MOST_PATH);
}

/**
 * A path for the run's socket, in a folder that is this user's alone. Where a stranger sits on the usual one, or a
 * folder cannot be had, it is another: it is found through the run's record. @throws the file system's own error
 */
export function prepareAddress(dir: string, runId: string, passOver: readonly string[] = []): string {
  const places = placesOf(dir, runId, { uid: process.getuid?.(), files: socketsAreFiles });
  if (!socketsAreFiles) return places[0] as string;
  for (const file of places) {
    if (!passOver.includes(file) && makePrivate(path.dirname(file))) return file;
  }
  const shorter = ['/tmp', tmpdir()].sort((a, b) => a.length - b.length);
  return path.join(mkdtempSync(path.join(shorter[0] as string, 'devstart-')), `${runId}.sock`);
}

/** The folder is there, this user's own, and closed to all others. */
function makePrivate(folder: string): boolean {
  try {
    makePrivateFolder(folder);
    const { uid, mode } = lstatSync(folder);
    if (!lstatSync(folder).isDirectory()) return false;
    const mine = process.getuid?.();
    // With `sudo devstart` the state is its user's, who could take it over anyway.
    if (uid !== mine && mine !== 0) return false;
    if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return (lstatSync(folder).mode & 0o077) === 0;
  } catch {
    return false;
  }
}
