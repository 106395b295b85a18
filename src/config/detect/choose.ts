import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import { type App, ROLES, type Role } from '../types.ts';
import {
  type Candidate,
  isBackground,
  isBeside,
  isWeak,
  roleNames,
  roleOfName,
  type Scope,
  uniqueNames,
  withRole,
} from './candidate.ts';
import { runsIn } from './listening.ts';
import { minimalConfig } from './minimal.ts';

/** The candidates' role: by framework, else by the name of their folder; the project's own name says nothing. */
export function roleOf({ project }: Scope, { app, home }: Candidate): Role | undefined {
  if (app.roles.length > 0) return app.roles[0];
  return home === project.root ? undefined : roleOfName(path.basename(home));
}

/** At most one app for each role; two that nothing tells apart are the user's to decide. */
export function choose(scope: Scope, candidates: Candidate[], open: readonly Role[] = ROLES): Candidate[] {
  const servers = candidates.filter((c) => !c.task);
  const both = servers.filter((c) => c.app.roles.length > 1);
  const [whole] = both;
  if (whole && both.length === 1) return [whole, ...besideBoth(scope, whole, servers)];
  const chosen: Candidate[] = [];
  for (const role of open) {
    const mine = withoutOwnPages(scope, servers, role);
    const one = mine.length > 1 ? clearlyNamed(scope, mine, role) : mine[0];
    if (mine.length > 1 && !one) throw ambiguous(scope, role, mine, servers);
    if (!one) continue;
    for (const other of mine) if (other !== one) leaveOut(scope, other, one, role);
    chosen.push(one.app.roles.length > 1 ? one : withRole(one, role));
  }
  if (chosen.length > 0) {
    for (const one of servers) if (roleOf(scope, one) === undefined) leaveOpen(scope, one);
    return chosen;
  }
  if (servers.length > 1 && open.length > 1) throw ambiguous(scope, undefined, servers, servers);
  return open.length > 1 ? servers : [];
}

/** Frameworks with pages of their own: what makes those is no rival of a frontend in a folder of its own. */
const WITH_PAGES = /^(?:laravel|rails|symfony|phoenix|django|php)$/;

function withoutOwnPages(scope: Scope, servers: Candidate[], role: Role): Candidate[] {
  const all = servers.filter((c) => roleOf(scope, c) === role);
  const pages = role === 'frontend' ? all.filter(({ library, meant }) => meant || !library) : [];
  const mine = pages.length > 0 ? pages : all;
  if (role !== 'frontend' || mine.length < 2) return mine;
  const isOwnPage = ({ home }: Candidate) =>
    servers.some((c) => c.home === home && WITH_PAGES.test(c.app.framework ?? ''));
  const [one, ...rest] = mine.filter((c) => !isOwnPage(c));
  if (!one) return mine;
  for (const page of mine.filter(isOwnPage)) leaveOut(scope, page, one, role);
  return [one, ...rest];
}

function leaveOpen(scope: Scope, one: Candidate): void {
  const file = scope.project.relative(one.home);
  const why = 'nothing tells whether it is the backend or the frontend; a config can add it';
  scope.leftOut.push({ what: calledIn(scope, one), file, why });
}

export function leaveOut(scope: Scope, other: Candidate, one: Candidate, role: Role): void {
  // The same file, found from its folder too.
  if (one.app.evidence === other.app.evidence) return;
  const file = scope.project.relative(other.home);
  const chosen = one.home === scope.project.root ? one.app.evidence : scope.project.relative(one.home);
  scope.leftOut.push({
    what: calledIn(scope, other),
    file,
    why: `${chosen} is started as the ${role}; a config can add it`,
  });
}

/** Servers whose role the owner's own command has filled. */
export function leaveFurther(scope: Scope, further: Candidate[], own: Candidate[]): void {
  for (const other of further) {
    const role = roleOf(scope, other);
    const one = own.find(({ app }) => role !== undefined && app.roles[0] === role);
    // `nodemon server/index.js` at the top is that folder's own, as is `nest start orders`.
    const name = path.basename(other.home);
    const isOf = ({ look }: Candidate) => look && (runsIn(look, other.home) || look.words.includes(name));
    if (one && role && !own.some(isOf)) leaveOut(scope, other, one, role);
  }
}

