import path from 'node:path';
import { parseCompose, readCompose } from '../services/compose.ts';
import type { App } from '../types.ts';
import { type Candidate, isWithin, roleOfName, type Scope } from './candidate.ts';
import { hasManifest } from './folders.ts';
import { isRecord } from './owner/jsonc.ts';

/** What is said of a project's containers: servers that they alone start, and pages that ask one by its name. */

/** The file of `docker compose up` for developing, the likeliest first. */
const FILES = [/^(?:docker-)?compose[.-](?:dev|development|local)\.ya?ml$/, /^(?:docker-)?compose\.ya?ml$/];

/** Folders for files like these, where there is none at the top. */
const FOLDERS =
  'docker .docker compose deploy devops infra infrastructure devops/compose docker/compose'.split(' ');

interface Container {
  name: string;
  /** Ports of this machine; none where it is a worker, or for other containers alone. */
  ports: number[];
  /** A profile starts it, or it is a service that has its own line. */
  aside: boolean;
  /** Folders whose code it runs, absolute. */
  code: string[];
  /** It has a command of its own. */
  commanded: boolean;
}

interface File {
  /** Relative to the project. */
  name: string;
  /** Of `docker compose`; none where it finds the file itself. */
  flags: string;
  containers: Container[];
}

/** @param apps with the ports that are written down for them */
export async function mentionContainersOf(
  scope: Scope,
  found: readonly Candidate[],
  apps: readonly App[],
): Promise<void> {
  const { context } = scope;
  if (context.prod || found.some(({ app }) => app.opaque)) return;
  const file = await fileOf(scope);
  if (!file) return;
  await mentionServers(scope, file, found, apps);
  for (const one of found) await mentionCalls(scope, file, one);
}

type Services = Record<string, unknown>;

/** The first file that says all of what it starts; where none does, all of them together. */
async function fileOf({ project, context }: Scope): Promise<File | undefined> {
  const read: { place: string; services: Services }[] = [];
  for (const place of await placesOf(project)) {
    const services = await servicesOf((await project.text(place)) ?? '');
    if (services && isWhole([services])) return fileFrom(project, [place], [services], context.env);
    if (services) read.unshift({ place, services });
  }
  const [all, places] = [read.map(({ services }) => services), read.map(({ place }) => place)];
  return read.length > 1 && isWhole(all) ? fileFrom(project, places, all, context.env) : undefined;
}

const isWhole = (all: Services[]): boolean =>
  all
    .flatMap((services) => Object.keys(services))
    .every((name) => {
      const given = all.map((services) => services[name]).filter(isRecord);
      return given.some((one) => Boolean(one.image ?? one.build ?? one.extends));
    });

function fileFrom(
  project: Scope['project'],
  places: string[],
  all: Services[],
  env: Scope['context']['env'],
): File {
  const last = places.at(-1) ?? '';
  const dir = path.dirname(last);
  const merged = (name: string): Services => Object.assign({}, ...all.map((services) => services[name]));
  const containers = readCompose(
    all.map((services) => ({ services })),
    env,
  ).map(({ name, kind, ports, optional }) => ({
    name,
    ports: ports.map(({ host }) => host),
    aside: optional || kind !== undefined,
    code: codeOf(merged(name)).map((folder) => path.resolve(dir, folder)),
    commanded: merged(name).command !== undefined,
  }));
  const isPlain = all.length === 1 && dir === project.root && FILES.at(-1)?.test(path.basename(last));
  const flags = isPlain ? '' : places.map((place) => `-f ${project.relative(place)} `).join('');
  return { name: project.relative(last), flags, containers };
}

/** The files of the first folder that has one. */
async function placesOf(project: Scope['project']): Promise<string[]> {
  for (const folder of ['', ...FOLDERS]) {
    const dir = path.join(project.root, folder);
    const { files } = await project.list(dir);
    const names = FILES.flatMap((pattern) => [...files].filter((one) => pattern.test(one)).sort());
    if (names.length > 0) return names.map((name) => path.join(dir, name));
  }
  return [];
}

async function servicesOf(text: string): Promise<Services | undefined> {
  const data = await parseCompose(text);
  if (data === undefined) return undefined;
  return isRecord(data) && isRecord(data.services) ? data.services : {};
}

/** What a web server is given to serve is not its code. */
const FRONT = /(?:^|\/)(?:nginx|caddy|traefik|httpd|apache|haproxy|envoy)[\w.-]*(?::|$)/;

function codeOf(raw: unknown): string[] {
  const { build, image, volumes } = isRecord(raw) ? raw : {};
  const { context: whole = '.', dockerfile = '' } = isRecord(build) ? build : { context: build };
  // What builds of all there is is told by where its Dockerfile lies.
  const folder = path.dirname(String(dockerfile));
  const context = build !== undefined && folder !== '.' ? path.join(String(whole), folder) : build && whole;
  const mounts = Array.isArray(volumes) && !FRONT.test(String(image ?? '')) ? volumes : [];
  return [context, ...mounts.map((one) => (isRecord(one) ? one.source : String(one).split(':')[0]))].filter(
    (one) => typeof one === 'string' && (one === context || one.startsWith('.')),
  ) as string[];
}

/** Built from a folder that is a program of its own: one of several that only other containers reach. */
async function isProgram(project: Scope['project'], { code }: Container): Promise<boolean> {
  const [dir] = code;
  return dir !== undefined && (await hasManifest(project, dir));
}

