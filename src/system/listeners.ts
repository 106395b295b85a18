import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

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

/** IPv4's and IPv6's: the table of their sockets, and how many of them are in use. */
const FAMILIES = [
  { table: '/proc/net/tcp', counters: '/proc/net/sockstat' },
  { table: '/proc/net/tcp6', counters: '/proc/net/sockstat6' },
];
/** Milliseconds that a glance may be behind where the counters stay the same by chance. */
const GLANCE = 500;
/** Small: what is read beyond the last listener makes the kernel search its table of connections. */
const CHUNK = Buffer.allocUnsafeSlow(512);

/** By family: what its counters were, when it was read, and what it told. */
type Seen = { inUse: string; at: number; found: Listener[] | undefined }[];
let seen: { families: Seen; allocated: string } | undefined;

/**
 * listListeners for who looks again and again: the kernel's own look at a table takes 3 to 4 ms on a machine with
 * 24 GB, so it is read only when the number of its sockets has changed, or after half a second.
 */
export function glanceAtListeners(): Listener[] | undefined {
  const { inUse, allocated } = counted();
  if (inUse.join('') === '') return listListeners();
  const before = seen;
  const at = process.uptime() * 1000;
  const isNew = FAMILIES.map((_, i) => {
    const family = before?.families[i];
    return !family || family.inUse !== inUse[i] || at - family.at >= GLANCE;
  });
  // A change that no family's number explains is anyone's.
  const unexplained = !isNew.includes(true) && before?.allocated !== allocated;
  const families = FAMILIES.map(({ table }, i) => {
    const family = before?.families[i];
    if (family && !isNew[i] && !unexplained) return family;
    return { inUse: inUse[i] ?? '', at, found: listIn(table) };
  });
  seen = { families, allocated };
  return together(families.map(({ found }) => found));
}

/**
 * Every port that matters has just been bound, so that nobody listens there: before the counters change a glance needs
 * no table to know that.
 */
export function noteAllFree(): void {
  const { inUse, allocated } = counted();
  const at = process.uptime() * 1000;
  if (inUse.join('') !== '')
    seen ??= { families: inUse.map((one) => ({ inUse: one, at, found: [] })), allocated };
}

/** Of TCP alone: `TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 158`, `TCP6: inuse 3`. A socket that listens is in use. */
function counted(): { inUse: string[]; allocated: string } {
  const texts = FAMILIES.map(({ counters }) => textOf(counters));
  return {
    inUse: texts.map((text) => /^TCP6?: inuse \d+/m.exec(text)?.[0] ?? ''),
    allocated: / alloc \d+/.exec(texts.join(''))?.[0] ?? '',
  };
}

/** Empty with a kernel that lacks this family. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Every listener that the kernel tells about, whoever has it; undefined where it does not tell: without /proc.
 * Source: proc_net_tcp(5): local address in host-order hex words, state 0A is LISTEN.
 */
export const listListeners = (): Listener[] | undefined =>
  together(FAMILIES.map(({ table }) => listIn(table)));

const together = (families: readonly (Listener[] | undefined)[]): Listener[] | undefined =>
  families.some((found) => found) ? families.flatMap((found) => found ?? []) : undefined;

/** undefined: a kernel without this family. */
function listIn(table: string): Listener[] | undefined {
  let text: string;
  try {
    text = readListening(table);
  } catch {
    return undefined;
  }
  return text.split('\n').flatMap((line) => {
    const { local, state, uid, inode } = fieldsOf(line);
    if (state !== '0A') return [];
    const [address = '', port = ''] = local.split(':');
    return {
      port: Number.parseInt(port, 16),
      socket: `socket:[${inode}]`,
      uid: Number(uid),
      reach: reachOf(address),
    };
  });
}

/**
 * The table's head up to the first socket that does not listen: "It will first list all listening TCP sockets, and
 * next list all established TCP connections" (the kernel's proc_net_tcp). @throws where there is no such table
 */
function readListening(table: string): string {
  const fd = openSync(table, 'r');
  try {
    let text = '';
    for (;;) {
      const size = readSync(fd, CHUNK, 0, CHUNK.length, null);
      if (size === 0) return text;
      text += CHUNK.toString('latin1', 0, size);
      const end = text.lastIndexOf('\n');
      const last = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
      // The first line has the columns' names.
      if (/^ *\d+: /.test(last) && fieldsOf(last).state !== '0A') return text;
    }
  } finally {
    closeSync(fd);
  }
}

function fieldsOf(line: string): { local: string; state: string; uid: string; inode: string } {
  const [, local = '', , state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
  return { local, state, uid, inode };
}

function reachOf(address: string): Listener['reach'] {
  if (/^0+$/.test(address)) return 'wildcard';
  const v4 = address.length === 8 ? address : /^0{16}FFFF0000(.{8})$/.exec(address)?.[1];
  if (v4) return v4.endsWith('7F') ? 'loopback' : /^0+$/.test(v4) ? 'wildcard' : 'other';
  return address === '00000000000000000000000001000000' ? 'loopback' : 'other';
}
