import { isMap, isScalar } from 'yaml';
import { checkOf, commandInside } from './checks.ts';
import { dockerfileOf, dockerfiles, envExample } from './dockerfile.ts';
import { buildEnvironment, checkHost, environment } from './env.ts';
import { saysUnhanded } from './sockets.ts';
import { commentLines, shellWord, yamlDocument } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';
import { containerUser } from './users.ts';

const ENGINE = 'Docker Compose';

/** `compose.yaml` and a Dockerfile for each service. Pure. */
export function compose(deployment: Deployment, target: Target): Output {
  const lost: string[] = [];
  const files = new Map<string, string>();
  const checks = new Map(deployment.services.map((one) => [one.name, checkOf(one, ENGINE, lost)]));
  const healthy = (name: string): boolean => {
    const service = deployment.services.find((one) => one.name === name);
    const check = service && checks.get(name);
    return check !== undefined && commandInside(service as Service, check) !== undefined;
  };
  const services = Object.fromEntries(
    deployment.services.map((service) => [
      service.name,
      composeService(deployment, service, { target, lost, healthy }),
    ]),
  );
  const include = deployment.composeFile ? { include: [`${target.toRoot}/${deployment.composeFile}`] } : {};
  files.set('compose.yaml', document({ name: deployment.name, ...include, services }, deployment));
  if (!target.alone) {
    for (const [name, text] of dockerfiles(deployment)) files.set(name, text);
    const example = envExample(deployment, '.env');
    if (example) files.set('.env.example', example);
  }
  const where = shellWord(target.fromRoot);
  return {
    files,
    main: ['compose.yaml'],
    lost,
    next: [
      ...(files.has('.env.example') ? [`cp ${where}/.env.example ${where}/.env   # and fill it in`] : []),
      `docker compose -f ${where}/compose.yaml up --build --wait`,
    ],
  };
}

interface Told {
  target: Target;
  lost: string[];
  /** Has a check that its image can make. */
  healthy(name: string): boolean;
}

function composeService(deployment: Deployment, service: Service, { target, lost, healthy }: Told): object {
  const { name, recipe, instances } = service;
  saysUnhanded(service, ENGINE, lost);
  const env = environment(deployment, service, 'containers');
  const depends = dependencies(deployment, service).map((other) => [
    other,
    {
      condition: healthy(other) ? 'service_healthy' : 'service_started',
      // nginx asks for an address once, when it starts.
      ...(service.routes.some(({ to }) => to === other) ? { restart: true } : {}),
    },
  ]);
  const own = recipe.dockerfile !== undefined || !recipe.image;
  return {
    ...imageOf(deployment, service, target),
    ...(Object.keys(env).length > 0 ? { environment: env } : {}),
    // Nobody else's secrets.
    ...(service.secrets.length > 0 ? { env_file: [{ path: '.env', required: false }] } : {}),
    ...published(deployment, service, lost),
    ...(depends.length > 0 ? { depends_on: Object.fromEntries(depends) } : {}),
    ...healthcheck(deployment, service, lost),
    restart: restartOf(service),
    ...(instances > 1 ? { deploy: { replicas: instances } } : {}),
    ...(service.stopSignal === 'SIGTERM' ? {} : { stop_signal: service.stopSignal }),
    stop_grace_period: `${service.grace}s`,
    init: true,
    ...userOf(service, lost),
    ...(own
      ? {}
      : {
          ...(recipe.writesCode ? {} : { read_only: true }),
          tmpfs: ['/tmp', ...(recipe.writes ?? [])],
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
        }),
    labels: { 'devstart.app': name },
  };
}

/** A port of the machine for each replica: they cannot share one. */
function published(
  { services }: Deployment,
  { name, app, port, instances }: Service,
  lost: string[],
): object {
  if (!port) return {};
  const [first = 0] = port.outside;
  const all = Array.from({ length: Math.max(instances, port.outside.length) }, (_, at) => first + at);
  const range = all.length === 1 ? `${first}` : `${first}-${all.at(-1)}`;
  if (all.length > port.outside.length) {
    const other = services.find(
      (one) => one.name !== name && one.port?.outside.some((it) => all.includes(it)),
    );
    const what = `${app}: ${instances} instances on one port, which ${ENGINE} publishes as one each`;
    lost.push(
      other ? `${what}: ${range} is not free (${other.app}), none is published` : `${what}: ${range}`,
    );
    if (other) return {};
  }
  return { ports: [`127.0.0.1:${range}:${port.inside}`] };
}

