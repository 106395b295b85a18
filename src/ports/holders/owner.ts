import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listListeners } from '../../system/listeners.ts';
import { listenersOn, userNames } from '../../system/processes.ts';
import type { PortOwner } from '../types.ts';

const PROJECT_MARKS = (
  'package.json .git rxconfig.py pyproject.toml requirements.txt manage.py go.mod Cargo.toml deno.json composer.json ' +
  'Gemfile'
).split(' ');

/**
 * Every process that holds a LISTEN socket on one of the ports, by ascending pid, in one look. A port without an entry
 * has no listener that the system tells about.
 */
export async function findOwners(ports: number[]): Promise<Map<number, PortOwner[]>> {
  if (ports.length === 0) return new Map();
  const found = await listenersOn(ports);
  return new Map(
    [...found].map(([port, listening]) => [
      port,
      listening.map((one) => (one.cwd === undefined ? one : { ...one, cwd: projectOf(one.cwd) })),
    ]),
  );
}

/** Of a listener whose process is not told of: whose it is, as far as the system says. */
export function unseenOwner(port: number): PortOwner {
  const uid = listListeners()?.find((one) => one.port === port)?.uid;
  return uid === undefined ? {} : { user: userNames()(uid) };
}

/** Nearest folder upwards that looks like a project, or the folder itself. */
function projectOf(folder: string): string {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (PROJECT_MARKS.some((mark) => existsSync(join(at, mark)))) return at;
  }
  return folder;
}
