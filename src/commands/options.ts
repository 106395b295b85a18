import { longName, OPTIONS, type OptionRow } from '../config/options.ts';

/** By long name: the options of a run. */
export const RUN_OPTIONS: Record<string, OptionRow> = Object.fromEntries(
  Object.entries(OPTIONS).map(([key, row]) => [longName(key), row]),
);

/** What every command knows, and the run too. */
export const COMMON_OPTIONS: Record<string, OptionRow> = {
  yes: {
    alias: 'y',
    kind: 'boolean',
    group: 'Project',
    describe: 'Answer every question with yes (init, free)',
  },
};

/** Its line in the help: `How many ports to try for each [10]`. */
export function helpOf(row: OptionRow): string {
  const shown = row.shown ?? (row.default || undefined);
  return shown === undefined ? row.describe : `${row.describe} [${shown}]`;
}
