import path from 'node:path';
import type { Context } from '../cli.ts';
import { stateDir } from '../config/state-dir.ts';
import { DevstartError } from '../errors.ts';
import { findHoldings } from '../ports/holding.ts';
import { parsePortSpec } from '../ports/spec.ts';
import { type Asked, printHoldings } from '../ui/who.ts';

/** `devstart who PORT|RANGE...`: who has these ports. */
export async function who({ args, env, format }: Context): Promise<number> {
  const asked = args.map(readRange);
  const ports = asked.flatMap(({ start, end }) =>
    Array.from({ length: end - start + 1 }, (_, index) => start + index),
  );
  const holdings = await findHoldings(ports, await claimsDir(env));
  printHoldings(holdings, asked, { json: format === 'json', home: env.HOME });
  return 0;
}

/** The registry of claims. */
export async function claimsDir(env: Context['env']): Promise<string | undefined> {
  const state = await stateDir(env);
  return state === undefined ? undefined : path.join(state, 'claims');
}

/** @throws DevstartError PORT_INVALID */
export function readRange(text: string): Asked {
  const noPort = `"${text}" is not a port or a range of them, such as 3000-3010`;
  if (!/^\d+(-\d+)?$/.test(text)) throw new DevstartError('PORT_INVALID', noPort);
  const spec = parsePortSpec(text, { kind: 'flag', name: 'the command line' });
  if (spec.kind === 'single') return { start: spec.port, end: spec.port };
  if (spec.kind === 'range') return { start: spec.start, end: spec.end };
  throw new DevstartError('PORT_INVALID', noPort);
}
