import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import type { Whereabouts } from '../control/reach.ts';
import { DevstartError } from '../errors.ts';
import { folderOf } from '../guard/records.ts';
import { stateDir } from '../system/state-dir.ts';

/**
 * Whence a command looks for runs: its folder, or `--cwd`.
 * @throws DevstartError USAGE where that is none; NO_ANSWER where the runs of this user cannot be seen
 */
export async function steeringFrom({
  cwd,
  flags,
  env,
}: Pick<Context, 'cwd' | 'flags' | 'env'>): Promise<Whereabouts> {
  const folder = path.resolve(cwd, flags.cwd ?? '.');
  const home = await stateDir(env);
  if (home !== undefined) checkReadable(folderOf(home));
  try {
    return { home, folder: realpathSync(folder) };
  } catch {
    throw new DevstartError('USAGE', `${flags.cwd ?? folder} is not there (from --cwd)`);
  }
}

/** What cannot be read is not the same as nothing. */
function checkReadable(runs: string): void {
  try {
    accessSync(runs, constants.R_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    throw new DevstartError('NO_ANSWER', `${runs} cannot be read (${code}): what runs is not known`, {
      hint: 'Each user has runs of his own. It is another one’s, or sudo’s: give it back, or name a folder of yours in DEVSTART_HOME.',
    });
  }
}
