import { whereabouts } from '../../system/kernel.ts';
import { exists } from '../../system/platform.ts';
import { type Proc, processTable, readProcess } from '../../system/processes.ts';
import type { Claimant } from './claim.ts';

/**
 * `alive`: it holds its ports against us, or nobody can tell that it does not.
 * `elsewhere`: it lives behind another network namespace, where the same numbers are other ports.
 */
export type Liveness = 'alive' | 'dead' | 'elsewhere';

/** What is known of a process with that pid; `hidden`: there is one, but the system says no more. */
export type Known = Pick<Proc, 'start' | 'zombie' | 'stopped'> | 'hidden' | undefined;

let own: Claimant | undefined;

/** The process as a claimant. Its start is empty where the system does not tell: then its pid alone counts. */
export function claimant(pid: number = process.pid): Claimant {
  // A process is itself as long as it lives: a start asks four times.
  if (pid === process.pid && own) return own;
  const found = { pid, start: readProcess(pid)?.start ?? '', ...whereabouts() };
  if (pid === process.pid) own = found;
  return found;
}

/** Whether the claimant still counts, as known from `here`. Pure but for `knownOf`. No wall clock: it may be set back. */
export function livenessOf(one: Claimant, here: Claimant, knownOf: (pid: number) => Known): Liveness {
  if (ofOtherBoot(one, here)) return 'dead';
  const living = one.net === here.net || here.net === '' ? 'alive' : 'elsewhere';
  if (one.pidns !== here.pidns) return living;
  const known = knownOf(one.pid);
  if (known === undefined) return 'dead';
  if (known === 'hidden') return living;
  const same = one.start === '' || known.start === '' || known.start === one.start;
  return same && !known.zombie ? living : 'dead';
}

/**
 * Nothing of it can be alive. Who does not know his own boot (no /proc) tells nobody dead by it; who left no boot is
 * known by nothing else either, and would hold his ports for ever.
 */
export const ofOtherBoot = (one: Claimant, here: Claimant): boolean =>
  here.boot !== '' && one.boot !== here.boot;

/** What is known of each, asked once, and in one call where each would cost a process. */
export function knownProcesses(claimants: readonly Claimant[]): (pid: number) => Known {
  const read = processTable.readEach([...new Set(claimants.map(({ pid }) => pid))]);
  return (pid) => read(pid) ?? (exists(pid) ? 'hidden' : undefined);
}

/** What is known of one; without its start where that would cost a process. */
export const knownProcess = (pid: number): Known =>
  (processTable.source === 'proc' && readProcess(pid)) || (exists(pid) ? 'hidden' : undefined);
