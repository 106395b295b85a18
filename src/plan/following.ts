import path from 'node:path';
import type { Copy } from '../config/copies/types.ts';
import { instanceId } from '../config/instance-id.ts';
import type { App, PortKey, Settings } from '../config/types.ts';
import { followEnvironment, unfollowed } from '../follow/environment.ts';
import type { FollowFiles } from '../follow/options.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { FollowedCopy } from './types.ts';

/** What follows in a run. */
export interface Following {
  /** Written number to real one, of all apps of which it differs. */
  moved: ReadonlyMap<number, number>;
  copies: FollowedCopy[];
}

/** Programs into which neither preload gets: other languages, and runtimes that read no NODE_OPTIONS. */
const OUT_OF_REACH =
  /^(?:go|rust|spring|jvm|dotnet|phoenix|rails|puma|rackup|laravel|php|symfony|ruby|bun|deno|static|trunk|dioxus|leptos|jekyll|hugo|zola)$/;

/** Which numbers have moved, and the places that name them. Pure. @param settings `follow` off: nothing */
export function followingOf({ apps, copies, follow }: Settings, ports: PortMap): Following {
  const moved = new Map<number, number>();
  if (!follow.value) return { moved, copies: [] };
  for (const app of apps) {
    const real = ports.of(instanceId(app.name, 0));
    for (const key of Object.keys(real) as PortKey[]) {
      const home = homeOf(app, key);
      if (home !== undefined && real[key] !== undefined && home !== real[key] && !moved.has(home))
        moved.set(home, real[key]);
    }
  }
  const stuck = new Set(unfollowed(everyPort(moved, ports)));
  const reach = new Map(apps.map((app) => [app.name, inReach(app)]));
  return {
    moved,
    copies: copies.flatMap(({ by, file, line, kind, of, port }) => {
      const to = moved.get(port);
      if (to === undefined || by === of) return [];
      return [
        { by, file, line, kind, of, from: port, to, follows: !stuck.has(port) && reach.get(by) === true },
      ];
    }),
  };
}

/** Where it would listen by itself. */
const homeOf = ({ written = {}, defaultPorts }: App, key: PortKey): number | undefined =>
  written[key]?.[0]?.port ?? defaultPorts[key];

/** A preload gets into its program. */
export const inReach = ({ framework = '', runs }: App): boolean =>
  !OUT_OF_REACH.test(framework) && !/^(?:bun|deno|go|cargo)$/.test(runs?.words[0] ?? '');

/** A number on which another of the run's servers listens means that one. */
const everyPort = (moved: ReadonlyMap<number, number>, ports: PortMap): Map<number, number> =>
  new Map([...ports.numbers.map((port) => [port, port] as const), ...moved]);

/** What an instance gets so that the copies in its program follow; nothing where nothing has moved. Pure. */
export function followEnv(
  app: App,
  { moved }: Following,
  of: {
    runId: string | undefined;
    ports: PortMap;
    copies: readonly Copy[];
    inherited: Readonly<Record<string, string | undefined>>;
    files: FollowFiles | undefined;
  },
): Record<string, string> {
  const { runId, files } = of;
  if (moved.size === 0 || !files || runId === undefined || app.opaque || !inReach(app)) return {};
  const lists = of.copies.filter(({ kind, by }) => kind === 'cors' && by === app.name);
  return followEnvironment({
    run: runId,
    ports: everyPort(moved, of.ports),
    origins: lists.map(({ port }) => port),
    pages: app.roles.includes('frontend'),
    inherited: { ...of.inherited, ...app.env },
    files,
    delimiter: path.delimiter,
  });
}
