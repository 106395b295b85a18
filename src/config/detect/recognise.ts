import path from 'node:path';
import { type App, type Command, type ReadyCheck, ROLES } from '../types.ts';
import { type PackageManager, quote, scriptCall, unwrap } from './commandline.ts';
import { sharedCaches } from './frameworks/node.ts';
import { pythonFrameworks, pythonServers } from './frameworks/python.ts';
import type { Framework } from './frameworks/types.ts';
import { type Look, look } from './look.ts';
import { withoutBrackets } from './owner/shell.ts';
import { passFlags } from './package-manager.ts';
import { Project } from './project.ts';
import { reflexSettings, reflexVersion } from './reflex.ts';
import { takesOf } from './takes.ts';
import { venvBin } from './venv.ts';

const PLACEHOLDER = /\{(?:port|backend|frontend)\}/;
/** A line that places its port itself: nothing else says it. */
const PLACES_PORT = /\$\{?PORT\b|%PORT%/;

/** What the settings say to it; without an address each server listens where it likes. */
type Said = { prod: boolean; host?: string | undefined };

/**
 * Fills in what a known command tells: framework, flags, variables, default port, caches, stop signal,
 * readiness. What the draft already says stays: its roles, default ports and ready checks. The command
 * stays as it is where it holds a placeholder for its port, or nothing is known about it.
 */
export async function recogniseApp(draft: App, opts: Said): Promise<App> {
  return (await recognise(new Project(draft.cwd), draft, opts)).app;
}

export interface Recognised {
  app: App;
  look: Look;
}

/** The same over files already read. */
export async function recognise(project: Project, found: App, opts: Said): Promise<Recognised> {
  const { command } = found;
  const line = command.kind === 'shell' ? command.line : command.argv.map(quote).join(' ');
  const seen = await look(project, line, found.cwd);
  const { framework } = seen;
  const takes = await takesOf(project, found, seen);
  const draft = { ...found, ...(await nature(project, line, seen)), ...(takes && { takes }) };
  if (!framework) {
    const ready = draft.ready.length > 0 ? draft.ready : [{ port: 'own' as const }];
    const app = { ...draft, ready, command: movable(draft, line, seen) };
    return { app: await withVenv(project, app, seen), look: seen };
  }
  if (framework.id === 'reflex') return { app: await reflex(project, draft, seen, opts), look: seen };
  const { role } = framework;
  const relative = path.relative(draft.cwd, seen.dir).replaceAll(path.sep, '/');
  const shared = (await project.has(seen.dir, 'package.json')) ? sharedCaches : [];
  const caches = [...(framework.caches ?? []), ...shared]
    .map((cache) => path.posix.join(relative, cache))
    .filter((cache) => !cache.startsWith('..'));
  const own = framework.port;
  const hasPorts = Object.keys(draft.defaultPorts).length > 0;
  const both = draft.roles.length === 0 && !hasPorts ? framework.both : undefined;
  const app =
    pythonFrameworks.includes(framework) || framework.id === 'python'
      ? await withVenv(project, draft, seen)
      : draft;
  return {
    look: seen,
    app: {
      ...app,
      name: draft.name || (both ? framework.id : ''),
      roles: draft.roles.length > 0 || role === 'task' ? draft.roles : both ? [...ROLES] : [role],
      framework: framework.id,
      ...withPort(draft, line, seen, framework, opts),
      frameworkEnv: { ...variables(framework, opts.host), ...draft.frameworkEnv },
      defaultPorts: both ?? (hasPorts || own === undefined || role === 'task' ? draft.defaultPorts : { own }),
      ready: draft.ready.length > 0 || role === 'task' ? draft.ready : readyOf(framework, both),
      stopSignal: framework.stopSignal ?? draft.stopSignal,
      caches: [...new Set([...draft.caches, ...caches])],
      evidence: draft.evidence || `its command runs ${framework.label}`,
    },
  };
}

function readyOf(framework: Framework, both: Framework['both']): ReadyCheck[] {
  if (both) return ROLES.map((port) => ({ port }));
  return framework.ready ?? [{ port: 'own' }];
}

/** A script that calls a bare `uvicorn` or `python` means the project's own, activated or not. */
async function withVenv(project: Project, app: App, seen: Look): Promise<App> {
  const bin = await venvBin(project, seen.dir);
  return bin ? { ...app, path: [bin] } : app;
}

const PYTHON = /(?:^|[\s/"'=])(?:python[\d.]*|uvx?|poetry|pipenv|pdm|hatch|rye)\s/;
const PYTHON_FILES = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py', 'manage.py'];

/** Where and how it runs: what decides which names it is told. */
async function nature(project: Project, line: string, seen: Look): Promise<Partial<App>> {
  const { framework, dir, words, lineDir, script, env, pinned } = seen;
  const ids: readonly { id: string }[] = [...pythonFrameworks, ...pythonServers, { id: 'reflex' }];
  const known = framework && ids.some(({ id }) => id === framework.id);
  const files = framework ? undefined : (await project.list(dir)).files;
  const python =
    known || PYTHON.test(line) || PYTHON.test(seen.line) || PYTHON_FILES.some((file) => files?.has(file));
  const readsPort = takesPort(line, seen);
  return {
    runs: {
      dir,
      line: seen.line,
      words,
      lineDir,
      env,
      ...(script !== undefined && { script }),
      ...(pinned !== undefined && { pinned }),
    },
    ...(python && { python }),
    ...(readsPort !== undefined && { readsPort }),
  };
}

/** By flags or a variable of its own it is told already; undefined: by PORT unless its command says the port. */
function takesPort(line: string, { line: inner, framework }: Look): boolean | undefined {
  if (PLACES_PORT.test(line) || PLACES_PORT.test(inner)) return true;
  if (!framework || framework.readsPort) return undefined;
  const own = Object.values(framework.env ?? {}).some((value) => PLACEHOLDER.test(value));
  return framework.flags || own ? false : undefined;
}

function variables({ env = {} }: Framework, host: string | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => host !== undefined || !isHost(value)));
}

function withPort(
  draft: App,
  line: string,
  seen: Look,
  framework: Framework,
  { host, prod }: Said,
): Pick<App, 'command' | 'awayCommand'> {
  const { command } = draft;
  if (PLACEHOLDER.test(line)) return { command };
  const { flags: all = [] } = framework;
  const whole = host === undefined ? undefined : all.find((flag) => !isHost(flag) && flag.includes('{host}'));
  const address = host === undefined || seen.hostGiven || !seen.appendable ? [] : hostOf(all);
  const placed = seen.inPlace && movable(draft, line, seen, framework.flagsOnce ? [whole, ...address] : []);
  if (placed && !framework.flagsOnce) return { command: placed };
  // On its own port a script runs under its name, which its config may read.
  if (placed && host === undefined && seen.levels.length > 0) return { command, awayCommand: placed };
  if (placed)
    return {
      command: placed === command ? append(command, passFlags(outerLevels(command, seen), address)) : placed,
    };
  const said = PLACES_PORT.test(line) || PLACES_PORT.test(seen.line);
  if (!framework.flags || !seen.appendable || said) return { command };
  const own = seen.hostGiven || host === undefined;
  const flags = own ? withoutHost(framework.hostless ?? framework.flags) : framework.flags;
  const told = append(command, passFlags(outerLevels(command, seen), flags));
  return framework.flagsAway && host === undefined && !prod
    ? { command, awayCommand: told }
    : { command: told };
}

/** The levels that a flag has to pass: all but those that `--` already opens. */
function outerLevels(command: Command, seen: Look): PackageManager[] {
  const words = command.kind === 'argv' ? command.argv : unwrap(command.line.split(/\s+/)).words;
  const call = scriptCall(unwrap(words).words);
  // `npm run dev -- --open`: what follows is past the first `--` already.
  return call && words.includes('--') && call.pm === 'npm' ? seen.levels.slice(1) : seen.levels;
}

function append(command: Command, flags: string[]): Command {
  if (command.kind === 'argv') return { kind: 'argv', argv: [...command.argv, ...flags] };
  // Behind a group in brackets they would be nobody's.
  const line = flags.length > 0 ? withoutBrackets(command.line.trim()) : command.line.trim();
  return { kind: 'shell', line: [line, ...flags].join(' ') };
}

/** Drops `--host {host}` but keeps `{host}:{port}`, which is the port too. */
export const withoutHost = (flags: string[]): string[] => {
  const host = hostOf(flags);
  return flags.filter((flag) => !host.includes(flag));
};

/** `--host {host}` of such flags. */
const hostOf = (flags: string[]): string[] =>
  flags.filter((flag, i) => isHost(flag) || (flags[i + 1] === '{host}' && flag.startsWith('-')));

const isHost = (text: string): boolean => text.includes('{host}') && !text.includes('{port}');

/**
 * Puts `{port}` where a line pins its port out of a flag's reach (`runserver 8000`, `PORT=3001 node x`).
 * A package.json script's line is then run as it stands there, with the same PATH.
 * @param said the address with its port in one word, and flags for an address of its own
 */
function movable(
  { command, cwd }: App,
  line: string,
  seen: Look,
  said: (string | undefined)[] = [],
): Command {
  const { inPlace } = seen;
  const [whole = '{port}', ...address] = said;
  if (!inPlace || PLACEHOLDER.test(line)) return command;
  const open = (text: string): string => [text.replace(inPlace, `$1${whole}`), ...address].join(' ');
  if (seen.levels.length > 0) {
    if (seen.lineDir !== cwd) return command;
    return { kind: 'argv', argv: ['npm', 'exec', '--silent', '-c', open(seen.line)] };
  }
  if (command.kind === 'shell') return { kind: 'shell', line: open(command.line) };
  if (command.argv.some((word) => /\s/.test(word))) return command;
  const [program = '', ...rest] = open(command.argv.join(' ')).split(' ');
  return { kind: 'argv', argv: [program, ...rest] };
}

async function reflex(project: Project, draft: App, seen: Look, opts: Said): Promise<App> {
  const version = await reflexVersion(project, seen.dir, await venvBin(project, seen.dir));
  const { flags, note: _, ...settings } = reflexSettings(version, opts);
  const own = draft.command.kind === 'shell' ? draft.command.line : draft.command.argv.join(' ');
  const given = PLACEHOLDER.test(own);
  return {
    ...draft,
    ...settings,
    framework: 'reflex',
    roles: draft.roles.length > 0 ? draft.roles : settings.roles,
    command: given || !seen.appendable ? draft.command : append(draft.command, passFlags(seen.levels, flags)),
    frameworkEnv: { ...settings.frameworkEnv, ...draft.frameworkEnv },
    defaultPorts: Object.keys(draft.defaultPorts).length > 0 ? draft.defaultPorts : settings.defaultPorts,
    ready: draft.ready.length > 0 ? draft.ready : settings.ready,
    caches: [...new Set([...draft.caches, ...settings.caches])],
    evidence: draft.evidence || 'its command runs Reflex',
  };
}
