import { formatPortSpec, MAX_PORT, specPortCount } from '../../config/port-spec.ts';
import { describeSource } from '../../config/source.ts';
import type { SourceKind } from '../../config/types.ts';
import { DevstartError } from '../../errors.ts';
import { noteAllFree } from '../../system/listeners.ts';
import type { PortAssignment, PortRequest } from '../types.ts';
import { allocateBlock, isSameSource } from './block.ts';
import { type AllocateOptions, autoRange, Board, labelOf, takenError } from './board.ts';

/** Who chooses first: what the user said, the last run's ports, defaults. */
const RANK: Record<SourceKind, number> = {
  flag: 0,
  env: 0,
  'env-file': 0,
  config: 0,
  sticky: 1,
  framework: 2,
  default: 2,
  search: 2,
};
const FLEXIBILITY = { range: 0, single: 1, auto: 2 };
const flexibility = ({ spec: { value } }: PortRequest): number =>
  value.kind === 'single' && value.exact ? FLEXIBILITY.range : FLEXIBILITY[value.kind];

/**
 * Finds a free port for every instance of every request, all distinct; the same input on the same
 * machine gives the same ports. Answers in the order of the requests, then of the instances.
 * @throws DevstartError PORT_INVALID, PORT_IN_USE or PORTS_EXHAUSTED
 */
export async function allocatePorts(
  requests: PortRequest[],
  options: AllocateOptions,
): Promise<PortAssignment[]> {
  const inBlock = requests.filter((request) => options.basePort !== undefined && yields(request, options));
  const others = requests.filter((request) => !inBlock.includes(request));
  for (const request of others) checkSize(request);

  const board = new Board(requests, options);
  const found = new Map<PortRequest, PortAssignment[]>();
  const inOrder = [...others].sort((a, b) => rankOf(a) - rankOf(b) || flexibility(a) - flexibility(b));
  for (const request of inOrder.filter((one) => rankOf(one) === 0))
    found.set(request, await serve(request, board, inOrder));
  if (inBlock.length > 0)
    for (const [request, ports] of await allocateBlock(inBlock, board)) found.set(request, ports);
  for (const request of inOrder.filter((one) => rankOf(one) > 0))
    found.set(request, await serve(request, board, inOrder));

  await board.nameHolders();
  noteAllFree();
  return requests.flatMap((request) => found.get(request) ?? []);
}

function rankOf(request: PortRequest): number {
  return RANK[request.spec.source.kind];
}

/**
 * Whether the request takes its place in the block: its own port has no source as strong as the block's, or is
 * what the settings have made of the base port.
 */
function yields({ spec }: PortRequest, { basePortSource }: AllocateOptions): boolean {
  const strength = Object.keys(RANK);
  if (basePortSource === undefined) return true;
  if (isSameSource(spec.source, basePortSource)) return true;
  return strength.indexOf(spec.source.kind) > strength.indexOf(basePortSource.kind);
}

