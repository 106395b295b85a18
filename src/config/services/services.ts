import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Kept } from '../settings/kept.ts';
import type { Settings, Warning } from '../types.ts';
import { decide, type Need, openKinds } from './decide.ts';
import { listens } from './knock.ts';
import { readLikelyCode, readSources, readTemplates } from './read.ts';

/**
 * The services that the project says it needs on this machine and that nobody answers for, one warning each. Starts
 * none. Never throws: what cannot be read is nobody's need.
 * @param ours ports of this run: its own servers answer there
 * @param kept what an earlier start has found
 */
export async function missingServices(
  { root, apps }: Pick<Settings, 'root' | 'apps'>,
  env: Readonly<Record<string, string | undefined>>,
  ours: ReadonlySet<number>,
  kept?: Kept,
): Promise<Warning[]> {
  try {
    const find = (noted: typeof env) => neededServices(root, apps, noted);
    const all = kept
      ? await kept.recall('services', { about: [apps], env, find, now: new Date() })
      : await find(env);
    const needs = all.filter(({ port }) => !ours.has(port));
    const answers = await Promise.all(needs.map(isThere));
    return needs.filter((_, i) => answers[i] === false).map(describe);
  } catch {
    return [];
  }
}

export async function neededServices(
  root: string,
  apps: Settings['apps'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Need[]> {
  const sources = await readSources(root, apps, env);
  const { evidence } = sources;
  return openKinds(evidence).length > 0 || apps.some(({ framework }) => framework === 'spring')
    ? decide(evidence, await readLikelyCode(sources, apps.flatMap(packageOf)), await readTemplates(sources))
    : decide(evidence, { needs: [], file: false, sockets: [] });
}

/** The folder of the module that its command names: `uvicorn shop.main:app`, `python shop/main.py`. */
function packageOf({ cwd, runs }: Settings['apps'][number]): string[] {
  for (const word of runs?.words ?? []) {
    const [, top] = /^([a-z_]\w*)(?:\.\w+)+:\w+$/i.exec(word) ?? /^([\w-]+)\/[\w/-]+\.py$/.exec(word) ?? [];
    if (top) return [path.join(cwd, top)];
  }
  return [];
}

/** @returns undefined where that cannot be told */
const isThere = async ({ host, port, sockets = [] }: Need): Promise<boolean | undefined> =>
  sockets.some((file) => existsSync(file)) || listens(host, port);

/** Pure. */
export function describe({ service, host, port, from, start, sockets, inside }: Need): Warning {
  if (sockets) {
    const message = `needs ${service} on this machine: there is no socket of it, and nothing listens at ${host}:${port} (${from})`;
    return { code: 'NEEDS_SERVICE', message };
  }
  if (inside) {
    const message = `needs ${service}: nothing listens at ${host}:${port}, and "${inside}" of ${from} has no port of this machine, so that only its containers reach it`;
    return { code: 'NEEDS_SERVICE', message };
  }
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const how = start ? `; ${start} would start it` : '';
  return {
    code: 'NEEDS_SERVICE',
    message: `needs ${service} at ${at}: nothing listens there${how} (${from})`,
  };
}
