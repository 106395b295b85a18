import { relative, sep } from 'node:path';
import type { PortOwner } from '../types.ts';

/** For people: `node (pid 4711, ~/other-app)`, or `another process` where nothing is known. */
export function describeOwner(owner: PortOwner | undefined, home?: string): string {
  if (owner?.pid === undefined)
    return owner?.name ?? (owner?.user === undefined ? 'another process' : `a process of user ${owner.user}`);
  const { name = 'a process', pid, cwd } = owner;
  return `${name} (pid ${pid}${cwd === undefined ? '' : `, ${shorten(cwd, home)}`})`;
}

/**
 * Why a port cannot be had: `in use by node (pid 4711, ~/other-app)`,
 * `assigned to app 'web' of ~/shop (pid 4711)`, `named in ../other/.ports.json`.
 */
export function describeHolding(owner: PortOwner | undefined, home?: string): string {
  if (owner?.file !== undefined) return `named in ${owner.file}`;
  if (owner?.app === undefined) return `in use by ${describeOwner(owner, home)}`;
  const { app, cwd, pid } = owner;
  return `assigned to app '${app}'${cwd === undefined ? '' : ` of ${shorten(cwd, home)}`} (pid ${pid})`;
}

function shorten(path: string, home: string | undefined): string {
  if (home === undefined || home === '' || home === sep) return path;
  const rest = relative(home, path);
  if (rest === '') return '~';
  return rest.startsWith('..') ? path : `~${sep}${rest}`;
}