/** Servers with a port of this machine that nothing of the run is: a proxy before the others, an admin page. */
async function mentionServers(
  { project, leftOut }: Scope,
  { name: file, flags, containers }: File,
  found: readonly Candidate[],
  apps: readonly App[],
): Promise<void> {
  const homes = [
    // What only starts at the top has its code elsewhere.
    ...found
      .filter(({ before }) => !before)
      .flatMap(({ home, app }) => (app.cwd === project.root ? [home] : [home, app.cwd])),
    ...leftOut.filter(({ file: one }) => one !== '.').map((one) => path.join(project.root, one.file)),
  ];
  const taken = new Set(
    apps.flatMap(({ written = {}, defaultPorts }) => {
      const own = Object.values(written).flatMap((all) => all.map(({ port }) => port));
      return own.length > 0 ? own : Object.values(defaultPorts);
    }),
  );
  const isRelated = (dir: string) => homes.some((home) => isWithin(home, dir) || isWithin(dir, home));
  // Code of a folder of its own says more than what it is called.
  const isElsewhere = ({ code }: Container) => code.length > 0 && !code.some(isRelated);
  const isNamed = (one: Container): boolean =>
    one.ports.some((port) => taken.has(port)) ||
    leftOut.some(({ what }) => what === one.name) ||
    apps.some(
      ({ name, roles, runs }) =>
        name === one.name ||
        // `nest start orders`
        runs?.words.includes(one.name) ||
        (!isElsewhere(one) && roles.some((role) => role === roleOfName(one.name))),
    );
  // Of several that run the same code one is the server that is started: a further one has a command of its own.
  const isOther = (one: Container): boolean =>
    one.commanded &&
    containers.some(
      (other) => other !== one && isNamed(other) && other.code.some((dir) => one.code.includes(dir)),
    );
  const isOurs = (one: Container): boolean => isNamed(one) || (!isOther(one) && one.code.some(isRelated));
  const rest: Container[] = [];
  for (const one of containers)
    if (!one.aside && !isOurs(one) && (one.ports.length > 0 || (await isProgram(project, one))))
      rest.push(one);
  if (rest.length === 0) return;
  const names = rest.map(({ name }) => name);
  const call = `docker compose ${flags}up ${names.join(' ')}`;
  const ports = [...new Set(rest.flatMap((one) => one.ports))].join(', ');
  const at = ports === '' ? '' : `, at ${ports}`;
  leftOut.push({
    what: names.join(', '),
    file,
    why: `"${call}" starts ${names.length > 1 ? 'them' : 'it'}${at}; a config can add ${names.length > 1 ? 'them' : 'it'}`,
  });
}

const CONFIG =
  /^(?:vite|next|nuxt|vue|craco|webpack|rsbuild|rspack|svelte|astro|quasar)[\w.-]*\.[cm]?[jt]s$|^proxy[\w.-]*\.(?:js|json)$|^setupProxy\.[cm]?[jt]s$|^package\.json$/;
/** What servers are told of each other. */
const TOLD = /\b(?:BACKEND_URL|API_URL)\b/;

/** `target: 'http://backend:8000'`: outside of its container the page's server asks there in vain. */
async function mentionCalls(
  { project, notes, context }: Scope,
  { name: file, containers }: File,
  { app, home }: Candidate,
): Promise<void> {
  if (!app.roles.includes('frontend')) return;
  const names = containers.map(({ name }) => name.replace(/[.]/g, '\\.')).join('|');
  const call = new RegExp(`['"\`](?:https?|wss?)://(${names})(?::\\d+)?(?=[/'"\`])`);
  for (const folder of [home, path.join(home, 'src')])
    for (const name of [...(await project.list(folder)).files].filter((one) => CONFIG.test(one)).sort()) {
      const place = path.join(folder, name);
      const lines = ((await project.text(place)) ?? '').split('\n');
      const at = lines.findIndex((line) => call.test(line.replace(/^\s*(?:\/\/|\*).*|\s\/\/.*$/, '')));
      const line = lines[at] ?? '';
      const variables = line.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? [];
      const near = lines.slice(Math.max(0, at - 2), at + 1).join('\n');
      // `if (isDocker)`: not here.
      if (CONDITION.test(near) && /docker|container/i.test(near)) continue;
      if (at < 0 || TOLD.test(line) || variables.some((one) => context.env[one])) continue;
      if (await isSet(project, home, variables)) continue;
      const [, service = ''] = call.exec(line) ?? [];
      const how = variables[0] ? `; ${variables[0]} says another place` : '';
      notes.push(
        `${app.name}: ${project.relative(place)}:${at + 1} calls "${service}", a name that only the containers of ${file} know${how}`,
      );
      return;
    }
}

const CONDITION = /\bif\s*\(|[^?]\?[^?.:]/;

/** An env file of its folder has one of them. */
async function isSet(project: Scope['project'], dir: string, variables: string[]): Promise<boolean> {
  if (variables.length === 0) return false;
  const names = [...(await project.list(dir)).files].filter((one) =>
    /^\.env(?:\.(?:local|development)){0,2}$/.test(one),
  );
  const texts = await Promise.all(names.map((one) => project.text(path.join(dir, one))));
  return texts.some((text) => variables.some((one) => new RegExp(`^\\s*${one}=\\S`, 'm').test(text ?? '')));
}
