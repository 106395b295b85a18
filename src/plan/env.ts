import path from 'node:path';
import {
  type App,
  type Command,
  type PortKey,
  type Role,
  TOLD_LISTS,
  TOLD_URLS,
  type ToldName,
} from '../config/types.ts';
import type { Following } from './following.ts';
import { fillPlaceholders } from './placeholders.ts';
import type { EnvLayers } from './types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What every process of the run is told alike. */
export interface RunFacts {
  /** Undefined beside another's run. */
  runId: string | undefined;
  /** The address that the user gave. */
  host: string | undefined;
  ports: Partial<Record<Role, number>>;
  urls: Partial<Record<Role, string>>;
  corsOrigins: readonly string[];
  portsFile: string;
  /** The launcher's own environment. */
  inherited: Environment;
  /** The terminal shows colour: servers behind a pipe are told so. */
  forceColor: boolean;
}

/** What `{host}` is where nobody gave an address: a command that asks for one wants the machine's own. */
const LOOPBACK = '127.0.0.1';

/** The values of the contract's placeholders for one instance; what the project lacks is undefined. */
export function placeholderValues(
  facts: Pick<RunFacts, 'host' | 'ports' | 'urls' | 'corsOrigins'>,
  ports: Partial<Record<PortKey, number>>,
  instance: number,
): Record<string, string | undefined> {
  const text = (port: number | undefined) => (port === undefined ? undefined : String(port));
  return {
    port: text(mainPort(ports)),
    backend: text(ports.backend ?? facts.ports.backend),
    frontend: text(ports.frontend ?? facts.ports.frontend),
    host: facts.host ?? LOOPBACK,
    instance: String(instance),
    backendUrl: facts.urls.backend,
    frontendUrl: facts.urls.frontend,
    corsOrigins: facts.corsOrigins.join(','),
  };
}

/** The port that PORT names: an app's only one; of a process that serves both roles, the page's. */
export const mainPort = (ports: Partial<Record<PortKey, number>>): number | undefined =>
  ports.own ?? ports.frontend ?? ports.backend;

/** What one instance gets beside the launcher's environment: nothing whose reader could take it for something else. */
export function instanceEnv(
  app: App,
  instance: number,
  ports: Partial<Record<PortKey, number>>,
  facts: RunFacts,
  following: Pick<Following, 'values'> = STANDING,
): EnvLayers {
  const { inherited } = facts;
  const values = placeholderValues(facts, ports, instance);
  const port = mainPort(ports);
  const byVariable = portVariable(app, port);
  const number = String(instance);
  return {
    // Who is run as it stands has PORT as its owner would.
    without: [
      ...('PORT' in byVariable || app.opaque ? [] : ['PORT']),
      ...(inherited.NO_COLOR ? ['FORCE_COLOR'] : []),
    ],
    computed: {
      ...following.values.get(app.name),
      ...whereabouts(facts, app),
      ...ofItsKind(app, facts),
      ...frameworkNames(app, ports, values, inherited),
      ...notSet(app.handed ?? {}, inherited),
      ...inCommon(following.values.get(app.name), app.handed),
    },
    own: filled({ ...app.env, ...inCommon(following.values.get(app.name), app.env) }, values),
    run: {
      ...byVariable,
      ...(facts.host !== undefined && port !== undefined ? { HOST: facts.host } : {}),
      ...shared(facts, values),
      PM2_INSTANCE_ID: number,
      NODE_APP_INSTANCE: number,
      DEVSTART_APP: app.name,
      DEVSTART_INSTANCE: number,
    },
  };
}

/** Nothing has moved. */
const STANDING: Pick<Following, 'values'> = { values: new Map() };

/** What it is handed, where that follows. */
const inCommon = (
  values: Readonly<Record<string, string>> = {},
  handed: Readonly<Record<string, string>> = {},
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => handed[name] !== undefined));

/** What a command that works with the servers gets (`exec`): all but what one of them has. */
export function commandEnv(facts: RunFacts): EnvLayers {
  return {
    without: [],
    computed: whereabouts(facts, {}),
    own: {},
    run: shared(facts, placeholderValues(facts, {}, 0)),
  };
}

/** All that the layers add, the strongest winning. */
export const addedEnv = ({ computed, own, run }: EnvLayers): Record<string, string> => ({
  ...computed,
  ...own,
  ...run,
});

/** Where the others are, under the names that nobody has said and that nobody reads as something else. */
function whereabouts(
  facts: RunFacts,
  { handed, reads }: Pick<App, 'handed' | 'reads'>,
): Record<string, string> {
  const { inherited, urls, corsOrigins } = facts;
  const told: Record<string, string> = {};
  const open = (name: ToldName) =>
    // Some settings libraries (pydantic's) compare names without case.
    !inherited[name] && !inherited[name.toLowerCase()] && !handed?.[name] && reads?.[name] !== 'own';
  for (const name of TOLD_URLS) {
    const url = name === 'FRONTEND_URL' ? urls.frontend : urls.backend;
    if (url !== undefined && open(name)) told[name] = url;
  }
  for (const name of TOLD_LISTS) if (open(name)) told[name] = listed(corsOrigins, reads?.[name]);
  return told;
}

