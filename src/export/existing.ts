import path from 'node:path';
import { Project } from '../config/detect/project.ts';
import type { Deployment } from './types.ts';

const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

/**
 * A compose file of the project wins: what it builds is its business, what else it has (a database) stands beside ours.
 * @param own the file that is about to be written, absolute: no other one
 * @returns the deployment without what is the project's own, and what to say of it
 */
export async function leaveToCompose(
  root: string,
  deployment: Deployment,
  own: string,
): Promise<{ deployment: Deployment; notes: string[] }> {
  const project = new Project(root);
  const { files } = await project.list(root);
  const file = FILES.find((name) => files.has(name) && path.join(root, name) !== own);
  if (!file) return { deployment, notes: [] };
  const { services, folders } = await readCompose(project, file);
  if (services.length === 0) return { deployment, notes: [] };
  const left = deployment.services.filter(({ folder }) => folders.has(folder));
  const rest = deployment.services.filter((service) => !left.includes(service));
  const notes = [
    left.length > 0
      ? `${file} of the project builds ${left.map(({ app }) => app).join(' and ')}: it wins`
      : `${file} of the project is included: ${services.join(', ')}`,
  ];
  // Its names may be ours: compose would refuse the two together.
  const clash = rest.filter(({ name }) => services.includes(name)).map(({ name }) => name);
  if (clash.length > 0)
    notes.push(`${file} has services of the same name (${clash.join(', ')}): it is not included`);
  return {
    deployment: { ...deployment, services: rest, composeFile: clash.length > 0 ? undefined : file },
    notes,
  };
}

/** The names of its services, and the folders that it builds, relative to the project. */
async function readCompose(
  project: Project,
  file: string,
): Promise<{ services: string[]; folders: Set<string> }> {
  const { parse } = await import('yaml');
  let value: { services?: Record<string, { build?: string | { context?: string } } | null> };
  try {
    value = parse((await project.text(path.join(project.root, file))) ?? '', { merge: true }) ?? {};
  } catch {
    return { services: [], folders: new Set() };
  }
  const services = Object.entries(value.services ?? {});
  const folders = services.flatMap(([, service]) => {
    const build = service?.build;
    if (!build) return [];
    const context = typeof build === 'string' ? build : (build.context ?? '.');
    return [path.posix.normalize(context).replace(/\/$/, '') || '.'];
  });
  return { services: services.map(([name]) => name), folders: new Set(folders) };
}
