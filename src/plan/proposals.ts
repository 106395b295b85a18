import { appOf, type InstanceId, instanceId, MOST_INSTANCES, numberOf } from '../config/instance-id.ts';
import { formatPortSpec, MAX_PORT, parsePortSpec, specPortCount } from '../config/port-spec.ts';
import type { App, PortSpec, Settings, Sourced } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { PortAssignment, PortRequest } from '../ports/types.ts';

/** Another state of an app, for this run alone: the config is not touched. */
export interface PlanChange {
  app: string;
  /** Just this one of its instances. */
  instance?: number | undefined;
  /** How many there are from now on. Default: as many as now, or as a range has. */
  instances?: number | undefined;
  /** A SPEC as it was written, in place of the app's own. */
  port?: string | undefined;
  /** With `port`: a range makes as many instances as it has ports. */
  spread?: boolean | undefined;
}

/** The settings with an app more, in its place among the others. Pure. */
export function withApp(settings: Settings, everything: Settings, name: string): Settings {
  const known = new Set([...settings.apps.map((app) => app.name), name]);
  const own = new Map(settings.apps.map((app) => [app.name, app]));
  return {
    ...settings,
    apps: everything.apps.filter((app) => known.has(app.name)).map((app) => own.get(app.name) ?? app),
    ports: { ...settings.ports, [name]: everything.ports[name] ?? {} },
  };
}

/** The settings with an app handed its sockets, or not, as it is now: that does not depend on how many there are. Pure. */
export function asHanded(
  settings: Settings,
  name: string,
  running: readonly { app: string; listen?: object | undefined }[],
): Settings {
  const mine = running.filter(({ app }) => app === name);
  if (mine.length === 0) return settings;
  const handover = mine.some(({ listen }) => listen !== undefined);
  return {
    ...settings,
    apps: settings.apps.map((app) => (app.name === name && !app.tcpPorts ? { ...app, handover } : app)),
  };
}

/** What a change asks for: which of the app's instances get new ports, and which keep theirs. */
export interface Wanted {
  settings: Settings;
  /** The instances that are there afterwards. */
  ids: InstanceId[];
  /** Instances with the ports that they keep. */
  kept: InstanceId[];
  /** What new instances have together with the old ones. */
  joined: PortAssignment[];
  /** To be found, for the others in their order; `first`: the number of the first one. */
  requests: { request: PortRequest; ids: InstanceId[] }[];
}

/**
 * What the change makes of the settings, and which ports are to be found for it. Pure.
 * @throws DevstartError PORT_INVALID, PORTS_EXHAUSTED, USAGE
 */
export function wantedBy(
  { app: name, instance, instances, port, spread }: PlanChange,
  settings: Settings,
  requests: readonly PortRequest[],
  ports: PortMap,
): Wanted {
  const app = settings.apps.find((one) => one.name === name) as App;
  const mine = requests.filter((request) => request.app === name);
  const spec = port === undefined ? undefined : orderedSpec(name, port, mine);
  const shared = mine.some(({ sharedBy }) => sharedBy !== undefined);
  const count = countOf(app, { instance, instances, spread: spread && !shared }, spec);
  if (shared && spec && instance !== undefined && count > 1) {
    throw new DevstartError('USAGE', `the instances of ${name} share one socket (from --port)`, {
      hint: `Give them another port together: devstart restart ${name} --port ${port}.`,
    });
  }
  const next = { ...app, instances: count };
  const changed: Settings = {
    ...settings,
    apps: settings.apps.map((one) => (one === app ? next : one)),
    ports: spec && instance === undefined ? withSpec(settings.ports, mine, spec) : settings.ports,
  };
  const ids = Array.from({ length: count }, (_, number) => instanceId(name, number));
  const has = (id: InstanceId) => ports.all.some((one) => one.id === id);
  const fresh =
    instance !== undefined
      ? [instanceId(name, instance)]
      : ids.filter((id) => spec !== undefined || (mine.length > 0 && !has(id)));
  return {
    settings: changed,
    ids,
    kept: ids.filter((id) => !fresh.includes(id) && has(id)),
    joined: spec ? [] : mine.flatMap((request) => joining(request, fresh, ports)),
    requests: mine.map((request) => {
      if (request.sharedBy !== undefined) {
        const known = !spec && sharedPort(request, ports) !== undefined;
        return { request: { ...request, instances: known ? 0 : 1, spec: spec ?? request.spec }, ids: fresh };
      }
      const from = spec ? 0 : numberOf(fresh[0] ?? ids[0] ?? instanceId(name, 0));
      const value = spec ?? { ...request.spec, value: specFrom(request, from, count) };
      return { request: { ...request, instances: fresh.length, spec: value }, ids: fresh };
    }),
  };
}

