import { DevstartError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * `10m`, `2h`, `1h30m`, `45s`, `1d` before now, or a time in ISO form (`2026-11-30T10:00`, a date; local unless it says
 * otherwise). @throws DevstartError USAGE
 */
export function readSince(text: string, now: Date): Date {
  if (/^(\d+[smhd])+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+)([smhd])/g)];
    const seconds = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
    return new Date(now.getTime() - seconds * 1000);
  }
  // A date alone would be midnight in Greenwich.
  const time = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new DevstartError('USAGE', `"${text}" is no time`, {
    hint: 'As in --since 10m, --since 2h, --since 1h30m, or --since 2026-11-30T10:00.',
  });
}

/** A regular expression, as JavaScript has them; `/…/i` for one that takes flags. @throws DevstartError USAGE */
export function readPattern(text: string): RegExp {
  const [, body = text, flags = ''] = /^\/(.*)\/([ims]*)$/s.exec(text) ?? [];
  try {
    return new RegExp(body, flags);
  } catch (error) {
    throw new DevstartError('USAGE', `"${text}" is no regular expression: ${(error as Error).message}`);
  }
}
