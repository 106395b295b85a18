import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DevstartError } from '../../errors.ts';

/**
 * The project's folder, absolute and without links.
 * @param given `--cwd`
 * @throws DevstartError USAGE where there is none
 */
export async function projectRoot(cwd: string, given: string | undefined): Promise<string> {
  const folder = path.resolve(cwd, given ?? '.');
  const found = given === '' ? undefined : await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return realpath(folder);
  const why = found ? 'is not a folder' : 'is not there';
  throw new DevstartError(
    'USAGE',
    given === undefined ? `${folder} ${why}` : `--cwd ${given || '""'} ${why}`,
  );
}
