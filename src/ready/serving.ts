import { connect, type Socket } from 'node:net';
import { type Proc, processTable, socketsOf } from '../system/processes.ts';
import { acceptedInode, familyOf, polledBy, socketsInUse } from '../system/serving.ts';
import { httpStatus } from './checks.ts';

/** Milliseconds: who is not seen to wait for the socket is asked by a connection after this. */
const ASK_AFTER = 1000;
/** The whole system is looked through for processes of the instance that its family does not show. */
const RESCAN = 500;
/** Another instance of the app takes each of so many connections: what answers is the app. */
const BY_OTHERS = 8;
const AGAIN = 150;

export interface ServingOptions {
  port: number;
  /** Of the sockets that were handed over on this port. */
  inodes: readonly number[];
  /** Where a connection is tried. */
  hosts: readonly string[];
  /** The pid of the instance's first process. */
  leader: number | undefined;
  /** It waits in a way that is not seen: it is asked from the beginning. */
  selects: boolean;
  processes(): Proc[];
}

/**
 * Whether an instance serves from a socket that others hold as well. That it holds it says nothing, for it was born with it,
 * and a connection says nothing, for the kernel takes it in: an event loop that waits for the socket does; else the
 * process that has accepted a connection of ours.
 */
export class Serving {
  readonly #options: ServingOptions;
  readonly #began = performance.now();
  #rescanned = 0;
  #known: number[] = [];
  #asking: Socket | undefined;
  #asked = 0;
  #byOthers = 0;
  #counted = '';
  #counters = 0;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  async look(): Promise<boolean> {
    const { port, inodes, hosts, selects } = this.#options;
    if (processTable.source !== 'proc') return ((await httpStatus(port, hosts)) ?? 0) > 0;
    const pids = this.#pids();
    if (pids.some((pid) => inodes.some((inode) => polledBy(pid).has(inode)))) return true;
    return (selects || performance.now() - this.#began >= ASK_AFTER) && this.#ask(pids);
  }

  close(): void {
    this.#asking?.destroy();
    this.#asking = undefined;
  }

  #pids(): number[] {
    const { leader, processes } = this.#options;
    const family = leader === undefined ? undefined : familyOf(leader);
    const now = performance.now();
    if (!family || now - this.#rescanned >= RESCAN) {
      this.#known = processes().map(({ pid }) => pid);
      this.#rescanned = now;
    }
    return [...new Set([...(family ?? []), ...this.#known])];
  }

  /** The table of connections takes the kernel milliseconds: it is read when the number of sockets has changed. */
  #mayHaveChanged(): boolean {
    const now = performance.now();
    const counters = socketsInUse();
    if (counters === this.#counted && now - this.#counters < AGAIN) return false;
    this.#counted = counters;
    this.#counters = now;
    return true;
  }

  /** One connection of ours waits in the queue until somebody takes it: who? */
  #ask(pids: readonly number[]): boolean {
    const { port, hosts } = this.#options;
    const asking = this.#asking;
    if (!asking) {
      if (performance.now() - this.#asked < AGAIN) return false;
      this.#asked = performance.now();
      this.#asking = connect({ port, host: hosts[0] ?? '127.0.0.1' });
      this.#asking.on('error', () => {});
      this.#asking.unref();
      return false;
    }
    const from = asking.localPort;
    if (asking.connecting || from === undefined) {
      if (asking.destroyed) this.#asking = undefined;
      return false;
    }
    if (!this.#mayHaveChanged()) return false;
    const inode = acceptedInode(port, from);
    if (inode === 0) return false;
    // Asked while ours is open: a server that closes it has no such file any more.
    const taken = inode !== undefined && this.#holds(pids, `socket:[${inode}]`);
    // Taken by another, or taken and closed already.
    this.close();
    return taken || ++this.#byOthers >= BY_OTHERS;
  }

  #holds(pids: readonly number[], socket: string): boolean {
    const own = new Set(pids);
    return this.#options
      .processes()
      .some((proc) => own.has(proc.pid) && socketsOf(proc)?.includes(socket) === true);
  }
}
