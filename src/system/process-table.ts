/** A process at one moment. The pid alone does not identify it, the pid and the start do. */
export interface Proc {
  pid: number;
  ppid: number;
  pgid: number;
  sid: number;
  /** When it started, in the system's own words. Empty: it is hidden, and stands for all of the group that it leads. */
  start: string;
  /** Ended, but not collected by its parent: gone for our purposes. */
  zombie: boolean;
  /** Stopped by SIGSTOP: handles no signal before SIGCONT. */
  stopped: boolean;
}

/** What an instance's processes are recognised by. */
export interface TreeRoot {
  /** The leader of its process group and session; undefined: no process has them any more. */
  pid: number | undefined;
  /** The leader's start; undefined where the system hides the process. */
  start: string | undefined;
  /** All of them in its environment: `DEVSTART_RUN=…`, `DEVSTART_APP=…`. */
  marks: string[];
  /** The server's ends of its three pipes (`socket:[4711]`): who holds one has inherited it. Linux only. */
  pipes: string[];
}

/** Who listens on a port. */
export interface Listening {
  pid: number;
  name?: string;
  /** Its working directory. */
  cwd?: string;
}

/** What a system tells of its processes. Nothing throws: what is gone or hidden is left out. */
export interface ProcessTable {
  /** Where it is read; `proc` costs no process. */
  source: 'proc' | 'ps' | 'none';
  /** The process as it is now. */
  read(pid: number): Proc | undefined;
  /** The same for several, in one call where each would cost a process. */
  readEach(pids: readonly number[]): (pid: number) => Proc | undefined;
  /** Every process that may be seen. */
  list(): Proc[];
  /** The words of each process's command line; one word, as `ps` gives it, where there is no /proc. */
  commandLines(): (pid: number) => readonly string[];
  /** The user that each process runs as. */
  uidsOf(pids: readonly number[]): (pid: number) => number | undefined;
  /** Those that carry all marks in their environment or hold one of the pipes. */
  marked(procs: readonly Proc[], root: Omit<TreeRoot, 'pid'>): Proc[];
  /** The pipes of devstart's that a process has as its fds 0 to 2, as `socket:[4711]`. */
  pipesOf(pid: number): string[];
  /** The children that its first thread has started; none where the system has no list of them. */
  childrenOf(pid: number): number[];
  /** The sockets that a process holds; undefined where they may not be seen (another user's). */
  socketsOf(pid: number): string[] | undefined;
  /** The last pid that was given away: as long as it stays, nothing has forked. */
  lastPid(): string | undefined;
  /** The processes that hold a LISTEN socket on one of the ports, by ascending pid. */
  listenersOn(ports: readonly number[]): Promise<Map<number, Listening[]>>;
  /** The ports on which these processes listen; asked only where listListeners does not tell. */
  portsOf(pids: readonly number[]): Promise<number[]>;
}
