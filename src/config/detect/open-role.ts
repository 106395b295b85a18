import path from 'node:path';
import { ROLES, type Role } from '../types.ts';
import { type Candidate, isBackground, isBeside, roleNames, type Scope } from './candidate.ts';
import { choose, leaveOut, roleOf } from './choose.ts';
import { furtherFolders } from './folders.ts';

/** The roles that are given. */
export const rolesOf = (all: readonly Candidate[]): Role[] =>
  ROLES.filter((role) => all.some(({ app }) => app.roles.includes(role)));

/** `backend`, `web`: a role's name and no more. */
export const isRoleName = (name: string): boolean =>
  ROLES.some((role) => roleNames[role].includes(name.toLowerCase()));

/** One candidate of each folder and role. */
export const unique = (scope: Scope, candidates: Candidate[]) =>
  candidates.filter(
    (c, i) => candidates.findIndex((x) => x.home === c.home && roleOf(scope, x) === roleOf(scope, c)) === i,
  );

/** Frameworks whose pages have a server of their own behind them. */
const COMPLETE =
  /^(?:next|nuxt|sveltekit|remix|react-router|astro|vinxi|waku|meteor|redwood|wasp|laravel|static)$/;
/** Programs that may be anything. */
const BARE = /^(?:python|node|bun|deno)$/;

/**
 * A folder that no name gives a role has the one that is still open.
 * @param byFolders no command at the top says what is to be started
 */
export async function openRole(
  scope: Scope,
  chosen: Candidate[],
  { byFolders = false } = {},
): Promise<Candidate[]> {
  const open = ROLES.filter((role) => !rolesOf(chosen).includes(role));
  const [role] = open;
  if (open.length !== 1 || role === undefined || chosen.some(({ app }) => app.opaque)) return [];
  const complete =
    role === 'backend' ? chosen.find(({ app }) => COMPLETE.test(app.framework ?? '')) : undefined;
  if (complete && !(byFolders && isPageOfTwo(scope, complete))) return [];
  const homes = chosen.map(({ home }) => home);
  const further = await furtherFolders(scope, new Set(homes), true);
  const taken = chosen.find(({ app }) => app.roles[0] !== undefined && app.roles[0] !== role);
  // A second page is none of the open role, and is said.
  for (const one of taken ? further : [])
    if (
      taken &&
      one.app.roles[0] === taken.app.roles[0] &&
      !isBeside(one) &&
      !isBackground(path.basename(one.home))
    )
      leaveOut(scope, one, taken, taken.app.roles[0] as Role);
  const others = further.filter(
    (c) =>
      c.app.roles[0] === role &&
      !isBackground(path.basename(c.home)) &&
      !isBeside(c) &&
      !(complete && BARE.test(c.app.framework ?? '')) &&
      !homes.some((home) => home.startsWith(c.home + path.sep)),
  );
  const [first, ...rivals] = unique(scope, others);
  // The page could do without: nobody is asked which of several it means.
  if (complete && first && rivals.length > 0) {
    const why = 'several could be the backend; a config can add it';
    for (const { home } of [first, ...rivals])
      scope.leftOut.push({ what: path.basename(home), file: scope.project.relative(home), why });
    return [];
  }
  return first ? choose(scope, [first, ...rivals], [role]) : [];
}

/** Called `frontend/` or `next-client` at the top, a page has a backend beside it, whatever it could do by itself. */
const isPageOfTwo = ({ project }: Scope, { app, home }: Candidate): boolean =>
  app.framework !== 'static' &&
  path.dirname(home) === project.root &&
  (isRoleName(path.basename(home)) ||
    /(?:^|[-_.])(?:front-?end|client)(?:$|[-_.])/i.test(path.basename(home)));
