import path from 'node:path';
import { type Candidate, isServer, roleOfName, type Scope } from './candidate.ts';
import { MANIFEST, onlyBelow } from './folders.ts';

/** With the one page that lies in the folder of the only server: `Shop/ClientApp`, `backend/frontend`. */
export async function withInnerPage(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const [server, ...more] = found.filter(isServer);
  const { home = scope.project.root, app } = server ?? {};
  if (home === scope.project.root || more.length > 0 || app?.roles.join() !== 'backend' || app.opaque)
    return found;
  const page = await onlyBelow(scope, home, 'frontend');
  return page ? [...found, { ...page, app: { ...page.app, name: path.basename(page.home) } }] : found;
}

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
  for (const name of await furtherProjects(scope, (one) => homes.has(path.join(project.root, one)))) {
    const said = [...[...homes].map((home) => project.relative(home)), ...leftOut.map(({ file }) => file)];
    if (said.some((file) => file.startsWith(`${name}/`))) continue;
    leftOut.push({
      what: `servers in ${name}`,
      file: name,
      why: `folders of it are programs of their own; devstart --cwd ${name} looks into them`,
    });
  }
}
