import path from 'node:path';
import type { Copy, Looks } from '../copies/types.ts';
import { withWrittenPorts } from '../copies/written.ts';
import { keyedByRole } from '../keyed.ts';
import { type App, type LeftOut, ROLES } from '../types.ts';
import { borrowedAtTop, byTheirOwner, byWorkspace, meantAtTop, passedOver } from './at-top.ts';
import { reflexCommand } from './beside-reflex.ts';
import { type Candidate, isServer, isWeak, type Scope, uniqueNames, withRole } from './candidate.ts';
import { choose, leaveFurther, leaveOut, roleOf } from './choose.ts';
import {
  folderCandidates,
  furtherFolders,
  namedFolders,
  otherFolders,
  workspaceCandidates,
} from './folders.ts';
import { mentionInner, withInnerPage } from './inner-projects.ts';
import { guessed, quieted } from './listening.ts';
import { mentionFurtherScripts } from './lone-script.ts';
import {
  mentionComposeOf,
  mentionContainers,
  mentionFolders,
  mentionProcfile,
  mentionUnusedScript,
  mentionWorkersOf,
  nothingFound,
} from './mention.ts';
import { mentionPages } from './mention-pages.ts';
import { lastWord } from './notes.ts';
import { isRoleName, openRole, rolesOf, unique } from './open-role.ts';
import {
  composeCommand,
  otherCommands,
  plainProcfile,
  procfileDev,
  scriptsCommand,
} from './owner/command.ts';
import { byOwnersLine } from './owner/own-line.ts';
import { type DetectContext, Project } from './project.ts';
import { developingPairs, scriptPair, startPairs } from './scripts.ts';
import { typedHomes } from './typed.ts';
import { typedBeside } from './typed-beside.ts';
import { withoutDoubles } from './without.ts';

export { knownCaches } from './frameworks/index.ts';
export { minimalConfig } from './minimal.ts';
export { recogniseApp } from './recognise.ts';

/** What a project turned out to be. */
export interface Detection extends Looks {
  /** At least one; each role at most once; names are unique. */
  apps: App[];
  /** Where the project names the apps' ports, in the files that tell of them. */
  copies: Copy[];
  /** One line each, for people. */
  notes: string[];
  /** What the owner would start, and is not among the apps. */
  leftOut: LeftOut[];
}

/**
 * Finds a project's servers from its own files; reads, never runs or writes.
 * The first of these that decides: Reflex, a script that starts several, scripts in pairs, Procfile.dev, other files'
 * commands (make, just, task, mise, composer, shell), folders in pairs, workspaces, a server at the top beside a
 * folder, a single app.
 * @param root absolute
 * @throws DevstartError AMBIGUOUS, NOTHING_FOUND: each with the smallest config that would decide
 */
export async function detectProject(root: string, context: DetectContext): Promise<Detection> {
  const scope: Scope = { project: new Project(root), context, notes: [], leftOut: [] };
  const decided = (await decide(scope)).flatMap((one) => [...(one.companions ?? []), one]);
  await mentionWorkersOf(scope, decided);
  await mentionFurtherScripts(scope, decided);
  if (!scope.whole) await (await import('./further.ts')).mentionFurther(scope, decided);
  for (const { note } of decided) if (note) scope.notes.push(note);
  const found = await Promise.all(
    decided.map(async (one) => guessed(scope.project, await quieted(scope.project, one))),
  );
  const apps = found.map(({ app }) => keyedByRole(app));
  const homes = new Set(found.map(({ home }) => home));
  const leftOut = scope.leftOut
    .filter(({ unless }) => unless === undefined || !homes.has(unless))
    .filter((one, i, all) => all.findIndex((x) => x.what === one.what && x.file === one.file) === i)
    .map(({ what, file, why }) => ({ what, file, why }));
  const named = afterSteps(found, uniqueNames(apps));
  const { calls, ...written } = await withWrittenPorts(scope.project, named, {
    ...context,
    rivals: leftOut.length > 0,
  });
  const beside = await typedBeside(scope, decided);
  const said = { ...scope, leftOut: [...leftOut, ...beside] };
  await mentionComposeOf(said, found, written.apps);
  const last = await lastWord(scope, { ...written, calls, leftOut: said.leftOut });
  return { ...written, ...last, leftOut: said.leftOut };
}

/** `dependsOn` of those before which something has to end. */
function afterSteps(found: Candidate[], apps: App[]): App[] {
  const names = new Map(found.map(({ before }, i) => [before, apps[i]?.name ?? '']));
  return apps.map((app, i) => {
    const needs = (found[i]?.needs ?? []).flatMap((step) => names.get(step) ?? []);
    return needs.length > 0 ? { ...app, dependsOn: needs } : app;
  });
}

