import type { Copy, WideLook } from '../config/copies/types.ts';
import { appOf, type InstanceId, numberOf } from '../config/instance-id.ts';
import type { PortKey, Role, Settings } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import type { FollowFiles } from '../follow/options.ts';
import { allocatePorts } from '../ports/allocate/allocate.ts';
import type { Claims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import { PortMap } from '../ports/port-map.ts';
import type { PortAssignment, PortRequest } from '../ports/types.ts';
import { homesOf, movedPorts } from './following.ts';
import { makePlan } from './plan.ts';
import { asHanded, type PlanChange, portsAfter, wantedBy, withApp } from './proposals.ts';
import { isStrict, portRequests, type SearchInput, searchOptions, specAfter } from './requests.ts';
import { hotPorts, inspectorPorts, type SidePorts } from './side-ports.ts';
import type { FoundPort, LaunchPlan, PortHooks, Proposal } from './types.ts';

export interface PlannerInput extends SearchInput {
  runId: string;
  forceColor: boolean;
  /** The preloads of following; undefined: nothing follows. */
  followFiles?: (() => FollowFiles | undefined) | undefined;
  /** Looks for the places that name the apps' ports, where one has moved; absent: those of the settings are all. */
  lookWidely?: WideLook | undefined;
  /** Every port is claimed before anybody is told of it. */
  claims: Claims;
  /** Ports of apps that another run of the project has. */
  peers?: Partial<Record<Role, number>> | undefined;
  /** The settings with the apps that `--only` leaves out. */
  everything?: (() => Promise<Settings>) | undefined;
  /** The preload of Node programs that are handed their sockets. */
  handoverFile?: string | undefined;
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
  const ports = PortMap.shared(found, requests);
  return new RunPlanner(input, requests, ports, {
    further: await further(input, ports),
    inspectors: await inspectorPorts(input, ports),
    hot: await hotPorts(input, ports),
  });
}

/** Once for a run: the places of all its ports, whichever moves later. */
async function further({ settings, lookWidely }: PlannerInput, ports: PortMap): Promise<Copy[] | undefined> {
  if (!lookWidely || !settings.follow.value || movedPorts(settings.apps, ports).size === 0) return undefined;
  return lookWidely(homesOf(settings.apps));
}

/** What is looked for beside the ports themselves. */
interface Found {
  further: Copy[] | undefined;
  inspectors: SidePorts | undefined;
  hot: SidePorts | undefined;
}

class RunPlanner implements Planner {
  #input: PlannerInput;
  #requests: readonly PortRequest[];
  /** Of ports that were ordered for this run only: what was before. */
  #usual: ReadonlyMap<InstanceId, number | null> = new Map();
  /** Deleted by order. */
  readonly #gone = new Set<InstanceId>();
  #ports: PortMap;
  #found: Found;
  #plan: LaunchPlan;
  readonly #plain = new Set<string>();

  constructor(input: PlannerInput, requests: readonly PortRequest[], ports: PortMap, found: Found) {
    this.#input = input;
    this.#requests = requests;
    this.#ports = ports;
    this.#found = found;
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

  unhand(app: string): LaunchPlan | undefined {
    const before = this.#plan.instances.find((one) => one.app === app)?.listen;
    if (!before?.orPlain) return undefined;
    this.#plain.add(app);
    this.#plan = this.#planWith(this.#ports);
    return this.#plan;
  }

  async discover(id: InstanceId, found: readonly FoundPort[]): Promise<LaunchPlan> {
    const before = Object.values(this.#ports.of(id));
    const claimed = found.map(({ port }) => ({ id, port }));
    await this.#input.claims.take(async () => ({ value: undefined, ports: claimed }), before);
    const all = found.map((one) => ({ ...one, id, requested: one.port, moved: false }));
    return this.#planAgain(this.#ports.with(id, all));
  }

  async propose(change: PlanChange): Promise<Proposal> {
    const { claims } = this.#input;
    const settings = asHanded(await this.#settingsFor(change.app), change.app, this.#plan.instances);
    const wanted = wantedBy(change, settings, portRequests(settings), this.#ports);
    const before = new Set(this.#ports.numbers);
    const kept = new Set(wanted.kept.flatMap((id) => Object.values(this.#ports.of(id))));
    const mine = this.#ports.all.filter(({ id }) => appOf(id) === change.app).map(({ port }) => port);
    // What the app's own instances give up may be had again; what others of this run have may not.
    const given = new Set(change.port === undefined ? [] : mine.filter((port) => !kept.has(port)));
    const ours = new Set([...before].filter((port) => !given.has(port)));
    const search = { ...searchOptions(this.#input), given, ours, appOfPort: this.#ports.apps };
    const requests = wanted.requests.map(({ request }) => request).filter(({ instances }) => instances > 0);
    const found = await claims.take(async (claimOf) => {
      const all = await allocatePorts(requests, { ...search, claimOf });
      const named = all.map((one) => {
        const { request, ids = [] } = wanted.requests.find(({ request }) => request.key === one.key) ?? {};
        const id = ids[numberOf(one.id)] ?? one.id;
        return (request?.sharedBy === undefined ? [id] : ids).map((each) => ({ ...one, id: each }));
      });
      return { value: named.flat(), ports: named.flatMap(([first]) => first ?? []) };
    });
    const fresh = found.map(({ port }) => port).filter((port) => !before.has(port));
    await holdEphemeral(fresh);
    const ports = portsAfter(this.#ports, change.app, wanted.kept, [...wanted.joined, ...found]);
    const input = { ...this.#input, settings: wanted.settings };
    const usual = this.#usualAfter(change, found);
    const known = this.#found.further ?? (await further(input, ports));
    this.#found = { ...this.#found, further: known };
    const plan = this.#planWith(ports, {
      input,
      usual,
      gone: new Set([...this.#gone].filter((id) => !wanted.ids.includes(id))),
    });
    return {
      plan,
      commit: () => {
        const left = this.#ports.numbers.filter((port) => !ports.numbers.includes(port));
        for (const id of wanted.ids) this.#gone.delete(id);
        this.#input = input;
        this.#usual = usual;
        this.#requests = portRequests(wanted.settings);
        this.#ports = ports;
        this.#plan = plan;
        if (left.length > 0) claims.release(left);
      },
      abandon: () => {
        if (fresh.length > 0) claims.release(fresh);
      },
    };
  }

  drop(ids: readonly InstanceId[]): LaunchPlan {
    const before = this.#ports.numbers;
    for (const id of ids) this.#gone.add(id);
    this.#ports = this.#ports.replaced(this.#ports.all.filter(({ id }) => !ids.includes(id)));
    this.#plan = this.#planWith(this.#ports);
    // What others of the app have as well stays.
    const lost = before.filter((port) => !this.#ports.numbers.includes(port));
    if (lost.length > 0) this.#input.claims.release(lost);
    return this.#plan;
  }

  /** @throws DevstartError NOT_FOUND where the project has no such app */
  async #settingsFor(app: string): Promise<Settings> {
    const { settings, everything } = this.#input;
    if (settings.apps.some(({ name }) => name === app)) return settings;
    const all = await everything?.();
    if (all?.apps.some(({ name }) => name === app)) return withApp(settings, all, app);
    const names = (all ?? settings).apps.map(({ name }) => name);
    throw new DevstartError('NOT_FOUND', `the project has no app "${app}"`, {
      hint: `Apps: ${names.join(', ')}`,
    });
  }

  /** What the next run takes: what was before the first order. */
  #usualAfter(
    { app, port }: PlanChange,
    found: readonly PortAssignment[],
  ): ReadonlyMap<InstanceId, number | null> {
    if (port === undefined) return this.#usual;
    const usual = new Map(this.#usual);
    for (const { id } of found) {
      if (usual.has(id)) continue;
      const [before] = appOf(id) === app ? Object.values(this.#ports.of(id)) : [];
      usual.set(id, before ?? null);
    }
    return usual;
  }

  #move(id: InstanceId, key: PortKey, port: number, moved: boolean): Promise<LaunchPlan> {
    return this.#planAgain(this.#ports.move(id, key, port, moved));
  }

  async #planAgain(ports: PortMap): Promise<LaunchPlan> {
    this.#ports = ports;
    // Undefined: nobody has looked yet.
    const known = this.#found.further ?? (await further(this.#input, ports));
    this.#found = { ...this.#found, further: known };
    this.#plan = this.#planWith(this.#ports);
    return this.#plan;
  }

  #planWith(
    ports: PortMap,
    { input = this.#input, usual = this.#usual, gone = this.#gone as ReadonlySet<InstanceId> } = {},
  ): LaunchPlan {
    const { settings, runId, env, forceColor, followFiles, handoverFile, peers } = input;
    const given = { settings, ports, runId, inherited: env, forceColor, followFiles, handoverFile, peers };
    const plan = makePlan({ ...given, ...this.#found, plain: this.#plain });
    if (usual.size === 0 && gone.size === 0) return plan;
    const instances = plan.instances
      .filter(({ id }) => !gone.has(id))
      .map((one) => (usual.has(one.id) ? { ...one, usually: usual.get(one.id) ?? undefined } : one));
    return { ...plan, instances };
  }
}
