import { appendFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { nameWithin } from '../control/names.ts';
import { reachTarget } from '../control/reach.ts';
import { DevstartError } from '../errors.ts';
import { ENV_FORMATS, type EnvFormat, formatEnv } from '../ui/env-format.ts';
import { printSync } from '../ui/print.ts';
import { steeringFrom } from './steer.ts';

/** `devstart env [NAME]`: what a command beside the servers is told, or one of the servers. */
export async function env(context: Context): Promise<number> {
  const format = formatOf(context);
  const { client, target } = await reachTarget(await steeringFrom(context), context.args[0]);
  const query = target.app === undefined ? {} : { name: nameWithin(target) };
  const { env: told } = await client.call('env', { query });
  const text = formatEnv(told, format);
  if (format !== 'github') {
    printSync(1, text);
    return 0;
  }
  const file = context.env.GITHUB_ENV;
  if (!file) {
    throw new DevstartError('USAGE', 'GITHUB_ENV is not set (from --format github)', {
      hint: 'A step of a GitHub Actions job has it; elsewhere: --format dotenv.',
    });
  }
  try {
    appendFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DevstartError('USAGE', `${file} cannot be written (${code}) (from GITHUB_ENV)`);
  }
  printSync(2, `${Object.keys(told).join(', ')}: for the steps that follow\n`);
  return 0;
}

function formatOf({ own, format }: Context): EnvFormat {
  if (own.format === undefined) return format === 'json' ? 'json' : 'shell';
  const known = ENV_FORMATS.find((one) => one === own.format);
  if (known) return known;
  throw new DevstartError('USAGE', `"${own.format}" is not a format (from --format)`, {
    hint: `Known formats: ${ENV_FORMATS.join(', ')}`,
  });
}
