import path from 'node:path';
import { isWorker } from '../config/detect/frameworks/tasks.ts';
import { Project } from '../config/detect/project.ts';
import { neededServices } from '../config/services/services.ts';
import type { EnvFile } from '../config/settings/dotenv.ts';
import type { App, Settings } from '../config/types.ts';
import { fillPlaceholders } from '../plan/placeholders.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import { PUBLIC_NAME } from './env.ts';
import { dnsName, dnsNames } from './names.ts';
import { fixedPlaces, ownEnv } from './own-env.ts';
import { withPage } from './pages.ts';
import { publicNames } from './public-names.ts';
import { lookAt, recipeOf, UNKNOWN, whatIsMissing, wordsOf } from './recipes/index.ts';
import { routesOf } from './routes.ts';
import { withoutSecrets } from './secret-words.ts';
import { isLocalUrl, namesOf } from './secrets.ts';
import { socketsOf } from './sockets.ts';
import type { Deployment, Recipe, Service } from './types.ts';

export interface DeploymentInput {
  /** Made under production's rules. */
  plan: LaunchPlan;
  settings: Settings;
  envFiles: readonly EnvFile[];
  /** The API as browsers see it, where the user says so. */
  backendUrl: string | undefined;
}

export interface Made {
  deployment: Deployment;
  /** What no engine gets. */
  lost: string[];
  notes: string[];
}

/** What servers listen on inside, where they can be told. */
const INSIDE = 8000;
/** Seconds, where nobody said how long a start may take. */
const READY_WITHIN = 60;

/** The plan without this run and this machine. Reads the project's files. */
export async function makeDeployment(input: DeploymentInput): Promise<Made> {
  const { plan, settings } = input;
  const project = new Project(settings.root);
  const lost: string[] = [];
  const notes: string[] = [];
  const kept = settings.apps.filter((app) => isServed(app, lost));
  const names = dnsNames(kept.map((app) => app.name));
  const nameOf = new Map(kept.map((app, at) => [app.name, names[at] ?? app.name]));
  kept.forEach((app, at) => {
    if (names[at] !== app.name) notes.push(`${app.name} is called ${names[at]}: engines want DNS names`);
  });
  const whole = await Promise.all(kept.map((app) => serviceOf({ app, input, project, nameOf, lost, notes })));
  const services = whole.flatMap((service) => withPage(service, plan, notes));
  const name = await projectName(project, settings, notes);
  for (const { service, host, port, from } of await neededServices(settings.root, kept, {}))
    notes.push(
      `needs ${service} at ${host}:${port} (${from}): these files start none, and in a container ${host} is the container itself`,
    );
  const deployment: Deployment = {
    name,
    services,
    frontendUrl: frontendUrl(plan, settings),
    backendUrl: undefined,
    ports: portNames(settings, services, nameOf),
    composeFile: undefined,
  };
  deployment.backendUrl = backendUrl(input, deployment, notes);
  return { deployment, lost, notes };
}

/** A compiler that watches and a wrapper around other tools serve nobody in production. */
function isServed(app: App, lost: string[]): boolean {
  if (app.opaque)
    lost.push(
      `${app.name} starts several programs in its own way: write them down as apps, each with its command`,
    );
  else if (app.once) lost.push(`${app.name} runs before the servers start: it belongs into the build`);
  else if (app.framework === 'task' && !app.ports.own && !isWorker(wordsOf(app)))
    lost.push(`${app.name} watches and compiles while developing: it is left out`);
  else return true;
  return false;
}

interface ServiceInput {
  app: App;
  input: DeploymentInput;
  project: Project;
  nameOf: ReadonlyMap<string, string>;
  lost: string[];
  notes: string[];
}

async function serviceOf({ app, input, project, nameOf, lost, notes }: ServiceInput): Promise<Service> {
  const { plan, settings, envFiles } = input;
  const instances = plan.instances.filter((one) => one.app === app.name);
  const [first] = instances as [InstancePlan];
  const grace = plan.killTimeout;
  const looked = lookAt(project, app, grace);
  const found = await recipeOf(looked);
  const planned = [...new Set(instances.flatMap((one) => one.url?.port ?? []))];
  const fixed = ownPort(settings, app);
  const inside = found?.port ?? fixed ?? INSIDE;
  const { recipe, asked } = secretless(
    withCommand(
      found?.argv || found?.site || found?.dockerfile
        ? found
        : {
            ...UNKNOWN,
            context: project.relative(app.cwd),
            notes: [(await whatIsMissing(looked)) ?? []].flat(),
          },
      app,
      settings.root,
    ),
  );
  const sockets = socketsOf(app, recipe, { settings, ports: first.ports, lost });
  const outside = sockets.length > 0 ? planned : apart(planned, app);
  const unsure = !recipe.image && !recipe.dockerfile;
  const env = ownEnv({ app, instances, settings, plan, port: outside[0], lost });
  const { args, names } = await publicNames({
    project,
    app,
    settings,
    plan,
    envFiles,
    browser: recipe.site !== undefined,
  });
  const routes = recipe.site ? await routesOf(project, app, settings, nameOf, lost) : [];
  lost.push(...fixedPlaces(app, settings, routes.length > 0));
  const told = new Set([...Object.keys(env.values), ...Object.keys(args)]);
  const secrets = [...new Set([...env.secrets, ...(await namesOf(project, app, envFiles, asked))])].filter(
    (name) => !told.has(name) && !names.includes(name) && !PUBLIC_NAME.test(name),
  );
  notes.push(...recipe.notes.map((note) => `${app.name}: ${note}`));
  if (unsure)
    notes.push(
      `TODO ${app.name}: its build is not known for sure; make its image with buildpacks (pack build) or railpack (railpack build)`,
    );
  return {
    name: nameOf.get(app.name) ?? app.name,
    app: app.name,
    roles: app.roles,
    folder: project.relative(app.runs?.dir ?? app.cwd),
    instances: app.instances,
    recipe,
    unsure,
    port: outside.length > 0 ? { inside, outside } : undefined,
    ...(fixed !== undefined && !recipe.site && { fixedPort: fixed }),
    env: recipe.site ? {} : env.values,
    buildArgs: {
      ...args,
      ...Object.fromEntries(names.filter((name) => !(name in args)).map((name) => [name, undefined])),
    },
    secrets: recipe.site ? [] : secrets.sort(),
    checks: first.ready,
    readyTimeout: first.readyTimeout ?? READY_WITHIN,
    // A run ends where a server fails; an engine is there to keep it up.
    restart: first.restart ?? { when: 'on-failure', max: 10 },
    dependsOn: (first.dependsOn ?? []).flatMap((name) => nameOf.get(name) ?? []),
    stopSignal: recipe.site ? 'SIGQUIT' : first.stopSignal,
    grace,
    user: app.user,
    group: app.group,
    sockets,
    routes,
  };
}

