import { instanceId } from '../config/instance-id.ts';
import { type App, type Command, type PortKey, ROLES, type Role, type Settings } from '../config/types.ts';
import type { FollowFiles } from '../follow/options.ts';
import type { PortMap } from '../ports/port-map.ts';
import { urlHost } from '../system/addresses.ts';
import { corsOrigins } from './cors.ts';
import { commandEnv, instanceEnv, mainPort, placeholderValues, type RunFacts } from './env.ts';
import { followEnv, followingOf } from './following.ts';
import { fillPlaceholders } from './placeholders.ts';
import type { EnvLayers, InstancePlan, LaunchPlan } from './types.ts';
import { urlText } from './url.ts';

interface Facts {
  settings: Settings;
  ports: PortMap;
  /** Undefined beside another's run. */
  runId: string | undefined;
  inherited: Readonly<Record<string, string | undefined>>;
  forceColor: boolean;
}

export interface PlanInput extends Facts {
  runId: string;
  /** The preloads, looked for where a port has moved; undefined: nothing follows. */
  followFiles?: (() => FollowFiles | undefined) | undefined;
}

/** What every process of the run is told alike. Pure. */
function factsOf(input: Facts): RunFacts {
  const { settings } = input;
  const host = settings.host?.value;
  const ports: Partial<Record<Role, number>> = input.ports.roles;
  const urls: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const port = ports[role];
    if (port !== undefined) urls[role] = urlText({ scheme: 'http', host: urlHost(host), port });
  }
  const origins = corsOrigins({
    frontendPort: ports.frontend,
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
  const following = followingOf(settings, input.ports);
  const files = following.moved.size > 0 ? input.followFiles?.() : undefined;
  const instances = settings.apps.flatMap((app) =>
    Array.from({ length: app.instances }, (_, instance) => {
      const id = instanceId(app.name, instance);
      const plan = instancePlan(app, instance, input.ports.of(id), facts);
      const added = followEnv(app, following, {
        runId: input.runId,
        ports: input.ports,
        copies: settings.copies,
        inherited: input.inherited,
        files,
      });
      const env = { ...plan.env, run: { ...plan.env.run, ...added } };
      return { ...plan, env, moved: input.ports.hasMoved(id) };
    }),
  );
  return {
    runId: input.runId,
    root: settings.root,
    ports,
    urls,
    corsOrigins: [...origins],
    host,
    instances,
    portsFile: settings.portsFile.value,
    copies: files ? following.copies : [],
    killTimeout: settings.killTimeout.value,
    keepGoing: settings.keepGoing.value,
  };
}

/** What `exec`'s command gets beside our own environment. Pure. */
export const planCommandEnv = (input: Omit<Facts, 'forceColor'>): EnvLayers =>
  commandEnv(factsOf({ ...input, forceColor: false }));

function instancePlan(
  app: App,
  instance: number,
  ports: Partial<Record<PortKey, number>>,
  facts: RunFacts,
): InstancePlan {
  const values = placeholderValues(facts, ports, instance);
  const port = mainPort(ports);
  return {
    id: instanceId(app.name, instance),
    app: app.name,
    label: app.instances > 1 ? `${app.name}.${instance}` : app.name,
    roles: app.opaque ? ROLES.filter((role) => ports[role] !== undefined) : app.roles,
    framework: app.framework,
    command: fillCommand(app.command, values),
    cwd: app.cwd,
    // What was found of a command that is run as it stands is not told to it.
    env: instanceEnv(app, instance, app.opaque ? {} : ports, facts),
    ports,
    url: port === undefined ? undefined : { scheme: 'http', host: urlHost(facts.host), port },
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

function fillCommand(command: Command, values: Record<string, string | undefined>): Command {
  if (command.kind === 'shell') return { kind: 'shell', line: fillPlaceholders(command.line, values) };
  const [program, ...args] = command.argv;
  return {
    kind: 'argv',
    argv: [fillPlaceholders(program, values), ...args.map((arg) => fillPlaceholders(arg, values))],
  };
}
