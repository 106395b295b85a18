import path from 'node:path';
import type { App, PortKey, Role } from '../config/types.ts';
import { fillPlaceholders } from './placeholders.ts';

/** What every process of the run is told alike. */
export interface RunFacts {
  runId: string;
  host: string;
  ports: Partial<Record<Role, number>>;
  urls: Partial<Record<Role, string>>;
  corsOrigins: readonly string[];
  portsFile: string;
  /** The launcher's own environment. */
  inherited: Readonly<Record<string, string | undefined>>;
  /** `.env.local` and `.env` of the project. */
  envFiles: Readonly<Record<string, string>>;
  /** The terminal shows colour: servers behind a pipe are told so. */
  forceColor: boolean;
}

/** The values of the contract's placeholders for one instance; what the project lacks is undefined. */
export function placeholderValues(
  facts: Pick<RunFacts, 'host' | 'ports'>,
  ports: Partial<Record<PortKey, number>>,
  instance: number,
): Record<string, string | undefined> {
  const text = (port: number | undefined) => (port === undefined ? undefined : String(port));
  return {
    port: text(mainPort(ports)),
    backend: text(ports.backend ?? facts.ports.backend),
    frontend: text(ports.frontend ?? facts.ports.frontend),
    host: facts.host,
    instance: String(instance),
  };
}

/** The port that PORT names: an app's only one; of a process that serves both roles, the page's. */
export const mainPort = (ports: Partial<Record<PortKey, number>>): number | undefined =>
  ports.own ?? ports.frontend ?? ports.backend;

/**
 * What is added to the environment of one instance. What the user set (shell, env files, config) wins over what
 * we compute, but for the ports and HOST, which are the truth, and the CORS lists, to which it is added.
 */
export function instanceEnv(
  app: App,
  instance: number,
  ports: Partial<Record<PortKey, number>>,
  facts: RunFacts,
): Record<string, string> {
  const values = placeholderValues(facts, ports, instance);
  const origins = facts.corsOrigins.join(',');
  const added: Record<string, string> = {};
  const unlessSet = (name: string, value: string | undefined) => {
    if (value !== undefined && !facts.inherited[name] && !(name in added)) added[name] = value;
  };

  for (const [name, value] of Object.entries(facts.envFiles)) {
    if (facts.inherited[name] === undefined) added[name] = value;
  }
  unlessSet('BACKEND_URL', facts.urls.backend);
  unlessSet('FRONTEND_URL', facts.urls.frontend);
  unlessSet('API_URL', facts.urls.backend);
  unlessSet('PYTHONUNBUFFERED', '1');
  if (facts.forceColor && !app.noForceColor && !facts.inherited.NO_COLOR) unlessSet('FORCE_COLOR', '1');
  const frameworkValues = {
    ...values,
    backendUrl: facts.urls.backend,
    frontendUrl: facts.urls.frontend,
    corsOrigins: origins,
  };
  for (const [name, template] of Object.entries(app.frameworkEnv)) {
    const value = fillPlaceholders(template, frameworkValues);
    // A name that speaks of a role the project lacks is not set at all.
    if (!/\{\w+\}/.test(value)) unlessSet(name, value);
  }
  if (app.path) added.PATH = [...app.path, facts.inherited.PATH].filter(Boolean).join(path.delimiter);
  for (const [name, value] of Object.entries(app.env)) added[name] = fillPlaceholders(value, values);

  const userLists = (name: string) => [facts.inherited[name], facts.envFiles[name], app.env[name]];
  for (const name of ['CORS_ORIGINS', 'CORS_ALLOWED_ORIGINS']) {
    added[name] = [...new Set([...facts.corsOrigins, ...userLists(name).flatMap(splitList)])].join(',');
  }
  const port = values.port;
  return {
    ...added,
    ...(port === undefined ? {} : { PORT: port }),
    HOST: facts.host,
    ...(values.backend === undefined ? {} : { BACKEND_PORT: values.backend }),
    ...(values.frontend === undefined ? {} : { FRONTEND_PORT: values.frontend }),
    PM2_INSTANCE_ID: String(instance),
    NODE_APP_INSTANCE: String(instance),
    DEVSTART_RUN: facts.runId,
    DEVSTART_APP: app.name,
    DEVSTART_INSTANCE: String(instance),
    DEVSTART_PORTS_FILE: facts.portsFile,
  };
}

/** Names that only a server has. */
const OF_AN_INSTANCE = [
  'PORT',
  'HOST',
  'PM2_INSTANCE_ID',
  'NODE_APP_INSTANCE',
  'DEVSTART_APP',
  'DEVSTART_INSTANCE',
];

/** What is added to the environment of a command that works with the servers (`exec`): all but what one of them has. */
export function commandEnv(apps: readonly App[], facts: RunFacts): Record<string, string> {
  const frameworkEnv = Object.assign({}, ...apps.map((app) => app.frameworkEnv));
  const like = { name: '', env: {}, frameworkEnv, noForceColor: true } as unknown as App;
  const env = instanceEnv(like, 0, {}, facts);
  for (const name of OF_AN_INSTANCE) delete env[name];
  return env;
}

const splitList = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((item) => item.trim().replace(/\/$/, ''))
    .filter(Boolean);
