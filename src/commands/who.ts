import path from 'node:path';
import { readRange } from '../config/port-spec.ts';
import type { Context } from '../context.ts';
import { findHoldings } from '../ports/holders/holding.ts';
import { stateDir } from '../system/state-dir.ts';
import { printHoldings } from '../ui/who.ts';

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
