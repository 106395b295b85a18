import type { Context } from '../context.ts';
import { reachTarget } from '../control/reach.ts';
import { DevstartError } from '../errors.ts';
import { printSync } from '../ui/print.ts';
import { steeringFrom } from './steer.ts';

/** `devstart url [NAME]`: where it answers; of a whole run its frontend, else its backend, else its first app. */
export async function url(context: Context): Promise<number> {
  const { client, target } = await reachTarget(await steeringFrom(context), context.args[0]);
  const rows = await client.call('instances');
  const { app, instance = 0 } = target;
  const rank = ['frontend', 'backend', null];
  const [chosen] = rows
    .filter(
      (row) => row.url !== null && (app === undefined || (row.app === app && row.instance === instance)),
    )
    .sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role));
  if (!chosen?.url) throw new DevstartError('NOT_FOUND', `${app ?? target.run.project} listens nowhere`);
  const { url: found, run, name } = chosen;
  const json = { type: 'url', url: found, run, name };
  printSync(1, context.format === 'json' ? `${JSON.stringify(json)}\n` : `${found}\n`);
  return 0;
}
