import { instanceId } from '../../config/instance-id.ts';
import { formatPortSpec, MAX_PORT } from '../../config/port-spec.ts';
import { describeSource } from '../../config/source.ts';
import type { Source } from '../../config/types.ts';
import { DevstartError } from '../../errors.ts';
import { firstUnprivilegedPort } from '../../system/kernel.ts';
import type { ClaimOf } from '../claims/claims.ts';
import { findOwners, unseenOwner } from '../holders/owner.ts';
import { describeHolding } from '../holders/words.ts';
import type { PortAssignment, PortOwner, PortRequest } from '../types.ts';
import { type ProbeResult, probePort } from './probe.ts';

export interface AllocateOptions {
  /** How many ports a moving single port tries, the one asked for included. */
  maxAttempts: number;
  /** A single port is exact: taken is an error. */
  strict: boolean;
  /** One consecutive block from here on, for every request whose own port is not asked for more strongly. */
  basePort?: number | undefined;
  basePortSource?: Source | undefined;
  /** Other runs' claims: passed over without using up an attempt. */
  claimOf?: ClaimOf | undefined;
  /** Ports that this run has already: likewise. */
  ours?: ReadonlySet<number> | undefined;
  /** Whose those are, for messages. */
  appOfPort?: ReadonlyMap<number, string> | undefined;
  /** Ports of this run that its own instances give up for it: they count as free. */
  given?: ReadonlySet<number> | undefined;
  /** Ports that other projects' files name, and the file of each: passed over likewise. */
  avoid?: ReadonlyMap<number, string> | undefined;
  /** Absolute: shown as `~` in messages. */
  home?: string | undefined;
  /** In place of the real ones, for tests. */
  probe?: ((port: number) => Promise<ProbeResult>) | undefined;
  findOwners?: ((ports: number[]) => Promise<Map<number, PortOwner[]>>) | undefined;
}

/** `ours`: another request of this run has it; `claimed`: another run; `avoided`: another project; `busy`: it cannot be bound. */
export type PortStatus = 'free' | 'ours' | 'claimed' | 'avoided' | 'busy';

/** What one allocation knows: who got which port, and what each probe said. */
export class Board {
  readonly requests: PortRequest[];
  readonly options: AllocateOptions;
  readonly owners = new Map<number, PortRequest>();
  readonly #probes = new Map<number, ProbeResult>();
  readonly #moved: { assignment: PortAssignment; held: number }[] = [];

  constructor(requests: PortRequest[], options: AllocateOptions) {
    this.requests = requests;
    this.options = options;
  }

  /** @throws DevstartError PORT_INVALID where the port is privileged */
  async statusOf(port: number, request: PortRequest): Promise<PortStatus> {
    if (this.owners.has(port) || this.options.ours?.has(port)) return 'ours';
    if (this.options.given?.has(port)) return 'free';
    if (this.options.claimOf?.(port)) return 'claimed';
    if (this.options.avoid?.has(port)) return 'avoided';
    let result = this.#probes.get(port);
    if (result === undefined) {
      result = await (this.options.probe ?? probePort)(port);
      this.#probes.set(port, result);
    }
    if (result.free) return 'free';
    if (result.code === 'EACCES') {
      const first = firstUnprivilegedPort();
      if (port < first) throw privileged(port, first, request);
    }
    return 'busy';
  }

  assign(
    request: PortRequest,
    instance: number,
    port: number,
    { asked, held }: { asked?: number; held?: number | undefined },
  ): PortAssignment {
    const { app, key, role, spec } = request;
    const requested = spec.value.kind === 'single' ? spec.value.port : formatPortSpec(spec.value);
    const moved = asked !== undefined && port !== asked;
    const assignment = { id: instanceId(app, instance), key, role, port, requested, moved };
    this.owners.set(port, request);
    if (moved && held !== undefined) this.#moved.push({ assignment, held });
    return assignment;
  }

