import { DevstartError } from '../errors.ts';

/** What is known of a run to tell it from others. */
export interface KnownRun {
  /** The run's id. */
  run: string;
  /** What it is called: the project's folder, or the config's `name`. */
  project: string;
  /** Absolute. */
  root: string;
  instances: readonly KnownInstance[];
}

interface KnownInstance {
  app: string;
  instance: number;
  id: number | null;
}

/** What a NAME means: a whole run, one of its apps, one of its instances. */
export interface Target<R extends KnownRun = KnownRun> {
  run: R;
  app?: string;
  instance?: number;
}

/** As it is asked of the run itself: an app, an instance, the run. */
export const nameWithin = ({ run, app, instance }: Target): string =>
  app === undefined ? run.run : instance === undefined ? app : `${app}:${instance}`;

/** The runs of the project that `folder` lies in: of the nearest root at or above it. Pure. */
export function runsHere<R extends KnownRun>(runs: readonly R[], folder: string): R[] {
  const holds = ({ root }: R) => folder === root || folder.startsWith(root.endsWith('/') ? root : `${root}/`);
  const around = runs.filter(holds).sort((a, b) => b.root.length - a.root.length);
  return around.filter(({ root }) => root === around[0]?.root);
}

/**
 * What is called so: an app (`api`), an instance (`api:1`, or its number), a run (its project's name, or its id), all
 * with the project in front where that is needed (`shop/api:1`, `work/shop/api`). In the current project first, then
 * in all runs. Pure.
 * @param here the runs of the current project
 * @throws DevstartError NOT_FOUND, or AMBIGUOUS with the candidates
 */
export function resolveName<R extends KnownRun>(
  text: string,
  runs: readonly R[],
  here: readonly R[],
): Target<R> {
  for (const among of [here, runs]) {
    const found = among.flatMap((run) => meaningIn(text, run) ?? []);
    if (found.length === 1) return found[0] as Target<R>;
    if (found.length > 1) throw ambiguous(text, found, runs);
  }
  throw new DevstartError('NOT_FOUND', `nothing that runs is called "${text}"`, { hint: whatRuns(runs) });
}

/**
 * The run of the current project. Pure.
 * @throws DevstartError NOT_FOUND, or AMBIGUOUS where several run here
 */
export function resolveHere<R extends KnownRun>(runs: readonly R[], here: readonly R[]): R {
  const [only, second] = here;
  if (!only) throw new DevstartError('NOT_FOUND', 'nothing runs in this project', { hint: whatRuns(runs) });
  if (second)
    throw ambiguous(
      undefined,
      here.map((run) => ({ run })),
      runs,
    );
  return only;
}

/** What a run is called so that it is told from the others: `shop`, or `work/shop` where two have the name. Pure. */
export function displayName(run: KnownRun, runs: readonly KnownRun[]): string {
  const alike = runs.filter(({ project, root }) => project === run.project && root !== run.root);
  return alike.length > 0 ? longName(run) : run.project;
}

const longName = ({ root, project }: KnownRun): string => `${root.split('/').at(-2) || '/'}/${project}`;

/** What the text means in one run: the run itself, or something in it. */
function meaningIn<R extends KnownRun>(text: string, run: R): Target<R> | undefined {
  const apps = new Set(run.instances.map(({ app }) => app));
  const inside = withinRun(text, run);
  const fronts = [run.run, longName(run), run.project];
  // A project's only app is often called as it is: then the whole is meant.
  if (fronts.includes(text) && (!inside || apps.size === 1)) return { run };
  if (inside) return { run, ...inside };
  for (const front of fronts) {
    const rest = text.startsWith(`${front}/`) ? withinRun(text.slice(front.length + 1), run) : undefined;
    if (rest) return { run, ...rest };
  }
  return undefined;
}

/** An app (its name may hold a colon), an instance of one, an instance by its number. */
function withinRun(text: string, { instances }: KnownRun): { app: string; instance?: number } | undefined {
  if (instances.some(({ app }) => app === text)) return { app: text };
  const [, app, number] = /^(.+):(\d+)$/.exec(text) ?? [];
  const one = instances.find((it) => it.app === app && it.instance === Number(number));
  const numbered = /^\d+$/.test(text) ? instances.find(({ id }) => id === Number(text)) : undefined;
  const chosen = one ?? numbered;
  return chosen && { app: chosen.app, instance: chosen.instance };
}

function ambiguous(
  text: string | undefined,
  found: readonly Target[],
  runs: readonly KnownRun[],
): DevstartError {
  const sameName = (run: KnownRun) =>
    runs.some((other) => other !== run && displayName(other, runs) === displayName(run, runs));
  const lines = found.map(({ run, app, instance }) => {
    const front = sameName(run) ? run.run : displayName(run, runs);
    const name = [front, ...(app === undefined ? [] : [instance === undefined ? app : `${app}:${instance}`])];
    return `  ${name.join('/')}  in ${run.root}`;
  });
  return new DevstartError(
    'AMBIGUOUS',
    text === undefined
      ? `${found.length} runs of this project: which one?`
      : `"${text}" may be ${found.length} things`,
    { hint: ['Say which:', ...lines].join('\n') },
  );
}

/** What could have been meant. */
function whatRuns(runs: readonly KnownRun[]): string {
  if (runs.length === 0)
    return 'Nothing runs: devstart starts the project in this folder, devstart up in the background.';
  const lines = runs.map((run) => {
    const apps = [...new Set(run.instances.map(({ app }) => app))];
    return `  ${displayName(run, runs)} (${apps.join(', ')})  in ${run.root}`;
  });
  return ['What runs:', ...lines].join('\n');
}
