import { setTimeout as sleep } from 'node:timers/promises';
import { firstAccepting, viewPorts } from '../ready/ownership.ts';
import { isEngine } from '../ready/watch.ts';
import { LOOPBACKS } from '../system/addresses.ts';
import { listListeners } from '../system/listeners.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** Milliseconds. */
const PORTS_PATIENCE = 1000;
const POLL = 20;

/** Ends what is left of an instance's life. @param grace seconds */
export async function sweep(
  { plan }: Instance,
  { terminator }: Life,
  grace: number,
  emit: RunDeps['emit'],
): Promise<void> {
  const left = await terminator?.end(plan.stopSignal, grace * 1000);
  if (!left || left.length === 0) return;
  const pids = left.map((proc) => proc.pid).join(', ');
  emit({
    type: 'error',
    code: 'STOP_FAILED',
    message: `${plan.label}: could not end ${left.length === 1 ? 'process' : 'processes'} ${pids}.`,
    hint: `End by hand: kill -9 ${pids.replaceAll(',', '')}`,
  });
}

/** After the stop: waits until the ports are free, and warns of those that are not. */
export async function reportPorts(
  ports: number[],
  { emit, portsTaken = acceptingPorts }: Pick<RunDeps, 'emit' | 'portsTaken'>,
  hurried: () => boolean,
): Promise<void> {
  const deadline = performance.now() + PORTS_PATIENCE;
  let taken = await portsTaken(ports);
  while (taken.length > 0 && performance.now() < deadline && !hurried()) {
    await sleep(POLL);
    taken = await portsTaken(taken);
  }
  for (const port of taken) {
    const message = `Port ${port} is still taken after the stop, by a process that is not ours.`;
    emit({ type: 'warning', code: 'PORT_STILL_TAKEN', message });
  }
}

/** Listens on each of its ports a process of its own, and nobody else where a loopback name reaches him? */
export async function hasPorts({ plan, life }: Instance): Promise<boolean> {
  const wanted = [...new Set(Object.values(plan.ports))];
  // A guess, and a command's own choice, were taken as they were; a container engine listens for its containers.
  // A socket that we have opened is nobody else's.
  if (wanted.length === 0 || plan.portGuessed || plan.opaque || plan.listen) return true;
  const processes = () => life?.terminator?.processes() ?? [];
  const trusting = isEngine(plan);
  const { ours, foreign } = await viewPorts({ wanted, processes, wide: false, trusting, hosts: LOOPBACKS });
  return foreign.size === 0 && wanted.every((port) => ours.has(port));
}

async function acceptingPorts(ports: number[]): Promise<number[]> {
  const listeners = listListeners();
  if (listeners) {
    const taken = new Set(listeners.filter(({ reach }) => reach !== 'other').map(({ port }) => port));
    return ports.filter((port) => taken.has(port));
  }
  const found = await Promise.all(ports.map((port) => firstAccepting(port, LOOPBACKS)));
  return ports.filter((_, index) => found[index] !== undefined);
}
