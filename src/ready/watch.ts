import type { PortKey } from '../config/types.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import type { Proc } from '../system/processes.ts';
import { type CheckContext, furtherChecks, httpStatus, passCheck, pause } from './checks.ts';
import { viewPorts } from './ownership.ts';

/** Milliseconds. */
const POLL = 20;
const SLOW_POLL = 100;
const SLOW_AFTER = 20_000;
/** A prober's passing bind is no theft. */
const THEFT_AFTER = 300;
const WIDE_FROM = 1000;
const WIDE_EVERY = 500;
/** A framework may open its reload socket or debugger long before its page. */
const DRIFT_AFTER = 2500;
const GUESS_AFTER = 10_000;

/** What became of a start. */
export type Verdict =
  /** `listens: false`: its port was a guess, and nothing of it has listened for a while. */
  | { kind: 'ready'; listens?: false }
  /** A stranger listens on the instance's port. */
  | { kind: 'stolen'; key: PortKey; port: number }
  /** It listens elsewhere, and not where it should. */
  | { kind: 'drift'; key: PortKey; expected: number; port: number }
  /** What was tried last, and what came of it. */
  | { kind: 'timeout'; tried: string[] }
  | { kind: 'over' };

export interface WatchContext extends Omit<CheckContext, 'tried'> {
  /** The instance's living processes. */
  processes(): Proc[];
  /** Told whenever it changes: what was tried last and has not passed yet, with what came of it. */
  onTried?(tried: string[]): void;
  /** Milliseconds for which a port that is only guessed is waited for. Default 10,000. */
  guessAfter?: number | undefined;
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
    if (verdict) return verdict;
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

/** Undefined: the instance listens on all its ports, or it is over. */
async function watchPorts(context: WatchContext & CheckContext): Promise<Verdict | undefined> {
  const { plan, hosts, signal, processes, tried } = context;
  const keys = Object.keys(plan.ports) as PortKey[];
  const wanted = [...new Set(Object.values(plan.ports))];
  const trusting = ENGINES.test(
    plan.command.kind === 'shell' ? plan.command.line : plan.command.argv.join(' '),
  );
  const began = Date.now();
  const foreignSince = new Map<number, number>();
  const candidates = new Map<number, boolean>();
  let driftSince: number | undefined;
  let looked = began + WIDE_FROM - WIDE_EVERY;
  while (!signal.aborted) {
    const now = Date.now();
    const wide = now - looked >= WIDE_EVERY;
    if (wide) looked = now;
    const view = await viewPorts({ wanted, processes, wide, trusting, hosts, glance: true });
    for (const port of wanted) {
      tried(
        `port ${port}`,
        view.foreign.has(port)
          ? 'another process listens'
          : view.ours.has(port)
            ? 'passed'
            : 'nobody listens',
      );
      if (!view.foreign.has(port)) foreignSince.delete(port);
      else if (!foreignSince.has(port)) foreignSince.set(port, now);
    }
    const missing = wanted.filter((port) => !view.ours.has(port));
    if (missing.length === 0 && view.foreign.size === 0) return undefined;
    if (plan.portGuessed && missing.length > 0 && now - began >= (context.guessAfter ?? GUESS_AFTER)) {
      return { kind: 'ready', listens: false };
    }
    for (const [port, since] of foreignSince) {
      if (now - since >= THEFT_AFTER) return { kind: 'stolen', key: keyOf(port), port };
    }
    if (wide) {
      for (const port of view.elsewhere) {
        if (!candidates.has(port)) candidates.set(port, isPage(await httpStatus(port, hosts)));
      }
      const found = view.elsewhere.filter((port) => candidates.get(port));
      driftSince = found.length > 0 && missing.length > 0 ? (driftSince ?? now) : undefined;
      if (driftSince !== undefined && now - driftSince >= DRIFT_AFTER) {
        const expected = missing[0] as number;
        // Frameworks that move on take the next number.
        const port = found.sort((a, b) => distance(a, expected) - distance(b, expected))[0] as number;
        return { kind: 'drift', key: keyOf(expected), expected, port };
      }
    }
    await pause(now - began > SLOW_AFTER ? SLOW_POLL : POLL, signal);
  }
  return undefined;

  function keyOf(port: number): PortKey {
    return keys.find((key) => plan.ports[key] === port) as PortKey;
  }
}

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
