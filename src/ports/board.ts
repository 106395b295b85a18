import { DevstartError } from '../errors.ts';
import type { AllocateOptions } from './allocate.ts';
import { describeOwner, findOwners } from './owner.ts';
import { firstUnprivilegedPort, type ProbeResult, probePort } from './probe.ts';
import { describeSource, formatPortSpec, MAX_PORT } from './spec.ts';
import type { PortAssignment, PortOwner, PortRequest } from './types.ts';

/** `ours`: another request of this run has it; `claimed`: another run; `busy`: it cannot be bound. */
export type PortStatus = 'free' | 'ours' | 'claimed' | 'busy';

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
  async look(port: number, request: PortRequest): Promise<PortStatus> {
    if (this.owners.has(port)) return 'ours';
    if (this.options.isTaken?.(port)) return 'claimed';
    let result = this.#probes.get(port);
    if (result === undefined) {
      result = await (this.options.probe ?? probePort)(port);
      this.#probes.set(port, result);
    }
    if (result.free) return 'free';
    if (result.code === 'EACCES') {
      const first = await firstUnprivilegedPort();
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
    const assignment = { app, key, role, instance, port, requested, moved };
    this.owners.set(port, request);
    if (moved && held !== undefined) this.#moved.push({ assignment, held });
    return assignment;
  }

  async ownerOf(port: number): Promise<PortOwner | undefined> {
    return (await this.#find([port])).get(port)?.[0];
  }

  /** Fills in who held the ports that were asked for: one scan for all, and none where nothing moved. */
  async nameHolders(): Promise<void> {
    const owners = await this.#find(this.#moved.map(({ held }) => held));
    for (const { assignment, held } of this.#moved) assignment.holder = owners.get(held)?.[0] ?? {};
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
  const holder =
    status === 'claimed'
      ? 'claimed by another run of devstart'
      : `already in use by ${describeOwner(await board.ownerOf(port), board.options.home)}`;
  const exact = spec.kind === 'range' ? 'a range is exact' : 'strict ports do not move';
  return new DevstartError('PORT_IN_USE', `Port ${port} is ${holder}`, {
    hint: `'${labelOf(request, board.requests)}' asks for ${formatPortSpec(spec)} (from ${from}), and ${exact}: end what holds the port, ask for another, or let devstart choose (auto:${autoRange(port)}).`,
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
