import { splitLine } from '../config/detect/commandline.ts';
import type { InstancePlan } from '../plan/types.ts';
import type { User } from '../system/users.ts';
import type { HeldSocket } from './sockets.ts';

/** What is started in place of a plan's command, so that it has its sockets, its pid and its user. */
export interface Handing {
  argv: [string, ...string[]];
  /** Each at its number; undefined: the child has nothing there. */
  stdio: (number | undefined)[];
  /** What the preload and the guard of the pipes need: sockets of everybody, not this instance's own. */
  inodes: number[];
  env: Record<string, string>;
  /** Whose environment it has; undefined: ours. */
  user?: User;
  /** Where the command does not change its user itself. */
  ids?: { uid: number; gid: number };
}

const SHELL = '/bin/sh';
/** dash takes one digit. */
const MOST = 9;

/**
 * The command behind what hands it over. libuv makes an inherited stdin blocking for everybody who has the socket, so
 * one that is to be stdin comes at another number, and a shell moves it.
 */
export function handing(
  { command, listen }: Pick<InstancePlan, 'command' | 'listen'>,
  held: readonly HeldSocket[],
  asUser: readonly string[],
): Handing {
  const stdio: (number | undefined)[] = [];
  let moved = '';
  for (const { socket, fd } of held) {
    let target = socket.fd;
    if (target === 0) {
      target = freeAmong(held);
      moved = `0<&${target} ${target}<&-`;
    }
    stdio[target - 3] = fd;
  }
  const pid = listen?.pid === true && held.length > 0;
  const inner = command.kind === 'shell' ? shellWords(command, pid, moved) : [...command.argv];
  const outer =
    command.kind === 'argv' && (pid || moved)
      ? [SHELL, '-c', `${pid ? 'LISTEN_PID=$$ ' : ''}exec "$@"${moved && ` ${moved}`}`, 'sh']
      : [];
  const argv = [...outer, ...asUser, ...inner] as [string, ...string[]];
  return {
    argv,
    stdio: Array.from(stdio),
    inodes: held.map(({ inode }) => inode),
    env: listen?.preload ? { DEVSTART_SOCKETS: socketsLine(held) } : {},
  };
}

function freeAmong(held: readonly HeldSocket[]): number {
  const taken = new Set(held.map(({ socket }) => socket.fd));
  for (let fd = 3; fd <= MOST; fd++) if (!taken.has(fd)) return fd;
  throw new Error('no descriptor is left to hand stdin over');
}

function shellWords({ line }: { line: string }, pid: boolean, moved: string): string[] {
  const before = [...(pid ? ['export LISTEN_PID=$$'] : []), ...(moved ? [`exec ${moved}`] : [])];
  return [SHELL, '-c', [...before, pid ? replacing(line) : line].join('; ')];
}

/** Words that are the shell's own, or begin something longer than a command. */
const OWN =
  /^(?:(?:exec|exit|cd|export|set|unset|source|\.|eval|trap|wait|ulimit|umask|if|for|while|until|case|function|time|command)(?=[\s;]|$)|[{(!])/;

/** The line whose last command takes the shell's place, and with it its pid, where that is the same. Pure. */
export function replacing(line: string): string {
  const parts = splitLine(line);
  const last = parts.at(-1);
  if (!last || parts.some(({ next }) => next !== '' && next !== '&&' && next !== ';')) return line;
  if (
    /[\n`(){}]|\|\||(?:^|[\s;])(?:then|do|else|esac|fi|done)(?=[\s;]|$)/.test(line) ||
    !line.trimEnd().endsWith(last.text)
  )
    return line;
  const [, assigned = '', rest = ''] =
    /^((?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*)(.*)$/s.exec(last.text) ?? [];
  if (rest === '' || OWN.test(rest) || /^[A-Za-z_]\w*=/.test(rest)) return line;
  const head = line.trimEnd().slice(0, line.trimEnd().length - last.text.length);
  return `${head}${assigned}exec ${rest}`;
}

/** `3=4711=[::]:3000`, one word a socket: what src/handover reads. */
const socketsLine = (held: readonly HeldSocket[]): string =>
  held
    .map(({ socket, host, inode }) => {
      const address = host.includes(':') ? `[${host}]` : host;
      return `${socket.fd}=${inode}=${address}:${socket.port}`;
    })
    .join(' ');

/** A command for somebody else. */
export const asUserWords = ({ uid, gid, known }: User, setpriv: string): string[] => [
  setpriv,
  `--reuid=${uid}`,
  `--regid=${gid}`,
  known ? '--init-groups' : '--clear-groups',
  '--',
];
