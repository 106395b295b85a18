import { padEnd, width } from '../width.ts';

/** `0.42 s`, `1 min 5 s`. @param ms milliseconds */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `190 MB`, in powers of 1000 as file managers count. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** The home folder as `~`. */
export function tilde(file: string, home: string | undefined): string {
  if (!home || home === '/') return file;
  if (file === home) return '~';
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}

/** Columns padded to one width each; the last one is left as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : padEnd(cell, widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Under the first word that follows `error `. */
export const indent = (text: string): string => text.replace(/^(?=.)/gm, '      ');
