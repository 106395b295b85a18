import { checkOf } from './checks.ts';
import { environment } from './env.ts';
import { addBuild, machineWords, saysFixed } from './machine.ts';
import { saysUnhanded } from './sockets.ts';
import { shellWord } from './text.ts';
import type { Deployment, Output, Service, Target } from './types.ts';

/** An ecosystem file. Pure. */
export function pm2(deployment: Deployment, target: Target): Output {
  const lost: string[] = [];
  const files = new Map<string, string>();
  const apps = deployment.services.flatMap((service) =>
    singly(deployment, service).map((one) => appOf(deployment, one, lost)),
  );
  const body = apps.map((app) => indent(app, 4)).join('\n');
  files.set(
    'ecosystem.config.cjs',
    `const { join } = require('node:path');\n\nconst root = join(__dirname, ${JSON.stringify(target.toRoot)});\n\nmodule.exports = {\n  apps: [\n${body}\n  ],\n};\n`,
  );
  const at = shellWord(target.fromRoot);
  const build = addBuild(files, deployment, target.toRoot, at);
  return {
    files,
    main: ['ecosystem.config.cjs'],
    lost,
    next: [...build, `pm2 start ${at}/ecosystem.config.cjs`],
  };
}

/** Instances whose command says their port are an app each: PM2 can count up a variable alone. Pure. */
function singly(deployment: Deployment, service: Service): Service[] {
  const { port, recipe, instances, name } = service;
  const first = port?.outside[0];
  if (first === undefined || instances < 2 || recipe.site || recipe.argv?.[0] === 'node') return [service];
  if ('PORT' in environment(deployment, service, 'machine')) return [service];
  return Array.from({ length: instances }, (_, at) => ({
    ...service,
    name: `${name}-${at}`,
    instances: 1,
    port: { inside: port?.inside ?? first, outside: [first + at] },
  }));
}

function appOf(deployment: Deployment, service: Service, lost: string[]): string {
  const { name, app, folder, port, recipe, instances, grace, restart, secrets, unsure } = service;
  checkOf(service, 'PM2', lost);
  if (service.checks.some((check) => check.path !== undefined || check.command !== undefined))
    lost.push(`${app}: PM2 asks nobody for readiness`);
  if (service.dependsOn.length > 0)
    lost.push(`${app}: it starts after ${service.dependsOn.join(', ')}: PM2 starts all at once`);
  saysUnhanded(service, 'PM2', lost);
  saysFixed(service, lost);
  const rows: [string, string][] = [['name', js(`${deployment.name}-${name}`)]];
  const [program = '', ...args] = machineWords(deployment, service, { port: port?.outside[0] });
  const entry = args.find((word) => !word.startsWith('-')) ?? '';
  const isNode = program === 'node' && entry === args[0];
  const env = recipe.site ? siteEnv(service, lost) : environment(deployment, service, 'machine');
  rows.push(['cwd', folder === '.' ? 'root' : `join(root, ${js(folder)})`]);
  if (recipe.site) rows.push(['script', js('serve')]);
  else if (isNode) {
    rows.push(['script', js(entry)]);
    if (args.length > 1) rows.push(['args', js(args.slice(1))]);
  } else rows.push(['script', js(program)], ['args', js(args)], ['interpreter', js('none')]);
  if (instances > 1 && !recipe.site) {
    rows.push(['instances', String(instances)]);
    // A cluster of Node shares one port; others take the next one each.
    if (isNode && port) {
      rows.push(['exec_mode', js('cluster')]);
      if (port.outside.length > 1)
        lost.push(
          `${app}: its ports ${port.outside.join(', ')}: a cluster of PM2 is on ${port.outside[0]} alone`,
        );
    } else if (!port) rows.push(['exec_mode', js('fork')]);
    else if ('PORT' in env) rows.push(['increment_var', js('PORT')]);
    else lost.push(`${app}: ${instances} instances: PM2 cannot tell each its port`);
  }
  // For root's PM2 alone.
  if (service.user) rows.push(['uid', js(service.user)]);
  if (service.group) rows.push(['gid', js(service.group)]);
  rows.push(
    ['env', JSON.stringify(env, null, 2).replaceAll('\n', '\n  ')],
    ['autorestart', String(restart.when !== 'never')],
  );
  if (restart.when !== 'never') rows.push(['max_restarts', String(restart.max)]);
  if (restart.when === 'on-failure') rows.push(['stop_exit_codes', '[0]']);
  rows.push(['kill_timeout', String(grace * 1000)]);
  if (service.stopSignal !== 'SIGINT' && !recipe.site)
    lost.push(`${app}: it is ended by ${service.stopSignal}: PM2 sends SIGINT (PM2_KILL_SIGNAL)`);
  const notes = [
    ...(unsure ? [`// TODO its build is not known for sure: buildpacks or railpack may know it.`] : []),
    ...(secrets.length > 0 ? [`// From the shell that starts PM2: ${secrets.join(', ')}`] : []),
  ];
  return [
    '{',
    ...notes.map((note) => `  ${note}`),
    ...rows.map(([key, value]) => `  ${key}: ${value},`),
    '},',
  ].join('\n');
}

/** PM2's own server of files. */
function siteEnv({ recipe, port, routes, app }: Service, lost: string[]): Record<string, string> {
  if (routes.length > 0)
    lost.push(
      `${app}: ${routes.map(({ path }) => path).join(', ')} handed on to another service: PM2's file server cannot`,
    );
  return {
    PM2_SERVE_PATH: recipe.site?.folder ?? '.',
    PM2_SERVE_PORT: String(port?.outside[0]),
    ...(recipe.site?.spa ? { PM2_SERVE_SPA: 'true', PM2_SERVE_HOMEPAGE: '/index.html' } : {}),
  };
}

const js = (value: unknown): string => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
const indent = (text: string, columns: number): string => text.replace(/^/gm, ' '.repeat(columns));
