import { type Contender, runs } from './setup.ts';

/** What the issues ask for: the contender's median, in the unit or as a multiple of another's. */
export interface Target {
  of: string;
  /** The most it may be; with `least`, the least. */
  limit: number;
  times?: string;
  least?: true;
}

export interface Comparison {
  title: string;
  unit: string;
  contenders: Contender[];
  targets?: Target[];
  /** At most so many runs, for what takes long. */
  most?: number;
  /** Without the first round that does not count. */
  cold?: true;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 ? high : (low + high) / 2;
};

/** Runs the contenders in turn, so that a machine's moods hit all alike; prints their medians and the targets. */
export async function compare({ title, unit, contenders, targets = [], ...how }: Comparison): Promise<void> {
  const count = Math.min(runs(), how.most ?? Number.POSITIVE_INFINITY);
  const taken = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  if (!how.cold) for (const { once } of contenders) await once();
  for (let run = 0; run < count; run++) {
    for (const { name, once } of contenders) taken.get(name)?.push(await once());
  }
  const many = count === 1 ? '1 run' : `${count} runs`;
  console.log(`\n${title} (${many}, ${unit}: min, median, max; ratio of medians to the last)`);
  const last = median(taken.get(contenders.at(-1)?.name ?? '') ?? []);
  for (const [name, values] of taken) {
    const figures = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
      value.toFixed(value < 10 ? 2 : 1).padStart(9),
    );
    console.log(`  ${name.padEnd(36)}${figures.join('')}   ${(median(values) / last).toFixed(2)}`);
  }
  for (const { of, limit, times, least } of targets) {
    const value = median(taken.get(of) ?? []) / (times === undefined ? 1 : median(taken.get(times) ?? []));
    const wanted = `${of}: at ${least ? 'least' : 'most'} ${limit} ${times === undefined ? unit : `times ${times}`}`;
    const met = least ? value >= limit : value <= limit;
    console.log(`  ${met ? 'met   ' : 'MISSED'} ${wanted} (${value.toFixed(2)})`);
  }
}
