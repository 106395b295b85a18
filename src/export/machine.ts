import path from 'node:path';
import { buildEnvironment, wordsFor } from './env.ts';
import { shellWord } from './text.ts';
import type { Deployment, Service } from './types.ts';

/** The words that start a service where it was built. @param at `fd` of a handed socket; undefined: it opens its port itself */
export function machineWords(
  deployment: Deployment,
  service: Service,
  { port, fd, host }: { port: number | undefined; fd?: number | undefined; host?: string },
): string[] {
  const { recipe } = service;
  const words = (fd === undefined ? undefined : recipe.handed) ?? recipe.argv ?? [];
  const local = recipe.local ? recipe.local(words) : words;
  return wordsFor(
    deployment,
    local.map((word) => word.replaceAll('{fd}', String(fd))),
    { place: 'machine', port, ...(host !== undefined && { host }) },
  );
}

/** Says of a server that opens a port of its own that here nobody stands between the two. */
export function saysFixed({ app, port, fixedPort }: Service, lost: string[]): void {
  const [first] = port?.outside ?? [];
  if (fixedPort !== undefined && first !== undefined && first !== fixedPort)
    lost.push(`${app}: its code listens on ${fixedPort}, whatever it is told: nobody answers on ${first}`);
}

/** Adds a script that builds everything where it lies, where there is something to build. @returns how to call it */
export function addBuild(
  files: Map<string, string>,
  deployment: Deployment,
  toRoot: string,
  at: string,
): string[] {
  const script = buildScript(deployment, toRoot);
  if (!script) return [];
  files.set('build.sh', script);
  return [`sh ${at}/build.sh`];
}

/** @param toRoot from its folder to the project */
function buildScript(deployment: Deployment, toRoot: string): string | undefined {
  const seen = new Set<string>();
  const parts = deployment.services.flatMap((service) => {
    const { recipe, folder, app } = service;
    if (recipe.steps.length === 0) return [];
    const env = Object.entries(buildEnvironment(deployment, service)).flatMap(([name, value]) =>
      value === undefined ? [] : [`  export ${name}=${shellWord(value)}`],
    );
    const lines = [
      '(',
      ...(folder === '.' ? [] : [`  cd ${shellWord(folder)}`]),
      ...env,
      ...recipe.steps.map((step) => `  ${step}`),
      ')',
    ].join('\n');
    return seen.size === seen.add(lines).size ? [] : [`# ${app}\n${lines}`];
  });
  if (parts.length === 0) return undefined;
  return `#!/bin/sh\n# Installs and builds everything in its place, for production.\nset -eu\ncd "$(dirname "$0")/${toRoot}"\n\n${parts.join('\n\n')}\n`;
}

/** Where the project lies on the machine that serves it. */
export const placeOf = ({ name }: Deployment, ...parts: string[]): string =>
  path.posix.join('/srv', name, ...parts);
