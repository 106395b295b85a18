import path from 'node:path';
import type { Command } from '../types.ts';
import { assignRoles, type Candidate, draftApp, roleOfName, type Scope, withRole } from './candidate.ts';
import { splitLine, unwrap } from './commandline.ts';
import { type CompositePart, compositeParts } from './composite.ts';
import type { Look } from './look.ts';
import { packageManager, runScript } from './package-manager.ts';
import { recognise } from './recognise.ts';

/** Backend script, frontend script. A name that says no role (`dev`) must run what says it. */
const devPairs: [string, string][] = [
  ['dev:backend', 'dev:frontend'],
  ['dev:server', 'dev:client'],
  ['dev:api', 'dev:web'],
  ['dev:server', 'dev:web'],
  ['dev:backend', 'dev:web'],
  ['dev:api', 'dev:client'],
  ['dev:api', 'dev:frontend'],
  ['dev:server', 'dev:frontend'],
  ['dev:api', 'dev:app'],
  ['dev:server', 'dev:app'],
  ['dev:back', 'dev:front'],
  ['dev:server', 'dev:ui'],
  ['dev:api', 'dev:ui'],
  ['dev:server', 'dev:vite'],
  ['backend:dev', 'frontend:dev'],
  ['server:dev', 'client:dev'],
  ['api:dev', 'web:dev'],
];
const plainPairs: [string, string][] = [
  ['backend', 'frontend'],
  ['server', 'client'],
  ['api', 'web'],
  ['server', 'web'],
  ['api', 'client'],
  ['api', 'frontend'],
  ['server', 'frontend'],
  ['backend', 'client'],
  ['dev:server', 'dev'],
  ['dev:api', 'dev'],
  ['dev:backend', 'dev'],
  ['server', 'dev'],
  ['api', 'dev'],
  ['backend', 'dev'],
  ['dev', 'dev:client'],
  ['dev', 'dev:frontend'],
  ['dev', 'dev:web'],
  ['dev', 'client'],
  ['dev', 'frontend'],
  ['server', 'start'],
  ['api', 'start'],
  ['backend', 'start'],
];
export const startPairs: [string, string][] = [
  ['start:backend', 'start:frontend'],
  ['start:server', 'start:client'],
  ['start:api', 'start:web'],
  ['start:server', 'start:web'],
  ['start:api', 'start:client'],
  ['start:back', 'start:front'],
  ['start:server', 'start'],
  ['start:api', 'start'],
  ['start', 'client'],
  ['start', 'frontend'],
];
/** What starts a single app, the likeliest first. */
const singles =
  'dev start:dev develop serve start dev:server dev:api dev:web dev:client dev:frontend dev:backend dev:app server api web client frontend backend watch'.split(
    ' ',
  );
const prodSingles = 'start:prod start preview serve'.split(' ');

export interface ScriptCandidate extends Candidate {
  look: Look;
}

/** The app that a package.json script starts. */
export async function scriptCandidate(
  scope: Scope,
  dir: string,
  script: string,
  name?: string,
): Promise<ScriptCandidate> {
  const { project, context } = scope;
  const pm = await packageManager(project, dir);
  const file = project.relative(path.join(dir, 'package.json'));
  const draft = draftApp(
    name ?? '',
    { kind: 'argv', argv: runScript(pm, script) },
    dir,
    `${file} script "${script}"`,
  );
  const { app, look } = await recognise(project, draft, context);
  const label = look.framework && look.framework.role !== 'task' ? ` runs ${look.framework.label}` : '';
  return {
    app: { ...app, evidence: app.evidence + label },
    home: look.dir,
    look,
    task: look.framework?.role === 'task',
  };
}

const shortName = (script: string) =>
  script.replace(/^(?:dev|start|serve|watch|run)[:\-_]/, '').replace(/[:\-_](?:dev|start|serve|watch)$/, '');

