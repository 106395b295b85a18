import { type FollowSettings, formatSettings } from './settings.ts';

/** One process of a run, and what is known of the run's ports. */
export interface FollowRequest {
  /** DEVSTART_RUN of the process. */
  run: string;
  /** Written number to real one, of all apps of the run; equal ones have not moved. */
  ports: ReadonlyMap<number, number>;
  /** The written numbers that this process is to listen on itself; only where it has no other way to be told. */
  own?: Iterable<number>;
  /** The written numbers of the frontends that a fixed CORS list in this app's code names. */
  origins?: Iterable<number>;
  /** It sends a page's JavaScript or HTML. */
  pages?: boolean;
  /** What the process would get without us. */
  inherited: Readonly<Record<string, string | undefined>>;
  /** The preload file of Node, and the folder of Python's sitecustomize.py; absolute. */
  files: { node: string; python: string };
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
    own: pick(request.own),
    origins: pick(request.origins),
    pages: request.pages ?? false,
  };
  if (ports.size === 0) return {};
  const { inherited, files } = request;
  return {
    DEVSTART_FOLLOW: formatSettings(settings),
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
  return new Map([...ports].filter(([written, real]) => written !== real && !ambiguous.has(written)));
}

const pairOf = (ports: ReadonlyMap<number, number>, written: number): [number, number][] => {
  const real = ports.get(written);
  return real === undefined ? [] : [[written, real]];
};

/**
 * Appended, so that what the user's own `--require` loads (yarn's PnP, an agent) comes first. Node splits at spaces;
 * quotes keep a part together, and within them alone a backslash takes the next character as it is.
 */
function withRequire(options: string | undefined, file: string): string {
  const argument = `--require ${/[ "]/.test(file) ? `"${file.replace(/[\\"]/g, '\\$&')}"` : file}`;
  if (!options?.trim()) return argument;
  return options.includes(argument) ? options : `${options} ${argument}`;
}

/** First, since Python runs one sitecustomize: ours runs the project's. An empty entry would be the current folder. */
function withFolder(list: string | undefined, folder: string, delimiter: string): string {
  const others = (list ?? '').split(delimiter).filter((entry) => entry !== folder);
  return list ? [folder, ...others].join(delimiter) : folder;
}
