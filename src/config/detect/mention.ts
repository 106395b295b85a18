import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import { type App, ROLES } from '../types.ts';
import { type Candidate, roleOfName, type Scope } from './candidate.ts';
import { unrecognised } from './folders.ts';
import type { Placed } from './go-app.ts';
import { furtherProjects } from './inner-projects.ts';
import { entryOf } from './listening.ts';
import { mentionInnerPages, mentionPage, mentionPages } from './mention-pages.ts';
import { runsDevstart, scriptCandidate } from './scripts.ts';

/** What is said of a project beside its servers: what is there and is not started, or that nothing was found. */

/** A plain Procfile's workers are said where they are not started. */
export async function mentionProcfile(scope: Scope, found: Candidate[]): Promise<void> {
  const { project } = scope;
  if (!(await project.has(project.root, 'Procfile'))) return;
  const { readProcfile } = await import('./procfile.ts');
  for (const { name } of (await readProcfile(project, path.join(project.root, 'Procfile'))) ?? []) {
    if (name === 'web' || found.some(({ app }) => app.name === name)) continue;
    const why = 'a plain Procfile is often production’s; a config, or a Procfile.dev, can add it';
    scope.leftOut.push({ what: name, file: 'Procfile', why });
  }
}

/** The script at the top that starts everything could not be looked into: a word on what it is. */
export async function mentionUnusedScript(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const { project } = scope;
  const scripts = (await project.packageJson(project.root))?.scripts ?? {};
  const name = ['dev', 'start:dev', 'develop', 'dev:all'].find((one) => one in scripts);
  if (name === undefined || runsDevstart(scripts[name] ?? '')) return;
  // Another part starts it: that is said already.
  if (scope.leftOut.some(({ file }) => file === project.relative(project.root))) return;
  if (found.some(({ app, home }) => home === project.root || app.evidence.startsWith('package.json script')))
    return;
  const look = (await scriptCandidate(scope, project.root, name)).look;
  // The very server of a folder, from the top.
  const file = path.resolve(look.dir, entryOf(look));
  if (found.some(({ home }) => entryOf(look) !== '' && file.startsWith(home + path.sep))) return;
  const containers = /^docker/.test(look.words[0] ?? '');
  if (!containers && (look.framework?.role === 'task' || look.dir !== project.root)) return;
  scope.notes.push(
    `package.json script "${name}" is not used: ${containers ? 'it starts containers' : 'what it starts cannot be seen'} (${shortened(look.line)}); the servers are started from their folders`,
  );
}

const shortened = (line: string) => (line.length > 80 ? `${line.slice(0, 79)}…` : line);

/** Who may have a worker: reading on is for these alone. */
const WITH_WORKERS =
  /^(?:GNUmakefile|makefile|\.?justfile|(?:docker-)?compose[\w.-]*\.ya?ml|requirements\.txt|pyproject\.toml|Pipfile|Gemfile|composer\.json)$/i;
const WORKER_SCRIPT = /worker|queue|celery|cron|scheduler|consumer/;

/** Workers that a command of their own starts, and no part of the run does; Nest's further applications. */
export async function mentionWorkersOf(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const { project } = scope;
  if (found.some(({ app }) => app.framework === 'nest'))
    await (await import('./nest-projects.ts')).mentionNest(scope, found);
  const homes = new Set([project.root, ...found.map(({ home }) => home)]);
  const may = await Promise.all(
    [...homes].map(async (dir) => {
      const scripts = (await project.packageJson(dir))?.scripts ?? {};
      return (
        Object.keys(scripts).some((name) => WORKER_SCRIPT.test(name)) ||
        [...(await project.list(dir)).files].some((name) => WITH_WORKERS.test(name))
      );
    }),
  );
  if (may.includes(true)) await (await import('./workers.ts')).mentionWorkers(scope, found);
}

const OF_CONTAINERS =
  /^(?:docker-)?compose\b.*\.ya?ml$|^(?:\.?docker|compose|deploy|devops|infra(?:structure)?)$/;

/** What containers start beside the servers. */
export async function mentionComposeOf(
  scope: Scope,
  found: readonly Candidate[],
  apps: App[],
): Promise<void> {
  const { files, dirs } = await scope.project.list(scope.project.root);
  if ([...files, ...dirs].some((name) => OF_CONTAINERS.test(name)))
    await (await import('./containers.ts')).mentionContainersOf(scope, found, apps);
}

