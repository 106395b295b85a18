import { spawnSync } from 'node:child_process';
import { DevstartError } from '../errors.ts';
import type { HandedSocket } from '../plan/listen.ts';
import type { InstancePlan } from '../plan/types.ts';
import { onPath } from '../system/programs.ts';
import { findUser, type User } from '../system/users.ts';
import { asUserWords, type Handing, handing } from './handover.ts';
import { type HeldSocket, knowsReusePort, SocketStore } from './sockets.ts';

/** What a run hands to its instances: open sockets, and another user's rights. */
export interface Handings {
  /** Opens what the instance is handed, where it is not open. @throws OpenError, DevstartError */
  prepare(plan: InstancePlan): Promise<void>;
  /** What is started in place of its command; undefined: the command itself. */
  of(plan: InstancePlan): Handing | undefined;
  /** The open sockets of an app. */
  held(app: string): readonly HeldSocket[];
  /** Nobody of the app is left, or it opens its own. */
  close(app: string): void;
  closeAll(): void;
}

/** @param env the launcher's own: where setpriv is looked for, which alone gives somebody his groups */
export function createHandings(env: Readonly<Record<string, string | undefined>>): Handings {
  const store = new SocketStore();
  const users = new Map<string, User>();
  let setpriv: string | undefined;
  return {
    async prepare({ app, listen, runAs, cwd }) {
      if (runAs && !users.has(app)) {
        if (process.getuid?.() === 0) setpriv = await onPath('setpriv', env);
        users.set(app, userOf(app, runAs, setpriv, [cwd, ...(listen?.preload ? [listen.preload] : [])]));
      }
      if (listen) await store.open(app, listen.sockets.map(checked));
    },
    of(plan) {
      const user = users.get(plan.app);
      const held = plan.listen ? store.of(plan.app) : [];
      if (!user) return held.length === 0 ? undefined : handing(plan, held, []);
      const made = handing(plan, held, setpriv ? asUserWords(user, setpriv) : []);
      const ids = { uid: user.uid, gid: user.gid };
      return { ...made, user, ...(process.getuid?.() === 0 && !setpriv && { ids }) };
    },
    held: (app) => store.of(app),
    close: (app) => store.close(app),
    closeAll: () => store.closeAll(),
  };
}

function checked(socket: HandedSocket): HandedSocket {
  if (socket.reusePort && !knowsReusePort()) {
    throw new DevstartError(
      'CONFIG_INVALID',
      `reusePort wants Node 22.12 or newer, and this is ${process.version}`,
    );
  }
  return socket;
}

/** @throws DevstartError where it is none, where we are not root, where it cannot read the folder */
function userOf(
  app: string,
  { user, group }: NonNullable<InstancePlan['runAs']>,
  setpriv: string | undefined,
  paths: readonly string[],
): User {
  const found = findUser(user, group);
  if ('wrong' in found) {
    const name = found.wrong === 'user' ? user : group;
    throw new DevstartError(
      'CONFIG_INVALID',
      `${app} is to run as ${found.wrong} ${name}, and there is none here`,
      {
        hint: `Give the name or the number of a ${found.wrong} of this machine.`,
      },
    );
  }
  const self = process.getuid?.();
  if (self !== 0 && self !== found.uid) {
    throw new DevstartError('CONFIG_INVALID', `${app} is to run as ${found.name}, which only root can do`, {
      hint: 'Start devstart as root (sudo), or take "user" out of the config.',
    });
  }
  if (self === 0) for (const one of paths) refuseUnreadable(app, found, one, setpriv);
  return found;
}

function refuseUnreadable(app: string, user: User, what: string, setpriv: string | undefined): void {
  const readable = 'test -r "$1" && { test -f "$1" || test -x "$1"; }';
  const [file = '', ...args] = [
    ...(setpriv ? asUserWords(user, setpriv) : []),
    '/bin/sh',
    '-c',
    readable,
    'sh',
    what,
  ];
  const ids = setpriv ? {} : { uid: user.uid, gid: user.gid };
  if (spawnSync(file, args, { cwd: '/', stdio: 'ignore', ...ids }).status === 0) return;
  throw new DevstartError('CONFIG_INVALID', `${app} is to run as ${user.name}, who cannot read ${what}`, {
    hint: `Let ${user.name} into the folder and those above it (chmod o+rx), or keep the project and devstart where it may look.`,
  });
}
