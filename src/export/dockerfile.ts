import { buildEnvironment, wordsFor } from './env.ts';
import { nginxLines } from './recipes/site.ts';
import { commentLines, shellWord } from './text.ts';
import type { Deployment, Service } from './types.ts';

/** A service's Dockerfile; undefined: the project has its own, or nothing is sure. Pure. */
export function dockerfileOf(deployment: Deployment, service: Service): string | undefined {
  const { recipe, port } = service;
  if (!recipe.image) return undefined;
  const args = Object.keys(buildEnvironment(deployment, service));
  const lines = recipe
    .image(args)
    .flatMap((line) => (line === '{nginx.conf}' ? siteFile(deployment, service) : [line]));
  if (!recipe.site && recipe.argv) {
    if (port) lines.push(`EXPOSE ${port.inside}`);
    if (service.stopSignal !== 'SIGTERM') lines.push(`STOPSIGNAL ${service.stopSignal}`);
    const words = wordsFor(deployment, recipe.argv, { place: 'containers', port: port?.inside });
    lines.push(`CMD ${jsonWords(words)}`);
  }
  const notes = recipe.notes.flatMap((note) => commentLines(note, '#'));
  return `${[...notes, ...lines].join('\n')}\n`;
}

/** As Docker's exec form is usually written. */
export const jsonWords = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;

/** nginx.conf written in the build: the image needs no file beside its Dockerfile. */
function siteFile(deployment: Deployment, service: Service): string[] {
  const lines = siteLines(deployment, service, {
    root: '/srv',
    listen: '8080',
    accessLog: '/dev/stdout',
    containers: true,
  });
  return [`RUN printf '%s\\n' \\`, ...lines.map((line) => `  ${shellWord(line)} \\`), '  > /nginx.conf'];
}

/** nginx.conf of a page, with the addresses of the services that it hands paths on to. Pure. */
export function siteLines(
  { services }: Deployment,
  { recipe, routes }: Service,
  at: { root: string; listen: string; accessLog: string; containers: boolean },
): string[] {
  if (!recipe.site) return [];
  const { containers, ...where } = at;
  const addressed = routes.flatMap((route) => {
    const port = services.find(({ name }) => name === route.to)?.port;
    const address = containers
      ? `http://${route.to}:${port?.inside}`
      : `http://127.0.0.1:${port?.outside[0]}`;
    return port ? [{ ...route, address }] : [];
  });
  return nginxLines({ ...where, site: recipe.site, routes: addressed });
}

/** What no image gets: secrets, results of builds, other machines' dependencies. */
export const DOCKERIGNORE = [
  '**/.git',
  '**/.env*',
  '**/node_modules',
  '**/.venv',
  '**/venv',
  '**/__pycache__',
  '**/.next',
  '**/.nuxt',
  '**/.output',
  '**/.svelte-kit',
  '**/dist',
  '**/target',
  '**/.ports.json',
  '**/*.log',
  '**/*.sqlite3',
  '**/*.pem',
  '**/Dockerfile*',
  '**/*.Dockerfile*',
  '**/compose*.y*ml',
];

export const dockerignore = (): string => `${DOCKERIGNORE.join('\n')}\n`;

/** The Dockerfiles of all services and what they leave out, by file name. Pure. */
export function dockerfiles(deployment: Deployment): Map<string, string> {
  const files = new Map<string, string>();
  for (const service of deployment.services) {
    const text = dockerfileOf(deployment, service);
    if (text === undefined) continue;
    files.set(`${service.name}.Dockerfile`, text);
    files.set(`${service.name}.Dockerfile.dockerignore`, dockerignore());
  }
  return files;
}

/** Names of the user's secrets, for a file that only the user fills. Pure. */
export function envExample({ services }: Deployment, file: string): string | undefined {
  const users = new Map<string, string[]>();
  for (const { app, secrets, buildArgs, recipe } of services) {
    const asked = recipe.image ? Object.keys(buildArgs).filter((name) => buildArgs[name] === undefined) : [];
    for (const name of [...secrets, ...asked]) users.set(name, [...(users.get(name) ?? []), app]);
  }
  if (users.size === 0) return undefined;
  const lines = [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, apps]) => `# ${apps.join(', ')}\n${name}=`);
  const top = `Copy this to ${file} and fill it in: names only, the values are yours and belong into no repository.`;
  return `# ${top}\n# Take out what you leave to its default: an empty value is one too.\n${lines.join('\n')}\n`;
}