/** A folder found at last is maybe not what is meant: its owner may start containers. */
export function mentionContainers(
  { leftOut }: Scope,
  found: Candidate[],
  containers: Candidate[] = [],
): Candidate[] {
  for (const { app, note = '' } of containers)
    leftOut.push({
      what: app.name,
      file: app.evidence.replace(/ starts ".*$/, ''),
      why: `${note.split(': ').slice(1).join(': ')}; "docker compose up" would start them`,
    });
  return found;
}

/** Servers of a Go module, beside the one that is started, that a command of their own starts. */
async function mentionMains({ project, leftOut }: Scope, one: Placed): Promise<void> {
  const [{ furtherMains, WORKS }, { listensInGo }] = [
    await import('./go-app.ts'),
    await import('./native-app.ts'),
  ];
  for (const name of await furtherMains(project, one, (main) => listensInGo(project, main))) {
    const file = project.relative(path.join(one.home, 'cmd', name));
    if (/migrat|seed|import/i.test(name) || leftOut.some(({ what }) => what === name)) continue;
    const kind = WORKS.test(name) ? 'worker' : 'server';
    leftOut.push({
      what: name,
      file,
      why: `a ${kind} that "go run ./cmd/${name}" starts; a config can add it`,
    });
  }
}

/** What says that a program in one of these languages lies at the top. */
const TOP = /^(?:go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|mix\.exs)$/;

/** A server in a single file at the top, without a module: nothing else shows it. */
async function loneGoServer({ project }: Scope): Promise<string | undefined> {
  for (const name of ['server.go', 'main.go']) {
    if (!(await project.has(project.root, name))) continue;
    const text = (await project.text(path.join(project.root, name))) ?? '';
    if (/^package main\b/m.test(text) && /\bListenAndServe/.test(text)) return name;
  }
  return undefined;
}

/** A list of packages at the top that has a server's among them. */
async function pythonAtTop({ project }: Scope): Promise<string | undefined> {
  for (const name of ['requirements.txt', 'pyproject.toml', 'Pipfile']) {
    if (!(await project.has(project.root, name))) continue;
    const text = (await project.text(path.join(project.root, name))) ?? '';
    if (/^\W*(?:flask|fastapi|django|sanic|tornado|aiohttp|litestar|starlette|uvicorn)\b(?!-)/im.test(text))
      return name;
  }
  return undefined;
}

const JVM = /^(?:spring|quarkus|micronaut|jvm)$/;

/** What is there and is not started: programs in which no server was recognised, the window around a page. */
export async function mentionFolders(scope: Scope, found: Candidate[]): Promise<void> {
  const { project } = scope;
  if (found.some(({ app }) => app.opaque)) return;
  const open = ROLES.filter((role) => !found.some(({ app }) => app.roles.includes(role)));
  const homes = found.map(({ home }) => home);
  // A role that a folder of another name has: what is called by it is said, too.
  const borrowed = ROLES.filter((role) =>
    found.some(
      ({ app, home }) =>
        app.roles[0] === role && home !== project.root && roleOfName(path.basename(home)) === undefined,
    ),
  );
  const asked = [...open, ...borrowed];
  for (const name of asked.length > 0 ? await unrecognised(scope, homes, asked) : []) {
    if (scope.leftOut.some(({ file }) => `${file}/`.startsWith(`${name}/`))) continue;
    // A package of the server at the top: `app/main.py`.
    const ofPackage = (word: string) => word.startsWith(`${name}.`) || word.startsWith(`${name}/`);
    if (found.some(({ app }) => app.python && app.runs?.words.some(ofPackage))) continue;
    scope.leftOut.push({
      what: path.basename(name),
      file: name,
      why: 'no server was recognised in it; a config can add it',
    });
  }
  if (open.includes('frontend')) {
    const before = scope.leftOut.length;
    await mentionPages(scope, found);
    if (
      scope.leftOut.length === before &&
      found.some(({ app }) => app.python || JVM.test(app.framework ?? ''))
    )
      await mentionInnerPages(scope);
  }
  for (const one of found.filter(({ app }) => app.framework === 'go')) await mentionMains(scope, one);
  // A folder of that name holds files for a server, unless it is a package.
  await mentionPage(scope, path.join(project.root, 'public'));
  const top = [...(await project.list(project.root)).files].find((name) => TOP.test(name));
  const lone = top ? undefined : await loneGoServer(scope);
  if (lone)
    scope.leftOut.push({ what: lone, file: lone, why: `"go run ${lone}" starts it; a config can add it` });
  const unsaid = open.includes('backend') && scope.leftOut.length === 0;
  const shown = top ?? (unsaid ? await pythonAtTop(scope) : undefined);
  const before = scope.leftOut.length;
  if (shown === 'go.mod' && open.includes('backend') && !homes.includes(project.root))
    await mentionMains(scope, { home: project.root, app: {} });
  const silent = scope.leftOut.length === before;
  if (shown && silent && open.includes('backend') && (!top || !homes.includes(project.root)))
    scope.leftOut.push({
      what: shown,
      file: shown,
      why: 'no server was recognised in it; a config can add it',
    });
  for (const dir of new Set([project.root, ...homes])) {
    const { deps = {} } = (await project.packageJson(dir)) ?? {};
    if (!(await project.list(dir)).dirs.has('src-tauri') && !('@tauri-apps/cli' in deps)) continue;
    if (found.some(({ look }) => /\btauri\b/.test(look?.line ?? ''))) continue;
    const file = project.relative(path.join(dir, 'src-tauri'));
    scope.leftOut.push({ what: 'window', file, why: '"tauri dev" opens it; here its page is started alone' });
  }
  await mentionApps(scope, homes);
  const firebase = await project.text(path.join(project.root, 'firebase.json'));
  const isServed = found.some(({ look }) => look?.words[0] === 'firebase');
  const [, what] = (!isServed && /"(functions|emulators)"\s*:/.exec(firebase ?? '')) || [];
  if (what)
    scope.leftOut.push({
      what,
      file: 'firebase.json',
      why: '"firebase emulators:start" starts them beside the page; a config can add it',
    });
}

/** A package of the workspace, or a folder called so, whose script opens a window or serves an app to a phone. */
async function mentionApps({ project, leftOut }: Scope, homes: readonly string[]): Promise<void> {
  const called = [...(await project.list(project.root)).dirs].filter((one) =>
    /^(?:electron|desktop)/i.test(one),
  );
  for (const name of (await project.list(project.root)).dirs)
    if (await project.has(path.join(project.root, name), 'pubspec.yaml'))
      leftOut.push({
        what: name,
        file: name,
        why: '"flutter run" opens it on a device; a config can add it',
      });
  const dirs = [
    ...(await project.workspaces()).map(({ dir }) => dir),
    ...called.map((one) => path.join(project.root, one)),
  ];
  for (const dir of new Set(dirs)) {
    const { deps = {}, scripts = {} } = (await project.packageJson(dir)) ?? {};
    if (homes.includes(dir)) continue;
    const named = (what: RegExp) => Object.keys(scripts).find((one) => what.test(scripts[one] ?? ''));
    const file = project.relative(dir);
    const window = 'electron' in deps ? named(/(?:^|\s)electron(?:-forge start)?\s/) : undefined;
    const metro = 'react-native' in deps ? named(/^react-native start\b/) : undefined;
    if (window !== undefined)
      leftOut.push({
        what: 'window',
        file,
        why: `its script "${window}" opens it; here its page is started alone`,
      });
    if (metro !== undefined)
      leftOut.push({
        what: path.basename(dir),
        file,
        why: `its script "${metro}" serves it to a phone; a config can add it`,
      });
  }
}

export async function nothingFound(scope: Scope): Promise<DevstartError> {
  const { project } = scope;
  const inner = await furtherProjects(scope);
  const scripts = Object.entries((await project.packageJson(project.root))?.scripts ?? {});
  const own = scripts.filter(([, line]) => runsDevstart(line)).map(([name]) => `"${name}"`);
  const names = scripts.filter(([, line]) => !runsDevstart(line)).map(([name]) => name);
  const seen = [
    ...(names.length > 0
      ? [`package.json has the scripts ${names.join(', ')}, none of which starts a known server`]
      : []),
    ...(inner.length > 0
      ? [`below it are projects of their own: devstart --cwd ${inner.slice(0, 3).join(', or --cwd ')}`]
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
