import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Loaded, loadSettings } from '../config/settings/load.ts';
import type { Settings, Warning } from '../config/types.ts';
import type { Context } from '../context.ts';
import type { WarningCode } from '../errors.ts';
import { type FollowFiles, filesIn } from '../follow/options.ts';
import { deadRecords, type RunRecord, withdraw } from '../guard/records.ts';
import type { Handings } from '../launch/handings.ts';
import type { OpenError } from '../launch/sockets.ts';
import { nameOf } from '../plan/plan.ts';
import { createPlanner, type Planner } from '../plan/planner.ts';
import { type Claims, openClaims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import { stateDir } from '../system/state-dir.ts';
import { peersOf, takeProject } from './place.ts';

/** A project of which a run is about to start. */
export interface Project {
  startedAt: Date;
  /** performance.now() of it: what the wall clock does meanwhile changes no duration. */
  began: number;
  loaded: Loaded;
  settings: Settings;
  /** The state directory; undefined for a user without a home. */
  home: string | undefined;
  /** The registry of claims. */
  claimsDir: string | undefined;
}

/** Its claimed ports and what follows from them. */
export interface PlannedProject extends Project {
  claims: Claims;
  planner: Planner;
  /** The sockets that its apps are handed, open; undefined: none is handed anything. */
  handings: Handings | undefined;
  /** Whom warnings go to from now on; those from before are in `loaded`. */
  warn(listener: (code: WarningCode, message: string) => void): void;
  /** Runs of this project beside which it starts: each has apps that it lacks. */
  beside: readonly RunRecord[];
}

/** @throws DevstartError */
export async function loadProject(context: Context): Promise<Project> {
  const startedAt = new Date();
  const began = performance.now();
  const { flags, env, cwd } = context;
  const home = await stateDir(env);
  const loaded = await loadSettings({ flags, env, cwd, home });
  const claimsDir = home && path.join(home, 'claims');
  return { startedAt, began, loaded, settings: loaded.settings, home, claimsDir };
}

export interface PlanOptions {
  env: Context['env'];
  /** Claims and ends nothing, and starts beside nobody. */
  lookOnly: boolean;
  forceColor: boolean;
  /** A further copy where the project runs already. */
  further?: boolean;
  /** The settings with the apps that `--only` leaves out. */
  everything?: (() => Promise<Settings>) | undefined;
}

/**
 * Ends what a killed run has left, takes the project, finds and claims the ports. A look alone claims and ends nothing.
 * @throws DevstartError ALREADY_RUNNING among others
 */
export async function planProject(
  project: Project,
  { env, lookOnly, forceColor, further = false, everything }: PlanOptions,
): Promise<PlannedProject> {
  const { settings, loaded, home, startedAt } = project;
  const runId = newRunId(startedAt);
  if (lookOnly) return plan(project, { env, lookOnly, forceColor, everything, runId, beside: [] });
  await endFormerRun(home, settings, loaded);
  const { root, apps, killTimeout } = settings;
  const beginning = {
    runId,
    root,
    name: nameOf(settings),
    startedAt,
    killTimeout: killTimeout.value,
    apps: apps.map(({ name }) => name),
  };
  const beside = await takeProject(home, beginning, further);
  try {
    return await plan(project, { env, lookOnly, forceColor, everything, runId, beside });
  } catch (error) {
    if (home !== undefined) withdraw(home, runId);
    throw error;
  }
}

async function plan(
  project: Project,
  {
    env,
    lookOnly,
    forceColor,
    everything,
    runId,
    beside,
  }: Omit<PlanOptions, 'further'> & Pick<PlannedProject, 'beside'> & { runId: string },
): Promise<PlannedProject> {
  const { settings, loaded, claimsDir } = project;
  let onWarning = (code: WarningCode, message: string): void => void loaded.warnings.push({ code, message });
  const claims = openClaims({
    dir: claimsDir,
    run: runId,
    root: settings.root,
    lookOnly,
    warn: (code, message) => onWarning(code, message),
  });
  const planner = await createPlanner({
    settings,
    runId,
    env,
    forceColor,
    claims,
    avoid: loaded.avoided,
    followFiles,
    lookWidely: loaded.lookWidely,
    peers: await peersOf(beside, project.home),
    handoverFile: handoverFile(),
    everything,
  });
  const handings = lookOnly ? undefined : await openHandings(planner, env);
  if (!lookOnly) await holdEphemeral(planner.ports.numbers);
  return {
    ...project,
    claims,
    planner,
    beside,
    handings,
    warn(listener) {
      onWarning = listener;
    },
  };
}

/** The project with the apps that `--only` leaves out, read again when one of them is wanted. */
export const everythingOf =
  ({ flags, env, cwd }: Context) =>
  async (): Promise<Settings> =>
    (await loadSettings({ flags: { ...flags, only: undefined }, env, cwd })).settings;

/** Beside the program; a Node whose preload is missing does not start at all. */
export function followFiles(): FollowFiles | undefined {
  const files = filesIn(fileURLToPath(new URL('./follow', import.meta.url)), path.sep);
  return existsSync(files.node) && existsSync(files.python) ? files : undefined;
}

/** What Node programs load that are handed their sockets: a file that users may name, too. */
function handoverFile(): string | undefined {
  const file = fileURLToPath(new URL('./handover.cjs', import.meta.url));
  return existsSync(file) ? file : undefined;
}

/**
 * Opens the sockets before anybody is told of their ports: one that somebody has taken since it was found free is
 * replaced where it may move. @throws DevstartError
 */
async function openHandings(planner: Planner, env: Context['env']): Promise<Handings | undefined> {
  if (!planner.plan.instances.some(({ listen, runAs }) => listen || runAs)) return undefined;
  const { createHandings } = await import('../launch/handings.ts');
  const handings = createHandings(env);
  try {
    for (const { id, app } of planner.plan.instances) {
      for (let tries = 0; ; tries++) {
        const plan = planner.plan.instances.find((one) => one.id === id);
        if (!plan?.listen && !plan?.runAs) break;
        try {
          await handings.prepare(plan);
          break;
        } catch (error) {
          const { socket, code } = error as Partial<OpenError>;
          const moved = socket && code === 'EADDRINUSE' && tries < MOST_TRIES;
          if (moved && (await planner.replace(id, socket.key))) continue;
          throw await (await import('../run/opening.ts')).explainOpening(error, app, env.HOME);
        }
      }
    }
    return handings;
  } catch (error) {
    handings.closeAll();
    throw error;
  }
}

const MOST_TRIES = 5;

/** Unique on this machine: no secret, so node:crypto and its 3 ms of loading stay out. */
export const newRunId = (at: Date): string =>
  `${at.getTime().toString(36)}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

/** Ends what a killed run of this project has left, so that its ports are free again; says what it did. */
export async function endFormerRun(
  dir: string | undefined,
  settings: Settings,
  told: { notes: string[]; warnings: Warning[] },
): Promise<void> {
  if (deadRecords(dir, settings.root).length === 0) return;
  const [{ endLeftovers }, { describeLeft, describeLeftovers }] = await Promise.all([
    import('../guard/leftovers.ts'),
    import('../ui/pruned.ts'),
  ]);
  for (const one of await endLeftovers(dir, settings.root)) {
    const note = describeLeftovers(one);
    const message = describeLeft(one);
    if (note) told.notes.push(note);
    if (message) told.warnings.push({ code: 'LEFTOVERS', message });
  }
}
