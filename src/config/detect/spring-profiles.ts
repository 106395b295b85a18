import path from 'node:path';
import type { App } from '../types.ts';
import type { Project } from './project.ts';

const RESOURCES = 'src/main/resources';
const BUILDS = ['pom.xml', 'build.gradle', 'build.gradle.kts'];
const SETTINGS = /^(?:application|bootstrap)\.(?:properties|ya?ml)$/;
const DEVELOPING = /^application-(dev|development|local)\.(?:properties|ya?ml)$/;

/**
 * A word where a Spring server has settings for its developers that nothing in the project turns on: whoever starts it
 * from an editor or by hand may do so, and its meaning is then another one.
 */
export async function sleepingProfile(
  project: Project,
  { name, framework, runs, env }: App,
  shell: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (framework !== 'spring' || !runs) return undefined;
  const said = [runs.line, ...Object.keys({ ...env, ...runs.env })].join(' ');
  if (/profiles/i.test(said) || shell.SPRING_PROFILES_ACTIVE) return undefined;
  const folder = path.join(runs.dir, RESOURCES);
  const { files } = await project.list(folder);
  const file = [...files].sort().find((one) => DEVELOPING.test(one));
  if (file === undefined) return undefined;
  const profile = DEVELOPING.exec(file)?.[1] ?? '';
  const read = async (one: string) => (await project.text(one))?.replace(/^\s*#.*$/gm, '') ?? '';
  for (const one of [...files].filter((name) => SETTINGS.test(name)))
    if (/\bprofiles\s*[.:]/.test(await read(path.join(folder, one)))) return undefined;
  // Maven's property, `bootRun { args '--spring.profiles.active=dev' }`; a task of the build may name another one.
  const turned = new RegExp(`\\bprofiles\\b[^\\n]{0,40}(?:\\b${profile}\\b|[$@])`);
  for (const one of BUILDS) if (turned.test(await read(path.join(runs.dir, one)))) return undefined;
  const place = project.relative(path.join(folder, file));
  return `${name}: nothing in the project turns Spring's profile "${profile}" on (${place}), so it starts without it; SPRING_PROFILES_ACTIVE=${profile} devstart turns it on`;
}