/** A backend script beside a frontend script. */
export async function scriptPair(
  scope: Scope,
  dir: string,
  table = scope.context.prod
    ? [...startPairs, ...plainPairs, ...devPairs]
    : [...devPairs, ...plainPairs, ...startPairs],
): Promise<Candidate[] | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  for (const [back, front] of table) {
    if (!(back in scripts) || !(front in scripts) || scripts[back] === scripts[front]) continue;
    const [backend, frontend] = await Promise.all([
      scriptCandidate(scope, dir, back, roleOfName(back) ? shortName(back) : 'backend'),
      scriptCandidate(scope, dir, front, roleOfName(front) ? shortName(front) : 'frontend'),
    ]);
    if ([backend, frontend].some((c) => c.task || c.look.orchestrates)) continue;
    if (compositeParts(scripts[back] ?? '', scripts) || compositeParts(scripts[front] ?? '', scripts))
      continue;
    const [says, shows] = [backend.app.roles[0], frontend.app.roles[0]];
    // A name that says no role must run what shows it; one that does is believed, but not against both.
    if (!roleOfName(back) && says !== 'backend') continue;
    if (!roleOfName(front) && shows !== 'frontend') continue;
    if (says === 'frontend' && shows === 'backend') continue;
    if (!roleOfName(front) && says === 'frontend') continue;
    return [withRole(backend, 'backend'), withRole(frontend, 'frontend')];
  }
  return undefined;
}

/** Today's `dev` starts several: its parts, which swallow no flags. */
export async function compositeScript(scope: Scope, dir: string): Promise<Candidate[] | undefined> {
  const { project, context, notes } = scope;
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  const names = context.prod
    ? ['start:prod', 'start']
    : ['dev', 'start:dev', 'develop', 'start', 'serve', 'dev:all', 'start:all', 'watch'];
  for (const script of names) {
    const found = compositeParts(scripts[script] ?? '', scripts);
    if (!found || found.parts.length === 0) continue;
    const evidence = `${project.relative(path.join(dir, 'package.json'))} script "${script}"`;
    const all = await Promise.all(found.parts.map((part) => partCandidate(scope, dir, part, evidence)));
    if (all.every((candidate) => candidate.task)) continue;
    if (found.before.length > 0) {
      notes.push(`${evidence} first runs ${found.before.join(', ')}; devstart leaves that out`);
    }
    return assignRoles(all);
  }
  return undefined;
}

async function partCandidate(
  scope: Scope,
  dir: string,
  part: CompositePart,
  evidence: string,
): Promise<Candidate> {
  const { project, context } = scope;
  if (part.script !== undefined) {
    return scriptCandidate(scope, dir, part.script, part.name ?? shortName(part.script));
  }
  const line = part.line ?? '';
  const draft = draftApp(part.name ?? '', { kind: 'shell', line }, dir, `${evidence} starts "${line}"`);
  const { app, look } = await recognise(project, draft, context);
  const folder = look.dir === dir ? undefined : path.basename(look.dir);
  const name =
    part.name ?? folder ?? (look.framework?.role !== 'task' ? look.framework?.role : look.words[0]) ?? '';
  return {
    app: { ...app, name, command: local(app.command) },
    home: look.dir,
    task: look.framework?.role === 'task',
  };
}

/** Programs that need no node_modules/.bin on PATH. */
const GLOBAL =
  /^(?:node|npm|npx|pnpm|pnpx|yarn|bun|bunx|deno|python[\d.]*|pip|uv|poetry|pipenv|go|air|cargo|php|composer|ruby|bundle|docker|make|cd|sh|bash|source|\.|.*\/.*)$/;

/** A line taken out of a script loses the script's PATH: `npm exec` gives it back. */
function local(command: Command): Command {
  if (command.kind !== 'shell') return command;
  const firsts = splitLine(command.line).map(({ words }) => words.find((w) => !/^\w+=/.test(w)) ?? '');
  if (firsts.every((first) => GLOBAL.test(first))) return command;
  return { kind: 'argv', argv: ['npm', 'exec', '--silent', '-c', command.line] };
}

/** The one script that starts this package's server. */
export async function singleScript(scope: Scope, dir: string): Promise<ScriptCandidate | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const { prod } = scope.context;
  const names = prod ? [...prodSingles, ...singles] : singles;
  let fallback: ScriptCandidate | undefined;
  for (const script of names) {
    if (!(script in scripts)) continue;
    const name = dir === scope.project.root ? '' : path.basename(dir);
    const candidate = await scriptCandidate(scope, dir, script, name);
    if (candidate.task || candidate.look.orchestrates) continue;
    // A built site's preview is not what `dev` means, nor the other way round.
    const { framework } = candidate.look;
    if (!prod && framework?.production) fallback ??= candidate;
    // A word nobody knows may be anything: something known goes first.
    else if (!framework && script !== names.find((n) => n in scripts)) fallback ??= candidate;
    else if (!framework && /^(?:watch|web)$/.test(script)) continue;
    else return candidate;
  }
  return fallback;
}

/** Whether a line starts devstart itself. */
export const runsDevstart = (line: string) =>
  splitLine(line).some((part) => unwrap(part.words).words[0] === 'devstart');