async function decide(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const { root } = project;
  if (await project.has(root, 'rxconfig.py')) return reflexCommand(scope);

  const own = await scriptsCommand(scope, root);
  if (own && isWhole(own)) return wholly(scope, own);
  // In production the scripts that say start; the others only where nothing else is found.
  const hasDev = own && 'dev' in ((await project.packageJson(root))?.scripts ?? {});
  const table = scope.context.prod ? startPairs : hasDev ? developingPairs : undefined;
  const pair = await scriptPair(scope, root, table);
  if (pair) return pair;
  const lines = await procfileDev(scope);
  if (lines) return mentionPages(scope, wholly(scope, lines));
  const others: Candidate[][] = [];
  for await (const other of otherCommands(scope)) {
    // Aspire's servers learn from it alone where their databases are, and each other.
    const isAspire = other.some(({ app }) => app.opaque && app.name === 'aspire');
    if (isAspire) return scope.whole ? other : mentionPages(scope, wholly(scope, other));
    if (listeners(other).length > 1) return mentionPages(scope, wholly(scope, other));
    others.push(other);
  }
  return byFiles(scope, own, others);
}

function wholly(scope: Scope, all: Candidate[]): Candidate[] {
  scope.whole = true;
  return all;
}

const listeners = (all: Candidate[]) => all.filter((one) => isServer(one) && !one.app.opaque);

/** It starts a server of each role, or all that there is in its own way. */
const isWhole = (all: Candidate[]) =>
  rolesOf(all).length === ROLES.length || all.some(({ app }) => app.opaque);

/** What lies where: folders, workspaces, a server at the top; and what was not enough to decide before. */
async function byFiles(
  scope: Scope,
  own: Candidate[] | undefined,
  others: Candidate[][],
): Promise<Candidate[]> {
  const { root } = scope.project;
  // Run as it stands, it starts everything: better than the half that files tell of.
  // A script of the project's own that starts several needs no other file.
  const asItStands =
    listeners(own ?? []).length > 1 ? undefined : others.find((all) => all.some(({ app }) => app.opaque));
  let found: Candidate[];
  const find = () => (own ? aroundCommand(scope, own) : byFolders(scope));
  const said = scope.leftOut.length;
  try {
    found = await find();
  } catch (error) {
    scope.leftOut.splice(said);
    if (asItStands) return asItStands;
    scope.typed = await typedHomes(scope.project);
    if (scope.typed.size === 0) throw error;
    found = await find();
  }
  // A pair out of many is no more than a half.
  const isHalf = rolesOf(found).length < ROLES.length || scope.leftOut.length - said > 1;
  if (asItStands && isHalf) {
    scope.leftOut.length = 0;
    return asItStands;
  }
  // A page that anything could serve proves less than a command that starts a server.
  const starts = others.find((all) => listeners(all).length > 0);
  const pages = found.filter(({ app }) => app.framework === 'static');
  const isStarted = (one: Candidate) => starts?.some(({ home }) => home === one.home) === true;
  if (starts && pages.length > 0 && found.every((one) => pages.includes(one) || isStarted(one)))
    return starts;
  const note = asItStands?.find(({ app }) => app.opaque)?.note?.split(' is run as it stands: ');
  if (note)
    scope.notes.push(`${note[0]} is not used: ${note[1]}; the servers are started from their folders`);
  // The same server, with what its owner starts before and beside it.
  found = await withoutDoubles(scope, await withInnerPage(scope, found));
  const [server] = found;
  const isSame = (one: Candidate | undefined) =>
    one?.home === server?.home && one?.look?.script === server?.look?.script;
  const more = others.find((all) => all.length > 1 && isSame(listeners(all)[0]));
  if (more && found.length === 1) return more;
  // In production too: a pair of scripts for developing is better than half of the project.
  if (scope.context.prod && rolesOf(found).length < ROLES.length) {
    const pair = await scriptPair(scope, root);
    if (pair) return pair;
  }
  if (found.length > 0) {
    if (rolesOf(found).length < ROLES.length)
      found.push(...(await (await import('./typed-start.ts')).typedRole(scope, found)));
    found = await byOwnersLine(scope, found);
    if (!own) await mentionUnusedScript(scope, found);
    await mentionProcfile(scope, found);
    await mentionFolders(scope, found);
    return found;
  }
  const late = await scriptPair(scope, root);
  if (late) return late;
  if (others[0]) return others[0];
  const processes = await plainProcfile(scope);
  if (processes) return processes;
  const any = choose(scope, unique(scope, await otherFolders(scope)));
  const rest = await withoutDoubles(scope, await withInnerPage(scope, any));
  await mentionInner(scope, rest);
  if (rest.length > 0) await mentionFolders(scope, rest);
  const containers = await composeCommand(scope);
  if (rest.length > 0) return mentionContainers(scope, rest, containers);
  if (containers) return containers;
  const typed = await (await import('./typed-start.ts')).typedStart(scope);
  if (typed) return typed;
  throw await nothingFound(scope);
}

