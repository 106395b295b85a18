import path from 'node:path';
import type { Copy } from '../config/copies/types.ts';
import { type InstanceId, instanceId } from '../config/instance-id.ts';
import { ownNumber } from '../config/settings/port-candidates.ts';
import { type App, type Command, type PortKey, ROLES, type Role, type Settings } from '../config/types.ts';
import { withInspector } from '../follow/inspector.ts';
import { type FollowFiles, withRequire } from '../follow/options.ts';
import type { PortMap } from '../ports/port-map.ts';
import { urlHost } from '../system/addresses.ts';
import { corsOrigins } from './cors.ts';
import { commandEnv, instanceEnv, isItsOwn, mainPort, placeholderValues, type RunFacts } from './env.ts';
import {
  type Following,
  followCommandEnv,
  followEnv,
  followingOf,
  HOT_PORT,
  movedPorts,
} from './following.ts';
import { commandWith, handoverOf, type Listen, listenOf, socketEnv, takesBy, toldHost } from './listen.ts';
import { fillPlaceholders } from './placeholders.ts';
import type { EnvLayers, InstancePlan, LaunchPlan, Url } from './types.ts';
import { urlText } from './url.ts';

interface Facts {
  settings: Settings;
  ports: PortMap;
  /** Undefined beside another's run. */
  runId: string | undefined;
  inherited: Readonly<Record<string, string | undefined>>;
  forceColor: boolean;
  /** Ports of apps that another run of the project has. */
  peers?: Partial<Record<Role, number>> | undefined;
}

export interface PlanInput extends Facts {
  runId: string;
  /** The preloads, looked for where a port has moved; undefined: nothing follows. */
  followFiles?: (() => FollowFiles | undefined) | undefined;
  /** Places that name the apps' ports beside those of the settings, where one has moved. */
  further?: readonly Copy[] | undefined;
  /** Where NODE_OPTIONS asks for an inspector: each instance's port for it. */
  inspectors?: ReadonlyMap<InstanceId, number> | undefined;
  /** Of those that may have Vite within them: where its hot updates are to be. */
  hot?: ReadonlyMap<InstanceId, number> | undefined;
  /** Apps that have not served from the sockets that they were handed. */
  plain?: ReadonlySet<string>;
  /** The preload by which a Node program's own listen takes its socket. */
  handoverFile?: string | undefined;
}

/** What every process of the run is told alike. Pure. */
function factsOf(input: Facts): RunFacts {
  const { settings } = input;
  const host = settings.host?.value;
  const ports: Partial<Record<Role, number>> = { ...input.peers, ...input.ports.roles };
  const urls: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const port = ports[role];
    const app = settings.apps.find(({ roles }) => roles.includes(role));
    if (port !== undefined) urls[role] = urlText({ scheme: schemeOf(app), host: urlHost(host), port });
  }
  const origins = corsOrigins({
    frontendPort: ports.frontend,
    scheme: urls.frontend?.startsWith('https:') ? 'https' : 'http',
    host,
    own: settings.corsOrigins.value,
    prod: settings.prod.value,
    frontendUrl: settings.frontendUrl?.value,
  });
  return {
    runId: input.runId,
    host,
    ports,
    urls,
    corsOrigins: origins,
    portsFile: settings.portsFile.value,
    inherited: input.inherited,
    forceColor: input.forceColor,
  };
}

/** Settings and ports to the plan of the run. Pure. */
export function makePlan(input: PlanInput): LaunchPlan {
  const { settings } = input;
  const facts = factsOf(input);
  const { host, ports, urls, corsOrigins: origins } = facts;
  const { runId, inherited } = input;
  const copies = [...settings.copies, ...(input.further ?? [])];
  const following = followingOf(settings, copies, input.ports, inherited);
  const { inspectors, hot } = input;
  const hasMoved = following.moved.size > 0 || [...(hot?.values() ?? [])].some((port) => port !== HOT_PORT);
  const found = hasMoved || inspectors ? input.followFiles?.() : undefined;
  const files = settings.follow.value ? found : undefined;
  const instances = settings.apps.flatMap((app) =>
    Array.from({ length: app.instances }, (_, instance) => {
      const id = instanceId(app.name, instance);
      const ports = input.ports.of(id);
      const plan = instancePlan(app, instance, ports, facts, following, listenFor(app, ports, input));
      const inspector = inspectors?.get(id);
      const debugged = inspectorEnv(inherited, inspector, found);
      const around = { ...inherited, ...debugged };
      const added = followEnv(app, following, {
        runId,
        ports: input.ports,
        inherited: around,
        files,
        hot: hot?.get(id),
      });
      const run = { ...plan.env.run, ...debugged, ...added };
      const env = { ...plan.env, run: { ...run, ...preloadEnv(plan, run, input) } };
      const moved = input.ports.hasMoved(id);
      return { ...plan, env, moved, own: ownNumber(app), ...(inspector && { inspector }) };
    }),
  );
  return {
    runId: input.runId,
    name: nameOf(settings),
    root: settings.root,
    ports,
    urls,
    corsOrigins: [...origins],
    host,
    instances,
    portsFile: settings.portsFile.value,
    copies: following.copies,
    killTimeout: settings.killTimeout.value,
    keepGoing: settings.keepGoing.value,
  };
}

