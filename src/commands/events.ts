import type { Context } from '../context.ts';
import { reachTarget } from '../control/reach.ts';
import { printSync } from '../ui/print.ts';
import { describeEvent } from '../ui/sent-event.ts';
import { steeringFrom } from './steer.ts';

/** `devstart events [NAME]`: what holds, then what happens, until the run ends. */
export async function events({ args, own, format, ...context }: Context): Promise<number> {
  const { client, target } = await reachTarget(await steeringFrom(context), args[0]);
  const { app, instance } = target;
  for await (const { event } of client.events({ output: own.output === true })) {
    if (app !== undefined && 'app' in event && event.app !== app) continue;
    if (instance !== undefined && 'instance' in event && event.instance !== instance) continue;
    printSync(1, `${format === 'json' ? JSON.stringify(event) : describeEvent(event)}\n`);
  }
  return 0;
}
