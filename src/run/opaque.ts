import type { FoundPort, LaunchPlan } from '../plan/types.ts';
import { findOwners } from '../ports/holders/owner.ts';
import { describeOwner } from '../ports/holders/words.ts';
import { watchAsItStands } from '../ready/as-it-stands.ts';
import type { Listener } from '../ready/asked.ts';
import { takenPorts } from '../ready/taken.ts';
import { hostsOf, type Verdict } from '../ready/watch.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** The run, as a life that is watched so sees it. */
interface OpaqueContext {
  readonly deps: RunDeps;
  plan(): LaunchPlan;
  becameReady(instance: Instance, ms: number): void;
  settle(plan: LaunchPlan): void;
}

/**
 * A command that is run as it stands: it is ready when it listens, or after a while without; where it listens is told
 * to everyone but those who run already, and what it could not get is told with its holder.
 */
export async function watchOpaque(instance: Instance, life: Life, run: OpaqueContext): Promise<Verdict> {
  const { deps } = run;
  const { signal } = life.over;
  const began = performance.now();
  const endListening = deps.output.watch(instance.id, complaintsOf(instance, life, run));
  let ready = false;
  await watchAsItStands({
    plan: instance.plan,
    hosts: hostsOf(run.plan().host),
    signal,
    processes: () => life.terminator?.processes() ?? [],
    patience: deps.guessAfter,
    async found(listeners) {
      await tell(instance, listeners, run);
      if (!ready) run.becameReady(instance, performance.now() - began);
      ready = true;
    },
  });
  endListening();
  return { kind: ready ? 'ready' : 'over' };
}

async function tell(instance: Instance, listeners: Listener[], run: OpaqueContext): Promise<void> {
  const { deps } = run;
  const found = keyed(listeners);
  if (found.length > 0 && deps.ports) run.settle(await deps.ports.discover(instance.id, found));
  for (const { port, role } of listeners) {
    deps.emit({
      type: 'port',
      id: instance.id,
      role: role ?? null,
      port,
      requested: port,
      moved: false,
      found: true,
    });
  }
}

/** A role's port by its role; one more, where there is no page, as its own. */
export function keyed(listeners: readonly Listener[]): FoundPort[] {
  const found: FoundPort[] = listeners.flatMap(({ port, role }) => (role ? [{ key: role, role, port }] : []));
  const [other] = listeners.filter(({ role }) => role === undefined);
  return found.length > 0 || !other ? found : [{ key: 'own', role: null, port: other.port }];
}

/** Tells once of each port that a server of it wanted and somebody has. */
function complaintsOf(
  { plan }: Instance,
  { terminator }: Life,
  { deps }: OpaqueContext,
): (text: string) => void {
  const told = new Set<number>();
  return (text) => {
    for (const port of takenPorts(text)) {
      if (told.has(port)) continue;
      told.add(port);
      void tellHolder(port);
    }
  };

  async function tellHolder(port: number): Promise<void> {
    const holder = (await findOwners([port])).get(port)?.[0] ?? {};
    const own = terminator?.processes().some(({ pid }) => pid === holder.pid);
    const who = own ? 'another server of its own' : describeOwner(holder);
    const message = `${plan.label} found port ${port} taken by ${who}: it is run as it stands, so its ports are its own choice.`;
    deps.emit({ type: 'warning', code: 'PORT_COLLISION', message });
  }
}
