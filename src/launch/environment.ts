import { numberOf } from '../config/instance-id.ts';
import type { InstancePlan } from '../plan/types.ts';

/** What the server gets: the launcher's environment less `unsetEnv`, the plan's over it, and the marks. */
export function environmentOf(
  plan: InstancePlan,
  runId: string,
  inherited: Record<string, string | undefined>,
): { env: Record<string, string | undefined>; marks: string[] } {
  const marks = {
    DEVSTART_RUN: runId,
    DEVSTART_APP: plan.app,
    DEVSTART_INSTANCE: String(numberOf(plan.id)),
  };
  const env = { ...inherited };
  for (const name of plan.unsetEnv) delete env[name];
  return {
    env: { ...env, ...plan.env, ...marks },
    marks: Object.entries(marks).map(([name, value]) => `${name}=${value}`),
  };
}
