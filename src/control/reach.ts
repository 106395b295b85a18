import { connectRun, type RunClient } from './client.ts';
import { resolveHere, resolveName, runsHere, type Target } from './names.ts';
import { type RegisteredRun, registeredRuns } from './registry.ts';

/** From where runs are looked for. */
export interface Whereabouts {
  /** The state directory; undefined for a user without a home. */
  home: string | undefined;
  /** The folder whose project comes first, absolute, symlinks resolved. */
  folder: string;
}

/** Something that runs, and the API of its run. */
export interface Reached {
  target: Target<RegisteredRun>;
  client: RunClient;
}

/**
 * What a NAME means among the runs of this user; without one the run of the folder's project.
 * @throws DevstartError NOT_FOUND, AMBIGUOUS
 */
export function findTarget({ home, folder }: Whereabouts, name: string | undefined): Target<RegisteredRun> {
  const runs = registeredRuns(home);
  const here = runsHere(runs, folder);
  return name === undefined ? { run: resolveHere(runs, here) } : resolveName(name, runs, here);
}

/** The control API of that run. @throws DevstartError NO_ANSWER, NOT_FOUND where it has ended meanwhile */
export const connectTo = ({ home }: Whereabouts, run: RegisteredRun): Promise<RunClient> =>
  connectRun(run, () => registeredRuns(home).find((one) => one.run === run.run));

/** @throws DevstartError NOT_FOUND, AMBIGUOUS, NO_ANSWER */
export async function reachTarget(from: Whereabouts, name: string | undefined): Promise<Reached> {
  const target = findTarget(from, name);
  return { target, client: await connectTo(from, target.run) };
}
