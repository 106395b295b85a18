import path from 'node:path';
import type { Warning } from '../types.ts';
import { readPortsFile } from './sticky.ts';

/**
 * The ports that other projects' files name (`avoid` in the config), and the file of each as it was written.
 * A missing file names none, a broken one is a warning.
 * @param own the project's own ports file, absolute: it stands for nobody else
 */
export async function readAvoided(
  files: readonly string[],
  root: string,
  own: string,
): Promise<{ ports: Map<number, string>; warnings: Warning[] }> {
  const ports = new Map<number, string>();
  const warnings: Warning[] = [];
  for (const name of files) {
    const file = path.resolve(root, name);
    if (file === own) continue;
    const read = await readPortsFile(file, root, 'its ports are not avoided');
    if (read.warning) warnings.push(read.warning);
    const { backend, frontend, apps = {} } = read.ports ?? {};
    for (const port of [backend, frontend, ...Object.values(apps).flat()]) {
      if (port !== undefined && !ports.has(port)) ports.set(port, name);
    }
  }
  return { ports, warnings };
}