/** What people call it: at the top, the file that shows it. */
const calledIn = ({ project }: Scope, { app, home }: Candidate): string =>
  app.name || (home === project.root ? app.evidence : path.basename(home));

/** One process has both roles (Reflex): an API of the project's own beside it has a port, and no role. */
function besideBoth(scope: Scope, whole: Candidate, servers: Candidate[]): Candidate[] {
  return servers.flatMap((one) => {
    if (one === whole || one.home === whole.home) return [];
    const name = path.basename(one.home);
    if (roleOfName(name) === 'backend')
      return [{ ...one, app: { ...one.app, name: one.app.name || name, roles: [] } }];
    const file = scope.project.relative(one.home);
    scope.leftOut.push({
      what: name,
      file,
      why: `${scope.project.relative(whole.home)} serves both roles; a config can add it`,
    });
    return [];
  });
}

/** A server beside the API that has the project's data. */
const SOCKETS = /^(?:(?:web-?)?sockets?(?:[-_]?(?:io|server))?|ws|signal(?:l?ing)?|peer(?:js)?|realtime)$/i;

/**
 * The one of several that is clearly meant; undefined where it stays open. The project's own script at the top goes
 * before folders; exact names beat names that only hold the word; `app` and `api` decide nothing; the README comes last.
 */
function clearlyNamed({ project, typed }: Scope, candidates: Candidate[], role: Role): Candidate | undefined {
  const said = candidates.filter((c) => c.meant);
  if (said.length === 1) return said[0];
  const main = candidates.filter(
    (c) => !isBackground(path.basename(c.home)) && !isBeside(c) && !SOCKETS.test(path.basename(c.home)),
  );
  const rest = main.length > 0 ? main : candidates.filter((c) => !isBackground(path.basename(c.home)));
  if (rest.length === 1) return rest[0];
  const meant = rest.filter((c) => c.meant);
  if (meant.length === 1) return meant[0];
  const top = rest.filter((c) => c.home === project.root && c.look !== undefined);
  if (top.length === 1) return top[0];
  const nameOf = (c: Candidate) => path.basename(c.home).toLowerCase();
  const named = rest.filter((c) => roleOfName(nameOf(c)) === role && !isWeak(nameOf(c)));
  if (named.length === 1) return named[0];
  const exact = named.filter((c) => roleNames[role].includes(nameOf(c)));
  const told = rest.filter((c) => typed?.has(c.home));
  return exact.length === 1 ? exact[0] : told.length === 1 ? told[0] : undefined;
}

/** So many are named. */
const MOST_SAID = 6;

function ambiguous(
  scope: Scope,
  role: Role | undefined,
  mine: Candidate[],
  servers: Candidate[],
): DevstartError {
  const { project } = scope;
  const all = mine.map((c) => c.app.evidence);
  const list =
    all.length > MOST_SAID + 1 ? [...all.slice(0, MOST_SAID), `${all.length - MOST_SAID} more`] : all;
  const said = list.length === 2 ? list.join(' and ') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  const example: Candidate[] = [];
  for (const each of ROLES) {
    const first = servers.find((c) => roleOf(scope, c) === each);
    if (first) example.push(withRole(first, each));
  }
  const shown = example.length > 0 ? example : servers.slice(0, 1);
  // Each serves both roles: projects of their own, of which one is meant.
  const whole = mine.find(({ app, home }) => app.roles.length > 1 && home !== project.root);
  const what = whole ? 'server' : (role ?? 'server');
  return new DevstartError('AMBIGUOUS', `More than one ${what} was found: ${said}.`, {
    hint: hint(
      shown.map((c) => ({ ...c.app, name: c.app.name || c.app.roles[0] || 'app' })),
      project.root,
      whole && project.relative(whole.home),
    ),
  });
}

/** @param folder one of several projects */
function hint(apps: App[], root: string, folder: string | undefined): string {
  const rows = minimalConfig(uniqueNames(apps), root).apps.map((app) => `  ${JSON.stringify(app)}`);
  const start = folder === undefined ? 'Say' : `Start one: devstart --cwd ${folder}. Or say`;
  return `${start} which in devstart.config.json, for example:\n{ "apps": [\n${rows.join(',\n')}\n] }`;
}
