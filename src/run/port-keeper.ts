import { setTimeout as sleep } from 'node:timers/promises';
import type { PortKey } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import type { Exit } from '../launch/child.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { findOwners } from '../ports/holders/owner.ts';
import { describeOwner } from '../ports/holders/words.ts';
import { viewPorts } from '../ready/ownership.ts';
import { saysNoSocket, saysPortTaken } from '../ready/taken.ts';
import type { Verdict } from '../ready/watch.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** How often an instance gets another port before the run gives up. */
const MAX_THEFTS = 3;

export type Stolen = Extract<Verdict, { kind: 'stolen' }>;
export type Unserved = Extract<Verdict, { kind: 'unserved' }>;
type Drift = Extract<Verdict, { kind: 'drift' }>;

export interface PortKeeper {
  /** Did this life end because a port was another's? */
  stolenAtExit(
    instance: Instance,
    life: Life,
    verdict: Verdict,
    exit: Exit,
    quiet: Promise<void>,
    patience: number,
  ): Promise<Stolen | undefined>;
  /** Did it end because it did not serve from what it was handed? */
  unservedAtExit(
    instance: Instance,
    verdict: Verdict,
    exit: Exit,
    quiet: Promise<void>,
    patience: number,
  ): Promise<Unserved | undefined>;
  /** It opens its own from now on, where it may. False: an error was told instead. */
  unhand(instance: Instance, unserved: Unserved): boolean;
  /** Another port for the stolen one, told to everyone. False: an error was told instead. */
  replace(instance: Instance, stolen: Stolen): Promise<boolean>;
  /** The port where it really listens, told to everyone. False: an error was told instead. */
  adopt(instance: Instance, drift: Drift): Promise<boolean>;
}

/** Of a life beside another one: what it was told stays, or it has failed. */
export const NO_KEEPER: PortKeeper = {
  stolenAtExit: async () => undefined,
  replace: async () => false,
  adopt: async () => false,
  unservedAtExit: async () => undefined,
  unhand: () => false,
};

interface KeeperInput {
  deps: RunDeps;
  apply(plan: LaunchPlan, cause: Instance, reason: string): void;
  stopped(): boolean;
}

/** Looks after the ports when the start has gone another way than the plan. */
export function createPortKeeper(input: KeeperInput): PortKeeper {
  return {
    stolenAtExit: (...life) => stolenAtExit(input.deps, ...life),
    unservedAtExit: (...life) => unservedAtExit(input.deps, ...life),
    unhand: (instance, unserved) => unhand(input, instance, unserved),
    replace: (...theft) => replace(input, ...theft),
    adopt: (...drift) => adopt(input, ...drift),
  };
}

async function stolenAtExit(
  { output, handings }: RunDeps,
  { id, plan }: Instance,
  { terminator }: Life,
  verdict: Verdict,
  exit: Exit,
  quiet: Promise<void>,
  patience: number,
): Promise<Stolen | undefined> {
  if (verdict.kind === 'stolen') return verdict;
  if (exit.signal || verdict.kind === 'timeout' || verdict.kind === 'drift' || verdict.kind === 'unserved')
    return undefined;
  const own = handings?.held(plan.app) ?? [];
  const entries = (Object.entries(plan.ports) as [PortKey, number][]).filter(
    ([, port]) => !own.some(({ socket }) => socket.port === port),
  );
  const wanted = entries.map(([, port]) => port);
  if (wanted.length === 0) return undefined;
  const processes = () => terminator?.processes() ?? [];
  const { foreign } = await viewPorts({ wanted, processes, wide: false, trusting: false, hosts: LOOPBACKS });
  // What it said last may still be on its way.
  await Promise.race([quiet, sleep(patience)]);
  const lines = output.lastLines(id, 60);
  const found = entries.find(([, port]) => foreign.has(port) || saysPortTaken(lines, port));
  return found && { kind: 'stolen', key: found[0], port: found[1] };
}

