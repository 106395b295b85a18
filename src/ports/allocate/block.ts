import { MAX_PORT } from '../../config/port-spec.ts';
import { describeSource } from '../../config/source.ts';
import type { Role, Source } from '../../config/types.ts';
import { DevstartError } from '../../errors.ts';
import type { PortAssignment, PortRequest } from '../types.ts';
import { type Board, type PortStatus, takenError } from './board.ts';

/** Whether two values were said in one place. */
export const isSameSource = (one: Source, other: Source): boolean =>
  one.kind === other.kind && one.name === other.name;

/**
 * One consecutive block from the base port on: the backend's instances first, then the frontend's,
 * then the others' in their order. The first block that is free as a whole, at most `maxAttempts`
 * of them; with `strict` only the first.
 */
export async function allocateBlock(
  requests: PortRequest[],
  board: Board,
): Promise<Map<PortRequest, PortAssignment[]>> {
  const { options } = board;
  const base = options.basePort as number;
  const source = options.basePortSource ?? { kind: 'flag', name: '--base-port' };
  const from = describeSource(source);
  const { slots, width } = slotsOf(requests, base, source);
  if (base + width - 1 > MAX_PORT) {
    throw new DevstartError(
      'PORT_INVALID',
      `a block of ${width} ports from ${base} on would end above ${MAX_PORT} (from ${from})`,
      { hint: `Start at ${MAX_PORT - width + 1} or below.` },
    );
  }

  let held: number | undefined; // the first port that stood in the way
  let start = base;
  let last = base;
  for (let attempts = 0; start + width - 1 <= MAX_PORT && attempts < options.maxAttempts; ) {
    last = start;
    let obstacle: { port: number; status: PortStatus; request: PortRequest } | undefined;
    // From the end: where a port is taken, every block that holds it is too.
    for (const { request, offset } of [...slots].reverse()) {
      const status = await board.statusOf(start + offset, { ...request, spec: { ...request.spec, source } });
      if (status === 'free') continue;
      obstacle = { port: start + offset, status, request };
      break;
    }
    if (obstacle === undefined) return place(requests, slots, board, { base, first: start, source, held });
    if (options.strict) {
      const { request } = obstacle;
      const spec = { value: { kind: 'single' as const, port: obstacle.port }, source, overrode: [] };
      throw await takenError(obstacle.port, obstacle.status, { ...request, spec }, board);
    }
    if (obstacle.status !== 'ours') held ??= obstacle.port;
    if (obstacle.status === 'busy') {
      attempts++;
      start++;
    } else {
      start = obstacle.port + 1 - (slots[0]?.offset ?? 0); // ours, another run's or another project's: no attempt used up
    }
  }
  const holding = held === undefined ? '' : ` (${held} is ${await board.holdingOf(held)})`;
  throw new DevstartError(
    'PORTS_EXHAUSTED',
    `no ${width} free ports in a row: could not find available port in range ${base}-${last + width - 1}${holding}`,
    {
      hint: `Asked for a block from ${base} on (from ${from}): start elsewhere, or try more with --max-attempts ${options.maxAttempts * 10}.`,
    },
  );
}

interface Slot {
  request: PortRequest;
  instance: number;
  /** From the block's first port. */
  offset: number;
}

function slotsOf(requests: PortRequest[], base: number, source: Source): { slots: Slot[]; width: number } {
  const rank = (role: Role | null) => (role === 'backend' ? 0 : role === 'frontend' ? 1 : 2);
  const slots: Slot[] = [];
  let width = 0;
  for (const request of [...requests].sort((a, b) => rank(a.role) - rank(b.role))) {
    // The frontend is N+1 also where the backend has a port of its own: as the settings say it.
    const { value, source: own } = request.spec;
    const said = value.kind === 'single' && isSameSource(own, source) ? value.port - base : 0;
    const offset = Math.max(width, said);
    width = offset + request.instances;
    for (let instance = 0; instance < request.instances; instance++)
      slots.push({ request, instance, offset: offset + instance });
  }
  return { slots, width };
}

/** @param at `held`: the first port that stood in the way */
function place(
  requests: PortRequest[],
  slots: readonly Slot[],
  board: Board,
  { base, first, source, held }: { base: number; first: number; source: Source; held: number | undefined },
): Map<PortRequest, PortAssignment[]> {
  const placed = new Map<PortRequest, PortAssignment[]>(requests.map((request) => [request, []]));
  for (const { request, instance, offset } of slots) {
    const asked = base + offset;
    const spec = { value: { kind: 'single' as const, port: asked }, source, overrode: [] };
    const assignment = board.assign({ ...request, spec }, instance, first + offset, {
      asked,
      held: held === asked ? held : undefined,
    });
    placed.get(request)?.push(assignment);
  }
  return placed;
}
