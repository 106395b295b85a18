import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { socketsOf } from '../../system/descriptors.ts';
import { listListeners } from '../../system/listeners.ts';
import type { PortOwner } from '../types.ts';

const PROJECT_MARKS = [
  'package.json',
  '.git',
  'rxconfig.py',
  'pyproject.toml',
  'requirements.txt',
  'manage.py',
  'go.mod',
  'Cargo.toml',
  'deno.json',
  'composer.json',
  'Gemfile',
];

/** Who listens on the port; undefined when nobody does or the system does not tell (another user's). */
export async function findOwner(port: number): Promise<PortOwner | undefined> {
  return (await findOwners([port])).get(port)?.[0];
}

/**
 * Every process that holds a LISTEN socket on one of the ports, by ascending pid, in one scan.
 * A port without an entry has no listener that the system tells about. From /proc on Linux
 * (no subprocess), else from lsof; empty where neither exists.
 */
export async function findOwners(ports: number[]): Promise<Map<number, PortOwner[]>> {
  if (ports.length === 0) return new Map();
  return process.platform === 'linux' ? ownersFromProc(ports) : ownersFromLsof(ports);
}

/** Nearest folder upwards that looks like a project, or the folder itself. */
function projectOf(folder: string): string {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if (PROJECT_MARKS.some((mark) => existsSync(join(at, mark)))) return at;
  }
  return folder;
}

// Linux. Synchronous reads on purpose: thousands of tiny /proc entries, each far below
// what a trip through the thread pool costs.

function ownersFromProc(ports: number[]): Map<number, PortOwner[]> {
  const owners = new Map<number, PortOwner[]>();
  const portOfSocket = listeningSockets(new Set(ports));
  if (portOfSocket.size === 0) return owners;
  const pids = attempt(() => readdirSync('/proc'))?.flatMap((name) =>
    /^\d+$/.test(name) ? [Number(name)] : [],
  );
  for (const pid of pids?.sort((a, b) => a - b) ?? []) {
    const held = new Set<number>();
    for (const socket of socketsOf(pid) ?? []) {
      const port = portOfSocket.get(socket);
      if (port !== undefined) held.add(port);
    }
    if (held.size === 0) continue;
    const owner = processFromProc(pid);
    for (const port of held) owners.set(port, [...(owners.get(port) ?? []), owner]);
  }
  return owners;
}

/** `socket:[INODE]`, as /proc names a descriptor, to the port that it listens on. */
function listeningSockets(ports: ReadonlySet<number>): Map<string, number> {
  const listeners = (listListeners() ?? []).filter(({ port }) => ports.has(port));
  return new Map(listeners.map(({ socket, port }) => [socket, port]));
}

function processFromProc(pid: number): PortOwner {
  const read = (name: string) => attempt(() => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
  const link = (name: string) => attempt(() => readlinkSync(`/proc/${pid}/${name}`));
  const comm = read('comm')?.trim();
  const title = read('cmdline')?.split('\0')[0] ?? '';
  let name = comm;
  // Newer Nodes name their main thread; the kernel keeps 15 bytes of a name.
  if (comm?.endsWith('MainThread')) name = basename(link('exe') ?? title).replace(/ \(deleted\)$/, '');
  else if (comm?.length === 15 && title.startsWith(comm)) name = title.trim();
  const cwd = link('cwd');
  return { pid, ...(name ? { name } : {}), ...(cwd?.startsWith('/') ? { cwd: projectOf(cwd) } : {}) };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // gone meanwhile, or another user's
  }
}

// Elsewhere

async function ownersFromLsof(ports: number[]): Promise<Map<number, PortOwner[]>> {
  const wanted = new Set(ports);
  const listeners = parseLsof(await lsof(['-nP', `-iTCP:${ports.join(',')}`, '-sTCP:LISTEN', '-Fpcn']));
  const pids = listeners.map(({ pid }) => pid);
  const folders = new Map(
    pids.length === 0
      ? []
      : parseLsof(await lsof(['-nP', '-a', '-p', pids.join(','), '-d', 'cwd', '-Fn'])).map((entry) => [
          entry.pid,
          entry.names[0],
        ]),
  );
  const owners = new Map<number, PortOwner[]>();
  for (const { pid, command, names } of listeners.sort((a, b) => a.pid - b.pid)) {
    const cwd = folders.get(pid);
    const owner = { pid, ...(command ? { name: command } : {}), ...(cwd ? { cwd: projectOf(cwd) } : {}) };
    for (const port of new Set(names.map((name) => Number(name.slice(name.lastIndexOf(':') + 1))))) {
      if (wanted.has(port)) owners.set(port, [...(owners.get(port) ?? []), owner]);
    }
  }
  return owners;
}

/** The ports on which these processes listen; from lsof, so empty where it is missing. */
export async function listeningPortsOf(pids: readonly number[]): Promise<number[]> {
  if (pids.length === 0) return [];
  const entries = parseLsof(await lsof(['-nP', '-a', '-p', pids.join(','), '-iTCP', '-sTCP:LISTEN', '-Fpn']));
  const ports = entries.flatMap(({ names }) =>
    names.map((name) => Number(name.slice(name.lastIndexOf(':') + 1))),
  );
  return [...new Set(ports)];
}

/** Reads `lsof -F` output: one entry a process, with every `n` line of it. */
export function parseLsof(text: string): { pid: number; command?: string; names: string[] }[] {
  const entries: { pid: number; command?: string; names: string[] }[] = [];
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    const last = entries.at(-1);
    if (line[0] === 'p') entries.push({ pid: Number(value), names: [] });
    else if (line[0] === 'c' && last) last.command = value;
    else if (line[0] === 'n' && last) last.names.push(value);
  }
  return entries;
}

/** lsof exits with 1 when it finds nothing or only a part: what it printed counts. */
function lsof(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('lsof', args, { timeout: 3000 }, (_error, stdout) => resolve(stdout));
  });
}
