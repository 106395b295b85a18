import { numberOf } from '../config/instance-id.ts';
import type { Handings } from '../launch/handings.ts';
import { addressOf } from '../plan/listen.ts';
import { socketsOf } from '../system/processes.ts';
import { waitingAt } from '../system/serving.ts';
import type { Instance } from './instance.ts';
import type { SocketState } from './types.ts';

/** The open sockets of the instances' apps. @param instances also those beside the run's own */
export function socketStates(instances: readonly Instance[], handings: Handings): SocketState[] {
  const apps = [...new Set(instances.map(({ plan }) => plan.app))];
  const held = apps.flatMap((app) => handings.held(app).map((one) => ({ app, ...one })));
  const waiting = waitingAt(held.map(({ inode }) => inode));
  return held.map(({ app, socket, host, inode }) => ({
    app,
    name: socket.name,
    address: addressOf({ host, port: socket.port }),
    fd: socket.fd,
    backlog: socket.backlog,
    waiting: waiting?.get(inode) ?? null,
    holders: [
      { pid: process.pid, instance: null },
      ...instances.filter(({ plan }) => plan.app === app).flatMap((one) => holdersIn(one, inode)),
    ],
  }));
}

function holdersIn({ id, life }: Instance, inode: number): SocketState['holders'] {
  const processes = life?.terminator?.processes() ?? [];
  return processes
    .filter((proc) => socketsOf(proc)?.includes(`socket:[${inode}]`))
    .map(({ pid }) => ({ pid, instance: numberOf(id) }));
}
