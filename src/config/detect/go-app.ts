import path from 'node:path';
import { onPath } from '../../system/programs.ts';
import type { App } from '../types.ts';
import type { Scope } from './candidate.ts';
import type { Project } from './project.ts';

/** Where in a Go module the server's main package is. */

type Argv = [string, ...string[]];

/** Folders whose programs are tools, and such as hold none that `go run` may import. */
const NO_SERVER =
  /^(?:\.|_)|^(?:cmd|internal|pkg|vendor|testdata|tests?|docs?|examples?|tools?|scripts?|hack|migrations?|db|database|node_modules|frontend|web|client|ui)$/;

interface Proof {
  /** The main package of a folder is more than a client. */
  serves(main: string): Promise<boolean>;
  /** Its own files listen. */
  listens(main: string): Promise<boolean>;
}

/** `go run .`, or the one command under cmd/; air where the project is set up for it. */
export async function goCommand(
  { project, context }: Scope,
  dir: string,
  text: string,
  { serves, listens }: Proof,
): Promise<Argv | undefined> {
  if (!context.prod && (await project.has(dir, '.air.toml')) && (await onPath('air', context.env)))
    return ['air'];
  const isServer = async (folder: string) => (await isMain(project, folder)) && (await serves(folder));
  const { dirs } = await project.list(path.join(dir, 'cmd'));
  // A small tool that lies beside `cmd/server` is not what `go run` means.
  const isSure = dirs.size === 0 || (await project.has(dir, 'main.go'));
  if (isSure && (await isMain(project, dir))) return (await serves(dir)) ? ['go', 'run', '.'] : undefined;
  const cmd = path.join(dir, 'cmd');
  const commands: string[] = [];
  for (const name of dirs)
    if (!/(?:^|-)(?:controller|operator)$/.test(name) && (await isServer(path.join(cmd, name))))
      commands.push(name);
  // `cmd/main.go` beside `cmd/seed`: what lies below is a tool of it, unless somebody starts that.
  const isAbove = (await isMain(project, cmd)) && (await listens(cmd));
  const said = isAbove && commands.length > 0 ? await saidMain(project, dir, isServer, listens) : undefined;
  if (said) return ['go', 'run', said];
  if (isAbove) return ['go', 'run', './cmd'];
  // What air builds, what is called as a server is, or as the whole module.
  const air = /\bgo\s+(?:build|run)\b[^"'\n]*?\.\/cmd\/([\w-]+)/.exec(
    (await project.text(path.join(dir, '.air.toml'))) ?? '',
  )?.[1];
  const [, whole = ''] = /^module\s+(\S+)/m.exec(text) ?? [];
  const module = path.posix.basename(whole.replace(/\/v\d+$/, ''));
  const names = [air, 'server', 'api', 'web', 'backend', 'app', 'http', module, path.basename(dir)];
  const one = names.find((name) => name !== undefined && commands.includes(name));
  if (one ?? commands.length === 1) return ['go', 'run', `./cmd/${one ?? commands[0]}`];
  // Of several that may come to a server the one that listens itself.
  const listening: string[] = [];
  for (const name of commands) if (await listens(path.join(cmd, name))) listening.push(name);
  if (listening.length === 1) return ['go', 'run', `./cmd/${listening[0]}`];
  if (commands.length === 0 && !isSure && (await isServer(dir))) return ['go', 'run', '.'];
  for (const name of ['cmd', 'src', 'server', 'app', 'cli'])
    if (await isServer(path.join(dir, name))) return ['go', 'run', `./${name}`];
  const meant = await saidMain(project, dir, isServer, listens);
  if (meant) return ['go', 'run', meant];
  return commands.length === 0 ? onlyBelow(project, dir, listens) : undefined;
}

const BOOKS = /^(?:\.air\.toml|(?:gnu)?makefile|\.?justfile|taskfile\.ya?ml|dockerfile)$/i;

