import type { Service } from './types.ts';

/** Users and groups that every Debian image has. */
const USERS: Record<string, number> = { root: 0, 'www-data': 33, nobody: 65_534 };
const GROUPS: Record<string, number> = { root: 0, 'www-data': 33, users: 100, nogroup: 65_534 };

const numberOf = (id: string | undefined, known: Record<string, number>): number | undefined => {
  if (id === undefined) return undefined;
  if (/^\d+$/.test(id)) return Number(id);
  return Object.hasOwn(known, id) ? known[id] : undefined;
};

/** Whom a service's container runs as, by number: images lack this machine's names. Undefined: as its image says. */
export function containerUser(
  { app, user, group }: Service,
  lost: string[],
): { uid: number; gid: number } | undefined {
  if (user === undefined) return undefined;
  const uid = numberOf(user, USERS);
  if (uid === undefined) {
    lost.push(`${app}: the user ${user}, whose number no image knows: it is 1000`);
    return undefined;
  }
  const gid = numberOf(group, GROUPS);
  if (group !== undefined && gid === undefined)
    lost.push(`${app}: the group ${group}, whose number no image knows: it is ${uid}`);
  return { uid, gid: gid ?? uid };
}
