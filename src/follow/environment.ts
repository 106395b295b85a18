import { type FollowFiles, withFolder, withRequire } from './options.ts';
import { type FollowSettings, formatSettings } from './settings.ts';

/** One process of a run, and what is known of the run's ports. */
export interface FollowRequest {
  /** DEVSTART_RUN of the process. */
  run: string;
  /** Written number to real one, of all apps of the run; equal ones have not moved. */
  ports: ReadonlyMap<number, number>;
  /** Likewise those that this process is to listen on itself; only where it has no other way to be told. */
  own?: ReadonlyMap<number, number>;
  /** The written numbers of the frontends that a fixed CORS list in this app's code names. */
  origins?: Iterable<number>;
  /** It sends a page's JavaScript or HTML. */
  pages?: boolean;
  /** What the process would get without us. */
  inherited: Readonly<Record<string, string | undefined>>;
  files: FollowFiles;
  /** Between two folders of a path list: `:`, on Windows `;`. */
  delimiter: string;
}

/**
 * What is added to the environment of a process so that the copies of moved ports follow: nothing where none can.
 * Pure. A number that is also a real port of the run is left out (`unfollowed` names it): who connects there may mean
 * either.
 */
export function followEnvironment(request: FollowRequest): Record<string, string> {
  const ports = followed(request.ports);
  const pick = (numbers: Iterable<number> = []) =>
    new Map([...new Set(numbers)].flatMap((written) => pairOf(ports, written)));
  const settings: FollowSettings = {
    run: request.run,
    ports,
    own: moves(request.own ?? new Map()),
    origins: pick(request.origins),
    pages: request.pages ?? false,
  };
  if (ports.size === 0 && settings.own.size === 0) return {};
  const { inherited, files } = request;
  return {
    DEVSTART_MOVED: formatSettings(settings),
    NODE_OPTIONS: withRequire(inherited.NODE_OPTIONS, files.node),
    PYTHONPATH: withFolder(inherited.PYTHONPATH, files.python, request.delimiter),
  };
}

/** The written numbers that moved and cannot follow: one of the run's servers listens there. */
export function unfollowed(ports: ReadonlyMap<number, number>): number[] {
  const real = new Set(ports.values());
  return [...ports]
    .filter(([written, now]) => written !== now && real.has(written))
    .map(([written]) => written);
}

function followed(ports: ReadonlyMap<number, number>): Map<number, number> {
  const ambiguous = new Set(unfollowed(ports));
  return new Map([...moves(ports)].filter(([written]) => !ambiguous.has(written)));
}

const moves = (ports: ReadonlyMap<number, number>) =>
  new Map([...ports].filter(([written, real]) => written !== real));

const pairOf = (ports: ReadonlyMap<number, number>, written: number): [number, number][] => {
  const real = ports.get(written);
  return real === undefined ? [] : [[written, real]];
};
