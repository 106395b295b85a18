import { isOneAFolder } from '../config/one-a-folder.ts';
import type { Kept } from '../config/settings/kept.ts';
import type { Settings, Warning } from '../config/types.ts';
import type { Context } from '../context.ts';

/** What stands around a run and is not its own: a dev server that is in the way, a service that does not answer. */

/** Told before anything starts: what it finds would end a server. */
export async function inTheWay({ root, apps, prod }: Settings): Promise<Warning[]> {
  if (!apps.some(({ framework }) => isOneAFolder(framework))) return [];
  const { standingDevServers } = await import('../config/services/dev-lock.ts');
  return standingDevServers(root, apps, prod.value);
}

/** Told while the servers start: they take longer to fail. */
export async function notAnswering(
  settings: Settings,
  env: Context['env'],
  ours: Iterable<number>,
  kept?: Kept,
): Promise<Warning[]> {
  const { missingServices } = await import('../config/services/services.ts');
  return missingServices(settings, env, new Set(ours), kept);
}
