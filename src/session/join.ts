import { type InstanceId, instanceId } from '../config/instance-id.ts';
import { type PortKey, ROLES, type Settings } from '../config/types.ts';
import type { Instance } from '../control/answers.ts';
import type { RunClient } from '../control/client.ts';
import { connectTo } from '../control/reach.ts';
import { registeredRuns } from '../control/registry.ts';
import { untilReady } from '../control/until-ready.ts';
import { DevstartError } from '../errors.ts';
import { PortMap } from '../ports/port-map.ts';
import type { PortAssignment } from '../ports/types.ts';

/** A devstart that runs in this project already. */
export interface RunningProject {
  pid: number;
  ports: PortMap;
  corsOrigins: string[];
}

/**
 * Waits until the project's running devstart is ready, by its own processes, and says where its servers are; undefined
 * where none runs, or it ends before.
 * @param home the state directory
 * @param timeout seconds
 * @throws DevstartError READY_TIMEOUT, START_FAILED; NO_ANSWER where it cannot be asked
 */
export async function joinRunning(
  home: string | undefined,
  settings: Settings,
  timeout: number,
): Promise<RunningProject | undefined> {
  const deadline = performance.now() + timeout * 1000;
  // Of several the last one has `.ports.json`.
  const find = () =>
    registeredRuns(home)
      .filter(({ root }) => root === settings.root)
      .at(-1);
  const run = find();
  if (!run) return undefined;
  const { pid } = run.record;
  try {
    const client = await connectTo({ home, folder: settings.root }, run);
    const rows = await untilReady(client, {}, deadline);
    const { corsOrigins } = (await client.call('version')).run;
    return { pid, ports: await portsOf(client, rows, settings), corsOrigins };
  } catch (error) {
    if (!(error instanceof DevstartError)) throw error;
    if (!find()) return undefined;
    const message = `the devstart that runs here (pid ${pid}) was ${error.message}`;
    throw error.code === 'READY_TIMEOUT'
      ? new DevstartError('READY_TIMEOUT', message.replace('in time', `within ${timeout} s`), {
          hint: error.hint,
        })
      : error;
  }
}

/** The roles' ports are the run's own; a further app's are those of its instances. */
async function portsOf(client: RunClient, rows: readonly Instance[], { apps }: Settings): Promise<PortMap> {
  const { ports } = (await client.call('version')).run;
  const found: PortAssignment[] = [];
  const add = (id: InstanceId, key: PortKey, port: number) =>
    found.push({
      id,
      key,
      role: key === 'backend' || key === 'frontend' ? key : null,
      port,
      requested: port,
      moved: false,
    });
  for (const { name, roles } of apps) {
    for (const role of ROLES) {
      const port = ports[role];
      if (roles.includes(role) && port !== undefined) add(instanceId(name, 0), role, port);
    }
    if (roles.length > 0) continue;
    for (const { app, instance, port } of rows)
      if (app === name && port !== null) add(instanceId(name, instance), 'own', port);
  }
  return new PortMap(found);
}
