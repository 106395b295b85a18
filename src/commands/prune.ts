import type { Context } from '../context.ts';
import { endLeftovers } from '../guard/leftovers.ts';
import { stateDir } from '../system/state-dir.ts';
import { tilde } from '../ui/format.ts';
import { printSync } from '../ui/print.ts';
import { describeLeft, describeLeftovers } from '../ui/pruned.ts';

/** `devstart prune`: ends what launchers that died have left, in every project. @returns 1 where something stays */
export async function prune(context: Context): Promise<number> {
  const runs = await endLeftovers(await stateDir(context.env));
  if (context.format === 'json') {
    const of = runs.map(({ record: { runId, root, pid }, ended, left, hidden }) => ({
      run: runId,
      root,
      pid,
      ended: ended.map((proc) => proc.pid),
      left: left.map((proc) => proc.pid),
      ...(hidden === undefined ? {} : { hidden }),
    }));
    printSync(1, `${JSON.stringify({ type: 'pruned', time: new Date().toISOString(), runs: of })}\n`);
  } else {
    const lines = runs.flatMap((one) =>
      [describeLeftovers(one), describeLeft(one)]
        .filter((line) => line !== undefined)
        .map((line) => `${tilde(one.record.root, context.env.HOME)}: ${line}`),
    );
    printSync(1, `${lines.length > 0 ? lines.join('\n') : 'nothing is left of any run'}\n`);
  }
  return runs.some(({ left, hidden }) => left.length > 0 || hidden !== undefined) ? 1 : 0;
}
