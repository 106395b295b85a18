import { appOf, type InstanceId, numberOf } from '../../config/instance-id.ts';
import type { WarningCode } from '../../errors.ts';
import { claimant, knownProcesses, livenessOf } from './alive.ts';
import type { Claim, Claimant } from './claim.ts';
import { commit, type Head, readHead, setAside } from './registry.ts';
import { takeTurn } from './turn.ts';

export interface ClaimsOptions {
  /** The registry's folder, `<state directory>/claims`; undefined for a user without a home. */
  dir: string | undefined;
  /** The run's id, unique. */
  run: string;
  /** The project's folder, absolute: two worktrees are two projects. */
  root: string;
  /** Whose life the claims have; default: this process. */
  pid?: number;
  /** Passes over what others have claimed, and claims nothing itself. */
  lookOnly?: boolean;
  /** CLAIMS_OFF once at most. */
  warn(code: Extract<WarningCode, `CLAIMS_${string}`>, message: string): void;
}

/** Another run's claim on the port. */
export type ClaimOf = (port: number) => Claim | undefined;

/** What was chosen, and the ports to claim for it. */
export interface Choice<T> {
  value: T;
  ports: readonly { port: number; id: InstanceId }[];
}

export interface Claims {
  /**
   * Claims what `choose` chooses; it may be asked again where another run was faster. What this run claims
   * already stays, but for the ports to give back, and is not told by claimOf.
   * Never fails for the registry's sake: where it cannot be written there is one warning, and the choice stands.
   * @throws what `choose` throws
   */
  take<T>(choose: (claimOf: ClaimOf) => Promise<Choice<T>>, giveBack?: readonly number[]): Promise<T>;
  /** Gives back these ports, or all. At once, and never fails: what is left ends with the process. */
  release(ports?: readonly number[]): void;
}

/** Each lost round means that another one was won, so only a strange file system gets there. */
const MOST_ROUNDS = 1000;

/** A run's hold on the machine-wide registry of ports. Nothing is read or written yet. */
export function openClaims(options: ClaimsOptions): Claims {
  return new RunClaims(options);
}

class RunClaims implements Claims {
  readonly #options: ClaimsOptions;
  #me: Claimant | undefined;
  /** The registry cannot be used, which has been said. */
  #off = false;
  #holdsAny = false;
  #toldBroken = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async take<T>(
    choose: (claimOf: ClaimOf) => Promise<Choice<T>>,
    giveBack: readonly number[] = [],
  ): Promise<T> {
    const { dir, run, lookOnly } = this.#options;
    const among = (others: ReadonlyMap<number, Claim>) => choose((port) => others.get(port));
    if (lookOnly) return (await among(claimsByPort(dir, run))).value;
    if (dir === undefined) this.#turnOff('there is no home to keep them in');
    if (dir === undefined || this.#off) return (await among(new Map())).value;

    let chosen: Choice<T> | undefined;
    /** Set apart from the registry's errors. */
    let failed: { error: unknown } | undefined;
    let leave = () => {};
    try {
      this.#me ??= claimant(this.#options.pid);
      leave = await takeTurn(dir, this.#me);
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const state = this.#read(dir, this.#me);
        const others = new Map(state.others(run).map((claim) => [claim.port, claim]));
        // A choice that is still free needs no second one.
        if (!chosen || chosen.ports.some(({ port }) => others.has(port))) {
          chosen = await among(others).catch((error) => {
            failed = { error };
            throw error;
          });
        }
        if (this.#commit(dir, this.#me, state, chosen, giveBack)) return chosen.value;
      }
      this.#turnOff('lets no change through');
    } catch (error) {
      if (failed) throw failed.error;
      this.#turnOff(`cannot be used (${(error as NodeJS.ErrnoException).code ?? error})`);
    } finally {
      leave();
    }
    // What can be read still counts.
    return (chosen ?? (await among(claimsByPort(dir, run)))).value;
  }

  release(ports?: readonly number[]): void {
    const { dir, run } = this.#options;
    if (dir === undefined || this.#off || !this.#holdsAny || !this.#me) return;
    try {
      for (let tries = 0; tries < 20; tries++) {
        const state = stateOf(readHead(dir), this.#me);
        const kept = state.claims.filter(
          (claim) => claim.run !== run || (ports !== undefined && !ports.includes(claim.port)),
        );
        if (kept.length === state.claims.length || commit(dir, state.generation, kept)) break;
      }
    } catch {
      // They end with the process.
    }
    if (ports === undefined) this.#holdsAny = false;
  }

  /** False: another run was faster. */
  #commit(
    dir: string,
    me: Claimant,
    state: State,
    chosen: Choice<unknown>,
    giveBack: readonly number[],
  ): boolean {
    const { run, root } = this.#options;
    const wanted = chosen.ports.map(({ port, id }) => ({
      port,
      app: appOf(id),
      instance: numberOf(id),
      run,
      root,
      ...me,
    }));
    const given = new Set([...giveBack, ...wanted.map(({ port }) => port)]);
    const kept = state.claims.filter((claim) => claim.run !== run || !given.has(claim.port));
    if (!commit(dir, state.generation, [...kept, ...wanted], wanted)) return false;
    this.#holdsAny = true;
    return true;
  }

  #read(dir: string, me: Claimant): State {
    const head = readHead(dir);
    if (head.broken.length > 0 && !this.#toldBroken) {
      this.#toldBroken = true;
      const aside = setAside(dir, head.broken).join(', ');
      const message = `the registry of claimed ports was broken: set aside as ${aside}, and what could be read of it still counts`;
      this.#options.warn('CLAIMS_BROKEN', message);
    }
    return stateOf(head, me);
  }

  #turnOff(why: string): void {
    if (this.#off) return;
    this.#off = true;
    const { dir, warn } = this.#options;
    const where = dir === undefined ? '' : `${dir} `;
    warn('CLAIMS_OFF', `claims are off: ${where}${why}; other starts do not know of this run's ports`);
  }
}

/** The living claims that hold ports of this machine (this network namespace). Empty where nothing can be read. */
export function readClaims(dir: string | undefined): Claim[] {
  if (dir === undefined) return [];
  try {
    return stateOf(readHead(dir), claimant()).others('');
  } catch {
    return [];
  }
}

function claimsByPort(dir: string | undefined, run: string): Map<number, Claim> {
  return new Map(
    readClaims(dir)
      .filter((claim) => claim.run !== run)
      .map((claim) => [claim.port, claim]),
  );
}

interface State {
  generation: number;
  /** Without the dead ones. */
  claims: Claim[];
  /** Those in conflict with ours. */
  others(run: string): Claim[];
}

function stateOf({ generation, claims }: Head, here: Claimant): State {
  const knownOf = knownProcesses(claims);
  const all = claims.map((claim) => ({ claim, liveness: livenessOf(claim, here, knownOf) }));
  return {
    generation,
    claims: all.filter(({ liveness }) => liveness !== 'dead').map(({ claim }) => claim),
    others: (run) =>
      all
        .filter(({ claim, liveness }) => liveness === 'alive' && claim.run !== run)
        .map(({ claim }) => claim),
  };
}
