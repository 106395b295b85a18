import type { Settings, Warning } from '../types.ts';
import { decide, type Need, openKinds } from './decide.ts';
import { listens } from './knock.ts';
import { readLikelyCode, readSources } from './read.ts';

/**
 * The services that the project says it needs on this machine and that nobody answers for, one warning each. Starts
 * none. Never throws: what cannot be read is nobody's need.
 * @param ours ports of this run: its own servers answer there
 */
export async function missingServices(
  { root, apps }: Pick<Settings, 'root' | 'apps'>,
  env: Readonly<Record<string, string | undefined>>,
  ours: ReadonlySet<number>,
): Promise<Warning[]> {
  try {
    const needs = (await neededServices(root, apps, env)).filter(({ port }) => !ours.has(port));
    const answers = await Promise.all(needs.map(({ host, port }) => listens(host, port)));
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
  const code =
    openKinds(sources.evidence).length > 0 ? await readLikelyCode(sources) : { needs: [], file: false };
  return decide(sources.evidence, code);
}

/** Pure. */
export function describe({ service, host, port, from, start }: Need): Warning {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const how = start ? `; ${start} would start it` : '';
  return {
    code: 'NEEDS_SERVICE',
    message: `needs ${service} at ${at}: nothing listens there${how} (${from})`,
  };
}