/** One port for all was a handed socket's: without it each instance has the next one. Pure. */
function apart(ports: readonly number[], { instances }: App): number[] {
  const [port] = ports;
  return port === undefined || ports.length >= instances
    ? [...ports]
    : Array.from({ length: instances }, (_, at) => port + at);
}

/** An app without a known way is started by its own command, on a machine at least. */
function withCommand(recipe: Recipe, app: App, root: string): Recipe {
  if (recipe.argv || recipe.site) return recipe;
  const keep = { port: '{port}', host: '{host}' };
  // A program of the project by its place in it: `.venv/bin/python`.
  const own = (text: string) =>
    fillPlaceholders(text, keep)
      .replaceAll(`${app.cwd}/`, './')
      .replaceAll(`${root}/`, `${path.relative(app.cwd, root) || '.'}/`);
  const words = app.command.kind === 'argv' ? app.command.argv.map(own) : lineWords(own(app.command.line));
  return { ...recipe, argv: words };
}

/** The recipe with names for the secrets of its commands, and all the names that it asks for. Pure. */
function secretless(recipe: Recipe): { recipe: Recipe; asked: string[] } {
  const argv = recipe.argv && withoutSecrets(recipe.argv);
  const handed = recipe.handed && withoutSecrets(recipe.handed);
  return {
    recipe: { ...recipe, argv: argv?.words, handed: handed?.words },
    asked: [...(recipe.asks ?? []), ...(argv?.names ?? []), ...(handed?.names ?? [])],
  };
}

/** A plain line's words; one that wants a shell gets it. Pure. */
function lineWords(line: string): string[] {
  if (/^[\w./:=@%+,{}\s-]+$/.test(line) && !/^\w+=/.test(line)) return line.trim().split(/\s+/);
  return ['sh', '-c', /[;&|\n]|^\w+=/.test(line) ? line : `exec ${line}`];
}

/** The port that its code has and that nobody can tell it otherwise. */
function ownPort({ copies }: Settings, app: App): number | undefined {
  const own = copies.find(
    ({ by, of, kind, name }) =>
      by === app.name && of === app.name && kind === 'literal' && name === undefined,
  );
  return own && own.port >= 1024 ? own.port : undefined;
}

/** FRONTEND_URL, else the first of the origins; a port of this machine is the plan's. */
function frontendUrl(plan: LaunchPlan, settings: Settings): string | undefined {
  if (plan.ports.frontend === undefined) return undefined;
  return settings.frontendUrl?.value ?? plan.corsOrigins[0] ?? plan.urls.frontend;
}

/** The API as a browser sees it: said, or beside the page. */
function backendUrl(
  { plan, envFiles, backendUrl: said }: DeploymentInput,
  { services, frontendUrl: page }: Deployment,
  notes: string[],
): string | undefined {
  const api = services.find(({ roles }) => roles.includes('backend'));
  if (!api?.port) return undefined;
  if (said !== undefined) return said;
  for (const { values } of envFiles) {
    const url = values.BACKEND_URL ?? values.API_URL;
    if (url && /^https?:\/\/[^@\s]+$/.test(url) && !isLocalUrl(url)) return new URL(url).origin;
  }
  const local = `http://localhost:${api.port.outside[0]}`;
  if (page === undefined || isLocalUrl(page))
    return page === undefined && plan.corsOrigins[0] === undefined ? undefined : local;
  if (services.some(({ routes }) => routes.some(({ to }) => to === api.name))) return page;
  const { protocol, host } = new URL(page);
  const url = `${protocol}//api.${host}`;
  notes.push(
    `browsers are told ${url} for ${api.app}: nobody said otherwise (--backend-url, or BACKEND_URL in .env)`,
  );
  return url;
}

async function projectName(project: Project, settings: Settings, notes: string[]) {
  const manifest = await project.packageJson(project.root);
  const given =
    settings.name?.value ?? manifest?.name?.replace(/^@[^/]+\//, '') ?? path.basename(project.root);
  const name = dnsName(given);
  if (name !== given) notes.push(`the project is called ${name}: engines want a DNS name, not ${given}`);
  return name;
}

/** Every port that a value of the project may name: the planned ones and those that are written down. */
function portNames(
  settings: Settings,
  services: readonly Service[],
  nameOf: ReadonlyMap<string, string>,
): Map<number, string> {
  const ports = new Map<number, string>();
  for (const { of, port } of settings.copies) {
    const name = nameOf.get(of);
    if (name !== undefined) ports.set(port, name);
  }
  for (const { name, port } of services) for (const one of port?.outside ?? []) ports.set(one, name);
  return ports;
}
