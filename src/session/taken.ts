import type { Copy } from '../config/copies/types.ts';
import { mainPort } from '../plan/env.ts';
import type { InstancePlan } from '../plan/types.ts';
import { findHoldings } from '../ports/holders/holding.ts';
import { holderName } from './copies.ts';
import type { PlannedProject } from './project.ts';

/** What asks for ports that no file of the project names. */
const KNOWN: ReadonlyMap<number, string> = new Map([
  [9229, 'Node’s inspector (--inspect in its command or in NODE_OPTIONS): --inspect=0 takes any free port'],
  [24_678, 'Vite’s hot updates in middleware mode: server.hmr.port in its config says another one'],
]);

/**
 * A port beside those that an instance was given, and that it could not get: `api could not listen on port 6989, which
 * node (pid 4711, ~/other) has: .env:3 (SERVER_PORT) says 6989. …`
 * @param own the instance's processes
 */
export async function describeTaken(
  { settings, loaded, planner, claimsDir }: PlannedProject,
  home: string | undefined,
  plan: InstancePlan,
  port: number,
  own: ReadonlySet<number>,
): Promise<string> {
  const [holding] = await findHoldings([port], claimsDir);
  const holders = (holding?.holders ?? []).filter(({ pid }) => pid === undefined || !own.has(pid));
  const isItself = holders.length === 0 && (holding?.holders.length ?? 0) > 0;
  const who = isItself
    ? 'another process of its own has'
    : `${holderName(holding && { ...holding, holders }, planner.plan, home)} has`;
  const known = settings.copies.filter((copy) => copy.port === port);
  const named: Copy | undefined = known.find(({ by }) => by === plan.app) ?? known[0];
  const app = settings.apps.find(({ name }) => name === plan.app);
  const place = named ?? (await loaded.lookForNumber(port, app?.runs?.dir ?? plan.cwd));
  const given = mainPort(plan.ports);
  const isOwn = named !== undefined && named.of === plan.app && given !== undefined;
  const change = isOwn ? `Let it take ${given}, which it is given as PORT` : 'Write another one there';
  const how = place
    ? `${place.file}:${place.line}${place.name ? ` (${place.name})` : ''} says ${port}. ${change}`
    : `it is asked for by ${KNOWN.get(port) ?? 'something outside of the project’s files'}. Change that`;
  const side = place && KNOWN.has(port) ? ` It is the usual one of ${KNOWN.get(port)}.` : '';
  const mend = isItself ? '' : `, or end who has it (devstart free ${port})`;
  return `${plan.label} could not listen on port ${port}, which ${who}: ${how}${mend}.${side}`;
}