/** An image of the project's own may know the names. */
function userOf(service: Service, lost: string[]): object {
  const { user, group, recipe } = service;
  if (user === undefined) return {};
  if (recipe.dockerfile !== undefined) return { user: group === undefined ? user : `${user}:${group}` };
  const ids = containerUser(service, lost);
  return ids ? { user: `${ids.uid}:${ids.gid}` } : {};
}

/** What it waits for: said, and the services that its own web server hands paths on to. */
export function dependencies({ services }: Deployment, { dependsOn, routes, name }: Service): string[] {
  const all = [...dependsOn, ...routes.map(({ to }) => to)].filter((one) => one !== name);
  return [...new Set(all)].filter((one) => services.some((service) => service.name === one));
}

function imageOf(deployment: Deployment, service: Service, target: Target): object {
  const { recipe, name, unsure } = service;
  const image = `${deployment.name}-${name}:latest`;
  if (unsure) return { image };
  const context = [target.toRoot, recipe.context].filter((part) => part !== '.').join('/') || '.';
  if (recipe.dockerfile !== undefined)
    return {
      image,
      build: {
        context,
        dockerfile: recipe.dockerfile.slice(recipe.context === '.' ? 0 : recipe.context.length + 1),
        ...argsOf(deployment, service),
      },
    };
  const inline = target.alone
    ? { dockerfile_inline: dockerfileOf(deployment, service) }
    : { dockerfile: backTo(recipe.context, `${name}.Dockerfile`, target) };
  return { image, build: { context, ...inline, ...argsOf(deployment, service) } };
}

/** A Dockerfile is named from its context: the way back to DIR. */
function backTo(context: string, file: string, { fromRoot }: Target): string {
  const up = context === '.' ? [] : context.split('/').map(() => '..');
  return [...up, ...(fromRoot === '.' ? [] : [fromRoot]), file].join('/');
}

function argsOf(deployment: Deployment, service: Service): object {
  const args = buildEnvironment(deployment, service);
  if (Object.keys(args).length === 0) return {};
  // Without a value it is taken from .env beside this file, or from the environment.
  return { args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value ?? null])) };
}

function healthcheck(deployment: Deployment, service: Service, lost: string[]): object {
  const check = checkOf(service, ENGINE, []);
  if (!check || service.recipe.checksItself) return {};
  const command = commandInside(service, check, checkHost(deployment, service));
  if (!command) {
    lost.push(`${service.app}: nothing is known to be in its image that could check it: no healthcheck`);
    return {};
  }
  return {
    healthcheck: {
      test: ['CMD', ...command],
      interval: '3s',
      timeout: '5s',
      retries: 3,
      start_period: `${Math.ceil(service.readyTimeout)}s`,
    },
  };
}

function restartOf({ restart }: Service): string {
  if (restart.when === 'never') return 'no';
  return restart.when === 'always' ? 'unless-stopped' : `on-failure:${restart.max}`;
}

/** YAML with a comment where a service is not whole. */
function document(value: object, { services }: Deployment): string {
  const doc = yamlDocument(value);
  const map = doc.get('services');
  for (const { name, unsure, recipe, app } of services) {
    const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    const notes = unsure
      ? [
          ` TODO ${app}: how it is built is not known for sure, so there is no Dockerfile.`,
          ...recipe.notes.flatMap((note) => commentLines(note, '')),
          ' Make the image with buildpacks (pack build) or railpack (railpack build), or write a Dockerfile.',
        ]
      : recipe.dockerfile
        ? recipe.notes.map((note) => ` ${note}`)
        : [];
    if (pair && isScalar(pair.key) && notes.length > 0) pair.key.commentBefore = notes.join('\n');
  }
  return doc.toString({ lineWidth: 0 });
}
