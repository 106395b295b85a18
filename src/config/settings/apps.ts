import path from 'node:path';
import { numbered } from '../file/sockets.ts';
import { keyName, rolesOf } from '../file/validate.ts';
import type { AppConfig, DevstartConfig } from '../generated/types.ts';
import { keyedByRole } from '../keyed.ts';
import { parsePortSpec } from '../port-spec.ts';
import type { App, Command, GivenSocket, PortKey, ReadyCheck, SocketKey } from '../types.ts';
import { readEnvFile } from './dotenv.ts';

export interface ConfigAppsOptions {
  /** The config as a person would write it. */
  file: string;
  prod: boolean;
  /** The address that the user gave. */
  host?: string | undefined;
  /** The launcher's own environment: for `${NAME}` in env files. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** A validated config's apps, with what their frameworks add and their env files hold. */
export async function appsFromConfig(
  config: DevstartConfig,
  root: string,
  opts: ConfigAppsOptions,
): Promise<App[]> {
  const { recogniseApp } = await import('../detect/recognise.ts');
  const entries = config.apps ?? [];
  const taken = new Set(entries.flatMap((entry) => entry.name ?? []));
  const drafts = entries.map((entry, index) => draftOf(entry, index, root, opts.file));
  const apps = await Promise.all(
    drafts.map(async (draft, index) => {
      const handed = await handedBy(entries[index]?.envFile, root, opts.env ?? {});
      return recogniseApp({ ...draft, ...(handed && { handed }) }, opts);
    }),
  );
  const rolesTaken = new Set(drafts.flatMap((draft) => draft.roles));
  return apps.map((app, index) => {
    // A role that only the framework tells is the first's that has it: the others are further apps.
    const told = drafts[index]?.roles.length === 0;
    const mayHave = app.roles.filter((role) => !told || !rolesTaken.has(role));
    for (const role of mayHave) rolesTaken.add(role);
    const keyed = keyedByRole({ ...app, roles: mayHave });
    const name = entries[index]?.name ?? freeName(keyed, taken);
    taken.add(name);
    return { ...keyed, name };
  });
}

function draftOf(entry: AppConfig, index: number, root: string, file: string): App {
  const roles = rolesOf(entry);
  const own: PortKey = roles.length === 1 ? (roles[0] as PortKey) : 'own';
  const ports: App['ports'] = {};
  const put = (key: PortKey, spec: string | number | boolean | undefined, ...keys: string[]): void => {
    if (spec === undefined || typeof spec === 'boolean') return;
    const source = { kind: 'config' as const, name: keyName(['apps', index, ...keys]), file };
    ports[key] = { value: parsePortSpec(spec, source), source, overrode: [] };
  };
  put(own, entry.port, 'port');
  put('backend', entry.ports?.backend, 'ports', 'backend');
  put('frontend', entry.ports?.frontend, 'ports', 'frontend');
  const tcpPorts = socketsOf(entry, own);
  for (const { key, name } of tcpPorts) put(key, name, 'tcpPorts', name);
  return {
    name: entry.name ?? roles[0] ?? `app${index + 1}`,
    roles,
    command: commandOf(entry),
    cwd: path.resolve(root, entry.cwd ?? '.'),
    env: Object.fromEntries(Object.entries(entry.env ?? {}).map(([name, value]) => [name, String(value)])),
    frameworkEnv: {},
    defaultPorts: {},
    ports,
    ...(entry.port === false && { noPort: true }),
    ...(tcpPorts.length > 0 && { tcpPorts }),
    ...(entry.handover !== undefined && { handover: entry.handover }),
    ...(entry.user !== undefined && { user: String(entry.user) }),
    ...(entry.group !== undefined && { group: String(entry.group) }),
    instances: entry.instances ?? 1,
    ready: readyOf(entry, roles.length > 1 ? 'backend' : own),
    ...supervisionOf(entry),
    stopSignal: 'SIGTERM',
    caches: [...(entry.clean ?? [])],
    evidence: `apps[${index}] in ${file}`,
  };
}

/** The first one is on the app's own port, where it names that or names none. */
function socketsOf({ tcpPorts, port }: AppConfig, own: PortKey): GivenSocket[] {
  const sockets = numbered(tcpPorts);
  const main = port === undefined ? sockets[0] : sockets.find(({ spec }) => spec === String(port));
  return sockets.map((one) => ({
    key: one === main ? own : (`fd${one.fd}` as SocketKey),
    fd: one.fd,
    name: one.spec,
    ...(one.host !== undefined && { host: one.host.replace(/^\[(.*)\]$/, '$1') }),
    backlog: one.backlog ?? 128,
    reusePort: one.reusePort ?? false,
    nonBlock: one.setNonBlock ?? false,
  }));
}

/** What an app's `envFile` holds, the later file winning. */
async function handedBy(
  envFile: AppConfig['envFile'],
  root: string,
  env: NonNullable<ConfigAppsOptions['env']>,
): Promise<Record<string, string> | undefined> {
  if (envFile === undefined) return undefined;
  let handed: Record<string, string> = {};
  for (const name of [envFile].flat()) {
    handed = { ...handed, ...(await readEnvFile(root, name, env, handed))?.values };
  }
  return handed;
}

/** A path alone is its short form. Each key of the object is a check of its own; all must pass. */
function readyOf({ ready }: AppConfig, port: PortKey): ReadyCheck[] {
  if (ready === undefined) return [];
  if (typeof ready === 'string') return [{ port, path: ready }];
  const { tcp, http, status, log, command } = ready;
  const checks: ReadyCheck[] = [];
  if (tcp !== undefined && tcp !== false) checks.push({ port: tcp === true ? port : tcp });
  if (http !== undefined) {
    const counts = status === undefined ? {} : { status: [status].flat() };
    checks.push({ port, ...(http.startsWith('/') ? { path: http } : { url: http }), ...counts });
  }
  if (log !== undefined) checks.push({ port, log });
  if (command !== undefined) checks.push({ port, command });
  return checks;
}

const MAX_RESTARTS = 10;

function supervisionOf({ ready, restart, maxRestarts, dependsOn }: AppConfig) {
  const { timeout, interval } = typeof ready === 'object' ? ready : {};
  return {
    ...(timeout !== undefined && { readyTimeout: timeout }),
    ...(interval !== undefined && { readyInterval: interval }),
    ...(restart !== undefined && { restart: { when: restart, max: maxRestarts ?? MAX_RESTARTS } }),
    ...(dependsOn !== undefined && { dependsOn }),
  } satisfies Partial<App>;
}

function commandOf(entry: AppConfig): Command {
  if (typeof entry.command === 'string') return { kind: 'shell', line: entry.command };
  const [program = '', ...args] = entry.command ?? [entry.script ?? '', ...(entry.args ?? [])];
  return { kind: 'argv', argv: [program, ...args] };
}

function freeName(app: App, taken: ReadonlySet<string>): string {
  const base = app.roles.length === 1 ? (app.roles[0] as string) : app.roles.length > 1 ? 'app' : app.name;
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}${count}`;
  return name;
}
