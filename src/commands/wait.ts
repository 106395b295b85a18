import { setTimeout as sleep } from 'node:timers/promises';
import { readSeconds } from '../config/values.ts';
import type { Context } from '../context.ts';
import type { Instance } from '../control/answers.ts';
import type { Target } from '../control/names.ts';
import { connectTo, findTarget, type Whereabouts } from '../control/reach.ts';
import type { RegisteredRun } from '../control/registry.ts';
import { untilReady } from '../control/until-ready.ts';
import { DevstartError } from '../errors.ts';
import { printSync } from '../ui/print.ts';
import { steeringFrom } from './steer.ts';

/** Seconds. */
const READY_WITHIN = 120;
/** Seconds for which a run that is just being started may not be there yet. */
const APPEARS_WITHIN = 10;
const POLL = 50;

/** `devstart wait [NAME…]`: until all of it is ready, by its own processes. */
export async function wait(context: Context): Promise<number> {
  const { own, args, format } = context;
  const source = { kind: 'flag', name: '--timeout' } as const;
  const seconds = own.timeout === undefined ? READY_WITHIN : readSeconds(own.timeout, source);
  const deadline = performance.now() + seconds * 1000;
  const from = await steeringFrom(context);
  const rows: Instance[] = [];
  for (const name of args.length > 0 ? args : [undefined]) {
    const target = await appears(name, from, Math.min(seconds, APPEARS_WITHIN));
    const client = await connectTo(from, target.run);
    rows.push(...(await untilReady(client, target, deadline)));
  }
  const lines = rows
    .filter(({ status }) => status !== 'stopped')
    .map(({ name, url }) => `${name} is ready${url ? `  ${url}` : ''}`);
  printSync(
    1,
    `${format === 'json' ? JSON.stringify({ type: 'ready', instances: rows }) : lines.join('\n')}\n`,
  );
  return 0;
}

/** Somebody else may just be starting it. @throws DevstartError NOT_FOUND, AMBIGUOUS */
async function appears(
  name: string | undefined,
  from: Whereabouts,
  seconds: number,
): Promise<Target<RegisteredRun>> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return findTarget(from, name);
    } catch (error) {
      const late = performance.now() > deadline;
      if (!(error instanceof DevstartError) || error.code !== 'NOT_FOUND' || late) throw error;
    }
    await sleep(POLL);
  }
}
