import { type InstanceId, numberOf } from '../config/instance-id.ts';
import type { PortKey } from '../config/types.ts';
import type { PortAssignment } from './types.ts';

/** The ports of a run, each found free and claimed for one instance. Never changed: a move makes another one. */
export class PortMap {
  readonly all: readonly PortAssignment[];

  constructor(all: readonly PortAssignment[]) {
    this.all = all;
  }

  /** An instance's ports by what they are for. */
  of(id: InstanceId): Partial<Record<PortKey, number>> {
    const mine = this.all.filter((one) => one.id === id);
    return Object.fromEntries(mine.map(({ key, port }) => [key, port]));
  }

  get numbers(): number[] {
    return this.all.map(({ port }) => port);
  }

  /** Whether one of an instance's ports is not the one that was wanted. */
  hasMoved(id: InstanceId): boolean {
    return this.all.some((one) => one.id === id && one.moved);
  }

  /**
   * The same but for one port.
   * @param moved false: the server's own choice, there is no other one to come back to
   */
  move(id: InstanceId, key: PortKey, port: number, moved = true): PortMap {
    return new PortMap(
      this.all.map((one) => (one.id === id && one.key === key ? { ...one, port, moved } : one)),
    );
  }

  /** The same with other ports for one instance. */
  with(id: InstanceId, ports: readonly PortAssignment[]): PortMap {
    return new PortMap([...this.all.filter((one) => one.id !== id), ...ports]);
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