function checkSize(request: PortRequest): void {
  const { value: spec, source } = request.spec;
  const { instances } = request;
  if (spec.kind === 'single') {
    if (spec.port + instances - 1 <= MAX_PORT) return;
    throw new DevstartError(
      'PORT_INVALID',
      `${instances} instances of ${request.app} from port ${spec.port} on would end above ${MAX_PORT} (from ${describeSource(source)})`,
      { hint: `Start at ${MAX_PORT - instances + 1} or below.` },
    );
  }
  const count = specPortCount(spec);
  if (instances <= count) return;
  const start = spec.start ?? 1;
  throw new DevstartError(
    'PORT_INVALID',
    `Port range ${start}-${spec.end} has only ${plural(count, 'port')} but ${instances} instances requested`,
    {
      hint: `For ${request.app}, from ${describeSource(source)}: use at least ${formatPortSpec({ ...spec, start, end: start + instances - 1 })}.`,
    },
  );
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function serve(request: PortRequest, board: Board, all: PortRequest[]): Promise<PortAssignment[]> {
  const { kind } = request.spec.value;
  if (kind === 'auto') return serveAuto(request, board, all);
  const pinned = request.spec.value.kind === 'single' && request.spec.value.exact;
  if (kind === 'range' || pinned || board.options.strict) return serveExact(request, board);
  return serveSearching(request, board, all);
}

async function serveExact(request: PortRequest, board: Board): Promise<PortAssignment[]> {
  const spec = request.spec.value;
  const start = spec.kind === 'single' ? spec.port : (spec.start ?? 1);
  const assignments: PortAssignment[] = [];
  for (let instance = 0; instance < request.instances; instance++) {
    const port = start + instance;
    const status = await board.statusOf(port, request);
    if (status !== 'free') throw await takenError(port, status, request, board);
    assignments.push(board.assign(request, instance, port, { asked: port }));
  }
  return assignments;
}

async function serveSearching(
  request: PortRequest,
  board: Board,
  all: PortRequest[],
): Promise<PortAssignment[]> {
  const spec = request.spec.value;
  const [first, otherwise] = spec.kind === 'single' ? [spec.port, spec.otherwise] : [1];
  const kept = firstChoices(request, all);
  const assignments: PortAssignment[] = [];
  let next = first;
  for (let instance = 0; instance < request.instances; instance++) {
    const from = next;
    let attempts = 0;
    let port = from;
    let held: number | undefined;
    for (port of tries(from, otherwise, request)) {
      if (port > MAX_PORT || attempts >= board.options.maxAttempts) {
        throw await exhausted(request, board, Math.min(from, port + 1), Math.max(from, port - 1), held);
      }
      if (port !== first && port !== otherwise && kept.has(port)) continue;
      const status = await board.statusOf(port, request);
      if (status === 'free') break;
      if (status === 'busy') attempts++;
      if (status !== 'ours' && port === from) held = port;
    }
    assignments.push(board.assign(request, instance, port, { asked: first + instance, held }));
    next = port + 1;
  }
  return assignments;
}

/**
 * Home, the last run's, then upwards from home; a number that the project has written down keeps its digits, so that
 * texts keep their lengths.
 */
function* tries(
  home: number,
  otherwise: number | undefined,
  { spec: { source } }: PortRequest,
): Generator<number> {
  yield home;
  if (otherwise !== undefined) yield otherwise;
  let on = home;
  for (;;) {
    const isLonger = String(on + 1).length > String(home).length;
    if (on < home) on--;
    else on = isLonger && source.kind === 'framework' && home > 2000 ? home - 1 : on + 1;
    yield on;
  }
}

/** The numbers that other requests name, no weaker than this one: a moving port leaves them alone. */
function firstChoices(request: PortRequest, all: PortRequest[]): Set<number> {
  const kept = new Set<number>();
  for (const other of all) {
    const spec = other.spec.value;
    if (other === request || spec.kind === 'auto' || rankOf(other) > rankOf(request)) continue;
    const start = spec.kind === 'single' ? spec.port : spec.start;
    for (let i = 0; i < other.instances; i++) kept.add(start + i);
  }
  return kept;
}

async function serveAuto(request: PortRequest, board: Board, all: PortRequest[]): Promise<PortAssignment[]> {
  const spec = request.spec.value as { start?: number; end?: number };
  const fallback = request.role === 'backend' ? 8000 : request.role === 'frontend' ? 3000 : 4000;
  const start = spec.start ?? fallback;
  const end = spec.end ?? MAX_PORT;
  const kept = firstChoices(request, all);
  const assignments: PortAssignment[] = [];
  for (let port = start; assignments.length < request.instances; port++) {
    if (port > end) throw await exhausted(request, board, start, end, undefined, assignments.length);
    if (kept.has(port) || (await board.statusOf(port, request)) !== 'free') continue;
    assignments.push(board.assign(request, assignments.length, port, {}));
  }
  return assignments;
}

async function exhausted(
  request: PortRequest,
  board: Board,
  from: number,
  to: number,
  held: number | undefined,
  gotten = 0,
): Promise<DevstartError> {
  const { value: spec, source } = request.spec;
  const details = gotten > 0 ? [`${gotten} of ${request.instances} found`] : [];
  if (held !== undefined) {
    details.push(`${held} is ${await board.holdingOf(held)}`);
  }
  const flag = request.role === null ? `--port ${request.app}=` : `--${request.role}-port `;
  const ways =
    spec.kind === 'auto'
      ? ['give a wider range']
      : [
          `try more ports with --max-attempts ${board.options.maxAttempts * 10}`,
          'start elsewhere or take the first free one of a range',
        ];
  return new DevstartError(
    'PORTS_EXHAUSTED',
    `no free port for ${labelOf(request, board.requests)}: could not find available port in range ${from}-${to}${details.length > 0 ? ` (${details.join('; ')})` : ''}`,
    {
      hint: `Asked for ${formatPortSpec(spec)} (from ${describeSource(source)}): ${ways.join(', ')} (${flag}auto:${autoRange(from)}).`,
    },
  );
}
