import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { discard } from './files.ts';
import { listProcesses, type Proc, processTable } from './processes.ts';
import { childProcess } from './ps.ts';
import { descendantsIn } from './tree.ts';

/** What a process tree uses. */
export interface Usage {
  /** Percent of one core. Null: the system does not tell. */
  cpu: number | null;
  /** Bytes: see `memoryKind`. */
  memory: number | null;
  /** Its living processes, parents before their children. */
  pids: number[];
}

/** The leader of a tree, and what all of the tree carry in their environment (`DEVSTART_RUN=…`). */
export interface Leader {
  pid: number;
  marks: readonly string[];
}

/**
 * `PSS`: what a process has alone, and its share of what it shares, so that sums are true; Linux tells it of one's own
 * processes. `RSS` counts what is shared once for each.
 */
export const memoryKind: 'PSS' | 'RSS' = processTable.source === 'proc' ? 'PSS' : 'RSS';

/** One process as it was looked at. Milliseconds of CPU time, milliseconds since its start, bytes. */
interface Look {
  cpu: number;
  age: number;
  memory: number;
}

/** A former look at all: when (milliseconds, monotonic over a boot), and each one's CPU time by pid and start. */
interface Sample {
  at: number;
  cpu: Record<string, number>;
}

/** `<stateDir>/samples.json`: what the next look is compared with. */
interface Samples {
  boot: string;
  /** The latest last. */
  samples: Sample[];
  /** What a process has beside its anonymous memory: its share of files and of what it shares; and when it was read. */
  shares: Record<string, [bytes: number, at: number]>;
}

/** A look that is nearer says nothing, one that is further away nothing of now. Milliseconds. */
const NEAREST = 500;
const FURTHEST = 600_000;
/** For reading shares again, those that were read longest ago first. Milliseconds. */
const SHARES_TIME = 5;

/**
 * What each tree uses. CPU is that since the last call (of anybody, kept in `file`), or since a process's start: no call
 * waits for a second look.
 */
export function measure(leaders: ReadonlyMap<string, Leader>, file: string | undefined): Map<string, Usage> {
  const all = listProcesses().filter(({ zombie }) => !zombie);
  const trees = treesOf(leaders, all);
  const before = readSamples(file);
  const meter = new Meter(before, [...trees.values()].flat());
  const usages = new Map<string, Usage>();
  for (const [key, procs] of trees) usages.set(key, meter.sum(procs));
  if (file !== undefined) writeSamples(file, meter.samples());
  return usages;
}

/** The living processes of each leader: its group, session, descendants, and who carries its marks elsewhere. */
export function treesOf(leaders: ReadonlyMap<string, Leader>, all: readonly Proc[]): Map<string, Proc[]> {
  const trees = new Map<string, Proc[]>();
  const found = new Set<number>();
  const withDescendants = descendantsIn(all);
  const led = ledBy(all);
  for (const [key, { pid }] of leaders) {
    const tree = withDescendants(led.get(pid) ?? []);
    for (const proc of tree) found.add(proc.pid);
    trees.set(key, tree);
  }
  if (processTable.source !== 'proc') return trees;
  // Who has moved to a group of his own and lost his parents.
  const strays = all.filter(({ pid, ppid }) => ppid === 1 && !found.has(pid));
  for (const stray of strays) {
    const told = text(stray.pid, 'environ');
    if (!told.includes('DEVSTART_RUN=')) continue;
    const environment = new Set(told.split('\0'));
    for (const [key, { marks }] of leaders) {
      if (marks.length === 0 || !marks.every((mark) => environment.has(mark))) continue;
      trees.get(key)?.push(...withDescendants([stray]));
      break;
    }
  }
  return trees;
}

/** By the pid of who leads them: the process itself, its group, its session. */
function ledBy(all: readonly Proc[]): Map<number, Proc[]> {
  const led = new Map<number, Proc[]>();
  for (const proc of all) {
    for (const leader of new Set([proc.pid, proc.pgid, proc.sid])) {
      const others = led.get(leader);
      if (others) others.push(proc);
      else led.set(leader, [proc]);
    }
  }
  return led;
}

class Meter {
  readonly #before: Samples;
  readonly #now: number;
  readonly #looks = new Map<string, Look>();
  readonly #shares: Samples['shares'] = {};
  readonly #reference: Sample | undefined;

