import type { InstanceId } from '../config/instance-id.ts';
import type { InstancePlan } from '../plan/types.ts';
import { hasEnded, type InstanceState } from './state.ts';

/** What an instance that depends on others may do now. */
export type Turn = 'start' | 'wait' | { /** Has ended for good: nobody will be ready. */ lost: InstanceId };

/** What had to end first has ended well. */
const isDone = ({ once }: Pick<InstancePlan, 'once'>, state: InstanceState): boolean =>
  once === true && state.name === 'stopped' && state.why === 'exited';

/** By `dependsOn`: all instances of each named app must be ready. Pure. */
export function turnOf(
  { dependsOn }: Pick<InstancePlan, 'dependsOn'>,
  others: Iterable<{ id: InstanceId; plan: Pick<InstancePlan, 'app' | 'once'>; state: InstanceState }>,
): Turn {
  const needed = [...others].filter(
    ({ plan, state }) => dependsOn?.includes(plan.app) && !isDone(plan, state),
  );
  const lost = needed.find(({ state }) => hasEnded(state));
  if (lost) return { lost: lost.id };
  return needed.every(({ state, plan }) => state.name === 'ready' && !plan.once) ? 'start' : 'wait';
}
