import { numberOf } from '../config/instance-id.ts';
import { addedEnv } from '../plan/env.ts';
import type { EnvLayers, InstancePlan } from '../plan/types.ts';
import { environmentFor } from '../system/users.ts';
import type { Handing } from './handover.ts';

type Environment = Record<string, string | undefined>;

/** The launcher's environment less what is not passed on, and the layers over it. */
export function joinEnv(inherited: Environment, layers: EnvLayers): Environment {
  const env = { ...inherited };
  for (const name of layers.without) delete env[name];
  return { ...env, ...addedEnv(layers) };
}

/**
 * What the server gets, and the marks by which its processes are known.
 * @param life which of the instance's lives: a reload has two at once
 */
export function environmentOf(
  plan: InstancePlan,
  runId: string,
  inherited: Environment,
  life: number,
  handing?: Pick<Handing, 'env' | 'user'>,
): { env: Environment; marks: string[] } {
  const marks = {
    DEVSTART_RUN: runId,
    DEVSTART_APP: plan.app,
    DEVSTART_INSTANCE: String(numberOf(plan.id)),
    DEVSTART_LIFE: String(life),
  };
  const own = handing?.user ? environmentFor(inherited, handing.user) : inherited;
  return {
    env: { ...joinEnv(own, plan.env), ...handing?.env, ...marks },
    marks: Object.entries(marks).map(([name, value]) => `${name}=${value}`),
  };
}
