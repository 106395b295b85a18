import path from 'node:path';
import type { CleanResult } from '../system/caches.ts';
import { size } from './format.ts';

export function describeCleaned(result: CleanResult, root: string): string[] {
  const name = (file: string) => path.relative(root, file) || file;
  const lines = result.removed.map(({ path: file, bytes }) => `removed ${name(file)} (${size(bytes)})`);
  for (const { path: file, reason } of result.skipped) lines.push(`left ${name(file)}: ${reason}`);
  return lines.length > 0 ? lines : ['nothing to clean'];
}