/** It has ended without having served from the socket that it was handed, and says that it wanted its own, or none such. */
async function unservedAtExit(
  { output }: RunDeps,
  { id, plan }: Instance,
  verdict: Verdict,
  exit: Exit,
  quiet: Promise<void>,
  patience: number,
): Promise<Unserved | undefined> {
  if (verdict.kind === 'unserved') return verdict;
  if (!plan.listen || exit.signal || exit.code === 0 || verdict.kind === 'timeout') return undefined;
  await Promise.race([quiet, sleep(patience)]);
  const lines = output.lastLines(id, 60);
  const [first] = plan.listen.sockets;
  const found = saysNoSocket(lines)
    ? first
    : plan.listen.sockets.find(({ port }) => saysPortTaken(lines, port));
  return found && { kind: 'unserved', expected: found.port };
}

/** It opens its own from now on, where it may. False: an error was told instead. */
function unhand({ deps, apply }: KeeperInput, instance: Instance, { expected, port }: Unserved): boolean {
  const { plan } = instance;
  const did = `${plan.label} does not serve from the socket on port ${expected} that it was handed`;
  const where = port === undefined ? did : `${did}: it listens on port ${port}`;
  const next = deps.ports?.unhand(plan.app);
  if (next) {
    deps.handings?.close(plan.app);
    apply(next, instance, where);
    const message = `${where}; it is started without it ("handover": false in the config says so at once).`;
    deps.emit({ type: 'warning', code: 'NOT_HANDED', message });
    return true;
  }
  const hint =
    'Let it take the descriptor (docs/sockets.md says how each server does), or give it a port of its own.';
  deps.emit({ type: 'error', code: 'NOT_HANDED', message: `${where}.`, hint });
  return false;
}

async function replace(
  { deps, apply, stopped }: KeeperInput,
  instance: Instance,
  { key, port }: Stolen,
): Promise<boolean> {
  const { id, plan } = instance;
  const holder = (await findOwners([port])).get(port)?.[0] ?? {};
  const tell = (using?: number) =>
    deps.emit({ type: 'stolen', id, port, holder, ...(using === undefined ? {} : { using }) });
  const held = `Port ${port} was taken by ${describeOwner(holder)} before ${plan.label} could listen on it`;
  try {
    const next = instance.thefts < MAX_THEFTS ? await deps.ports?.replace(id, key) : undefined;
    if (stopped()) return false;
    if (next) {
      instance.thefts++;
      apply(next, instance, `port ${port} of ${plan.label} was taken`);
      tell(instance.plan.ports[key]);
      return true;
    }
    tell();
    const message = instance.thefts < MAX_THEFTS ? held : `${held}, for the ${MAX_THEFTS + 1}th time`;
    const hint =
      'End what holds it, ask for another port, or let devstart choose (auto:START-END, no --strict-port).';
    deps.emit({ type: 'error', code: 'PORT_STOLEN', message, hint });
  } catch (error) {
    if (!(error instanceof DevstartError)) throw error;
    tell();
    const { code, message, hint } = error;
    deps.emit({ type: 'error', code, message: `${held}: ${message}`, ...(hint ? { hint } : {}) });
  }
  return false;
}

async function adopt(
  { deps, apply, stopped }: KeeperInput,
  instance: Instance,
  { key, expected, port }: Drift,
): Promise<boolean> {
  const { id, plan } = instance;
  const hint = driftHint(instance, port);
  const next = await deps.ports?.adopt(id, key, port);
  if (stopped()) return false;
  if (next) {
    apply(next, instance, `${plan.label} listens on port ${port}, not ${expected}`);
    deps.emit({ type: 'drift', id, port, expected, hint });
    return true;
  }
  const message = `${plan.label} listens on port ${port} and not on ${expected}, which it was given`;
  deps.emit({ type: 'error', code: 'PORT_DRIFT', message, hint });
  return false;
}

/** The flag or the config line that would mend it. */
function driftHint({ plan: { app, roles, framework } }: Instance, port: number): string {
  const flag = roles.length === 1 ? `--${roles[0]}-port ${port}` : `--port ${app}=${port}`;
  const how =
    framework === undefined
      ? 'Let it read PORT, or write {port} into its command'
      : 'Write {port} into its command';
  return `${how} in the config; or keep it there with ${flag}.`;
}
