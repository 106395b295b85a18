import type { Own } from '../context.ts';

/** The options as they were given, for a process that is called with them again. Pure. */
export function wordsOf(own: Own, without: readonly string[]): string[] {
  return Object.entries(own).flatMap(([name, value]) => {
    if (value === undefined || without.includes(name)) return [];
    if (typeof value === 'boolean') return [value ? `--${name}` : `--no-${name}`];
    return [value].flat().map((one) => `--${name}=${one}`);
  });
}
