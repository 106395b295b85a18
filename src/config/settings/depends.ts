import { DevstartError } from '../../errors.ts';
import { didYouMean } from '../nearest.ts';
import { type App, ROLES } from '../types.ts';

/**
 * The apps with `dependsOn` as app names: roles are resolved, apps that `--only` leaves out are dropped. Pure.
 * @param all every app of the project
 * @param chosen those that are started
 * @throws DevstartError CONFIG_INVALID for an unknown name or a circle
 */
export function resolveDependencies(all: readonly App[], chosen: readonly App[]): App[] {
  const resolved = new Map(all.map((app) => [app.name, namesOf(app, all)]));
  for (const app of all) refuseCircle(app.name, resolved, []);
  const started = new Set(chosen.map(({ name }) => name));
  return chosen.map((app) =>
    app.dependsOn === undefined
      ? app
      : { ...app, dependsOn: (resolved.get(app.name) ?? []).filter((name) => started.has(name)) },
  );
}

function namesOf(app: App, all: readonly App[]): string[] {
  return (app.dependsOn ?? []).map((word) => {
    const role = ROLES.find((known) => known === word);
    const found =
      all.find(({ name }) => name === word) ??
      all.find(({ roles }) => role !== undefined && roles.includes(role));
    if (found) return found.name;
    const names = all.map(({ name }) => name);
    throw new DevstartError(
      'CONFIG_INVALID',
      `dependsOn of app "${app.name}": there is no app "${word}"${didYouMean(word, names)}`,
      { hint: `The apps here: ${names.join(', ')}.` },
    );
  });
}

function refuseCircle(name: string, needs: ReadonlyMap<string, string[]>, path: readonly string[]): void {
  const begin = path.indexOf(name);
  if (begin !== -1) {
    const circle = [...path.slice(begin), name].join(' -> ');
    throw new DevstartError('CONFIG_INVALID', `dependsOn goes in a circle: ${circle}`, {
      hint: 'None of them could ever start: remove one of the dependencies.',
    });
  }
  for (const next of needs.get(name) ?? []) refuseCircle(next, needs, [...path, name]);
}
