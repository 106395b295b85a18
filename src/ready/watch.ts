import type { PortKey } from '../config/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import type { Proc } from '../system/processes.ts';
import { type CheckContext, furtherChecks, httpStatus, passCheck, pause } from './checks.ts';
import { isOpenStill, type View, type ViewOptions, viewPorts } from './ownership.ts';
import { Serving } from './serving.ts';

/** Milliseconds. */
const POLL = 20;
const SLOW_POLL = 100;
const SLOW_AFTER = 20_000;
/** A prober's passing bind is no theft. */
const THEFT_AFTER = 300;
/** Nor is it readiness: what listens still does after this; long where the framework is known to try its port first. */
const STAYS = 2;
const STAYS_LONG = 150;
const PROBERS =
  /^(?:angular|cra|docusaurus|ember|expo|gatsby|nuxt|parcel|quasar|storybook|vinxi|vue-cli|webpack)$/;
const WIDE_FROM = 1000;
const WIDE_EVERY = 500;
/** A framework may open its reload socket or debugger long before its page. */
const DRIFT_AFTER = 2500;
const GUESS_AFTER = 10_000;
/** Without a word on its readiness: so long a server may take until it serves from what it was handed. */
const SERVE_AFTER = 120_000;

/** What became of a start. */
export type Verdict =
  /** `listens: false`: its port was a guess, and nothing of it has listened for a while. */
  | { kind: 'ready'; listens?: false }
  /** A stranger listens on the instance's port. */
  | { kind: 'stolen'; key: PortKey; port: number }
  /** It listens elsewhere, and not where it should. */
  | { kind: 'drift'; key: PortKey; expected: number; port: number }
  /** It does not serve from the socket that it was handed; `port` where it listens instead. */
  | { kind: 'unserved'; expected: number; port?: number }
  /** What was tried last, and what came of it. */
  | { kind: 'timeout'; tried: string[] }
  | { kind: 'over' };

export interface WatchContext extends Omit<CheckContext, 'tried'> {
  /** The instance's living processes. */
  processes(): Proc[];
  /** Those of them that are found at little cost. */
  near?: (() => Proc[]) | undefined;
  /** Told whenever it changes: what was tried last and has not passed yet, with what came of it. */
  onTried?(tried: string[]): void;
  /** Milliseconds for which a port that is only guessed is waited for. Default 10,000. */
  guessAfter?: number | undefined;
  /** The sockets that it was handed. */
  handed?: readonly { port: number; host: string; inode: number }[] | undefined;
  /** Its first process. */
  leader?: number | undefined;
}

/** A container engine listens for its containers: the socket is not in our tree, and is right all the same. */
const ENGINES = /\b(?:docker|docker-compose|podman|nerdctl)\b/;

/**
 * Watches an instance until it is ready, or until it is clear that it will not be: first that the LISTEN sockets on
 * its ports are its own, then its further checks. An answer from somebody else's process is never readiness.
 */
export async function watchStart(context: WatchContext): Promise<Verdict> {
  const { plan, signal } = context;
  const over = new AbortController();
  const end = () => over.abort();
  signal.addEventListener('abort', end);
  const tried = new Map<string, string>();
  const inner = {
    ...context,
    signal: over.signal,
    tried(check: string, result: string) {
      // A try that is broken off has no result of its own.
      if (over.signal.aborted || tried.get(check) === result) return;
      tried.set(check, result);
      context.onTried?.(describe(tried));
    },
  };
  let late = false;
  const timer =
    plan.readyTimeout === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          end();
        }, plan.readyTimeout * 1000);
  try {
    // What is looked for in the output may be said before it listens.
    const checks = furtherChecks(plan).map((check) => ({ check, begin: check.log !== undefined }));
    const early = checks.filter(({ begin }) => begin).map(({ check }) => passCheck(check, inner));
    const verdict = await watchPorts(inner);
    if (verdict && verdict !== 'listens') return verdict;
    const [handed] = context.handed ?? [];
    if (!verdict && late && !signal.aborted && handed) return { kind: 'unserved', expected: handed.port };
    await Promise.all([
      ...early,
      ...checks.filter(({ begin }) => !begin).map(({ check }) => passCheck(check, inner)),
    ]);
    if (!over.signal.aborted) return { kind: 'ready' };
    return late && !signal.aborted ? { kind: 'timeout', tried: describe(tried) } : { kind: 'over' };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    over.abort();
  }
}

