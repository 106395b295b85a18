import path from 'node:path';
import { type Candidate, roleOfName, type Scope } from './candidate.ts';
import { MANIFEST } from './folders.ts';

/** Folders at the top that hold a project of their own: where nothing is found at the top, people mean one of them. */
export async function furtherProjects({ project }: Scope, wanted = (_: string) => true): Promise<string[]> {
  const found: string[] = [];
  for (const name of [...(await project.list(project.root)).dirs].sort().slice(0, 40)) {
    if (/^(?:\.|node_modules$|docs?$)/.test(name) || !wanted(name)) continue;
    const { dirs } = await project.list(path.join(project.root, name));
    const inner = await Promise.all(
      [...dirs]
        .filter((one) => roleOfName(one))
        .map((one) => project.list(path.join(project.root, name, one))),
    );
    if (inner.some(({ files }) => [...files].some((file) => MANIFEST.test(file)))) found.push(name);
  }
  return found;
}

/** The one folder that holds everything: what lies in its own folders is found from there. */
export async function mentionInner(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const { project, leftOut } = scope;
  const homes = new Set(found.map(({ home }) => home));
  for (const name of await furtherProjects(scope, (one) => homes.has(path.join(project.root, one))))
    leftOut.push({
      what: `servers in ${name}`,
      file: name,
      why: `folders of it are programs of their own; devstart --cwd ${name} looks into them`,
    });
}
