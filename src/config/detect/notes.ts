import type { App } from '../types.ts';
import type { Scope } from './candidate.ts';
import type { Known } from './unheard.ts';
import { unknownPort } from './unknown-port.ts';

/** What people should hear of once everything is known: what was noted on the way, then what is weak or unexplained. */
export async function lastNotes(scope: Scope, known: Known): Promise<string[]> {
  const { apps } = known;
  const notes = [
    ...scope.notes,
    ...apps.flatMap(unknownPort),
    ...known.notes,
    ...(await asleep(scope, apps)),
  ];
  if (scope.context.prod || apps.some(({ opaque }) => opaque)) return notes;
  const { unheardAddresses } = await import('./unheard.ts');
  return [...notes, ...(await unheardAddresses(scope, { ...known, notes }))];
}

async function asleep({ project, context }: Scope, apps: readonly App[]): Promise<string[]> {
  const spring = apps.filter(({ framework }) => framework === 'spring');
  if (spring.length === 0 || context.prod) return [];
  const { sleepingProfile } = await import('./spring-profiles.ts');
  const words = await Promise.all(spring.map((app) => sleepingProfile(project, app, context.env)));
  return words.filter((word) => word !== undefined);
}
