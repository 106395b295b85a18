import path from 'node:path';
import { ROLES, type Role } from '../types.ts';
import { type Candidate, draftApp, roleNames, roleOfName, type Scope, withRole } from './candidate.ts';
import { splitLine, unwrap } from './commandline.ts';
import { entryOf, isGone } from './listening.ts';
import type { Look } from './look.ts';
import { serverOf } from './node-entry.ts';
import { serverOfScript, startsOnlyTasks, startsSeveral } from './owner/command.ts';
import { shortName } from './owner/step.ts';
import { packageManager, runScript } from './package-manager.ts';
import { recognise } from './recognise.ts';
import { readmeOf } from './typed.ts';

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
  ['dev:back', 'dev'],
  ['server', 'dev'],
  ['dev-server', 'dev'],
  ['api', 'dev'],
  ['backend', 'dev'],
  ['dev', 'dev:client'],
  ['dev', 'dev:frontend'],
  ['dev', 'dev:web'],
  ['dev', 'client'],
  ['dev', 'frontend'],
  ['dev', 'start'],
  ['dev', 'serve'],
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
  ['start-server', 'start'],
  ['start:api', 'start'],
  ['start', 'client'],
  ['start', 'frontend'],
  ['start', 'serve'],
];
/** Beside a `dev` that starts the page: `start` is production's. */
export const developingPairs = [
  ...devPairs,
  ...plainPairs.filter(([back, front]) => front !== 'start' || back === 'dev'),
];
/** What starts a single app, the likeliest first. */
const singles =
  'dev start:dev develop serve start dev:server dev:api dev:web dev:client dev:frontend dev:backend dev:app server api web client frontend backend dev:start dev:ssr dev:renderer start:renderer start:web start:client start:frontend start:server start:backend start:api start-dev devStart startDev dev:serve serve:dev dev:run run:dev start:local local dev:local start:watch nodemon watch'.split(
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
  // What nobody knows by its words: in a package of its own, the package's server says what it is.
  const unknown = !look.framework && !look.orchestrates && dir !== project.root;
  const server = unknown && serverOf((await project.packageJson(dir))?.deps ?? {});
  const known = server ? { ...app, framework: server.id, roles: [server.role as Role] } : app;
  const shown = look.framework ?? (server || undefined);
  const label = shown && shown.role !== 'task' ? ` runs ${shown.label}` : '';
  return {
    app: { ...known, evidence: app.evidence + label },
    home: look.dir,
    script,
    look,
    task: look.framework?.role === 'task',
  };
}

/** A backend script beside a frontend script. */
export async function scriptPair(
  scope: Scope,
  dir: string,
  table?: [string, string][],
): Promise<Candidate[] | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const all = scope.context.prod
    ? [...startPairs, ...plainPairs, ...devPairs]
    : [...devPairs, ...alikePairs(Object.keys(scripts)), ...plainPairs, ...startPairs];
  // `start:server:dev` beside `start:server`.
  const meant = (name: string) =>
    (scope.context.prod ? [] : [`${name}:dev`, `${name}-dev`]).find((one) => one in scripts) ?? name;
  for (const [back, front] of (table ?? all).map((pair) => pair.map(meant))) {
    if (back === undefined || front === undefined) continue;
    if (!(back in scripts) || !(front in scripts) || scripts[back] === scripts[front]) continue;
    const within = { ...scope, leftOut: [] };
    const [backend, frontend] = await Promise.all([
      pairMember(within, dir, back, 'backend'),
      pairMember(within, dir, front, 'frontend'),
    ]);
    if (!backend || !frontend) continue;
    const [says, shows] = [backend.app.roles[0], frontend.app.roles[0]];
    // A name that says no role must run what shows it; one that does is believed, but not against both.
    if (!roleOfName(back) && says !== 'backend') continue;
    if (!roleOfName(front) && shows !== 'frontend') continue;
    // `dev` of the API beside the `start` of Create React App; one that serves what was built is production's.
    const isServed = frontend.look?.framework?.production === true;
    if ((back === 'dev' || front === 'serve') && isServed && !scope.context.prod) continue;
    if (says === 'frontend' && shows === 'backend') continue;
    // `"dev": "bun run build && bun run client"`: one of them, by both names.
    const runs = ({ look }: Candidate, script: string) => look?.script === script && look.lineDir === dir;
    if (runs(backend, front) || runs(frontend, back)) continue;
    if (!roleOfName(front) && says === 'frontend') continue;
    scope.leftOut.push(...within.leftOut);
    return [withRole(backend, 'backend'), withRole(frontend, 'frontend')];
  }
  return undefined;
}

/** `server:start:dev` beside `client:start:dev`: names for developing that differ only in the role. */
function alikePairs(names: string[]): [string, string][] {
  const roles = new RegExp(`\\b(?:${ROLES.flatMap((role) => roleNames[role]).join('|')})\\b`);
  const ours = names.filter((name) => /\bdev\b/.test(name) && roles.test(name));
  return ours.flatMap((back) =>
    ours
      .filter(
        (front) => roleOfName(front) === 'frontend' && front.replace(roles, '') === back.replace(roles, ''),
      )
      .map((front): [string, string] => [back, front])
      .filter(() => roleOfName(back) === 'backend'),
  );
}

