import path from 'node:path';
import { bundlerCandidate, isBuilt } from './bundler-app.ts';
import { type Candidate, draftApp, evidenceOf, type Scope } from './candidate.ts';
import { denoTasks } from './deno-tasks.ts';
import { goCommand } from './go-app.ts';
import { gradleStart, mavenStart } from './jvm-app.ts';
import {
  phoenixStart,
  profileTyped,
  rackStart,
  redwoodStart,
  rubyStart,
  SINATRA,
  waspStart,
} from './native-starts.ts';
import { recognise } from './recognise.ts';
import { anySource } from './sources.ts';
import { staticServer } from './static-server.ts';

/** A language's server in a folder: the file that shows it, and the words that start it. */
interface Native {
  file: string | RegExp;
  /** What else must be there: in the text of the file, or in another one. */
  when?: (scope: Scope, dir: string, text: string) => Promise<boolean> | boolean;
  argv: (
    scope: Scope,
    dir: string,
    text: string,
  ) => Promise<[string, ...string[]] | undefined> | [string, ...string[]] | undefined;
}

const has = (name: string) => (scope: Scope, dir: string) => scope.project.has(dir, name);
const holds = (pattern: RegExp) => (_: Scope, __: string, text: string) => pattern.test(text);

/** What listens, and what only talks to people or to servers: a command line client is a Go or Rust program too. */
const go = {
  listens:
    /\bListenAndServe|\bnet\.Listen\(|\bhttp\.Serve|\bhttp\.Server\{|\bgrpc\.NewServer\(|\bfasthttp\b|\b\w*(?:r|app|engine|e|srv|server|s|api)\.(?:Run|Start|Listen|Serve)\w*\(/i,
  talks:
    /\bcobra\b|\burfave\/cli\b|\bbubbletea\b|\balecthomas\/kong\b|\bflag\.(?:Parse|Arg)|\bos\.Args\b|\b(?:net|grpc|websocket)\.\w*Dial|\bgrpc\.NewClient\(|\bhttp\.(?:Get|Post|NewRequest|Client)\b|\bos\.Stdin\b/,
};
const GO_FILE = /(?<!_test)\.go$/;
const rust = {
  listens:
    /\bTcpListener\b|\bHttpServer\b|\bserve\b|\bServer\b|\brocket\b|#\[launch\]|\.listen\(|\.bind\(|\bshuttle_runtime\b|\bleptos\b|\bloco_rs\b/,
  talks:
    /\bclap\b|\benv::args\b|\breqwest\b|\bTcpStream::connect|::connect\(|\bratatui\b|\bstdin\(\)|\bhyper_util::client\b/,
};

/** Its main files talk, and nothing of it listens. */
async function isClient(
  { project }: Scope,
  dir: string,
  main: string,
  ending: RegExp,
  { listens, talks }: typeof go,
): Promise<boolean> {
  return (
    (await anySource(project, main, ending, talks, 0)) === true &&
    (await anySource(project, dir, ending, listens)) === false
  );
}

type Argv = [string, ...string[]] | undefined;

/** A program that does nothing without its word: PocketBase's own, and Cobra's. */
async function serving({ project }: Scope, dir: string, text: string, argv: Argv): Promise<Argv> {
  if (argv?.[0] !== 'go') return argv;
  if (/^\s*(?:require\s+)?github\.com\/pocketbase\/pocketbase\s/m.test(text))
    return [...argv, 'serve', '--http={host}:{port}'];
  if (!text.includes('spf13/cobra')) return argv;
  const { goWord } = await import('./subcommand.ts');
  return [...argv, ...(await goWord(project, dir, text, path.resolve(dir, argv[2] ?? '.')))];
}

/** Whether the main package of a folder listens by itself. */
export const listensInGo = async (project: Scope['project'], main: string): Promise<boolean> =>
  (await anySource(project, main, GO_FILE, go.listens, 0)) === true;

const BUN_SERVES = /\bBun\.serve[(<]/;

const natives: Native[] = [
  { file: /^main\.wasp(?:\.ts)?$/, argv: (_, __, text) => waspStart(text) },
  { file: /^(?:redwood|cedar)\.toml$/, argv: async ({ project }, dir) => redwoodStart(project, dir) },
  // Lumen has no `serve`.
  {
    file: 'artisan',
    argv: async ({ project }, dir) =>
      /"laravel\/lumen-framework"/.test((await project.text(path.join(dir, 'composer.json'))) ?? '')
        ? ['php', '-S', '{host}:{port}', '-t', 'public']
        : ['php', 'artisan', 'serve'],
  },
  {
    file: 'go.mod',
    argv: async (scope, dir, text) =>
      serving(
        scope,
        dir,
        text,
        await goCommand(scope, dir, text, {
          serves: async (main) => !(await isClient(scope, dir, main, GO_FILE, go)),
          listens: (main) => listensInGo(scope.project, main),
        }),
      ),
  },
  { file: 'Trunk.toml', argv: () => ['trunk', 'serve'] },
  { file: 'Dioxus.toml', argv: () => ['dx', 'serve'] },
  {
    file: 'index.html',
    when: async ({ project }, dir) =>
      /^\s*(?:yew|sycamore|seed|leptos_router)\b/m.test(
        (await project.text(path.join(dir, 'Cargo.toml'))) ?? '',
      ),
    argv: () => ['trunk', 'serve'],
  },
  {
    file: 'Cargo.toml',
    when: holds(/^\s*leptos\b|\[package\.metadata\.leptos\]/m),
    argv: () => ['cargo', 'leptos', 'watch'],
  },
  {
    file: 'Cargo.toml',
    argv: async (scope, dir, text) => {
      const { cargoTarget } = await import('./cargo.ts');
      const target = await cargoTarget(scope.project, dir, text, (crate) => {
        const sources = path.join(crate.dir, 'src');
        return isClient(scope, sources, sources, /\.rs$/, rust);
      });
      return target && ['cargo', 'run', ...(scope.context.prod ? ['--release'] : []), ...target];
    },
  },
  {
    file: 'Gemfile',
    when: holds(/['"]jekyll['"]|github-pages/),
    argv: () => ['bundle', 'exec', 'jekyll', 'serve'],
  },
  { file: 'Gemfile', when: holds(/['"]rails['"]/), argv: () => ['bundle', 'exec', 'rails', 'server'] },
  { file: 'config.ru', argv: ({ project }, dir) => rackStart(project, dir) },
  {
    file: /^(?:app|server|main|web)\.rb$/,
    when: holds(SINATRA),
    argv: async ({ project }, dir) => rubyStart(project, dir),
  },
  { file: 'pom.xml', argv: async ({ project }, dir, text) => mavenStart(project, dir, text) },
  {
    file: /^build\.gradle(?:\.kts)?$/,
    argv: async ({ project }, dir, text) => gradleStart(project, dir, text),
  },
  {
    file: /\.(?:cs|fs)proj$/,
    when: holds(/Sdk="Microsoft\.NET\.Sdk\.(?:Web|BlazorWebAssembly)"/),
    argv: async (scope, dir) =>
      scope.context.prod
        ? ['dotnet', 'run', '-c', 'Release']
        : ['dotnet', 'watch', ...(await profileTyped(scope.project, dir))],
  },
  { file: 'mix.exs', when: holds(/:phoenix\b/), argv: (_, __, text) => phoenixStart(text) },
  { file: /^deno\.jsonc?$/, argv: denoTask },
  {
    file: /^(?:hugo\.(?:toml|ya?ml)|config\.toml)$/,
    when: async (scope, dir) => (await scope.project.list(dir)).dirs.has('content'),
    argv: () => ['hugo', 'server'],
  },
  {
    file: 'composer.json',
    when: async (scope, dir) => scope.project.has(path.join(dir, 'public'), 'index.php'),
    argv: () => ['php', '-S', '{host}:{port}', '-t', 'public'],
  },
  { file: 'index.php', argv: () => ['php', '-S', '{host}:{port}'] },
  {
    file: /^(?:server|index|main|app)\.[jt]s$/,
    when: holds(BUN_SERVES),
    argv: (scope, dir) => entry(scope, dir, BUN_SERVES, ['bun', '--hot']),
  },
  // What `bun init` makes has no scripts: `bun index.ts`.
  {
    file: 'package.json',
    when: (_, __, text) => /"@types\/bun"/.test(text) && !/"(?:exports|main|types|files|bin)"\s*:/.test(text),
    argv: bunFile,
  },
  {
    file: /^(?:server|main|app|mod|index)\.[jt]s$/,
    when: holds(/\bDeno\.serve\(|deno\.land\/|from ['"]jsr:/),
    argv: (scope, dir) =>
      entry(scope, dir, /\bDeno\.serve\(|deno\.land\/|from ['"]jsr:/, ['deno', 'run', '-A', '--watch']),
  },
  {
    file: /^(?:server|index|app|main)\.[cm]?js$/,
    when: holds(/\.listen\(|createServer\(|\bserve\(/),
    argv: (scope, dir) => entry(scope, dir, /\.listen\(|createServer\(|\bserve\(/, ['node']),
  },
];

/** The first that fits; a package.json's own scripts are asked before. */
export async function nativeCandidate(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project } = scope;
  const { files } = await project.list(dir);
  for (const { file, when, argv } of natives) {
    for (const name of typeof file === 'string' ? [file] : [...files].filter((f) => file.test(f)).sort()) {
      if (!files.has(name)) continue;
      const text = (await project.text(path.join(dir, name))) ?? '';
      if (when && !(await when(scope, dir, text))) continue;
      const words = await argv(scope, dir, text);
      if (words) return known(scope, dir, name, words);
    }
  }
  return undefined;
}

/** Pages without any program: an index.html, served by Node itself. What a bundler makes is the bundler's. */
export async function staticCandidate(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const bundler = await bundlerCandidate(scope, dir);
  if (bundler || (await isBuilt(scope, dir))) return bundler;
  for (const folder of [dir, path.join(dir, 'public')]) {
    if (!(await has('index.html')(scope, folder))) continue;
    const name = dir === scope.project.root ? '' : path.basename(dir);
    if ((await scope.project.list(path.join(dir, 'netlify'))).dirs.has('functions'))
      scope.leftOut.push({
        what: 'functions',
        file: scope.project.relative(path.join(dir, 'netlify/functions')),
        why: '"netlify dev" serves them beside the page; a config can say it',
      });
    const evidence = `${evidenceOf(scope.project, folder, 'index.html')} (static files)`;
    const app = draftApp(
      name,
      { kind: 'argv', argv: ['node', '-e', staticServer, '{port}', '{host}'] },
      folder,
      evidence,
    );
    return { app: { ...app, framework: 'static', roles: ['frontend'], ready: [{ port: 'own' }] }, home: dir };
  }
  return undefined;
}

async function known(
  scope: Scope,
  dir: string,
  file: string,
  argv: [string, ...string[]],
): Promise<Candidate> {
  const name = dir === scope.project.root ? '' : path.basename(dir);
  const draft = draftApp(name, { kind: 'argv', argv }, dir, evidenceOf(scope.project, dir, file));
  const { app, look } = await recognise(scope.project, draft, scope.context);
  const label = look.framework ? ` (${look.framework.label})` : '';
  return { app: { ...app, evidence: app.evidence + label }, home: dir };
}

/** A module for others is called so, too. */
const DENO_LISTENS = /\bserve\w*\(|\.listen\(|\bfetch\b/;

/** A task of deno.json, with the flags its own line wants. */
async function denoTask(scope: Scope, dir: string): Promise<[string, ...string[]] | undefined> {
  const { project, context } = scope;
  const tasks = await denoTasks(project, dir);
  for (const name of context.prod ? ['start', 'preview', 'serve', 'dev'] : ['dev', 'start', 'serve', 'run']) {
    const { line } = tasks.get(name) ?? {};
    if (!line) continue;
    const { app, look } = await recognise(project, draftApp('', { kind: 'shell', line }, dir, ''), context);
    if (look.framework?.role === 'task') continue;
    const added =
      app.command.kind === 'shell' && look.framework?.flags
        ? app.command.line.slice(line.length).trim().split(/\s+/)
        : [];
    return ['deno', 'task', name, ...added.filter(Boolean)];
  }
  for (const file of ['main.ts', 'server.ts', 'mod.ts', 'main.js']) {
    const source = await project.text(path.join(dir, file));
    if (source === undefined || (file === 'mod.ts' && !DENO_LISTENS.test(source))) continue;
    if (/export default\s*\{[^}]*fetch/.test(source))
      return [
        'deno',
        'serve',
        '-A',
        '--watch',
        '--port',
        '{port}',
        ...(context.host === undefined ? [] : ['--host', '{host}']),
        file,
      ];
    return ['deno', 'run', '-A', '--watch', file];
  }
  return undefined;
}

/** The file of a Bun package that listens. */
async function bunFile({ project }: Scope, dir: string): Promise<[string, ...string[]] | undefined> {
  for (const folder of ['', 'src/'])
    for (const name of ['index', 'server', 'app', 'main']) {
      const file = `${folder}${name}.ts`;
      if (/\.listen\(|\bBun\.serve[(<]/.test((await project.text(path.join(dir, file))) ?? ''))
        return ['bun', '--hot', file];
    }
  return undefined;
}

async function entry(
  { project }: Scope,
  dir: string,
  pattern: RegExp,
  start: [string, ...string[]],
): Promise<[string, ...string[]] | undefined> {
  for (const base of ['server', 'index', 'main', 'app', 'mod']) {
    for (const ending of ['ts', 'js', 'mjs', 'cjs']) {
      const text = await project.text(path.join(dir, `${base}.${ending}`));
      if (text && pattern.test(text) && !(start[0] === 'node' && ending === 'ts'))
        return [...start, `${base}.${ending}`];
    }
  }
  return undefined;
}