const sharedPort = ({ app, key }: PortRequest, ports: PortMap): PortAssignment | undefined =>
  ports.all.find((one) => appOf(one.id) === app && one.key === key);

/** The port that the app's instances have together, for further ones. */
function joining(request: PortRequest, fresh: readonly InstanceId[], ports: PortMap): PortAssignment[] {
  const one = request.sharedBy === undefined ? undefined : sharedPort(request, ports);
  return one ? fresh.map((id) => ({ ...one, id })) : [];
}

/** A port that is ordered is exact: another one would not be what was asked for. */
function orderedSpec(app: string, port: string, mine: readonly PortRequest[]): Sourced<PortSpec> {
  const source = { kind: 'flag', name: '--port' } as const;
  const value = parsePortSpec(port, source);
  const [request, second] = mine;
  if (!request)
    throw new DevstartError('USAGE', `${app} has no port of its own that could be another (from --port)`);
  if (second) {
    throw new DevstartError('USAGE', `${app} has ${mine.length} ports, and --port names one`, {
      hint: `Give them when it is started: ${mine.map(({ key }) => `--${key}-port`).join(' and ')}.`,
    });
  }
  return { value: value.kind === 'single' ? { ...value, exact: true } : value, source, overrode: [] };
}

function countOf(
  app: App,
  { instance, instances, spread }: Pick<PlanChange, 'instance' | 'instances' | 'spread'>,
  spec: Sourced<PortSpec> | undefined,
): number {
  if (instances !== undefined) return instances;
  if (spread && instance === undefined && spec?.value.kind === 'range')
    return spreadOver(app.name, specPortCount(spec.value));
  return app.instances;
}

/** An instance a port. @throws DevstartError PORT_INVALID: more than a config may ask for */
function spreadOver(app: string, count: number): number {
  if (count <= MOST_INSTANCES) return count;
  throw new DevstartError(
    'PORT_INVALID',
    `${count} ports would be ${count} instances of ${app}, and there may be ${MOST_INSTANCES}`,
    { hint: `A range for one: devstart restart ${app} --port auto:START-END.` },
  );
}

function withSpec(
  ports: Settings['ports'],
  mine: readonly PortRequest[],
  spec: Sourced<PortSpec>,
): Settings['ports'] {
  const changed = { ...ports };
  for (const { app, key } of mine) changed[app] = { ...changed[app], [key]: spec };
  return changed;
}

/** What is left of a spec for the instances from that number on. @throws DevstartError PORTS_EXHAUSTED */
function specFrom({ app, spec: { value } }: PortRequest, from: number, count: number): PortSpec {
  if (value.kind === 'auto' && value.end === undefined) return value;
  if (value.kind === 'single') {
    const last = value.port + count - 1;
    if (last <= MAX_PORT) return { kind: 'single', port: value.port + from };
    throw new DevstartError(
      'PORTS_EXHAUSTED',
      `${count} instances of ${app} from port ${value.port} on would end at ${last}, above ${MAX_PORT}`,
      { hint: `${app} stays as it is: give it a lower port (devstart reload ${app} --port SPEC).` },
    );
  }
  const has = specPortCount(value);
  if (has < count) {
    throw new DevstartError(
      'PORTS_EXHAUSTED',
      `Port range ${formatPortSpec(value).replace('auto:', '')} has only ${has} port${has === 1 ? '' : 's'} but ${count} instances requested`,
      { hint: `${app} stays as it is: give it a wider range (devstart reload ${app} --port SPEC).` },
    );
  }
  return value.kind === 'range' ? { ...value, start: value.start + from } : value;
}

/** The run's ports after the change: the kept ones, and the found ones under their instances' names. Pure. */
export function portsAfter(
  ports: PortMap,
  app: string,
  kept: readonly InstanceId[],
  found: readonly PortAssignment[],
): PortMap {
  const others = ports.all.filter(({ id }) => appOf(id) !== app || kept.includes(id));
  return ports.replaced([...others, ...found]);
}
