import net from 'node:net';
import type { Settings, Warning } from '../types.ts';
import { decide, type Need, openKinds } from './decide.ts';
import { readLikelyCode, readSources } from './read.ts';

/** Milliseconds for a loopback to answer or refuse: what does neither is not spoken of. */
const PATIENCE = 100;

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
    const missing = await Promise.all(needs.map(async (need) => ((await refuses(need)) ? need : undefined)));
    return missing.filter((need) => need !== undefined).map(describe);
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

/** Whether nothing listens there: every address of the name refuses. */
async function refuses({ host, port }: Need): Promise<boolean> {
  const hosts = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
  const answers = await Promise.all(hosts.map((one) => knock(one, port)));
  return (
    answers.every((answer) => answer === 'refused' || answer === 'absent') && answers.includes('refused')
  );
}

function knock(host: string, port: number): Promise<'open' | 'refused' | 'absent' | 'silent'> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const end = (answer: 'open' | 'refused' | 'absent' | 'silent') => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, () => end('silent'));
    socket.on('connect', () => end('open'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'refused' : 'absent'),
    );
  });
}
