import { checkOf } from './checks.ts';
import { envExample, siteLines } from './dockerfile.ts';
import { environment, pageOf } from './env.ts';
import { addBuild, machineWords, saysFixed } from './machine.ts';
import { saysUnhanded } from './sockets.ts';
import { shellWord } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';

const ENGINE = 'a Procfile';
/** Stands for the port until the line is written. */
const PORT = 65_535;

/** A line an app, started from the project's folder. Pure. */
export function procfile(deployment: Deployment, target: Target): Output {
  const lost: string[] = [];
  const files = new Map<string, string>();
  const web = pageOf(deployment) ?? deployment.services.find(({ port }) => port);
  const lines = deployment.services.flatMap((service) => {
    saysNot(service, lost);
    const type = service.name === web?.name ? 'web' : service.name === 'web' ? 'web-2' : service.name;
    const note = service.unsure
      ? [`# TODO ${service.app}: its build is not known for sure; buildpacks or railpack may know it.`]
      : [];
    return [...note, `${type}: ${commandOf(deployment, service, { type, target })}`];
  });
  files.set('Procfile', `${lines.join('\n')}\n`);
  for (const service of deployment.services) {
    const site = siteLines(deployment, service, {
      root: service.recipe.site?.folder ?? '.',
      listen: '@PORT@',
      accessLog: 'off',
      containers: false,
    });
    if (site.length > 0) files.set(`${service.name}.nginx.conf`, `${site.join('\n')}\n`);
  }
  const at = shellWord(target.fromRoot);
  const build = addBuild(files, deployment, target.toRoot, at);
  const example = envExample(deployment, '.env of the project');
  if (example) files.set('.env.example', example);
  return {
    files,
    main: ['Procfile'],
    lost,
    next: [...build, `honcho -f ${at}/Procfile -d . start   # or: foreman start -f ${at}/Procfile -d .`],
  };
}

function saysNot(service: Service, lost: string[]): void {
  const { app, dependsOn, routes, instances, restart, user } = service;
  const check = checkOf(service, ENGINE, []);
  const waits = [...dependsOn, ...routes.map(({ to }) => to)];
  const asked = service.checks.find(
    (one) => one.log !== undefined || one.path !== undefined || one.command !== undefined,
  );
  if (check && asked)
    lost.push(
      `${app}: when it is ready (${asked.path ?? asked.command ?? asked.log}): ${ENGINE} has no word for it`,
    );
  if (waits.length > 0)
    lost.push(`${app}: it starts after ${[...new Set(waits)].join(', ')}: ${ENGINE} starts all at once`);
  if (instances > 1)
    lost.push(
      `${app}: ${instances} instances: ${ENGINE} has no word for it (honcho -c, foreman -m, the platform’s scale)`,
    );
  if (service.recipe.site === undefined && restart.when !== 'on-failure')
    lost.push(`${app}: restart "${restart.when}": ${ENGINE} leaves it to the platform`);
  saysUnhanded(service, ENGINE, lost);
  saysFixed(service, lost);
  if (user !== undefined)
    lost.push(`${app}: the user ${user}: ${ENGINE} has no word for it, its runner's user runs all`);
}

/** `$PORT` is the platform's for `web` alone; the others have a variable of their own. */
function commandOf(
  deployment: Deployment,
  service: Service,
  { type, target }: { type: string; target: Target },
): string {
  const { folder, port, recipe, name } = service;
  const first = port?.outside[0];
  const variable = type === 'web' ? 'PORT' : `${name.toUpperCase().replaceAll('-', '_')}_PORT`;
  const number = `\${${variable}:-${first}}`;
  if (recipe.site) {
    const made = `"\${TMPDIR:-/tmp}/${deployment.name}-${name}.conf"`;
    const conf = [...(target.fromRoot === '.' ? [] : [target.fromRoot]), `${name}.nginx.conf`].join('/');
    const prefix = folder === '.' ? '"$PWD"' : `"$PWD/${folder}"`;
    return `sed "s/@PORT@/${number}/" ${shellWord(conf)} > ${made} && exec nginx -e stderr -p ${prefix} -c ${made} -g "daemon off;"`;
  }
  const say = (word: string) => withPort(word, number);
  // A platform's router is on another machine than its web process.
  const host = type === 'web' ? '0.0.0.0' : '127.0.0.1';
  const env = Object.entries(environment(deployment, service, 'machine', PORT, host)).map(([key, value]) =>
    say(`${key}=${value}`),
  );
  const words = machineWords(deployment, service, { port: PORT, host }).map(say);
  const run = [...(env.length > 0 ? ['exec env', ...env] : ['exec']), ...words].join(' ');
  return folder === '.' ? run : `cd ${shellWord(folder)} && ${run}`;
}

/** The port where it stands in a word, for the shell to fill in. */
function withPort(word: string, number: string): string {
  const parts = word.split(String(PORT));
  return parts.length === 1
    ? shellWord(word)
    : `"${parts.map((part) => part.replace(/["\\$`]/g, '\\$&')).join(number)}"`;
}
