import { EXPORT } from '../../system/programs.ts';
import type { App } from '../types.ts';
import type { Scope } from './candidate.ts';
import type { Known } from './unheard.ts';
import { unknownPort } from './unknown-port.ts';

/** What the README alone knows of the apps, and what people should hear: what was noted on the way, is weak or unexplained. */
export async function lastWord(scope: Scope, known: Known): Promise<{ apps: App[]; notes: string[] }> {
  const isBlind = scope.context.prod || known.apps.some(({ opaque }) => opaque);
  const unheard = isBlind ? undefined : await import('./unheard.ts');
  const apps = unheard ? await unheard.shownInReadme(scope, known) : [...known.apps];
  const notes = [
    ...scope.notes,
    ...apps.flatMap(unset),
    ...apps.flatMap(unknownPort),
    ...known.notes,
    ...(await asleep(scope, apps)),
  ];
  if (unheard) notes.push(...(await unheard.unheardAddresses(scope, { ...known, apps, notes })));
  return { apps, notes: [...new Set(notes)] };
}

/** `set PORT=3005 && npm start` sets a variable in Windows' shell alone. */
function unset({ name, runs }: App): string[] {
  const [, variable] = /(?:^|&&\s*)set (\w+)=[^&]*&&/.exec(runs?.line ?? '') ?? [];
  return variable === undefined || EXPORT === 'set'
    ? []
    : [`${name}: its script sets ${variable} as Windows’ shell does; here ${variable} stays as it is`];
}

async function asleep({ project, context }: Scope, apps: readonly App[]): Promise<string[]> {
  const spring = apps.filter(({ framework }) => framework === 'spring');
  if (spring.length === 0 || context.prod) return [];
  const { sleepingProfile } = await import('./spring-profiles.ts');
  const words = await Promise.all(spring.map((app) => sleepingProfile(project, app, context.env)));
  return words.filter((word) => word !== undefined);
}
