import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import type { Copy } from '../copies/types.ts';
import { withWrittenPorts } from '../copies/written.ts';
import { keyedByRole } from '../keyed.ts';
import { type App, type LeftOut, ROLES } from '../types.ts';
import { reflexCommand } from './beside-reflex.ts';
import {
  type Candidate,
  isBackground,
  isBeside,
  roleNames,
  type Scope,
  uniqueNames,
  withRole,
} from './candidate.ts';
import { choose, isWeak, leaveOut, roleOf } from './choose.ts';
import {
  folderCandidates,
  furtherFolders,
  namedFolders,
  otherFolders,
  workspaceCandidates,
} from './folders.ts';
import { guessed, quieted } from './listening.ts';
import {
  composeCommand,
  otherCommands,
  plainProcfile,
  procfileDev,
  scriptsCommand,
} from './owner/command.ts';
import { type DetectContext, Project } from './project.ts';
import { runsDevstart, scriptPair, startPairs } from './scripts.ts';

export { knownCaches } from './frameworks/index.ts';
export { minimalConfig } from './minimal.ts';
export { recogniseApp } from './recognise.ts';

/** What a project turned out to be. */
export interface Detection {
  /** At least one; each role at most once; names are unique. */
  apps: App[];
  /** Where the project names the apps' ports. */
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
  for (const { note } of decided) if (note) scope.notes.push(note);
  const found = await Promise.all(
    decided.map(async (one) => guessed(scope.project, await quieted(scope.project, one))),
  );
  const apps = found.map(({ app }) => keyedByRole(app));
  const leftOut = scope.leftOut.filter(
    (one, i) => scope.leftOut.findIndex((x) => x.what === one.what && x.file === one.file) === i,
  );
  const named = afterSteps(found, uniqueNames(apps));
  const written = await withWrittenPorts(scope.project, named, context);
  return { ...written, notes: [...new Set(scope.notes)], leftOut };
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
  if (own && isWhole(own)) return own;
  // In production the scripts that say start; the others only where nothing else is found.
  const pair = await scriptPair(scope, root, scope.context.prod ? startPairs : undefined);
  if (pair) return pair;
  const lines = await procfileDev(scope);
  if (lines) return lines;
  const others: Candidate[][] = [];
  for await (const other of otherCommands(scope)) {
    if (listeners(other).length > 1) return other;
    others.push(other);
  }
  return byFiles(scope, own, others);
}

const listeners = (all: Candidate[]) =>
  all.filter(({ app, task, before }) => !task && !before && !app.noPort && !app.opaque);
const rolesOf = (all: Candidate[]) => ROLES.filter((role) => all.some(({ app }) => app.roles.includes(role)));

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
  const asItStands = others.find((all) => all.some(({ app }) => app.opaque));
  let found: Candidate[];
  try {
    found = own ? await aroundCommand(scope, own) : await byFolders(scope);
  } catch (error) {
    if (asItStands) return asItStands;
    throw error;
  }
  if (asItStands && rolesOf(found).length < ROLES.length) {
    scope.leftOut.length = 0;
    return asItStands;
  }
  const note = asItStands?.find(({ app }) => app.opaque)?.note?.split(' is run as it stands: ');
  if (note)
    scope.notes.push(`${note[0]} is not used: ${note[1]}; the servers are started from their folders`);
  // The same server, with what its owner starts before and beside it.
  const [server] = found;
  const more = others.find((all) => all.length > 1 && listeners(all)[0]?.home === server?.home);
  if (more && found.length === 1) return more;
  if (found.length > 0) {
    await mentionProcfile(scope, found);
    return found;
  }
  const late = await scriptPair(scope, root);
  if (late) return late;
  if (others[0]) return others[0];
  const processes = await plainProcfile(scope);
  if (processes) return processes;
  const rest = choose(scope, unique(scope, await otherFolders(scope)));
  if (rest.length > 0) return rest;
  const containers = await composeCommand(scope);
  if (containers) return containers;
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
  const chosen = choose(
    scope,
    found.filter(({ home }) => !homes.has(home)),
    open,
  );
  return [...own, ...chosen, ...(await openRole(scope, [...own, ...chosen]))];
}

