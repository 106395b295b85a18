import { readdirSync, readlinkSync } from 'node:fs';
import { linux } from './platform.ts';

/** The sockets that a process holds, as `socket:[4711]`; undefined where they may not be seen (another user's). */
export function socketsOf(pid: number): string[] | undefined {
  const folder = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : [];
  }
  const sockets: string[] = [];
  for (const name of names) {
    try {
      const file = readlinkSync(`${folder}/${name}`);
      if (file.startsWith('socket:')) sockets.push(file);
    } catch {
      // closed meanwhile
    }
  }
  return sockets;
}

/** What a process has as its fds 0 to 2; empty where the system does not tell. */
export function standardFiles(pid: number): string[] {
  if (!linux) return [];
  const found: string[] = [];
  for (const fd of [0, 1, 2]) {
    try {
      found.push(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // closed, gone, or another user's
    }
  }
  return found;
}
