import { MAX_PORT } from '../config/port-spec.ts';
import type { PortKey, PortSpec, Role, Settings } from '../config/types.ts';
import { allocatePorts } from '../ports/allocate/allocate.ts';
import type { Claims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import type { PortAssignment, PortRequest } from '../ports/types.ts';
import { makePlan } from './plan.ts';
import type { InstancePlan, LaunchPlan, PortHooks } from './types.ts';

export interface PlannerInput {
  settings: Settings;
  runId: string;
  /** The launcher's own environment. */
  env: Record<string, string | undefined>;
  forceColor: boolean;
  /** Every port is claimed before anybody is told of it. */
  claims: Claims;
  /** Ports to pass over, and the file that names each. */
  avoid: ReadonlyMap<number, string>;
}

/** The run's ports and the plan that follows from them; both change when a port turns out to be another's. */
export interface Planner extends PortHooks {
  readonly assignments: readonly PortAssignment[];
  readonly plan: LaunchPlan;
}

/** Finds the ports and plans the launch. @throws DevstartError PORT_INVALID, PORT_IN_USE or PORTS_EXHAUSTED */
export async function createPlanner(input: PlannerInput): Promise<Planner> {
  const { settings, env, claims, avoid } = input;
  const requests = portRequests(settings);
  const strict = settings.strictPort.value || settings.prod.value;
  const options = { maxAttempts: settings.maxAttempts.value, strict, home: env.HOME, avoid };
  const block = settings.basePort && {
    basePort: settings.basePort.value,
    basePortSource: settings.basePort.source,
  };
  let assignments = await claims.take(async (claimOf) => {
    const ports = await allocatePorts(requests, { ...options, ...block, claimOf });
    return { value: ports, ports };
  });
  let plan = planFrom(assignments);

  function planFrom(found: readonly PortAssignment[]): LaunchPlan {
    const { runId, forceColor } = input;
    return makePlan({ settings, assignments: found, runId, inherited: env, forceColor });
  }

  const isOf =
    (instance: InstancePlan, key: PortKey) =>
    (found: PortAssignment): boolean =>
      found.app === instance.app && found.instance === instance.instance && found.key === key;

  function put(instance: InstancePlan, key: PortKey, port: number): LaunchPlan {
    const mine = isOf(instance, key);
    assignments = assignments.map((found) => (mine(found) ? { ...found, port, moved: true } : found));
    plan = planFrom(assignments);
    return plan;
  }

  return {
    get assignments() {
      return assignments;
    },
    get plan() {
      return plan;
    },
    async replace(instance, key) {
      const request = requests.find((one) => one.app === instance.app && one.key === key);
      const port = instance.ports[key];
      const value =
        request && port !== undefined && !strict ? specAfter(request.spec.value, port) : undefined;
      if (!request || !value) return undefined;
      const ours = new Set(assignments.map((found) => found.port));
      const next = { ...request, instances: 1, spec: { ...request.spec, value } };
      const [found] = await claims.take(
        async (claimOf) => {
          const ports = await allocatePorts([next], { ...options, claimOf, ours });
          return { value: ports, ports: ports.map((one) => ({ ...one, instance: instance.instance })) };
        },
        [port as number],
      );
      if (!found) return undefined;
      await holdEphemeral([found.port]);
      return put(instance, key, found.port);
    },
    async adopt(instance, key, port) {
      if (strict) return undefined;
      const { app, ports } = instance;
      const given = ports[key];
      await claims.take(
        async () => ({ value: undefined, ports: [{ port, app, instance: instance.instance }] }),
        given === undefined ? [] : [given],
      );
      return put(instance, key, port);
    },
  };
}

/** Where the search goes on after a port that was lost; undefined: the user fixed it. */
function specAfter(spec: PortSpec, lost: number): PortSpec | undefined {
  if (spec.kind === 'range' || lost >= MAX_PORT) return undefined;
  if (spec.kind === 'single') return spec.exact ? undefined : { kind: 'single', port: lost + 1 };
  const end = spec.end ?? MAX_PORT;
  return lost < end ? { kind: 'auto', start: lost + 1, end } : undefined;
}

/** The ports to find, in the order of their numbers: backend, frontend, further apps. */
function portRequests(settings: Settings): PortRequest[] {
  const rank = (role: Role | null) => (role === 'backend' ? 0 : role === 'frontend' ? 1 : 2);
  return settings.apps
    .flatMap((app) =>
      Object.entries(settings.ports[app.name] ?? {}).map(([key, spec]) => {
        const role = key === 'own' ? (app.roles[0] ?? null) : (key as Role);
        return { app: app.name, key: key as PortRequest['key'], role, instances: app.instances, spec };
      }),
    )
    .sort((a, b) => rank(a.role) - rank(b.role));
}
