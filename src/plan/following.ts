import path from 'node:path';
import type { Copy } from '../config/copies/types.ts';
import { addressesIn, isForeign } from '../config/copies/urls.ts';
import { isNative } from '../config/detect/frameworks/native.ts';
import { instanceId } from '../config/instance-id.ts';
import { type App, type PortKey, type Settings, TOLD_LISTS, type ToldName } from '../config/types.ts';
import { followEnvironment } from '../follow/environment.ts';
import type { FollowFiles } from '../follow/options.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { FollowedCopy, Follows } from './types.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What follows in a run. */
export interface Following {
  /** Written number to real one, of all apps of which it differs. */
  moved: ReadonlyMap<number, number>;
  copies: FollowedCopy[];
  /** By app: variables that its env files or its code's defaults have, with the real ports. */
  values: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** By app: of the moved numbers those of whom its own fixed list lets in. */
  origins: ReadonlyMap<string, readonly number[]>;
  /** By app: numbers by which it speaks of somebody else's service. */
  foreign: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Programs into which neither preload gets: other languages, and runtimes that read no NODE_OPTIONS. */
const OUT_OF_REACH = /^(?:bun|deno|static)$/;
const OTHER_PROGRAMS =
  /^(?:bun|deno|go|air|cargo|java|mvnw?|gradlew?|kotlin|dotnet|mix|iex|elixir|php|perl|ruby|bundle|rackup|nginx|caddy)$/;
/** Files that only other programs read. */
const OTHER_FILES = /\.(?:go|rs|rb|ru|php|java|kts?|scala|cs|fs|exs?|pl|conf)$|(?:^|\/)Caddyfile$/;

/** A preload gets into its program. */
export const inReach = ({ framework = '', runs }: App): boolean =>
  !OUT_OF_REACH.test(framework) && !isNative(framework) && !OTHER_PROGRAMS.test(runs?.words[0] ?? '');

/** Where each app would listen by itself: whose port a number is. Of two the first. */
export function homesOf(apps: readonly App[]): Map<number, string> {
  const homes = new Map<number, string>();
  for (const app of apps) {
    for (const home of homesOfApp(app)) if (!homes.has(home)) homes.set(home, app.name);
  }
  return homes;
}

const homesOfApp = (app: App): number[] =>
  [...new Set([...Object.keys(app.written ?? {}), ...Object.keys(app.defaultPorts)] as PortKey[])].flatMap(
    (key) => homeOf(app, key) ?? [],
  );

const homeOf = ({ written = {}, defaultPorts }: App, key: PortKey): number | undefined =>
  written[key]?.[0]?.port ?? defaultPorts[key];

/**
 * Written number to real one, where they differ. Of two apps with one number it is the backend's: where that stays, the
 * number has not moved, wherever the other one went. Pure.
 */
export function movedPorts(apps: readonly App[], ports: PortMap): Map<number, number> {
  const known = new Map<number, number>();
  const isBackend = ({ roles }: App): number => Number(roles.includes('backend'));
  for (const app of [...apps].sort((a, b) => isBackend(b) - isBackend(a)))
    for (const [home, real] of ownMoves(app, ports)) if (!known.has(home)) known.set(home, real);
  return new Map([...known].filter(([home, real]) => home !== real));
}

/** Where an app would listen by itself, and where it does; equal ones have not moved. */
const ownMoves = (app: App, ports: PortMap): [number, number][] =>
  Object.entries(ports.of(instanceId(app.name, 0))).flatMap(([key, real]) => {
    const home = homeOf(app, key as PortKey);
    return home === undefined ? [] : [[home, real]];
  });

/**
 * Which numbers have moved, the places that name them, and how each follows. Pure.
 * @param copies all that are known; those of the settings are what a start reads
 */
export function followingOf(
  { apps, follow }: Pick<Settings, 'apps' | 'follow'>,
  copies: readonly Copy[],
  ports: PortMap,
  inherited: Environment,
): Following {
  const moved = movedPorts(apps, ports);
  const stuck = new Set(ports.numbers.filter((port) => moved.has(port)));
  const found = copies.filter(
    (copy) => moved.has(copy.port) && !isForeign(copy.name ?? '') && !isOverruled(copy, inherited),
  );
  const values = new Map<string, Record<string, string>>();
  const origins = new Map<string, number[]>();
  const rows = found.flatMap((copy): FollowedCopy[] => {
    const app = apps.find(({ name }) => name === copy.by);
    const to = moved.get(copy.port);
    if (!app || to === undefined) return [];
    const follows = follow.value ? howItFollows(copy, app, inherited, stuck) : 'no';
    if (follows === 'env') {
      const { name = '', value = '' } = copy;
      values.set(app.name, { ...values.get(app.name), [name]: withRealPorts(value, moved) });
    } else if (follows === 'connect' && isList(copy, app))
      origins.set(app.name, [...(origins.get(app.name) ?? []), copy.port]);
    const { by, of, file, line, kind, name, port: from } = copy;
    const shell = copy.shell || inherited[name ?? ''] !== undefined;
    const row = {
      by,
      of,
      file,
      line,
      kind,
      from,
      to,
      follows,
      ...(name && { name }),
      ...(shell && { shell }),
    };
    return isTold(copy, follows) ? [row] : [];
  });
  for (const [name, told] of values) forgetTold(origins, name, told, moved);
  return { moved, copies: unique(rows), values, origins, foreign: foreignNumbers(copies) };
}

/** A list that the program compares an origin with, and that nobody tells it with the real one. */
const isList = ({ kind, name = '' }: Copy, { reads }: App): boolean =>
  kind === 'cors' ||
  (kind === 'default' &&
    /CORS|ORIGIN|ALLOWED/i.test(name) &&
    (!(TOLD_LISTS as readonly string[]).includes(name) || reads?.[name as ToldName] === 'own'));

/** A variable can say it in its place. */
const valued = ({ name, value, kind }: Copy): boolean =>
  name !== undefined && value !== undefined && /^(?:env|default|proxy)$/.test(kind);

/** The shell's value counts, whatever stands in the project's files: one that names another place. */
const isOverruled = (copy: Copy, inherited: Environment): boolean => {
  const value = copy.shell || copy.config ? undefined : inherited[copy.name ?? ''];
  return valued(copy) && value !== undefined && !namesPort(value, copy.port);
};

/** How a place means the real port. @param stuck numbers that are also another server's real port. Pure. */
export function howItFollows(
  copy: Copy,
  app: App,
  inherited: Environment,
  stuck: ReadonlySet<number> = new Set(),
): Follows {
  const { name, kind, port, browser, bare, shell, host, by, of, file } = copy;
  if (copy.config && !app.opaque) return 'env';
  if (shell || (valued(copy) && inherited[name as string] !== undefined)) return 'no';
  if (valued(copy) && app.env[name as string] === undefined) {
    // What says its own number in code is told to it in its own way.
    const isOwn = by === of && kind === 'default' && host === undefined;
    if (!isOwn && !app.opaque) return 'env';
  }
  const isOut = !inReach(app) || OTHER_FILES.test(file);
  return stuck.has(port) || browser || bare || isOut ? 'no' : 'connect';
}

/** What nobody needs to hear of: its own number, which it is told or means in its own way. */
const isTold = ({ by, of, host, kind, browser, shell, name }: Copy, follows: Follows): boolean =>
  by !== of ||
  (follows === 'env' && kind === 'env' && host !== undefined) ||
  (follows === 'no' && (browser === true || shell === true || (name !== undefined && host !== undefined)));

const namesPort = (value: string, port: number): boolean =>
  withRealPorts(value, new Map([[port, port === 1 ? 2 : 1]])) !== value;

/** A variable's value with the real ports and all else as it is: a URL, a port, a list of them. Pure. */
export function withRealPorts(value: string, moved: ReadonlyMap<number, number>): string {
  const [whole, lead, digits] = /^((?:tcp:\/\/)?:?)(\d{2,5})$/.exec(value) ?? [];
  if (whole) return `${lead}${moved.get(Number(digits)) ?? digits}`;
  let real = value;
  for (const { digits: place } of addressesIn({ code: value }).reverse()) {
    const port = moved.get(Number(value.slice(place.start, place.end)));
    if (port !== undefined) real = real.slice(0, place.start) + port + real.slice(place.end);
  }
  return real;
}

/** A list that is told with the real origin is compared with that: showing the written one would undo it. */
function forgetTold(
  origins: Map<string, number[]>,
  app: string,
  values: Readonly<Record<string, string>>,
  moved: ReadonlyMap<number, number>,
): void {
  const lists = Object.entries(values).filter(([name]) => /CORS|ORIGIN|ALLOWED/i.test(name));
  const left = origins.get(app)?.filter((port) => {
    const real = moved.get(port);
    return real === undefined || !lists.some(([, value]) => namesPort(value, real));
  });
  if (left) origins.set(app, left);
}

/** Numbers that an app's variables name as somebody else's service, and nothing of it as a server's of the project. */
function foreignNumbers(copies: readonly Copy[]): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { by, port, name = '' } of copies) {
    const ours = copies.some((one) => one.by === by && one.port === port && !isForeign(one.name ?? ''));
    if (isForeign(name) && !ours) found.set(by, (found.get(by) ?? new Set()).add(port));
  }
  return found;
}

