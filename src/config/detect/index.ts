import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import type { Copy } from '../copies/types.ts';
import { withWrittenPorts } from '../copies/written.ts';
import { keyedByRole } from '../keyed.ts';
import { type App, ROLES, type Role } from '../types.ts';
import { type Candidate, type Scope, uniqueNames, withRole } from './candidate.ts';
import {
  clearlyNamed,
  folderCandidates,
  namedFolders,
  otherFolders,
  roleOf,
  workspaceCandidates,
} from './folders.ts';
import { minimalConfig } from './minimal.ts';
import { procfile } from './procfile.ts';
import { type DetectContext, Project } from './project.ts';
import { compositeScript, runsDevstart, scriptPair, startPairs } from './scripts.ts';

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
}

/**
 * Finds a project's servers from its own files; reads, never runs or writes.
 * The first of these that decides: Reflex, scripts in pairs, Procfile.dev, folders in pairs, workspaces,
 * a server at the top beside a folder, a single app.
 * @param root absolute
 * @throws DevstartError AMBIGUOUS, NOTHING_FOUND: each with the smallest config that would decide
 */
export async function detectProject(root: string, context: DetectContext): Promise<Detection> {
  const scope: Scope = { project: new Project(root), context, notes: [] };
  const found = await decide(scope);
  const apps = found.map(({ app }) => keyedByRole(app));
  const written = await withWrittenPorts(scope.project, uniqueNames(apps), context);
  return { ...written, notes: [...new Set(scope.notes)] };
}

async function decide(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const { root } = project;
  if (await project.has(root, 'rxconfig.py')) return folderCandidates(scope, root);

  const composite = await compositeScript(scope, root);
  if (composite && composite.filter((c) => c.app.roles.length > 0).length > 1) return composite;
  // In production the scripts that say start; the others only where nothing else is found.
  const pair = await scriptPair(scope, root, scope.context.prod ? startPairs : undefined);
  if (pair) return pair;
  const lines = await procfile(scope);
  if (lines) return lines;

  const named = await namedFolders(scope);
  const workspaces = await workspaceCandidates(scope);
  const top = (await folderCandidates(scope, root)).filter(
    (c) => c.home === root || ![...named, ...workspaces].some((other) => other.home === c.home),
  );
  const folders = choose(scope, byName(named));
  if (folders.length === 2) return [...folders, ...tasksOf(named, folders)];

  const monorepo = choose(scope, unique([...named, ...workspaces]));
  const shown = top.filter((c) => c.app.framework !== 'static' || monorepo.length === 0);
  const servers = shown.filter((c) => !c.task);
  if (monorepo.length > 0 || servers.length > 0) {
    const own = servers.filter((c) => !monorepo.some((m) => m.home === c.home));
    // A top-level script that is nobody's framework only starts the rest.
    const rest = monorepo.length > 0 ? own.filter((c) => c.app.framework !== undefined) : own;
    const chosen = choose(scope, [...monorepo, ...rest]);
    return [...chosen, ...tasksOf(shown, chosen)];
  }
  const late = await scriptPair(scope, root);
  if (late) return late;
  const others = choose(scope, unique(await otherFolders(scope)));
  if (others.length > 0) return others;
  throw await nothingFound(scope);
}

/** In a pair of folders the name is the role: `api/` may well be written in Next. */
const byName = (candidates: Candidate[]) =>
  candidates.map((c) => {
    const role = roleOf({ ...c, app: { ...c.app, roles: [] } });
    return role && !c.task && c.app.roles.length < 2 ? withRole(c, role) : c;
  });

const tasksOf = (all: Candidate[], chosen: Candidate[]) =>
  all.filter((c) => c.task && chosen.some((other) => path.relative(other.home, c.home) === ''));

const unique = (candidates: Candidate[]) =>
  candidates.filter(
    (c, i) => candidates.findIndex((x) => x.home === c.home && roleOf(x) === roleOf(c)) === i,
  );

/** At most one app for each role; two that nothing tells apart are the user's to decide. */
function choose(scope: Scope, candidates: Candidate[]): Candidate[] {
  const servers = candidates.filter((c) => !c.task);
  const both = servers.filter((c) => c.app.roles.length > 1);
  if (both.length === 1 && servers.length === 1) return both;
  const chosen: Candidate[] = [];
  for (const role of ROLES) {
    const mine = servers.filter((c) => roleOf(c) === role);
    const one = mine.length > 1 ? clearlyNamed(mine, role) : mine[0];
    if (mine.length > 1 && !one) throw ambiguous(scope, role, mine, servers);
    if (!one) continue;
    const left = mine.filter((c) => c !== one).map((c) => scope.project.relative(c.home));
    if (left.length > 0) {
      scope.notes.push(
        `left out: ${left.join(', ')} (${scope.project.relative(one.home)} is the ${role}; a config can add them)`,
      );
    }
    chosen.push(one.app.roles.length > 1 ? one : withRole(one, role));
  }
  if (chosen.length > 0) return chosen;
  if (servers.length > 1) throw ambiguous(scope, undefined, servers, servers);
  return servers;
}

function ambiguous(scope: Scope, role: Role | undefined, mine: Candidate[], all: Candidate[]): DevstartError {
  const { project } = scope;
  const list = mine.map((c) => c.app.evidence);
  const said = list.length === 2 ? list.join(' and ') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  const example: Candidate[] = [];
  for (const each of ROLES) {
    const first = all.find((c) => roleOf(c) === each);
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
    'looked for rxconfig.py, package.json scripts, Procfile.dev, backend/ and frontend/ folders, workspaces, and Python, Go, Rust, PHP, Ruby, Java, .NET, Elixir, Deno, Bun and static servers';
  const message = `Found no server to start in ${project.root}: ${[looked, ...seen].join('; ')}.`;
  return new DevstartError('NOTHING_FOUND', message, {
    hint: `Say what to start in devstart.config.json, for example:\n{ "apps": [\n  {"name":"api","role":"backend","command":"node server.js"},\n  {"name":"web","role":"frontend","command":"npm run dev:web"}\n] }`,
  });
}
