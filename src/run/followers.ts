import { mainPort } from '../plan/env.ts';
import type { InstancePlan, LaunchPlan } from '../plan/types.ts';
import type { Instance } from './instance.ts';
import type { Outcome } from './types.ts';

/** What has moved, and who depends on it. */
export type Followers = Pick<Outcome, 'moved' | 'told'>;

/** An answer with what is known; the rest is nothing. */
export const outcome = ({
  ms,
  ...some
}: Partial<Omit<Outcome, 'ms'>> & { ms?: Partial<Outcome['ms']> }): Outcome => ({
  instead: null,
  ended: [],
  started: [],
  moved: [],
  told: [],
  ...some,
  ms: {
    ended: rounded(ms?.ended),
    ready: rounded(ms?.ready),
    silent: rounded(ms?.silent),
  },
});

const rounded = (ms: number | null | undefined): number | null => (ms == null ? null : Math.round(ms));

/** Would both be started alike? Pure. */
export const sameLaunch = (a: InstancePlan, b: InstancePlan): boolean =>
  JSON.stringify([a.command, a.cwd, a.env, a.ports]) === JSON.stringify([b.command, b.cwd, b.env, b.ports]);

/** Who depends on the numbers that differ, in words. Pure. @param restarted those that start again for it */
export function followersOf(before: LaunchPlan, next: LaunchPlan, restarted: readonly Instance[]): Followers {
  const was = new Map(before.instances.map((one) => [one.id, one]));
  const moved = next.instances.flatMap(({ id, ports }) => {
    const from = mainPort(was.get(id)?.ports ?? {}) ?? null;
    const to = mainPort(ports) ?? null;
    return from === to ? [] : [{ id, from, to }];
  });
  if (moved.length === 0) return { moved, told: [] };
  const apps = [...new Set(restarted.map(({ plan }) => plan.app))];
  const told = apps.map((app) => ({ what: app, how: 'restarted: it is told the new number' }));
  const origins = next.corsOrigins.filter((origin) => !before.corsOrigins.includes(origin));
  if (origins.length > 0) told.push({ what: 'CORS', how: `allows ${origins.join(', ')}` });
  told.push({ what: next.portsFile, how: 'written' });
  for (const { file, line, from, to, follows } of next.copies) {
    if (!moved.some((one) => one.to === to)) continue;
    const how = follows ? `follows from ${from} to ${to}` : `still names ${from}: it cannot follow to ${to}`;
    told.push({ what: `${file}:${line}`, how });
  }
  return { moved, told };
}
