import { numberOf } from '../config/instance-id.ts';
import { addedEnv } from '../plan/env.ts';
import type { EnvLayers, InstancePlan } from '../plan/types.ts';

type Environment = Record<string, string | undefined>;

/** The launcher's environment less what is not passed on, and the layers over it. */
export function joinEnv(inherited: Environment, layers: EnvLayers): Environment {
  const env = { ...inherited };
  for (const name of layers.without) delete env[name];
  return { ...env, ...addedEnv(layers) };
}

/** What the server gets, and the marks by which its processes are known. */
export function environmentOf(
  plan: InstancePlan,
  runId: string,
  inherited: Environment,
): { env: Environment; marks: string[] } {
  const marks = {
    DEVSTART_RUN: runId,
    DEVSTART_APP: plan.app,
    DEVSTART_INSTANCE: String(numberOf(plan.id)),
  };
  return {
    env: { ...joinEnv(inherited, plan.env), ...marks },
    marks: Object.entries(marks).map(([name, value]) => `${name}=${value}`),
  };
}
