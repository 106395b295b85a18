import type { App, Settings } from '../config/types.ts';
import { addedEnv } from '../plan/env.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import { PUBLIC_NAME } from './env.ts';
import { looksSecret, mentionsPath } from './secrets.ts';

interface OwnInput {
  app: App;
  instances: readonly InstancePlan[];
  settings: Settings;
  plan: LaunchPlan;
  /** The first instance's. */
  port: number | undefined;
  lost: string[];
}

/** Of a run, of this machine, or told in another way. */
const DROPPED =
  /^(?:DEVSTART_\w+|PM2_INSTANCE_ID|NODE_APP_INSTANCE|FORCE_COLOR|BACKEND_PORT|FRONTEND_PORT|PATH|NODE_OPTIONS|PYTHONPATH|LISTEN_\w+)$/;

/** What a service is told, by value; and the names that only the user may fill in. Pure. */
export function ownEnv({ app, instances, settings, plan, port, lost }: OwnInput): {
  values: Record<string, string>;
  secrets: string[];
} {
  const [first] = instances as [InstancePlan];
  const values: Record<string, string> = {};
  const secrets: string[] = [];
  const api = app.roles.includes('backend');
  for (const [name, value] of Object.entries(addedEnv(first.env))) {
    const own = Object.hasOwn(first.env.own, name);
    if (DROPPED.test(name) && !(own && !/^(?:DEVSTART|LISTEN)_|^PATH$/.test(name))) continue;
    if (!own && /^CORS_/.test(name) && !api) continue;
    const isHanded = app.handed && Object.hasOwn(app.handed, name) && !own;
    if (isHanded || looksSecret(name, value)) secrets.push(name);
    else if (mentionsPath(value, settings.root))
      lost.push(`${app.name}: ${name} holds a path of this machine, and is left out`);
    else values[name] = template(value, port);
  }
  for (const { env } of instances.slice(1)) {
    const differs = Object.entries(env.own).find(([name, value]) => first.env.own[name] !== value);
    if (differs) {
      lost.push(`${app.name}: ${differs[0]} differs from instance to instance, replicas are alike`);
      break;
    }
  }
  for (const [name, value] of Object.entries({ ...writtenDown(app, settings, plan), ...app.runs?.env })) {
    if (name in values || secrets.includes(name)) continue;
    if (looksSecret(name, value)) secrets.push(name);
    else values[name] = value;
  }
  return { values, secrets: secrets.filter((name) => !PUBLIC_NAME.test(name)) };
}

/** Its own port and the address of all interfaces as placeholders. */
function template(value: string, port: number | undefined): string {
  if (value === '0.0.0.0') return '{host}';
  if (port === undefined) return value;
  if (value === String(port)) return '{port}';
  return value.replace(`0.0.0.0:${port}`, '{host}:{port}');
}

/** The names under which its own files and code look for its peers: they move with them. */
function writtenDown(app: App, { copies }: Settings, plan: LaunchPlan): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { by, of, name, value, kind } of copies) {
    if (by !== app.name || of === app.name || name === undefined) continue;
    if (kind === 'cors') found[name] = plan.corsOrigins.join(',');
    else if (value !== undefined && /:\/\//.test(value)) found[name] = value;
  }
  return found;
}

/** Places in its code that name a peer's port, and no variable that it is told: no engine's file changes them. Pure. */
export function fixedPlaces(app: App, { copies }: Settings, proxied: boolean): string[] {
  return copies.flatMap(({ by, of, name, value, kind, file, line, port, host }) => {
    if (by !== app.name || of === app.name) return [];
    if (kind === 'script' || kind === 'env' || (kind === 'proxy' && proxied)) return [];
    const place = `${app.name}: ${file}:${line} names ${host ?? 'localhost'}:${port} (${of})`;
    if (name === undefined) return [`${place}: no file of an engine changes it`];
    // Its whole value could not be read.
    const unread = kind === 'default' && value === undefined && host !== undefined;
    return unread ? [`${place} where ${name} is not set: set it`] : [];
  });
}
