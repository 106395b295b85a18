import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

// Linux: what /proc tells of those who hold a listening socket beside us.

/** The process and its descendants, as far as the kernel keeps a list of children; undefined where it does not. */
export function familyOf(pid: number): number[] | undefined {
  const found: number[] = [];
  let told = false;
  const visit = (one: number): void => {
    if (found.includes(one)) return;
    found.push(one);
    for (const task of names(`/proc/${one}/task`)) {
      const children = text(`/proc/${one}/task/${task}/children`);
      if (children === undefined) continue;
      told = true;
      for (const child of children.split(' ')) if (child !== '') visit(Number(child));
    }
  };
  visit(pid);
  return told ? found : undefined;
}

/** The inodes of the files that a process waits for in an epoll set: what an event loop listens on. */
export function polledBy(pid: number): Set<number> {
  const polled = new Set<number>();
  for (const fd of names(`/proc/${pid}/fd`)) {
    if (link(`/proc/${pid}/fd/${fd}`) !== 'anon_inode:[eventpoll]') continue;
    // Source: proc(5), /proc/PID/fdinfo: `tfd: 3 events: 19 data: 3 pos:0 ino:13ca7 sdev:9`.
    for (const [, inode = ''] of (text(`/proc/${pid}/fdinfo/${fd}`) ?? '').matchAll(/\bino:([\da-f]+)/g))
      polled.add(Number.parseInt(inode, 16));
  }
  return polled;
}

/** How many wait to be accepted at the LISTEN sockets with these inodes: sk_ack_backlog, as rx_queue; undefined but on Linux. */
export function waitingAt(inodes: readonly number[]): Map<number, number> | undefined {
  if (process.platform !== 'linux') return undefined;
  const found = new Map<number, number>();
  for (const { state, queue, inode } of rows())
    if (state === '0A' && inodes.includes(inode)) found.set(inode, queue);
  return found;
}

/**
 * The inode of the server's end of a connection from one of our ports: 0 while it waits to be accepted, undefined where
 * there is none.
 */
export function acceptedInode(port: number, from: number): number | undefined {
  for (const { local, remote, state, inode } of rows())
    if (local === port && remote === from && state !== '0A') return inode;
  return undefined;
}

/** Changes with each connection that is accepted: it becomes a file then. Source: proc(5), /proc/net/sockstat. */
export const socketsInUse = (): string =>
  /^sockets: used \d+/m.exec(text('/proc/net/sockstat') ?? '')?.[0] ?? '';

interface Row {
  local: number;
  remote: number;
  state: string;
  queue: number;
  inode: number;
}

/** Source: proc_net_tcp(5). */
function* rows(): Generator<Row> {
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (text(table) ?? '').split('\n').slice(1)) {
      const [, local = '', remote = '', state = '', queues = '', , , , , inode] = line.trim().split(/\s+/);
      const portOf = (address: string) => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
      const queue = Number.parseInt(queues.split(':')[1] ?? '0', 16);
      yield { local: portOf(local), remote: portOf(remote), state, queue, inode: Number(inode) };
    }
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function link(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