/** What the app is handed; undefined: it opens its sockets itself. */
function listenFor(
  app: App,
  ports: Partial<Record<PortKey, number>>,
  { settings, plain = NONE, handoverFile, inherited }: PlanInput,
): Listen | undefined {
  const host = settings.host?.value ?? toldHost(app, inherited);
  const listen = listenOf(app, ports, host, handoverOf(app, settings, plain));
  if (!listen || !app.takes?.preload) return listen;
  return handoverFile === undefined ? undefined : { ...listen, preload: handoverFile };
}

const NONE: ReadonlySet<string> = new Set();

/** A Node program's own listen takes its socket by a preload, beside those that it has. */
function preloadEnv(
  { listen, env }: InstancePlan,
  run: Readonly<Record<string, string>>,
  { inherited }: PlanInput,
): Record<string, string> {
  if (!listen?.preload) return {};
  const known = run.NODE_OPTIONS ?? env.own.NODE_OPTIONS ?? inherited.NODE_OPTIONS;
  return { NODE_OPTIONS: withRequire(known, listen.preload) };
}

/** The inspector on a port of the instance's own. */
function inspectorEnv(
  { NODE_OPTIONS = '' }: Facts['inherited'],
  port: number | undefined,
  files: FollowFiles | undefined,
): Record<string, string> {
  if (port === undefined || !files?.letGo) return {};
  return { NODE_OPTIONS: withInspector(NODE_OPTIONS, port, files.letGo) };
}

/** What `exec`'s command gets beside our own environment. Pure. @param files the preloads */
export function planCommandEnv(
  input: Omit<Facts, 'forceColor'>,
  followFiles?: () => FollowFiles | undefined,
): EnvLayers {
  const { settings, ports, runId, inherited } = input;
  const layers = commandEnv(factsOf({ ...input, forceColor: false }));
  const moved = movedPorts(settings.apps, ports);
  const files = settings.follow.value && moved.size > 0 ? followFiles?.() : undefined;
  const added = followCommandEnv(moved, { runId, ports, inherited, files });
  return { ...layers, run: { ...layers.run, ...added } };
}

/** What the project is called. */
export const nameOf = ({ name, root }: Pick<Settings, 'name' | 'root'>): string =>
  name?.value ?? (path.basename(root) || root);

function instancePlan(
  app: App,
  instance: number,
  ports: Partial<Record<PortKey, number>>,
  facts: RunFacts,
  following: Following,
  listen: Listen | undefined,
): InstancePlan {
  const values = placeholderValues(facts, ports, instance);
  const port = mainPort(ports);
  const { takes } = app;
  // What was found of a command that is run as it stands is not told to it.
  const env = instanceEnv(app, instance, app.opaque ? {} : ports, facts, following);
  const path = env.computed.PATH ?? facts.inherited.PATH;
  return {
    id: instanceId(app.name, instance),
    app: app.name,
    label: app.instances > 1 ? `${app.name}:${instance}` : app.name,
    roles: app.opaque ? ROLES.filter((role) => ports[role] !== undefined) : app.roles,
    framework: app.framework,
    command: fillCommand(listen ? commandWith(app, listen.sockets) : commandAt(app, port), values),
    cwd: (listen && takes?.cwd) ?? app.cwd,
    env: listen ? { ...env, computed: { ...env.computed, ...socketEnv(takesBy(app), listen, path) } } : env,
    ports,
    ...(listen && { listen }),
    ...(app.user !== undefined && { runAs: { user: app.user, group: app.group } }),
    url: port === undefined ? undefined : { scheme: schemeOf(app), host: urlHost(facts.host), port },
    ready: app.ready.map((check) =>
      check.includes === undefined ? check : { ...check, includes: fillPlaceholders(check.includes, values) },
    ),
    readyTimeout: app.readyTimeout,
    readyInterval: app.readyInterval,
    restart: app.restart,
    dependsOn: app.dependsOn,
    stopSignal: app.stopSignal,
    once: app.once,
    portGuessed: app.portGuessed,
    opaque: app.opaque,
    publishes: app.publishes,
  };
}

/** Its owner's command where that opens the port anyway. */
const commandAt = (app: App, port: number | undefined): Command =>
  app.awayCommand && !isItsOwn(app, port) ? app.awayCommand : app.command;

/** By TLS where it speaks that on the port that the project has for it, there and wherever it moves to. */
function schemeOf({
  opens = [],
  written = {},
  tls,
}: Pick<App, 'opens' | 'written' | 'tls'> = {}): Url['scheme'] {
  if (tls) return 'https';
  const home = Object.values(written).flat()[0]?.port;
  return opens.find(({ port }) => port === home)?.secure ? 'https' : 'http';
}

function fillCommand(command: Command, values: Record<string, string | undefined>): Command {
  if (command.kind === 'shell') return { kind: 'shell', line: fillPlaceholders(command.line, values) };
  const [program, ...args] = command.argv;
  return {
    kind: 'argv',
    argv: [fillPlaceholders(program, values), ...args.map((arg) => fillPlaceholders(arg, values))],
  };
}
