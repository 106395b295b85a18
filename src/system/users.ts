import { readFileSync } from 'node:fs';

/** Whom a process may run as. */
export interface User {
  uid: number;
  gid: number;
  /** `uid 1000` for one without an entry. */
  name: string;
  home: string | undefined;
  shell: string | undefined;
  /** It has an entry: its groups are known. */
  known: boolean;
}

/** The user by name or number, with the group by name or number in place of its own; `wrong` names what is none. */
export function findUser(user: string, group: string | undefined): User | { wrong: 'user' | 'group' } {
  const entry = linesOf('/etc/passwd').find(([name, , uid]) => name === user || uid === user);
  const isNumber = /^\d+$/.test(user);
  if (!entry && !isNumber) return { wrong: 'user' };
  const [name = `uid ${user}`, , uid = user, own = user, , home, shell] = entry ?? [];
  let gid = own;
  if (group !== undefined) {
    const found = linesOf('/etc/group').find(([known, , number]) => known === group || number === group);
    if (!found && !/^\d+$/.test(group)) return { wrong: 'group' };
    gid = found?.[2] ?? group;
  }
  return {
    uid: Number(uid),
    gid: Number(gid),
    name,
    home: home || undefined,
    shell: shell || undefined,
    known: entry !== undefined,
  };
}

function linesOf(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** Variables that say who somebody is, or lead to what is theirs alone. */
const PERSONAL =
  /^(?:HOME|USER|LOGNAME|USERNAME|SHELL|MAIL|OLDPWD|SUDO_\w+|XDG_\w+|SSH_\w+|GPG_\w+|DBUS_SESSION_BUS_ADDRESS|XAUTHORITY|KRB5CCNAME|DOAS_USER)$/;

/**
 * An environment as it is for somebody else: without what is its owner's, and without what leads into the owner's
 * home. Pure.
 */
export function environmentFor(
  env: Readonly<Record<string, string | undefined>>,
  { name, home, shell }: User,
): Record<string, string | undefined> {
  const old = env.HOME;
  const leadsHome = (text: string) =>
    old !== undefined && old !== '/' && (text === old || text.startsWith(`${old}/`));
  const kept: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(env)) {
    if (value === undefined || PERSONAL.test(key)) continue;
    if (key === 'PATH')
      kept.PATH = value
        .split(':')
        .filter((folder) => !leadsHome(folder))
        .join(':');
    else if (!leadsHome(value)) kept[key] = value;
  }
  return { ...kept, HOME: home ?? '/', USER: name, LOGNAME: name, SHELL: shell ?? '/bin/sh' };
}
