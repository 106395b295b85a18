import { instanceId } from '../config/instance-id.ts';
import type { App, Command, PortKey, Role, Settings } from '../config/types.ts';
import type { PortMap } from '../ports/port-map.ts';
import { urlHost } from '../system/addresses.ts';
import { corsOrigins } from './cors.ts';
import { commandEnv, instanceEnv, mainPort, placeholderValues, type RunFacts } from './env.ts';
import { fillPlaceholders } from './placeholders.ts';
import type { InstancePlan, LaunchPlan } from './types.ts';

export interface PlanInput {
  settings: Settings;
  ports: PortMap;
  runId: string;
  inherited: Readonly<Record<string, string | undefined>>;
  forceColor: boolean;
}

/** What every process of the run is told alike. Pure. */
function factsOf(input: PlanInput): RunFacts {
  const { settings } = input;
  const host = settings.host.value;
  const ports: Partial<Record<Role, number>> = input.ports.roles;
  const name = urlHost(host);
  const urls: Partial<Record<Role, string>> = {};
  if (ports.backend !== undefined) urls.backend = `http://${name}:${ports.backend}`;
  if (ports.frontend !== undefined) urls.frontend = `http://${name}:${ports.frontend}`;
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
    envFiles: settings.envFiles,
    forceColor: input.forceColor,
  };
}

/** Settings and ports to the plan of the run. Pure. */
export function makePlan(input: PlanInput): LaunchPlan {
  const { settings } = input;
  const facts = factsOf(input);
  const { host, ports, urls, corsOrigins: origins } = facts;
  const name = urlHost(host);
  const instances = settings.apps.flatMap((app) =>
    Array.from({ length: app.instances }, (_, instance) =>
      instancePlan(app, instance, input.ports.of(instanceId(app.name, instance)), facts, name),
    ),
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
    killTimeout: settings.killTimeout.value,
    keepGoing: settings.keepGoing.value,
  };
}

/** What `exec` adds to its command's environment. Pure. */
export const planCommandEnv = (input: PlanInput): Record<string, string> =>
  commandEnv(input.settings.apps, factsOf(input));

function instancePlan(
  app: App,
  instance: number,
  ports: Partial<Record<PortKey, number>>,
  facts: RunFacts,
  urlName: string,
): InstancePlan {
  const values = placeholderValues(facts, ports, instance);
  const port = mainPort(ports);
  return {
    id: instanceId(app.name, instance),
    app: app.name,
    label: app.instances > 1 ? `${app.name}.${instance}` : app.name,
    roles: app.roles,
    framework: app.framework,
    command: fillCommand(app.command, values),
    cwd: app.cwd,
    env: instanceEnv(app, instance, ports, facts),
    unsetEnv: port === undefined ? ['PORT'] : [],
    ports,
    url: port === undefined ? '' : `http://${urlName}:${port}`,
    ready: app.ready.map((check) =>
      check.includes === undefined ? check : { ...check, includes: fillPlaceholders(check.includes, values) },
    ),
    readyTimeout: app.readyTimeout,
    readyInterval: app.readyInterval,
    restart: app.restart,
    dependsOn: app.dependsOn,
    stopSignal: app.stopSignal,
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
