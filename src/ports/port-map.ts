import { appOf, type InstanceId, instanceId, numberOf } from '../config/instance-id.ts';
import type { PortKey } from '../config/types.ts';
import type { PortAssignment, PortRequest } from './types.ts';

/** The ports of a run, each found free and claimed for one instance. Never changed: a move makes another one. */
export class PortMap {
  readonly all: readonly PortAssignment[];

  constructor(all: readonly PortAssignment[]) {
    this.all = all;
  }

  /** What was found, with the ports that several instances have together at each of them. */
  static shared(found: readonly PortAssignment[], requests: readonly PortRequest[]): PortMap {
    return new PortMap(
      found.flatMap((one) => {
        const request = requests.find(({ app, key }) => app === appOf(one.id) && key === one.key);
        const count = request?.sharedBy;
        if (count === undefined) return [one];
        return Array.from({ length: count }, (_, index) => ({
          ...one,
          id: instanceId(appOf(one.id), index),
        }));
      }),
    );
  }

  /** An instance's ports by what they are for. */
  of(id: InstanceId): Partial<Record<PortKey, number>> {
    const mine = this.all.filter((one) => one.id === id);
    return Object.fromEntries(mine.map(({ key, port }) => [key, port]));
  }

  get numbers(): number[] {
    return [...new Set(this.all.map(({ port }) => port))];
  }

  /** The app of each port. */
  get apps(): ReadonlyMap<number, string> {
    return new Map(this.all.map(({ port, id }) => [port, appOf(id)]));
  }

  /** Whether one of an instance's ports is not the one that was wanted. */
  hasMoved(id: InstanceId): boolean {
    return this.all.some((one) => one.id === id && one.moved);
  }

  /**
   * The same but for one port, also at those who have it together with the instance.
   * @param moved false: the server's own choice, there is no other one to come back to
   */
  move(id: InstanceId, key: PortKey, port: number, moved = true): PortMap {
    const before = this.of(id)[key];
    const isIt = (one: PortAssignment) =>
      one.key === key && one.port === before && appOf(one.id) === appOf(id);
    return new PortMap(this.all.map((one) => (isIt(one) ? { ...one, port, moved } : one)));
  }

  /** The same with other ports for one instance. */
  with(id: InstanceId, ports: readonly PortAssignment[]): PortMap {
    return new PortMap([...this.all.filter((one) => one.id !== id), ...ports]);
  }

  /** Others in their place. */
  replaced(all: readonly PortAssignment[]): PortMap {
    return new PortMap(all);
  }

  /** The first instance's port of each role: what flags, URLs and `.ports.json` speak of. */
  get roles(): { backend?: number; frontend?: number } {
    const found: { backend?: number; frontend?: number } = {};
    for (const { id, role, port } of this.all) {
      if (role && numberOf(id) === 0) found[role] = port;
    }
    return found;
  }
}
