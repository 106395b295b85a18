import path from 'node:path';
import type { Project } from './project.ts';
import { type ManageKind, manageKind } from './python-source.ts';

/** What a folder's manage.py says it is; one that says nothing is Django's where Django is required. */
export async function managerOf(project: Project, dir: string): Promise<ManageKind | undefined> {
  const said = manageKind((await project.text(path.join(dir, 'manage.py'))) ?? '');
  if (said) return said;
  for (const name of ['requirements.txt', 'pyproject.toml', 'Pipfile', 'requirements/base.txt']) {
    if (/^\W*django\b(?!-)/im.test((await project.text(path.join(dir, name))) ?? '')) return 'django';
  }
  return undefined;
}
