import path from 'node:path';
import type { Settings } from '../config/types.ts';
import type { CleanItem, CleanResult } from '../plan/clean.ts';
import { size } from './format.ts';

/** What `--clean` may remove: each app's caches, and the config's own paths. */
export function cleanItems(settings: Settings): CleanItem[] {
  return [
    ...settings.apps.map((app) => ({ cwd: app.cwd, paths: app.caches })),
    { cwd: settings.root, paths: settings.cleanPaths.value },
  ];
}

export function describeCleaned(result: CleanResult, root: string): string[] {
  const name = (file: string) => path.relative(root, file) || file;
  const lines = result.removed.map(({ path: file, bytes }) => `removed ${name(file)} (${size(bytes)})`);
  for (const { path: file, reason } of result.skipped) lines.push(`left ${name(file)}: ${reason}`);
  return lines.length > 0 ? lines : ['nothing to clean'];
}
