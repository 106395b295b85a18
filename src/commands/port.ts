import { readHost, readInteger } from '../config/values.ts';
import type { Context } from '../context.ts';
import { reservePorts } from '../ports/reserve.ts';
import { printSync } from '../ui/print.ts';

/** `devstart port [IP]`: prints reserved ports. What scripts usually write never comes here: see quick-port.ts. */
export async function port({ args, own, format }: Context): Promise<number> {
  const number = (name: string, least: number, most: number): number | undefined =>
    own[name] === undefined
      ? undefined
      : readInteger(least, most)(own[name], { kind: 'flag', name: `--${name}` });
  const host = args[0] === undefined ? undefined : readHost(args[0], { kind: 'flag', name: 'IP' });
  const wanted = number('port', 1, 65_535);
  const count = number('count', 1, 1000) ?? 1;
  const ports = await reservePorts(count, { host, port: wanted });
  printSync(1, format === 'json' ? `${JSON.stringify(ports)}\n` : `${ports.join('\n')}\n`);
  return 0;
}
