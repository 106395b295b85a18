import path from 'node:path';
import type { Source } from './types.ts';

/** Relative to the project where it lies in it, absolute elsewhere. */
export function shownPath(root: string, file: string): string {
  const relative = path.relative(root, file);
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/** Of a port that stands in an app's own command, and in no file that was read. */
export const ITS_COMMAND = 'its command';

/**
 * Where a value came from, for people: `--backend-port`, `BACKEND_PORT`,
 * `BACKEND_PORT from .env line 3`, `apps[0].port in devstart.config.json line 4`.
 */
export function describeSource(source: Source): string {
  return locate(source, source.kind === 'env-file' ? 'from' : 'in');
}

export function locate(source: Source, preposition: 'from' | 'in'): string {
  const { kind, name, file, line } = source;
  if (kind === 'sticky') return `the last run in ${file ?? '.ports.json'}`;
  if (kind === 'framework' && name === ITS_COMMAND) return name;
  if (kind === 'framework' && file === undefined) return `the default of ${name}`;
  if (kind === 'default') return 'the default';
  if (kind === 'search') return 'the search';
  if (file === undefined) return name;
  return `${name} ${preposition} ${file}${line === undefined ? '' : ` line ${line}`}`;
}