const describe = (tried: ReadonlyMap<string, string>): string[] =>
  [...tried].filter(([, result]) => result !== 'passed').map(([check, result]) => `${check} (${result})`);

/** `listens`: on all its ports; undefined: it is over. */
async function watchPorts(context: WatchContext & CheckContext): Promise<Verdict | 'listens' | undefined> {
  const look = new PortsLook(context);
  try {
    while (!context.signal.aborted) {
      const verdict = await look.once();
      if (verdict) return verdict;
      await pause(look.age > SLOW_AFTER ? SLOW_POLL : POLL, context.signal);
    }
    return undefined;
  } finally {
    look.close();
  }
}

/** The ports of one start, looked at again and again. */
class PortsLook {
  readonly #context: WatchContext & CheckContext;
  readonly #wanted: number[];
  readonly #trusting: boolean;
  readonly #began = performance.now();
  readonly #foreignSince = new Map<number, number>();
  readonly #candidates = new Map<number, boolean>();
  /** By port: those that were handed over. */
  readonly #serving = new Map<number, Serving>();
  readonly #handed: ReadonlySet<string> | undefined;
  #driftSince: number | undefined;
  #looked: number;

  constructor(context: WatchContext & CheckContext) {
    const { plan, handed = [], leader, processes } = context;
    this.#context = context;
    const selects = plan.listen?.selects === true;
    this.#wanted = [...new Set(Object.values(plan.ports))];
    this.#trusting = isEngine(plan);
    this.#looked = this.#began + WIDE_FROM - WIDE_EVERY;
    for (const port of new Set(handed.map((one) => one.port))) {
      const mine = handed.filter((one) => one.port === port);
      const inodes = mine.map(({ inode }) => inode);
      const hosts = mine.map(({ host }) => reachable(host));
      this.#serving.set(port, new Serving({ port, inodes, hosts, leader, selects, processes }));
    }
    this.#handed = handed.length > 0 ? new Set(handed.map(({ inode }) => `socket:[${inode}]`)) : undefined;
  }

  /** Milliseconds. */
  get age(): number {
    return performance.now() - this.#began;
  }

