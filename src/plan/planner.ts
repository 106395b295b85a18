import { appOf, type InstanceId } from '../config/instance-id.ts';
import { MAX_PORT } from '../config/port-spec.ts';
import type { PortKey, PortSpec, Role, Settings } from '../config/types.ts';
import type { FollowFiles } from '../follow/options.ts';
import { allocatePorts } from '../ports/allocate/allocate.ts';
import type { Claims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import { PortMap } from '../ports/port-map.ts';
import type { PortRequest } from '../ports/types.ts';
import { makePlan } from './plan.ts';
import type { FoundPort, LaunchPlan, PortHooks } from './types.ts';

export interface PlannerInput {
  settings: Settings;
  runId: string;
  /** The launcher's own environment. */
  env: Record<string, string | undefined>;
  forceColor: boolean;
  /** The preloads of following; undefined: nothing follows. */
  followFiles?: (() => FollowFiles | undefined) | undefined;
  /** Every port is claimed before anybody is told of it. */
  claims: Claims;
  /** Ports to pass over, and the file that names each. */
  avoid: ReadonlyMap<number, string>;
}

/** The run's ports and the plan that follows from them; both are replaced when a port turns out to be another's. */
export interface Planner extends PortHooks {
  readonly ports: PortMap;
  readonly plan: LaunchPlan;
}

/** Finds the ports and plans the launch. @throws DevstartError PORT_INVALID, PORT_IN_USE or PORTS_EXHAUSTED */
export async function createPlanner(input: PlannerInput): Promise<Planner> {
  const { settings, claims } = input;
  const requests = portRequests(settings);
  const block = settings.basePort && {
    basePort: settings.basePort.value,
    basePortSource: settings.basePort.source,
  };
  const found = await claims.take(async (claimOf) => {
    const all = await allocatePorts(requests, { ...searchOptions(input), ...block, claimOf });
    return { value: all, ports: all };
  });
  return new RunPlanner(input, requests, new PortMap(found));
}

const isStrict = ({ strictPort, prod }: Settings): boolean => strictPort.value || prod.value;

const searchOptions = ({ settings, env, avoid }: PlannerInput) => ({
  maxAttempts: settings.maxAttempts.value,
  strict: isStrict(settings),
  home: env.HOME,
  avoid,
});

class RunPlanner implements Planner {
  readonly #input: PlannerInput;
  readonly #requests: readonly PortRequest[];
  #ports: PortMap;
  #plan: LaunchPlan;

  constructor(input: PlannerInput, requests: readonly PortRequest[], ports: PortMap) {
    this.#input = input;
    this.#requests = requests;
    this.#ports = ports;
    this.#plan = this.#planWith(ports);
  }

  get ports(): PortMap {
    return this.#ports;
  }

  get plan(): LaunchPlan {
    return this.#plan;
  }

  async replace(id: InstanceId, key: PortKey): Promise<LaunchPlan | undefined> {
    const request = this.#requests.find((one) => one.app === appOf(id) && one.key === key);
    const lost = this.#ports.of(id)[key];
    if (!request || lost === undefined || isStrict(this.#input.settings)) return undefined;
    const value = specAfter(request.spec.value, lost);
    if (!value) return undefined;
    const ours = new Set(this.#ports.numbers);
    const next = { ...request, instances: 1, spec: { ...request.spec, value } };
    const [found] = await this.#input.claims.take(
      async (claimOf) => {
        const all = await allocatePorts([next], { ...searchOptions(this.#input), claimOf, ours });
        return { value: all, ports: all.map(({ port }) => ({ id, port })) };
      },
      [lost],
    );
    if (!found) return undefined;
    await holdEphemeral([found.port]);
    return this.#move(id, key, found.port, true);
  }

  async adopt(id: InstanceId, key: PortKey, port: number): Promise<LaunchPlan | undefined> {
    if (isStrict(this.#input.settings)) return undefined;
    const given = this.#ports.of(id)[key];
    await this.#input.claims.take(
      async () => ({ value: undefined, ports: [{ id, port }] }),
      given === undefined ? [] : [given],
    );
    return this.#move(id, key, port, false);
  }

  async discover(id: InstanceId, found: readonly FoundPort[]): Promise<LaunchPlan> {
    const before = Object.values(this.#ports.of(id));
    const claimed = found.map(({ port }) => ({ id, port }));
    await this.#input.claims.take(async () => ({ value: undefined, ports: claimed }), before);
    const all = found.map((one) => ({ ...one, id, requested: one.port, moved: false }));
    this.#ports = this.#ports.with(id, all);
    this.#plan = this.#planWith(this.#ports);
    return this.#plan;
  }

  #move(id: InstanceId, key: PortKey, port: number, moved: boolean): LaunchPlan {
    this.#ports = this.#ports.move(id, key, port, moved);
    this.#plan = this.#planWith(this.#ports);
    return this.#plan;
  }

  #planWith(ports: PortMap): LaunchPlan {
    const { settings, runId, env, forceColor, followFiles } = this.#input;
    return makePlan({ settings, ports, runId, inherited: env, forceColor, followFiles });
  }
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
