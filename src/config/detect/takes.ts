import { isIP } from 'node:net';
import path from 'node:path';
import type { App, Command, Takes } from '../types.ts';
import { quote, splitLine } from './commandline.ts';
import type { Framework } from './frameworks/types.ts';
import type { Look } from './look.ts';
import type { Project } from './project.ts';

/** Node programs that start another one and hand it nothing but stdin, stdout and stderr. */
const KEEPS_THREE =
  /(?:^|[\s;&|])(?:npm|npx|pnpm|pnpx|yarn|bunx?|vp|cross-env(?:-shell)?|dotenvx?|env-cmd|nodemon|tsx|ts-node-dev|tsnd|node-dev|swc-node|supervisor)\s|\bnode\s[^;&|]*--watch\b/;
/** Of these the ones that leave stdin alone: the socket may come there. */
const LEAVES_STDIN = /^(?:cross-env\s.*?)?(?:node\s[^;&|]*--watch\b|tsx\s(?!watch\b))/;
/** Runtimes whose servers take no descriptor. */
const TAKES_NONE = /^(?:bun|deno)$/;
/** It names a descriptor or a Unix socket itself. */
const NAMES_ONE = /(?:^|\s)--fd[ =]|fd:\/\/|(?:^|\s)(?:-b|--bind|--uds)[ =]?unix:|(?:^|\s)--uds\b/;
const NODE_KINDS =
  /^(?:node|express|fastify|hono|koa|hapi|nest|feathers|apollo|graphql-yoga|polka|restify|h3|socket\.io|ws)$/;
const LOOPBACK = ['127.0.0.1'];

/** How the server at the end of a command takes a socket; undefined where it cannot be made sure that it gets there. */
export async function takesOf(
  project: Project,
  app: Pick<App, 'command' | 'cwd'>,
  seen: Look,
): Promise<Takes | undefined> {
  const { framework, words } = seen;
  if (
    !framework ||
    seen.orchestrates ||
    TAKES_NONE.test(words[0] ?? '') ||
    /\s(?:--uds|unix:)/.test(seen.line)
  )
    return undefined;
  const how = wayOf(framework, words);
  if (!how) return undefined;
  const direct = await directly(project, app, seen);
  if (!direct) return undefined;
  const line = textOf(direct.command);
  const stdin = KEEPS_THREE.test(line);
  if (stdin && !LEAVES_STDIN.test(seen.line)) return undefined;
  // Where it names a descriptor its owner has made the way himself.
  const flags = NAMES_ONE.test(line) ? undefined : how.flags;
  if (flags && !seen.appendable) return undefined;
  const { flags: _, proven, hostName, ...rest } = how;
  const changed = direct.command !== app.command || flags !== undefined;
  const plain = flags ? unpinned(direct.command, framework) : direct.command;
  const inline = hostName === undefined ? undefined : seen.env[hostName];
  const said = hostsIn(words.join(' ')) ?? (inline ? [inline] : undefined);
  const hosts = said ?? how.hosts;
  return {
    ...rest,
    hosts,
    ...(hostName && !said && { hostName }),
    ...(changed && { command: plain }),
    ...(direct.cwd !== undefined && { cwd: direct.cwd, path: direct.path }),
    ...(flags && { flags }),
    ...(stdin && { stdin }),
    ...(portsIn(seen.line) > 1 && { severalPorts: true }),
    ...(proven &&
      flags &&
      direct.cwd === undefined &&
      isAlone(textOf(plain), framework, hosts) && { proven }),
  };
}

/**
 * Its owner's own command, with nothing before the server that could keep a socket to itself, no daemon that would close
 * it, and one address: of a name it would take one of several.
 */
function isAlone(line: string, { id }: Framework, hosts: readonly string[]): boolean {
  const first = new RegExp(`^(?:\\S*/)?(?:python[\\d.]*\\s+-m\\s+)?${id}\\s`);
  const further = /\s(?:-b|--bind|--insecure-bind|--quic-bind|-D|--daemon)\b/;
  return first.test(line) && !further.test(line) && hosts.length === 1 && isIP(hosts[0] ?? '') !== 0;
}

