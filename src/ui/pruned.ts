import type { Ended } from '../guard/leftovers.ts';

const count = (list: readonly unknown[]): string => `${list.length} process${list.length === 1 ? '' : 'es'}`;

/** What `prune` and the start say of a run that died; undefined where it had left nothing. */
export function describeLeftovers({ record, ended }: Ended): string | undefined {
  return ended.length === 0 ? undefined : `ended ${count(ended)} left by a run that died (pid ${record.pid})`;
}

/** What could not be ended; undefined when all is gone. */
export function describeLeft({ record, left, hidden }: Ended): string | undefined {
  if (hidden !== undefined) {
    return `what a run that died (pid ${record.pid}) has left cannot be seen from here: ${hidden}`;
  }
  const pids = left.map(({ pid }) => pid).join(', ');
  return left.length === 0
    ? undefined
    : `could not end ${count(left)} (pid ${pids}) left by a run that died (pid ${record.pid})`;
}
