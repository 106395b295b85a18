/**
 * What one process of a run is told to follow: the value of DEVSTART_MOVED, one line of words that a person can read
 * and that Node and Python split without a parser (follow/python/sitecustomize.py reads the same words).
 *
 *     run=k3x9 ports=8000:8001,3000:3002 own=3000:3002 origins=3000:3002 pages
 */
export interface FollowSettings {
  /** Only processes whose DEVSTART_RUN is this run act. */
  run: string;
  /** The number that the project has written down, and the one that it became: all apps of the run that moved. */
  ports: ReadonlyMap<number, number>;
  /** Those that this process is to listen on itself: a fixed `listen(8000)` follows, too. */
  own: ReadonlyMap<number, number>;
  /** The frontends' ports that a fixed CORS list of this process names. */
  origins: ReadonlyMap<number, number>;
  /** It serves pages: literals in its JavaScript and HTML follow. */
  pages: boolean;
}

export function formatSettings({ run, ports, own, origins, pages }: FollowSettings): string {
  const list = (name: string, map: ReadonlyMap<number, number>) =>
    map.size === 0 ? [] : [`${name}=${[...map].map(([written, real]) => `${written}:${real}`).join(',')}`];
  return [
    `run=${run}`,
    ...list('ports', ports),
    ...list('own', own),
    ...list('origins', origins),
    ...(pages ? ['pages'] : []),
  ].join(' ');
}

/** undefined: not a line of ours, or nothing in it to follow. */
export function parseSettings(line: string | undefined): FollowSettings | undefined {
  const words = new Map(
    (line ?? '').split(' ').map((word) => word.split('=') as [string, string | undefined]),
  );
  const map = (name: string) =>
    new Map(
      (words.get(name) ?? '')
        .split(',')
        .map((pair) => pair.split(':').map(Number) as [number, number])
        .filter(([written, real]) => written > 0 && real > 0),
    );
  const run = words.get('run');
  const ports = map('ports');
  const own = map('own');
  if (!run || (ports.size === 0 && own.size === 0)) return undefined;
  return { run, ports, own, origins: map('origins'), pages: words.has('pages') };
}