  constructor(before: Samples, procs: readonly Proc[]) {
    this.#before = before;
    this.#now = monotonic();
    const near = (sample: Sample) => this.#now - sample.at >= NEAREST && this.#now - sample.at <= FURTHEST;
    this.#reference = before.samples.filter(near).at(-1);
    const cpu = processTable.source === 'proc' ? lookAt(this.#now) : lookByPs(procs);
    for (const proc of procs) {
      const look = cpu(proc);
      if (look) this.#looks.set(keyOf(proc), look);
    }
    this.#readMemory(procs);
  }

  sum(procs: readonly Proc[]): Usage {
    const looks = procs.flatMap((proc) => {
      const look = this.#looks.get(keyOf(proc));
      return look ? [{ look, key: keyOf(proc) }] : [];
    });
    const pids = procs.map(({ pid }) => pid);
    if (looks.length === 0) return { cpu: null, memory: null, pids };
    const cpu = looks.reduce((sum, { look, key }) => sum + this.#percent(look, key), 0);
    const memory = looks.reduce((sum, { look }) => sum + look.memory, 0);
    return { cpu: Math.round(cpu * 10) / 10, memory, pids };
  }

  samples(): Samples {
    const cpu = Object.fromEntries([...this.#looks].map(([key, look]) => [key, look.cpu]));
    const latest = this.#before.samples.at(-1);
    // Calls in a row keep the one that the next can be compared with.
    const kept =
      latest && this.#now - latest.at < NEAREST
        ? this.#before.samples
        : [...this.#before.samples, { at: this.#now, cpu }];
    return { boot: this.#before.boot, samples: kept.slice(-2), shares: this.#shares };
  }

  #percent({ cpu, age }: Look, key: string): number {
    const before = this.#reference?.cpu[key];
    const [used, over] =
      before === undefined || !this.#reference ? [cpu, age] : [cpu - before, this.#now - this.#reference.at];
    return over > 0 ? Math.max(0, (used / over) * 100) : 0;
  }

  /**
   * PSS costs the kernel nearly a millisecond a process, its anonymous part, which is what grows, next to nothing: that
   * is always as it is now, and the rest, which is a share of the program's own files, as it was within the last ten minutes.
   * Source: proc(5), /proc/PID/status and smaps_rollup.
   */
  #readMemory(procs: readonly Proc[]): void {
    if (memoryKind !== 'PSS') return;
    const readAt = (proc: Proc) => this.#before.shares[keyOf(proc)]?.[1] ?? 0;
    const begin = performance.now();
    for (const proc of [...procs].sort((a, b) => readAt(a) - readAt(b))) {
      const key = keyOf(proc);
      const look = this.#looks.get(key);
      const own = bytes(/^RssAnon:\s+(\d+)/m, proc.pid, 'status');
      if (!look || own === undefined) continue;
      let share = this.#before.shares[key];
      if (!share || this.#now - share[1] > FURTHEST || performance.now() - begin < SHARES_TIME) {
        const pss = bytes(/^Pss:\s+(\d+)/m, proc.pid, 'smaps_rollup');
        // Another user's, who does not let us look: RSS.
        if (pss === undefined) continue;
        share = [pss - own, this.#now];
      }
      this.#shares[key] = share;
      look.memory = own + share[0];
    }
  }
}

/** A number of kB in a file of the process; undefined where there is none, or it is hidden. */
function bytes(line: RegExp, pid: number, file: string): number | undefined {
  const [, kB] = line.exec(text(pid, file)) ?? [];
  return kB === undefined ? undefined : Number(kB) * 1024;
}

const keyOf = ({ pid, start }: Proc): string => `${pid}/${start}`;

/** Milliseconds since the boot, where it is told. Source: proc(5), /proc/uptime. */
function monotonic(): number {
  const uptime = Number.parseFloat(text('uptime'));
  return Number.isFinite(uptime) ? uptime * 1000 : performance.timeOrigin + performance.now();
}

/** A tick is 10 ms for whatever the kernel tells (USER_HZ): time(7). */
const TICK = 10;

/** Source: proc(5), /proc/PID/stat: utime, stime, starttime, and RSS for what tells no PSS. */
function lookAt(now: number): (proc: Proc) => Look | undefined {
  return ({ pid, start }) => {
    const stat = text(pid, 'stat');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[19] !== start) return undefined;
    const cpu = (Number(fields[11]) + Number(fields[12])) * TICK;
    return { cpu, age: now - Number(start) * TICK, memory: Number(fields[21]) * PAGE };
  };
}

/** What Linux has on nearly every machine; only of processes that are not ours to look into. */
const PAGE = 4096;

function lookByPs(procs: readonly Proc[]): (proc: Proc) => Look | undefined {
  const looks = new Map<number, Look>();
  if (procs.length > 0 && processTable.source === 'ps') {
    const args = ['-o', 'pid=,rss=,time=,etime=', '-p', procs.map(({ pid }) => pid).join(',')];
    let told = '';
    try {
      told = String(
        childProcess().execFileSync('ps', args, {
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
        }),
      );
    } catch {
      // None of them is there any more.
    }
    for (const line of told.split('\n')) {
      const look = parseUsage(line);
      if (look) looks.set(look.pid, look);
    }
  }
  return ({ pid }) => looks.get(pid);
}

/** A line of `ps -o pid=,rss=,time=,etime=`: kB, and `[[dd-]hh:]mm:ss[.cc]`. Pure. */
export function parseUsage(line: string): (Look & { pid: number }) | undefined {
  const [, pid, rss, time = '', elapsed = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s*$/.exec(line) ?? [];
  if (pid === undefined) return undefined;
  return {
    pid: Number(pid),
    memory: Number(rss) * 1024,
    cpu: milliseconds(time),
    age: milliseconds(elapsed),
  };
}

function milliseconds(text: string): number {
  const [, days = 0, clock = ''] = /^(?:(\d+)-)?(.*)$/.exec(text) ?? [];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}

function readSamples(file: string | undefined): Samples {
  const boot = text('sys/kernel/random/boot_id').trim();
  const none = { boot, samples: [], shares: {} };
  if (file === undefined) return none;
  try {
    const found: Samples = JSON.parse(readFileSync(file, 'utf8'));
    const whole = Array.isArray(found.samples) && typeof found.shares === 'object' && found.shares !== null;
    return whole && found.boot === boot ? found : none;
  } catch {
    return none;
  }
}

/** Whoever comes last: each one's look is as good. */
function writeSamples(file: string, samples: Samples): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(samples), { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // The next look is compared with the processes' starts.
    discard(temporary);
  }
}

/** Empty for what is gone, or hidden. */
function text(...names: (string | number)[]): string {
  try {
    return readFileSync(`/proc/${names.join('/')}`, 'utf8');
  } catch {
    return '';
  }
}
