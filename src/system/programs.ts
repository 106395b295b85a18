import path from 'node:path';
import { kindAt } from './observed.ts';
import { isWindows } from './platform.ts';

/** What hands a variable on in the system's shell. */
export const EXPORT = isWindows ? 'set' : 'export';

/** The programs' folder of a Python virtual environment. */
export const VENV_BIN = isWindows ? 'Scripts' : 'bin';

/** Python outside of a virtual environment; inside each system calls it `python`. */
export const PYTHON = isWindows ? 'python' : 'python3';

/** The file name of a program, or of a script with another ending on Windows. */
export const programFile = (name: string, ending = '.exe'): string => (isWindows ? name + ending : name);

/** The program's path on PATH, or undefined. */
export async function onPath(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(Boolean);
  for (const folder of folders) {
    for (const ending of isWindows ? ['.exe', '.cmd', '.bat'] : ['']) {
      const file = path.join(folder, program + ending);
      const found = kindAt(file);
      if (found?.isFile() && (isWindows || (found.mode & 0o111) !== 0)) return file;
    }
  }
  return undefined;
}