/** The one program of the module that its air, its recipes, its Dockerfile and its README start. */
async function saidMain(
  project: Project,
  dir: string,
  isServer: Proof['serves'],
  listens: Proof['listens'],
): Promise<string | undefined> {
  const said = new Set<string>();
  const homes = [...new Set([dir, project.root])];
  const lists = await Promise.all(homes.map((home) => project.list(home)));
  const books = homes.flatMap((home, i) => [...(lists[i]?.files ?? [])].map((name) => ({ home, name })));
  // The README may go through all of them.
  for (const pattern of [BOOKS, /^readme\.md$/i])
    for (const { home, name } of said.size > 0 ? [] : books.filter((one) => pattern.test(one.name)))
      for (const [, verb, words = ''] of ((await project.text(path.join(home, name))) ?? '').matchAll(
        /\bgo +(run|build) ([^\n"'`&|;#]*)/g,
      )) {
        const all = words.split(' ').filter((word) => /^[\w./*-]+$/.test(word) && !word.startsWith('-'));
        const target = (verb === 'run' ? all[0] : all.at(-1))?.replace(/(?:^|\/)[\w*]+\.go$/, '') ?? '';
        // From the top the way leads through the module's own folder.
        for (const from of new Set([dir, home])) {
          const folder = path.resolve(from, target);
          if (!folder.startsWith(dir + path.sep) || TOOL.test(path.basename(folder))) continue;
          const way = path.relative(dir, folder).replaceAll(path.sep, '/');
          // What a recipe runs there is a tool, unless it listens.
          const isSure = !way.split('/').some((part) => ASIDE.test(part) || part === 'internal');
          if (await (isSure ? isServer : listens)(folder)) said.add(way);
        }
      }
  const [one] = said;
  return said.size === 1 ? `./${one}` : undefined;
}

const TOOL =
  /controller|operator|exec$|migrat|seed|worker|consumer|cron|client|cli$|tool|gen(?:erate)?$|bench|test/i;

/** The one main package of a module that has it in a folder by any name: `api/main.go`, `app/cmd/main.go` below `go.mod`. */
async function onlyBelow(
  project: Project,
  dir: string,
  listens: Proof['listens'],
): Promise<Argv | undefined> {
  let level = [dir];
  for (let depth = 0; depth < 3; depth++) {
    const inner: string[] = [];
    for (const one of level)
      for (const name of [...(await project.list(one)).dirs].sort().slice(0, 20)) {
        const folder = path.join(one, name);
        const isPart =
          depth === 0 ? !NO_SERVER.test(name) || /^(?:cmd|internal|pkg)$/.test(name) : !ASIDE.test(name);
        // A module of its own is no part of this one.
        if (isPart && !(await project.has(folder, 'go.mod'))) inner.push(folder);
      }
    const found: string[] = [];
    // Deeper down nothing is read but what is called so.
    for (const folder of inner)
      if (depth > 0 && !(await project.has(folder, 'main.go'))) continue;
      else if ((await isMain(project, folder)) && (await listens(folder))) found.push(folder);
    if (found.length > 0) {
      const way = path.relative(dir, found[0] ?? '').replaceAll(path.sep, '/');
      return found.length === 1 ? ['go', 'run', `./${way}`] : undefined;
    }
    level = inner.slice(0, 30);
  }
  return undefined;
}

const ASIDE = /^[._]|^(?:vendor|testdata|tests?|examples?|tools?|scripts?|migrations?|node_modules)$/;

async function isMain(project: Project, folder: string): Promise<boolean> {
  for (const name of (await project.list(folder)).files) {
    if (!name.endsWith('.go') || name.endsWith('_test.go')) continue;
    if (/^package main\b/m.test((await project.text(path.join(folder, name))) ?? '')) return true;
  }
  return false;
}

/** A module, and what is started of it. */
export interface Placed {
  home: string;
  app: Pick<App, 'runs'>;
}

/** Further programs of a module that stay, beside the one that is started: `cmd/admin`. */
export async function furtherMains(
  project: Project,
  { home, app }: Placed,
  listens: Proof['listens'],
): Promise<string[]> {
  const { dirs } = await project.list(path.join(home, 'cmd'));
  const started = app.runs?.words.join(' ') ?? '';
  const found: string[] = [];
  for (const name of dirs.size > 1 ? [...dirs].sort().slice(0, 12) : []) {
    const folder = path.join(home, 'cmd', name);
    const isTool = NO_SERVER.test(name) && name !== 'web';
    if (new RegExp(`\\bcmd/${name}\\b`).test(started) || isTool) continue;
    if ((await isMain(project, folder)) && (WORKS.test(name) || (await listens(folder)))) found.push(name);
  }
  return found;
}

/** What is called so stays, too, and listens nowhere. */
export const WORKS =
  /(?:^|[-_])(?:workers?|consumers?|scheduler|cron|queue|bot|controller|operator)(?:$|[-_])/;
