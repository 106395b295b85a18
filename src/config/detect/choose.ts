import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import { type App, ROLES, type Role } from '../types.ts';
import {
  type Candidate,
  isBackground,
  isBeside,
  roleNames,
  roleOfName,
  type Scope,
  uniqueNames,
  withRole,
} from './candidate.ts';
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
    const mine = servers.filter((c) => roleOf(scope, c) === role);
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

function leaveOpen(scope: Scope, { app, home }: Candidate): void {
  const file = scope.project.relative(home);
  const why = 'nothing tells whether it is the backend or the frontend; a config can add it';
  scope.leftOut.push({ what: app.name || path.basename(home), file, why });
}

export function leaveOut(scope: Scope, { app, home }: Candidate, one: Candidate, role: Role): void {
  const file = scope.project.relative(home);
  const why = `${scope.project.relative(one.home)} is the ${role}; a config can add it`;
  scope.leftOut.push({ what: app.name || path.basename(home), file, why });
}

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

/** Names that stand for anything: they tell no two equals apart. */
export const isWeak = (name: string): boolean => /^(?:app|api)$/i.test(name);

/**
 * The one of several that is clearly meant; undefined where it stays open. The project's own script at the top goes
 * before folders; exact names beat names that only hold the word; `app` and `api` decide nothing.
 */
function clearlyNamed({ project }: Scope, candidates: Candidate[], role: Role): Candidate | undefined {
  const main = candidates.filter((c) => !isBackground(path.basename(c.home)) && !isBeside(c));
  const rest = main.length > 0 ? main : candidates.filter((c) => !isBackground(path.basename(c.home)));
  if (rest.length === 1) return rest[0];
  const top = rest.filter((c) => c.home === project.root && c.look !== undefined);
  if (top.length === 1) return top[0];
  const nameOf = (c: Candidate) => path.basename(c.home).toLowerCase();
  const named = rest.filter((c) => roleOfName(nameOf(c)) === role && !isWeak(nameOf(c)));
  if (named.length === 1) return named[0];
  const exact = named.filter((c) => roleNames[role].includes(nameOf(c)));
  return exact.length === 1 ? exact[0] : undefined;
}

function ambiguous(scope: Scope, role: Role | undefined, mine: Candidate[], all: Candidate[]): DevstartError {
  const { project } = scope;
  const list = mine.map((c) => c.app.evidence);
  const said = list.length === 2 ? list.join(' and ') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  const example: Candidate[] = [];
  for (const each of ROLES) {
    const first = all.find((c) => roleOf(scope, c) === each);
    if (first) example.push(withRole(first, each));
  }
  const shown = example.length > 0 ? example : all.slice(0, 1);
  return new DevstartError('AMBIGUOUS', `More than one ${role ?? 'server'} was found: ${said}.`, {
    hint: hint(
      shown.map((c) => ({ ...c.app, name: c.app.name || c.app.roles[0] || 'app' })),
      project.root,
    ),
  });
}

function hint(apps: App[], root: string): string {
  const rows = minimalConfig(uniqueNames(apps), root).apps.map((app) => `  ${JSON.stringify(app)}`);
  return `Say which in devstart.config.json, for example:\n{ "apps": [\n${rows.join(',\n')}\n] }`;
}
