import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { instanceId } from '../config/instance-id.ts';
import type { Settings } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import type { PortsFile } from '../plan/ports-file.ts';
import { readClaims } from '../ports/claims/claims.ts';
import { PortMap } from '../ports/port-map.ts';
import type { PortAssignment } from '../ports/types.ts';

/** Milliseconds. */
const POLL = 50;

/** A devstart that runs in this project already. */
export interface RunningProject {
  pid: number;
  ports: PortMap;
  corsOrigins: string[];
}

/**
 * Waits until the project's running devstart is ready, and says where its servers are; undefined where none runs, or
 * it ends before. It runs when `.ports.json` names a process that has living claims for this project.
 * @param dir the registry of claims
 * @param timeout seconds
 * @throws DevstartError READY_TIMEOUT
 */
export async function joinRunning(
  dir: string | undefined,
  settings: Settings,
  timeout: number,
): Promise<RunningProject | undefined> {
  const deadline = performance.now() + timeout * 1000;
  for (;;) {
    const file = readPortsFile(settings.portsFile.value);
    if (!file?.pid || !readClaims(dir).some(({ pid, root }) => pid === file.pid && root === settings.root)) {
      return undefined;
    }
    if (file.status === 'running') {
      return { pid: file.pid, ports: portsOf(file, settings), corsOrigins: file.corsOrigins };
    }
    if (performance.now() > deadline) {
      const waiting = file.apps.filter(({ status }) => status !== 'ready').map(({ name }) => name);
      const message = `the devstart that runs here (pid ${file.pid}) was not ready within ${timeout} s: ${waiting.join(', ')}`;
      throw new DevstartError('READY_TIMEOUT', message, { hint: 'Its own output says more.' });
    }
    await sleep(POLL);
  }
}

function readPortsFile(file: string): PortsFile | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null && 'apps' in content
      ? (content as PortsFile)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The roles' ports are the file's own; a further app's are in the order of its instances. */
function portsOf(file: PortsFile, { apps }: Settings): PortMap {
  const found: PortAssignment[] = [];
  for (const { name, roles } of apps) {
    for (const role of roles) {
      const port = file[role];
      if (port !== undefined)
        found.push({ id: instanceId(name, 0), key: role, role, port, requested: port, moved: false });
    }
    if (roles.length > 0) continue;
    const ports = file.apps.find((app) => app.name === name)?.ports ?? [];
    for (const [instance, port] of ports.entries()) {
      found.push({
        id: instanceId(name, instance),
        key: 'own',
        role: null,
        port,
        requested: port,
        moved: false,
      });
    }
  }
  return new PortMap(found);
}