  close(): void {
    for (const serving of this.#serving.values()) serving.close();
  }

  async once(): Promise<Verdict | 'listens' | undefined> {
    const { plan, hosts, processes, near, tried, guessAfter } = this.#context;
    const now = performance.now();
    const wide = now - this.#looked >= WIDE_EVERY;
    if (wide) this.#looked = now;
    const look = {
      wanted: this.#wanted,
      processes,
      near,
      wide,
      trusting: this.#trusting,
      hosts,
      handed: this.#handed,
    };
    const view = await viewPorts({ ...look, glance: true });
    for (const [port, serving] of this.#serving) if (await serving.look()) view.ours.add(port);
    for (const port of this.#wanted) {
      tried(`port ${port}`, this.#stateOf(port, view));
      if (!view.foreign.has(port)) this.#foreignSince.delete(port);
      else if (!this.#foreignSince.has(port)) this.#foreignSince.set(port, now);
    }
    const missing = this.#wanted.filter((port) => !view.ours.has(port));
    if (missing.length === 0 && view.foreign.size === 0)
      return (await this.#stays(view, { ...look, wide: false })) ? 'listens' : undefined;
    if (plan.portGuessed && missing.length > 0 && this.age >= (guessAfter ?? GUESS_AFTER)) {
      return { kind: 'ready', listens: false };
    }
    const [theft] = [...this.#foreignSince].find(([, since]) => now - since >= THEFT_AFTER) ?? [];
    if (theft !== undefined) {
      // A glance may still show who was there before, such as the socket that our own took the place of.
      const { foreign } = await viewPorts(look);
      if (foreign.has(theft)) return { kind: 'stolen', key: this.#keyOf(theft), port: theft };
      this.#foreignSince.delete(theft);
    }
    const unserved = missing.find((port) => this.#serving.has(port));
    if (unserved !== undefined && plan.readyTimeout === undefined && this.age >= SERVE_AFTER)
      return { kind: 'unserved', expected: unserved };
    const found = wide ? await this.#drifted(view.elsewhere, missing, now) : undefined;
    if (!found) return undefined;
    return this.#serving.has(found.expected)
      ? { kind: 'unserved', ...found }
      : { kind: 'drift', key: this.#keyOf(found.expected), ...found };
  }

  /** What tries whether its port is free (portfinder, detect-port, get-port) binds it, too, and has gone a moment later. */
  async #stays({ sockets }: View, look: ViewOptions): Promise<boolean> {
    const { plan, signal } = this.#context;
    const ports = this.#wanted.filter((port) => !this.#serving.has(port));
    if (ports.length === 0) return true;
    await pause(PROBERS.test(plan.framework ?? '') ? STAYS_LONG : STAYS, signal);
    // Nothing but a listener's own end takes it from who listens: no second look through the system's tables.
    const open = ports.map((port) => isOpenStill(sockets.get(port) ?? []));
    if (!open.includes(undefined)) return !open.includes(false);
    const then = await viewPorts(look);
    return ports.every((port) => {
      const before = sockets.get(port);
      const now = then.sockets.get(port)?.map(({ socket }) => socket);
      return then.ours.has(port) && (!before || !now || before.some(({ socket }) => now.includes(socket)));
    });
  }

  #stateOf(port: number, view: View): string {
    if (view.foreign.has(port)) return 'another process listens';
    if (view.ours.has(port)) return 'passed';
    return this.#serving.has(port) ? 'nobody takes what waits there' : 'nobody listens';
  }

  /** It listens elsewhere, and has for a while. */
  async #drifted(
    elsewhere: readonly number[],
    missing: readonly number[],
    now: number,
  ): Promise<{ expected: number; port: number } | undefined> {
    const { hosts } = this.#context;
    for (const port of elsewhere) {
      if (!this.#candidates.has(port)) this.#candidates.set(port, isPage(await httpStatus(port, hosts)));
    }
    const found = elsewhere.filter((port) => this.#candidates.get(port));
    this.#driftSince = found.length > 0 && missing.length > 0 ? (this.#driftSince ?? now) : undefined;
    if (this.#driftSince === undefined || now - this.#driftSince < DRIFT_AFTER) return undefined;
    const expected = missing[0] as number;
    // Frameworks that move on take the next number.
    const port = found.sort((a, b) => distance(a, expected) - distance(b, expected))[0] as number;
    return { expected, port };
  }

  #keyOf(port: number): PortKey {
    const { ports } = this.#context.plan;
    return (Object.keys(ports) as PortKey[]).find((key) => ports[key] === port) as PortKey;
  }
}

/** Where a connection to a listener on this address is made. */
const reachable = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);

export const isEngine = ({ command }: Pick<InstancePlan, 'command'>): boolean =>
  ENGINES.test(command.kind === 'shell' ? command.line : command.argv.join(' '));

/** Debuggers answer 400, websocket servers 426: neither is what a person opens. */
const isPage = (status: number | undefined): boolean =>
  status !== undefined && status !== 400 && status !== 426;

/** Numbers above the expected one are nearer than those below. */
const distance = (port: number, expected: number): number =>
  port > expected ? port - expected : 65_536 + expected - port;

/** Where a connection to the instance is tried. */
export function hostsOf(host: string | undefined): readonly string[] {
  if (host === undefined) return LOOPBACKS;
  return ['', 'localhost', '0.0.0.0', '::', ...LOOPBACKS].includes(host) ? LOOPBACKS : [...LOOPBACKS, host];
}