/** One of a pair: the server that its script comes to, with what has to end first. */
async function pairMember(
  scope: Scope,
  dir: string,
  script: string,
  fallback: string,
): Promise<Candidate | undefined> {
  const name = roleOfName(script) ? shortName(shortName(script)) : fallback;
  const found = (await startsSeveral(scope, dir, script))
    ? await serverOfScript(scope, dir, script)
    : await scriptCandidate(scope, dir, script, name);
  // Scripts that outlived the folder, or the file, that they go to.
  if (!found?.look || found.task || found.look.orchestrates || !(await isThere(scope, found.look)))
    return undefined;
  return { ...found, app: { ...found.app, name } };
}

async function isThere({ project }: Scope, look: Look): Promise<boolean> {
  const { files, dirs } = await project.list(look.dir);
  if (files.size + dirs.size === 0) return false;
  // A file that is gone from a folder that is a program of its own by now.
  const { dir, name } = path.parse(path.resolve(look.dir, entryOf(look)));
  if (entryOf(look) === '' || dir === look.dir) return true;
  const inner = await project.list(dir);
  return !inner.files.has('package.json') || [...inner.files].some((file) => path.parse(file).name === name);
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
    if (
      candidate.task ||
      candidate.look.orchestrates ||
      (await isGone(scope.project, candidate.look, scripts))
    )
      continue;
    if (!candidate.look.framework && (await startsOnlyTasks(scope, dir, script))) continue;
    // A built site's preview is not what `dev` means, nor the other way round.
    const { framework } = candidate.look;
    if (!prod && (framework?.production || servesBuilt(candidate.look) || startsBuilt(candidate.look)))
      fallback ??= candidate;
    // A word nobody knows may be anything: something known goes first.
    else if (!framework && script !== names.find((n) => n in scripts)) fallback ??= candidate;
    else if (!framework && /^(?:watch|web)$/.test(script)) continue;
    else return (!prod && (await restarting(scope, dir, candidate))) || candidate;
  }
  return fallback ?? (window && { ...window, task: false });
}

/** Programs that start a server again when its code changes. */
export const RESTARTS = /\b(?:nodemon|node-dev|ts-node-dev|tsnd|supervisor)\b|\s--watch\b|\btsx watch\b/;

/** `"server": "nodemon app.js"` beside `"start": "node app.js"`: what is meant for developing, by whatever name. */
async function restarting(
  scope: Scope,
  dir: string,
  one: ScriptCandidate,
): Promise<ScriptCandidate | undefined> {
  const entry = entryOf(one.look);
  if (one.script !== 'start' || one.look.words[0] !== 'node' || entry === '') return undefined;
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const script = Object.keys(scripts).find(
    (name) => RESTARTS.test(scripts[name] ?? '') && !/test|debug|inspect/.test(name + scripts[name]),
  );
  if (script === undefined || (await startsSeveral(scope, dir, script))) return undefined;
  // What comes before the one would be lost with the other.
  if (`pre${one.script}` in scripts && !(`pre${script}` in scripts)) return undefined;
  const other = await scriptCandidate(scope, dir, script, one.app.name);
  const fileOf = ({ look }: ScriptCandidate) =>
    path.resolve(look.dir, entryOf(look)).replace(/\.[cm]?[jt]s$/, '');
  return fileOf(other) === fileOf(one) ? other : undefined;
}

const RAILS_BUILDER = /^(?:ruby )?(?:\.\/)?bin\/webpack(?:er)?-dev-server$/;

/** The watcher or compiler that a package's script starts, where none of its scripts is a server. */
export async function watcherScript(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  // Rails' own, by whatever name: `dev:client`.
  const rails = Object.keys(scripts).find((name) => RAILS_BUILDER.test(scripts[name] ?? ''));
  const names = ['dev', 'watch'].filter((name) => name in scripts);
  // A `dev` that builds once is not what people leave running, where they are told of the other.
  const told = names.length > 1 ? ((await readmeOf(scope.project))?.text ?? '') : '';
  const says = (name: string) => new RegExp(`\\b(?:run|yarn) ${name}(?![\\w-])`).test(told);
  const builds = /\bencore dev$/.test(scripts.dev?.trim() ?? '');
  const watches = !says('dev') && (says('watch') || builds);
  const server = builds && says('dev-server') && !says('watch') && 'dev-server' in scripts;
  const script = rails ?? (server ? 'dev-server' : watches ? 'watch' : names[0]);
  if (script === undefined || scope.context.prod || (await isEmptyMix(scope, dir))) return undefined;
  const several = await startsSeveral(scope, dir, script);
  if (several && !(await startsOnlyTasks(scope, dir, script))) return undefined;
  const found = await scriptCandidate(scope, dir, script, script === rails ? 'webpack' : script);
  if (several) return { ...found, task: true, app: { ...found.app, framework: 'task', ready: [] } };
  return found.task || server ? found : undefined;
}

/** Laravel's old builder as its generator made it, of which nothing was left to build. */
async function isEmptyMix({ project }: Scope, dir: string): Promise<boolean> {
  const text = await project.text(path.join(dir, 'webpack.mix.js'));
  if (text === undefined) return false;
  return !/\bmix\s*\.|^\s*\.\w+\(/m.test(text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''));
}

/** `http-server build`: what was built before. */
const servesBuilt = ({ framework, words }: Look): boolean =>
  framework?.id === 'http-server' && words.some((word) => /^(?:\.\/)?(?:build|dist|out)\/?$/.test(word));

/** `node dist/main.js`, where nothing of the line makes it. */
const startsBuilt = (look: Look): boolean =>
  /^(?:\.\/)?(?:dist|build|out)\//.test(entryOf(look)) && splitLine(look.line).length === 1;

/** Whether a line starts devstart itself. */
export const runsDevstart = (line: string) =>
  splitLine(line).some((part) => unwrap(part.words).words[0] === 'devstart');