function listed(origins: readonly string[], reading: string | undefined): string {
  if (reading === 'json') return JSON.stringify(origins);
  return origins.join(reading === 'spaces' ? ' ' : reading === 'semicolons' ? ';' : ',');
}

/** What changes only how its output looks, and its environment's programs. */
function ofItsKind(app: App, { inherited, forceColor }: RunFacts): Record<string, string> {
  const coloured = forceColor && !app.noForceColor && !inherited.NO_COLOR;
  return {
    ...(app.python ? notSet({ PYTHONUNBUFFERED: '1' }, inherited) : {}),
    ...(coloured ? notSet({ FORCE_COLOR: '1' }, inherited) : {}),
    ...pathWith(app.path ?? [], inherited.PATH),
  };
}

/** An environment that is activated stands there already. */
function pathWith(folders: readonly string[], inherited: string | undefined): Record<string, string> {
  const known = inherited?.split(path.delimiter) ?? [];
  const first = folders.filter((folder) => !known.includes(folder));
  return first.length > 0 ? { PATH: [...first, ...(inherited ? [inherited] : [])].join(path.delimiter) } : {};
}

const IS_ADDRESS = /(?:^|_)(?:UR[LI]|ADDR|ADDRESS|BIND|LISTEN|ENDPOINT|ORIGIN)$/i;

/** How a server that takes its port by a variable is told: by PORT, or by the one that its code reads instead. */
function portVariable(app: App, port: number | undefined): Record<string, string> {
  if (port === undefined || !(app.readsPort ?? !saysPort(app))) return {};
  if (isForAnother(app)) return {};
  const { portName = 'PORT' } = app;
  // Another variable may have other readers: it is said where the port is not the server's own.
  const name = app.readsPort ? 'PORT' : portName;
  // A number alone is no address.
  if (IS_ADDRESS.test(name)) return {};
  // So has PORT: Phoenix's watchers inherit it, and a page's server among them takes it for its own.
  const hasOtherReaders = name !== 'PORT' || app.framework === 'phoenix';
  return hasOtherReaders && isItsOwn(app, port) ? {} : { [name]: `${app.portColon ? ':' : ''}${port}` };
}

/** Its owner's command gives it a PORT on which it does not listen: it is for something else, and stays. */
function isForAnother({ env, portName, written = {} }: App): boolean {
  const known = Object.values(written).flat();
  const given = Number(env.PORT);
  return given > 0 && portName !== 'PORT' && known.length > 0 && !known.some(({ port }) => port === given);
}

/** Would it listen there by itself? What the project has written down of it says so, or else its framework. */
export function isItsOwn(
  { written = {}, defaultPorts, roles, opens }: App,
  port: number | undefined,
): boolean {
  if (opens) return opens.some((one) => one.port === port);
  const known = Object.values(written).flat();
  if (roles.length > 1) return false;
  return known.length > 0 ? known.every((one) => one.port === port) : mainPort(defaultPorts) === port;
}

/** A port under a name of the framework's own is said where it is another than the server's own choice. */
function frameworkNames(
  app: App,
  ports: Partial<Record<PortKey, number>>,
  values: Record<string, string | undefined>,
  inherited: Environment,
): Record<string, string> {
  const atHome = isItsOwn(app, mainPort(ports));
  const names = Object.entries(app.frameworkEnv).flatMap(([name, template]) => {
    if (atHome && template.includes('{port}')) return [];
    const value = fillPlaceholders(template, values);
    // A name that speaks of a role the project lacks is not set at all.
    return /\{\w+\}/.test(value) ? [] : [[name, value] as const];
  });
  return notSet(Object.fromEntries(names), inherited);
}

/** The truth about this run. */
function shared(facts: RunFacts, values: Record<string, string | undefined>): Record<string, string> {
  const { backend, frontend } = values;
  return {
    ...(backend === undefined ? {} : { BACKEND_PORT: backend }),
    ...(frontend === undefined ? {} : { FRONTEND_PORT: frontend }),
    ...(facts.runId === undefined ? {} : { DEVSTART_RUN: facts.runId }),
    DEVSTART_PORTS_FILE: facts.portsFile,
  };
}

/** Does the command say a port of the app's own? A peer's is none. */
function saysPort({ command, roles }: Pick<App, 'command' | 'roles'>): boolean {
  const names = ['port', ...roles].join('|');
  return new RegExp(`(?<![{$])\\{(?:${names})\\}`).test(textOf(command));
}

const textOf = (command: Command): string =>
  command.kind === 'shell' ? command.line : command.argv.join(' ');

/** An empty variable counts as not given. */
const notSet = (values: Readonly<Record<string, string>>, inherited: Environment): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !inherited[name]));

const filled = (
  env: Readonly<Record<string, string>>,
  values: Record<string, string | undefined>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fillPlaceholders(value, values)]));
