import path from 'node:path';
import { type Candidate, draftApp, roleOfName, type Scope, withRole } from './candidate.ts';
import { splitLine, unwrap } from './commandline.ts';
import type { Look } from './look.ts';
import { startsSeveral } from './owner/command.ts';
import { shortName } from './owner/step.ts';
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

/** What opens a window and listens nowhere: an app, where there is nothing else. */
const WINDOW = /^(?:electron|electron-forge start|tauri dev|neu run|wails dev|nw)\b/;

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
    if ((await startsSeveral(scope, dir, back)) || (await startsSeveral(scope, dir, front))) continue;
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

/** The one script that starts this package's server. */
export async function singleScript(scope: Scope, dir: string): Promise<ScriptCandidate | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const { prod } = scope.context;
  const names = prod ? [...prodSingles, ...singles] : singles;
  let fallback: ScriptCandidate | undefined;
  let window: ScriptCandidate | undefined;
  for (const script of names) {
    if (!(script in scripts)) continue;
    const name = dir === scope.project.root ? '' : path.basename(dir);
    const candidate = await scriptCandidate(scope, dir, script, name);
    if (WINDOW.test(candidate.look.words.join(' '))) window ??= candidate;
    if (candidate.task || candidate.look.orchestrates) continue;
    // A built site's preview is not what `dev` means, nor the other way round.
    const { framework } = candidate.look;
    if (!prod && framework?.production) fallback ??= candidate;
    // A word nobody knows may be anything: something known goes first.
    else if (!framework && script !== names.find((n) => n in scripts)) fallback ??= candidate;
    else if (!framework && /^(?:watch|web)$/.test(script)) continue;
    else return candidate;
  }
  return fallback ?? (window && { ...window, task: false });
}

/** Whether a line starts devstart itself. */
export const runsDevstart = (line: string) =>
  splitLine(line).some((part) => unwrap(part.words).words[0] === 'devstart');