/** The command at the top has one role, or none: folders may have the other. */
async function aroundCommand(scope: Scope, own: Candidate[]): Promise<Candidate[]> {
  const open = ROLES.filter((role) => !rolesOf(own).includes(role));
  const homes = new Set(own.map(({ home }) => home));
  const found = unique(scope, [
    ...byName(scope, await namedFolders(scope)),
    ...(await workspaceCandidates(scope)),
  ]);
  const further = passedOver(
    scope,
    own,
    found.filter(({ home }) => !homes.has(home)),
  );
  const chosen = choose(scope, further, open);
  leaveFurther(
    scope,
    further.filter(({ library }) => !library),
    own,
  );
  return [...own, ...chosen, ...(await openRole(scope, [...own, ...chosen]))];
}

async function byFolders(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const atTop = await folderCandidates(scope, project.root);
  const meant = await meantAtTop(scope, await namedFolders(scope), atTop);
  const owned = await byWorkspace(scope, byTheirOwner(meant, atTop), atTop);
  const named = await borrowedAtTop(scope, owned, atTop);
  let workspaces = await meantAtTop(scope, await workspaceCandidates(scope), atTop);
  // Cargo at the top starts that very member.
  const isCargo = ({ app }: Candidate) => app.framework === 'rust';
  if (atTop.some((c) => isCargo(c) && c.home === project.root))
    workspaces = workspaces.filter((c) => !isCargo(c));
  const top = atTop.filter(
    (c) =>
      !named.some(({ app }) => app.evidence === c.app.evidence) &&
      (c.home === project.root || ![...named, ...workspaces].some((other) => other.home === c.home)),
  );
  // The project's own script starts a server: of the packages only what is called as a role is may stand beside it.
  const starts = top.some(({ look, app, task }) => look !== undefined && !task && app.cwd === project.root);
  if (starts) workspaces = workspaces.filter(({ home }) => isRoleName(path.basename(home)));
  const pair = choose({ ...scope, leftOut: [] }, byName(scope, named));
  if (pair.length === 2)
    return choose(scope, await withRivals(scope, pair, byName(scope, named), workspaces));

  const monorepo = choose({ ...scope, leftOut: [] }, unique(scope, [...named, ...workspaces]));
  const hasPage = rolesOf(monorepo).includes('frontend');
  const shown = top.filter((c) => c.app.framework !== 'static' || !hasPage);
  const servers = shown.filter((c) => !c.task);
  if (monorepo.length === 0 && servers.length === 0) return [];
  const all = unique(scope, [...named, ...workspaces]);
  const own = servers.filter((c) => !monorepo.some((m) => m.home === c.home));
  // A top-level script that is nobody's framework only starts the rest.
  const rest = monorepo.length > 0 ? own.filter((c) => c.app.framework !== undefined) : own;
  const chosen = choose(scope, [...(rest.length > 0 ? [...all, ...rest] : all)]);
  return [...chosen, ...(await openRole(scope, chosen, { byFolders: true }))];
}

/**
 * The servers of further folders beside a pair of folders: equals of one that only `app` or `api` names, to be asked
 * about; the others are left out with a word.
 */
async function withRivals(
  scope: Scope,
  pair: Candidate[],
  named: Candidate[],
  workspaces: Candidate[],
): Promise<Candidate[]> {
  const homes = new Set([...pair, ...named].map(({ home }) => home));
  const rivals: Candidate[] = [];
  for (const one of unique(scope, [...workspaces, ...(await furtherFolders(scope, homes))])) {
    const role = roleOf(scope, one);
    const other = pair.find(({ app }) => role !== undefined && app.roles.includes(role));
    if (role === undefined || !other || homes.has(one.home)) continue;
    homes.add(one.home);
    if (isWeak(path.basename(other.home))) rivals.push(one);
    else leaveOut(scope, one, other, role);
  }
  return [...named, ...rivals];
}

/** In a pair of folders the name is the role: `api/` may well be written in Next. */
const byName = (scope: Scope, candidates: Candidate[]) =>
  candidates.map((c) => {
    // `app` says least: what its own language shows of it goes before.
    const isPart = candidates.some((one) => one !== c && one.home === c.home && !one.task);
    const isShown = isPart || (path.basename(c.home) === 'app' && c.look === undefined);
    if (isShown && c.app.roles.length > 0) return c;
    const role = roleOf(scope, { ...c, app: { ...c.app, roles: [] } });
    return role && !c.task && c.app.roles.length < 2 ? withRole(c, role) : c;
  });
