import type { Settings } from '../config/types.ts';
import type { CleanItem } from '../system/caches.ts';

/** What `--clean` may remove: each app's caches, and the config's own paths. */
export function cleanItems(settings: Settings): CleanItem[] {
  return [
    ...settings.apps.map((app) => ({ cwd: app.cwd, paths: app.caches })),
    { cwd: settings.root, paths: settings.cleanPaths.value },
  ];
}
