import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A LISTEN socket of this network stack. */
export interface Listener {
  port: number;
  /** `socket:[4711]`, as /proc/PID/fd names it. */
  socket: string;
  /** Its owner's user id. */
  uid: number;
  /** `other`: on an address of the machine that no loopback name reaches. */
  reach: 'loopback' | 'wildcard' | 'other';
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * Every listener that the kernel tells about, whoever has it; undefined where it does not tell (not Linux).
 * Source: proc_net_tcp(5): local address in host-order hex words, state 0A is LISTEN.
 */
export function listListeners(): Listener[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const found: Listener[] = [];
  let told = false;
  for (const table of TABLES) {
    let text: string;
    try {
      text = readFileSync(table, 'latin1');
    } catch {
      continue; // a kernel without this family
    }
    told = true;
    for (const line of text.split('\n')) {
      if (!line.includes(' 0A ')) continue;
      const [, local = '', , state, , , , uid, , inode] = line.trim().split(/\s+/);
      if (state !== '0A') continue;
      const [address = '', port = ''] = local.split(':');
      found.push({
        port: Number.parseInt(port, 16),
        socket: `socket:[${inode}]`,
        uid: Number(uid),
        reach: reachOf(address),
      });
    }
  }
  return told ? found : undefined;
}

function reachOf(address: string): Listener['reach'] {
  if (/^0+$/.test(address)) return 'wildcard';
  const v4 = address.length === 8 ? address : /^0{16}FFFF0000(.{8})$/.exec(address)?.[1];
  if (v4) return v4.endsWith('7F') ? 'loopback' : /^0+$/.test(v4) ? 'wildcard' : 'other';
  return address === '00000000000000000000000001000000' ? 'loopback' : 'other';
}

/** The sockets that a process holds, as `socket:[4711]`; undefined where they may not be seen (another user's). */
export function socketsOf(pid: number): string[] | undefined {
  const folder = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : [];
  }
  const sockets: string[] = [];
  for (const name of names) {
    try {
      const file = readlinkSync(`${folder}/${name}`);
      if (file.startsWith('socket:')) sockets.push(file);
    } catch {
      // closed meanwhile
    }
  }
  return sockets;
}