function wayOf(framework: Framework, words: readonly string[]): Takes | undefined {
  if (framework.socket) return framework.socket;
  if (framework.role === 'task') return undefined;
  if (NODE_KINDS.test(framework.id)) {
    // Fastify means localhost where nothing is said, whatever that is here.
    return { preload: true, hosts: framework.id === 'fastify' ? [...LOOPBACK, '::1'] : ['::'] };
  }
  if (words[0] === 'go' || framework.id === 'go') return { hosts: ['::'] };
  if (framework.id === 'rust') return { hosts: LOOPBACK };
  // A program of one's own: by systemd's words, where it reads them.
  if (words[0] === 'python') return { hosts: framework.id === 'aiohttp' ? ['0.0.0.0'] : LOOPBACK };
  return undefined;
}

interface Direct {
  command: Command;
  cwd?: string;
  path?: string[];
}

/**
 * The command without the package manager that would lose what it is handed: the script's own line in its folder, with
 * the packages' programs on PATH. Undefined where the script is more than its line.
 */
async function directly(
  project: Project,
  { command }: Pick<App, 'command'>,
  seen: Look,
): Promise<Direct | undefined> {
  if (seen.levels.length === 0) return { command };
  const { script, line, lineDir } = seen;
  const scripts = script === undefined ? undefined : (await project.packageJson(lineDir))?.scripts;
  if (seen.levels.length > 1 || !scripts || scripts[script as string] !== line) return undefined;
  if (`pre${script}` in scripts || `post${script}` in scripts) return undefined;
  if (splitLine(textOf(command)).length !== 1) return undefined;
  const bins = project.upwards(lineDir).map((folder) => path.join(folder, 'node_modules/.bin'));
  return { command: { kind: 'shell', line }, cwd: lineDir, path: bins };
}

/** Without the address that its line says where a flag would only add another one. */
function unpinned(command: Command, { inPlace, socket }: Framework): Command {
  if (!inPlace || !socket?.flags?.some((flag) => flag.startsWith('fd:'))) return command;
  const bind = /\s(?:-b|--bind)[ =]?\S*:(?:\d{2,5}|\{port\})(?=\s|$)/g;
  if (command.kind === 'shell') return { kind: 'shell', line: command.line.replace(bind, '') };
  if (command.argv.some((word) => /\s/.test(word))) return command;
  const [program = '', ...rest] = command.argv.join(' ').replace(bind, '').split(' ');
  return { kind: 'argv', argv: [program, ...rest] };
}

/** The address that a command line says itself. Pure. */
export function hostsIn(line: string): string[] | undefined {
  const [, flag] = /(?:^|\s)(?:--host(?:name)?|-H|--address)[ =](\S+)/.exec(line) ?? [];
  if (flag !== undefined && !flag.includes('{')) return [flag];
  const binds = [
    ...line.matchAll(/(?:^|\s)(?:-b|--bind)[ =]?(?:tcp:\/\/)?(\S*):(?:\d{2,5}|\{port\})(?=\s|$)/g),
  ];
  const found = binds.map(([, host = '']) => host.replace(/^\[(.*)\]$/, '$1') || '0.0.0.0');
  return found.length > 0 && !found.some((host) => host.includes('{')) ? found : undefined;
}

/** On how many ports a command line binds. Pure. */
const portsIn = (line: string): number =>
  new Set(
    [...line.matchAll(/(?:^|\s)(?:-b|--bind)[ =]?\S*:(\d{2,5}|\{port\})(?=\s|$)/g)].map(([, port]) => port),
  ).size;

const textOf = (command: Command): string =>
  command.kind === 'shell' ? command.line : command.argv.map(quote).join(' ');
