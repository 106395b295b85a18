import path from 'node:path';
import { PYTHON, programFile, VENV_BIN } from '../../system/programs.ts';
import type { Project } from './project.ts';

const OWN_PYTHON = programFile('python');

/** The programs' folder of the virtual environment that holds `program`, from `dir` up to the root. */
export async function venvBin(
  project: Project,
  dir: string,
  program = OWN_PYTHON,
): Promise<string | undefined> {
  for (const folder of project.upwards(dir)) {
    const { dirs } = await project.list(folder);
    for (const name of ['.venv', 'venv', 'env']) {
      if (!dirs.has(name)) continue;
      const bin = path.join(folder, name, VENV_BIN);
      if (await project.has(bin, program)) return bin;
    }
  }
  return undefined;
}

/** The words that start the project's own Python, found without activation. */
export async function pythonCommand(project: Project, dir: string): Promise<[string, ...string[]]> {
  const bin = await venvBin(project, dir);
  if (bin) return [path.join(bin, OWN_PYTHON)];
  for (const folder of project.upwards(dir)) {
    const { files } = await project.list(folder);
    if (files.has('uv.lock')) return ['uv', 'run', 'python'];
    if (files.has('poetry.lock')) return ['poetry', 'run', 'python'];
    if (files.has('Pipfile.lock') || files.has('Pipfile')) return ['pipenv', 'run', 'python'];
    // Its packages stand where Poetry alone reads them, and its lock is not kept with them.
    if (files.has('pyproject.toml') && ![...files].some((name) => /^requirements|\.lock$/.test(name))) {
      const text = (await project.text(path.join(folder, 'pyproject.toml'))) ?? '';
      if (/^\[tool\.poetry\.dependencies\]/m.test(text)) return ['poetry', 'run', 'python'];
    }
  }
  return [PYTHON];
}