async function byFolders(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const named = await namedFolders(scope);
  let workspaces = await workspaceCandidates(scope);
  const top = (await folderCandidates(scope, project.root)).filter(
    (c) => c.home === project.root || ![...named, ...workspaces].some((other) => other.home === c.home),
  );
  // The project's own script starts a server: of the packages only what is called as a role is may stand beside it.
  const starts = top.some(({ look, app, task }) => look !== undefined && !task && app.cwd === project.root);
  if (starts) workspaces = workspaces.filter(({ home }) => isRoleName(path.basename(home)));
  const pair = choose({ ...scope, leftOut: [] }, byName(scope, named));
  if (pair.length === 2)
    return choose(scope, await withRivals(scope, pair, byName(scope, named), workspaces));

  const monorepo = choose({ ...scope, leftOut: [] }, unique(scope, [...named, ...workspaces]));
  const shown = top.filter((c) => c.app.framework !== 'static' || monorepo.length === 0);
  const servers = shown.filter((c) => !c.task);
  if (monorepo.length === 0 && servers.length === 0) return [];
  const all = unique(scope, [...named, ...workspaces]);
  const own = servers.filter((c) => !monorepo.some((m) => m.home === c.home));
  // A top-level script that is nobody's framework only starts the rest.
  const rest = monorepo.length > 0 ? own.filter((c) => c.app.framework !== undefined) : own;
  const chosen = choose(scope, [...(rest.length > 0 ? [...all, ...rest] : all)]);
  return [...chosen, ...(await openRole(scope, chosen))];
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

/** Frameworks whose pages have a server of their own behind them. */
const COMPLETE =
  /^(?:next|nuxt|sveltekit|remix|react-router|astro|vinxi|waku|meteor|redwood|wasp|laravel|static)$/;

/** A folder that no name gives a role has the one that is still open. */
async function openRole(scope: Scope, chosen: Candidate[]): Promise<Candidate[]> {
  const open = ROLES.filter((role) => !rolesOf(chosen).includes(role));
  const [role] = open;
  if (open.length !== 1 || role === undefined || chosen.some(({ app }) => app.opaque)) return [];
  if (role === 'backend' && chosen.some(({ app }) => COMPLETE.test(app.framework ?? ''))) return [];
  const homes = chosen.map(({ home }) => home);
  const others = (await furtherFolders(scope, new Set(homes))).filter(
    (c) =>
      c.app.roles[0] === role &&
      !isBackground(path.basename(c.home)) &&
      !isBeside(c) &&
      !homes.some((home) => home.startsWith(c.home + path.sep)),
  );
  return choose(scope, unique(scope, others), [role]);
}

/** A plain Procfile's workers are said where they are not started. */
async function mentionProcfile(scope: Scope, found: Candidate[]): Promise<void> {
  const { project } = scope;
  if (!(await project.has(project.root, 'Procfile'))) return;
  const { readProcfile } = await import('./procfile.ts');
  for (const { name } of (await readProcfile(project, path.join(project.root, 'Procfile'))) ?? []) {
    if (name === 'web' || found.some(({ app }) => app.name === name)) continue;
    const why = 'a plain Procfile is often production’s; a config, or a Procfile.dev, can add it';
    scope.leftOut.push({ what: name, file: 'Procfile', why });
  }
}

const isRoleName = (name: string) => ROLES.some((role) => roleNames[role].includes(name.toLowerCase()));

/** In a pair of folders the name is the role: `api/` may well be written in Next. */
const byName = (scope: Scope, candidates: Candidate[]) =>
  candidates.map((c) => {
    const role = roleOf(scope, { ...c, app: { ...c.app, roles: [] } });
    return role && !c.task && c.app.roles.length < 2 ? withRole(c, role) : c;
  });

const unique = (scope: Scope, candidates: Candidate[]) =>
  candidates.filter(
    (c, i) => candidates.findIndex((x) => x.home === c.home && roleOf(scope, x) === roleOf(scope, c)) === i,
  );

async function nothingFound({ project }: Scope): Promise<DevstartError> {
  const scripts = Object.entries((await project.packageJson(project.root))?.scripts ?? {});
  const own = scripts.filter(([, line]) => runsDevstart(line)).map(([name]) => `"${name}"`);
  const names = scripts.filter(([, line]) => !runsDevstart(line)).map(([name]) => name);
  const seen = [
    ...(names.length > 0
      ? [`package.json has the scripts ${names.join(', ')}, none of which starts a known server`]
      : []),
    ...(own.length > 0 ? [`the script ${own.join(', ')} runs devstart itself`] : []),
  ];
  const looked =
    'looked for rxconfig.py, package.json scripts, Procfiles, Makefile, justfile, Taskfile, mise.toml, composer.json, dev.sh, backend/ and frontend/ folders, workspaces, and Python, Go, Rust, PHP, Ruby, Java, .NET, Elixir, Deno, Bun and static servers';
  const message = `Found no server to start in ${project.root}: ${[looked, ...seen].join('; ')}.`;
  return new DevstartError('NOTHING_FOUND', message, {
    hint: `Say what to start in devstart.config.json, for example:\n{ "apps": [\n  {"name":"api","role":"backend","command":"node server.js"},\n  {"name":"web","role":"frontend","command":"npm run dev:web"}\n] }`,
  });
}