  /** Why the port cannot be had, for people. */
  async holdingOf(port: number): Promise<string> {
    const owner = this.#known(port) ?? (await this.#find([port])).get(port)?.[0] ?? unseenOwner(port);
    return describeHolding(owner, this.options.home);
  }

  /** Who has the port by word, not by a socket. */
  #known(port: number): PortOwner | undefined {
    const claim = this.options.claimOf?.(port);
    if (claim) return { pid: claim.pid, name: `app '${claim.app}'`, cwd: claim.root, app: claim.app };
    const file = this.options.avoid?.get(port);
    return file === undefined ? undefined : { file };
  }

  /** Fills in who held the ports that were asked for: one scan for all, and none where nothing moved. */
  async nameHolders(): Promise<void> {
    const unknown = this.#moved.map(({ held }) => held).filter((port) => !this.#known(port));
    const owners = await this.#find(unknown);
    for (const { assignment, held } of this.#moved) {
      assignment.holder = this.#known(held) ?? owners.get(held)?.[0] ?? unseenOwner(held);
    }
  }

  #find(ports: number[]): Promise<Map<number, PortOwner[]>> {
    return (this.options.findOwners ?? findOwners)(ports);
  }
}

/** The app's name, with the port's where the app has several. */
export function labelOf(request: PortRequest, requests: PortRequest[]): string {
  const several = requests.some((other) => other !== request && other.app === request.app);
  return several ? `${request.app} (${request.key})` : request.app;
}

/** Why an exact port cannot be had, naming who has it. */
export async function takenError(
  port: number,
  status: PortStatus,
  request: PortRequest,
  board: Board,
): Promise<DevstartError> {
  const { value: spec, source } = request.spec;
  const from = describeSource(source);
  const other = board.owners.get(port);
  if (status === 'ours' && other !== undefined) {
    return new DevstartError(
      'PORT_INVALID',
      `Port ${port} is already assigned to app '${labelOf(other, board.requests)}' (from ${describeSource(other.spec.source)})`,
      {
        hint: `'${labelOf(request, board.requests)}' asks for it too (from ${from}): give one of them another port.`,
      },
    );
  }
  const app = board.options.appOfPort?.get(port);
  if (status === 'ours' && app !== undefined) {
    return new DevstartError('PORT_IN_USE', `Port ${port} is already assigned to app '${app}'`, {
      hint: `'${labelOf(request, board.requests)}' asks for it too (from ${from}): ask for another.`,
    });
  }
  const holding = (await board.holdingOf(port)).replace(/^(?=in use|assigned)/, 'already ');
  const exact =
    spec.kind === 'range'
      ? 'a range is exact'
      : spec.kind === 'single' && spec.exact
        ? source.kind === 'flag'
          ? 'an order for one port is exact'
          : 'that file pins it'
        : 'strict ports do not move';
  const mend =
    status === 'claimed'
      ? `stop that run (Ctrl-C in its terminal, or kill ${board.options.claimOf?.(port)?.pid})`
      : status === 'avoided'
        ? 'take the file out of avoid'
        : 'end what holds the port';
  return new DevstartError('PORT_IN_USE', `Port ${port} is ${holding}`, {
    hint: `'${labelOf(request, board.requests)}' asks for ${formatPortSpec(spec)} (from ${from}), and ${exact}: ${mend}, ask for another, or let devstart choose (auto:${autoRange(port)}).`,
  });
}

/** A range of ports to offer to who found none from `port` on. */
export function autoRange(port: number): string {
  const start = Math.min(port, MAX_PORT - 100);
  return `${start}-${start + 100}`;
}

function privileged(port: number, first: number, request: PortRequest): DevstartError {
  return new DevstartError(
    'PORT_INVALID',
    `port ${port} is privileged: listening below ${first} needs root (from ${describeSource(request.spec.source)})`,
    { hint: `Ask for ${first} or above: ${port + 8000} is a usual choice for ${port}.` },
  );
}