/** Each place once, however many apps read it: what does not follow in one of them is said. */
function unique(rows: FollowedCopy[]): FollowedCopy[] {
  const key = ({ file, line, from, by, name, shell, follows }: FollowedCopy) =>
    shell && follows === 'no' ? `${name} ${by}` : `${file}:${line} ${from} ${by}`;
  return rows.filter((row, index) => rows.findIndex((other) => key(other) === key(row)) === index);
}

/** A number on which another of the run's servers listens means that one. */
const everyPort = (moved: ReadonlyMap<number, number>, ports: PortMap): Map<number, number> =>
  new Map([...moved, ...ports.numbers.map((port) => [port, port] as const)]);

/** Where Vite's hot updates are when it runs within another server. */
export const HOT_PORT = 24_678;
export const hasHotPort = (app: App): boolean => app.hotUpdates === true && inReach(app) && !app.opaque;

interface FollowEnvInput {
  runId: string | undefined;
  ports: PortMap;
  inherited: Environment;
  files: FollowFiles | undefined;
  /** Where this instance's hot updates are to be. */
  hot?: number | undefined;
}

/** What an instance gets so that the copies in its program follow; nothing where nothing has moved. Pure. */
export function followEnv(app: App, following: Following, of: FollowEnvInput): Record<string, string> {
  if (app.opaque || !inReach(app)) return {};
  const foreign = following.foreign.get(app.name);
  const isHot = of.hot !== undefined && of.hot !== HOT_PORT;
  const moved = isHot ? new Map([...following.moved, [HOT_PORT, of.hot as number]]) : following.moved;
  return preloads(moved, of, {
    // Where there are several, each has a number of its own.
    own: new Map([
      ...(app.instances === 1 ? ownMoves(app, of.ports) : []),
      ...(isHot ? [[HOT_PORT, of.hot as number] as const] : []),
    ]),
    origins: following.origins.get(app.name) ?? [],
    pages: app.roles.includes('frontend') || isHot,
    without: foreign ?? new Set(),
    env: app.env,
  });
}

/** What a command beside the servers gets (`exec`). Pure. */
export const followCommandEnv = (
  moved: ReadonlyMap<number, number>,
  of: FollowEnvInput,
): Record<string, string> =>
  preloads(moved, of, { own: new Map(), origins: [], pages: false, without: new Set(), env: {} });

function preloads(
  moved: ReadonlyMap<number, number>,
  { runId, ports, inherited, files }: FollowEnvInput,
  one: {
    own: ReadonlyMap<number, number>;
    origins: readonly number[];
    pages: boolean;
    without: ReadonlySet<number>;
    env: Environment;
  },
): Record<string, string> {
  if (moved.size === 0 || !files || runId === undefined) return {};
  const { own, origins, pages } = one;
  return followEnvironment({
    run: runId,
    ports: new Map([...everyPort(moved, ports)].filter(([port]) => !one.without.has(port))),
    own,
    origins,
    pages,
    inherited: { ...inherited, ...one.env },
    files,
    delimiter: path.delimiter,
  });
}
