import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Loaded, loadSettings } from '../config/settings/load.ts';
import type { Settings, Warning } from '../config/types.ts';
import type { Context } from '../context.ts';
import type { WarningCode } from '../errors.ts';
import { type FollowFiles, filesIn } from '../follow/options.ts';
import { deadRecords } from '../guard/records.ts';
import { createPlanner, type Planner } from '../plan/planner.ts';
import { type Claims, openClaims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import { stateDir } from '../system/state-dir.ts';

/** A project of which a run is about to start. */
export interface Project {
  startedAt: Date;
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
  /** Whom warnings go to from now on; those from before are in `loaded`. */
  warn(listener: (code: WarningCode, message: string) => void): void;
}

/** @throws DevstartError */
export async function loadProject(context: Context): Promise<Project> {
  const startedAt = new Date();
  const { flags, env, cwd } = context;
  const [loaded, home] = await Promise.all([loadSettings({ flags, env, cwd }), stateDir(env)]);
  return { startedAt, loaded, settings: loaded.settings, home, claimsDir: home && path.join(home, 'claims') };
}

/**
 * Ends what a killed run has left, finds and claims the ports. A look alone claims and ends nothing.
 * @throws DevstartError
 */
export async function planProject(
  project: Project,
  { env, lookOnly, forceColor }: { env: Context['env']; lookOnly: boolean; forceColor: boolean },
): Promise<PlannedProject> {
  const { settings, loaded, home, claimsDir, startedAt } = project;
  if (!lookOnly) await endFormerRun(home, settings, loaded);
  const runId = newRunId(startedAt);
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
  });
  if (!lookOnly) await holdEphemeral(planner.ports.numbers);
  return {
    ...project,
    claims,
    planner,
    warn(listener) {
      onWarning = listener;
    },
  };
}

/** Beside the program; a Node whose preload is missing does not start at all. */
function followFiles(): FollowFiles | undefined {
  const files = filesIn(fileURLToPath(new URL('./follow', import.meta.url)), path.sep);
  return existsSync(files.node) && existsSync(files.python) ? files : undefined;
}

/** Unique on this machine: no secret, so node:crypto and its 3 ms of loading stay out. */
const newRunId = (at: Date): string =>
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
