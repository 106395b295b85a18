import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceId } from '../config/instance-id.ts';

type Ids = Readonly<Record<InstanceId, number>>;

/** A number for each instance: what it has already, or the lowest that nobody has. Pure. */
export function chooseIds(instances: readonly InstanceId[], had: Ids, others: ReadonlySet<number>): Ids {
  const kept = instances.filter((id) => had[id] !== undefined && !others.has(had[id]));
  const taken = new Set([...others, ...kept.map((id) => had[id])]);
  const next = () => {
    let number = 0;
    while (taken.has(number)) number++;
    taken.add(number);
    return number;
  };
  return Object.fromEntries(instances.map((id) => [id, kept.includes(id) ? (had[id] as number) : next()]));
}

/** How often two that choose at one moment may get in each other's way. */
const TRIES = 20;

/**
 * Chooses numbers that no other run has, and makes them known. Each writes first and looks then, so that of two who
 * have chosen the same one at least one sees it, and chooses again.
 * @param others the numbers of the other living runs, now
 * @param write false: they cannot be made known
 */
export async function claimIds(
  instances: readonly InstanceId[],
  had: Ids,
  { others, write }: { others(): ReadonlySet<number>; write(ids: Ids): boolean },
): Promise<Ids> {
  let ids = had;
  for (let tries = 0; tries < TRIES; tries++) {
    ids = chooseIds(instances, ids, others());
    if (!write(ids)) return ids;
    const now = others();
    const clashing = instances.filter((id) => now.has(ids[id] as number));
    if (clashing.length === 0) return ids;
    write(Object.fromEntries(Object.entries(ids).filter(([id]) => !clashing.includes(id as InstanceId))));
    await sleep(Math.random() * 10 * (tries + 1));
  }
  return ids;
}
