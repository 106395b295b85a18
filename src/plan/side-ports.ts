import type { InstanceId } from '../config/instance-id.ts';
import type { App } from '../config/types.ts';
import { inspectorPort } from '../follow/inspector.ts';
import { allocatePorts } from '../ports/allocate/allocate.ts';
import type { Claims } from '../ports/claims/claims.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { PortRequest } from '../ports/types.ts';
import { HOT_PORT, hasHotPort, inReach } from './following.ts';
import { type SearchInput, searchOptions } from './requests.ts';

/** Ports that instances have beside their own. */
export type SidePorts = ReadonlyMap<InstanceId, number>;

interface SideInput extends SearchInput {
  claims: Claims;
}

/** NODE_OPTIONS=--inspect around the run: one number each, since all would take the same one. */
export async function inspectorPorts(input: SideInput, ports: PortMap): Promise<SidePorts | undefined> {
  const wanted = inspectorPort(input.env.NODE_OPTIONS);
  if (wanted === undefined) return undefined;
  const debugged = (app: App) => inReach(app) && !app.python && app.env.NODE_OPTIONS === undefined;
  return sidePorts(input, ports.numbers, wanted, debugged);
}

/** Vite within a server: its hot updates want the same number in every project. */
export async function hotPorts(input: SideInput, ports: PortMap): Promise<SidePorts | undefined> {
  return input.settings.follow.value ? sidePorts(input, ports.numbers, HOT_PORT, hasHotPort) : undefined;
}

/** A port beside an instance's own, claimed as that is: the wanted one or the next. */
async function sidePorts(
  input: SideInput,
  ours: readonly number[],
  wanted: number,
  of: (app: App) => boolean,
): Promise<SidePorts | undefined> {
  const source = { kind: 'default', name: 'default' } as const;
  const requests = input.settings.apps.filter(of).map(({ name, instances }): PortRequest => {
    const spec = { value: { kind: 'single', port: wanted } as const, source, overrode: [] };
    return { app: name, key: 'own', role: null, instances, spec };
  });
  if (requests.length === 0) return undefined;
  const options = { ...searchOptions(input), strict: false, maxAttempts: 100, ours: new Set(ours) };
  const found = await input.claims.take(async (claimOf) => {
    const all = await allocatePorts(requests, { ...options, claimOf });
    return { value: all, ports: all };
  });
  return new Map(found.map(({ id, port }) => [id, port]));
}
