import path from 'node:path';
import type { Context } from '../context.ts';
import type { Instance } from '../control/answers.ts';
import { runsHere } from '../control/names.ts';
import type { Whereabouts } from '../control/reach.ts';
import { leaderKey, leadersOf, listRows } from '../control/recorded.ts';
import { type RegisteredRun, registeredRuns } from '../control/registry.ts';
import type { RecordedRow } from '../guard/records.ts';
import { measure, type Usage } from '../system/metrics.ts';
import { processTable } from '../system/processes.ts';
import { asMarkdown, asTable } from '../ui/list.ts';
import { printSync } from '../ui/print.ts';
import { steeringFrom } from './steer.ts';

/** Milliseconds between two looks. */
const EVERY = 1000;
/** For a run whose record is not true any more. */
const ANSWERS_WITHIN = 1000;

/** `devstart list`: all runs of this user, from their records: nobody is asked, unless a record is not true any more. */
export async function list(context: Context): Promise<number> {
  const from = await steeringFrom(context);
  const { own, format } = context;
  if (own.watch) return watch(context, from);
  const rows = await look(from, own.project === true);
  const lines =
    format === 'json' ? [JSON.stringify(rows)] : own.markdown ? asMarkdown(rows) : table(rows, context);
  printSync(1, `${lines.join('\n')}\n`);
  return 0;
}

/** The rows of now. */
async function look({ home, folder }: Whereabouts, here: boolean): Promise<Instance[]> {
  const all = registeredRuns(home);
  const runs = here ? runsHere(all, folder) : all;
  const samples = home && runs.length > 0 ? path.join(home, 'samples.json') : undefined;
  let usages = measure(leadersOf(runs), samples);
  const stale = runs.filter((run) => tellsOfGone(run, usages));
  if (stale.length > 0) {
    await Promise.all(stale.map(askAgain));
    usages = measure(leadersOf(runs), samples);
  }
  return listRows(runs, usages, performance.timeOrigin + performance.now());
}

/** Its record, which a full disk keeps from being written, says that a process runs, and there is none. */
const tellsOfGone = ({ run, record }: RegisteredRun, usages: ReadonlyMap<string, Usage>): boolean =>
  processTable.source !== 'none' &&
  (record.rows ?? []).some(
    ({ app, instance, pid }) => pid !== null && usages.get(leaderKey(run, app, instance))?.pids.length === 0,
  );

/** The run's own word in place of its record's. One that does not answer stays as it was. */
async function askAgain({ run, record }: RegisteredRun): Promise<void> {
  if (record.socket === undefined) return;
  const { RunClient } = await import('../control/client.ts');
  const signal = AbortSignal.timeout(ANSWERS_WITHIN);
  const rows = await new RunClient(run, record.socket).call('instances', { signal }).catch(() => undefined);
  const now = performance.timeOrigin + performance.now();
  if (!rows) return;
  record.rows = rows.map(({ uptime, status, ...row }) => ({
    ...row,
    // `unready` is said only where it was looked for.
    status: status as RecordedRow['status'],
    since: uptime === null ? null : Math.round(now - uptime * 1000),
  }));
}

function table(rows: readonly Instance[], { format, env }: Context): string[] {
  return asTable(rows, {
    color: format === 'pretty',
    home: env.HOME,
    columns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
  });
}

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const HOME = '\u001b[H';
const CLEAR = '\u001b[2J';
const REST_OF_LINE = '\u001b[K';
const BELOW = '\u001b[J';

/** Again and again: on a terminal in its place, elsewhere one after the other, until it is ended. */
async function watch(context: Context, from: Whereabouts): Promise<number> {
  const screen = context.format !== 'json' && process.stdout.isTTY === true;
  let code: number | undefined;
  let wake = (): void => {};
  context.onSignal((signal) => {
    code = signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 129;
    wake();
  });
  process.stdout.on('error', () => {
    code ??= 0;
    wake();
  });
  if (screen) process.stdout.write(`${HIDE}${CLEAR}`);
  while (code === undefined) {
    const rows = await look(from, context.own.project === true);
    if (context.format === 'json') process.stdout.write(`${JSON.stringify(rows)}\n`);
    else {
      const lines = table(rows, context);
      // In one piece, over what stands there: nothing is cleared that is written again.
      const shown = screen ? lines.slice(0, Math.max(1, (process.stdout.rows ?? 1000) - 1)) : lines;
      process.stdout.write(
        screen
          ? `${HOME}${shown.map((line) => `${line}${REST_OF_LINE}\n`).join('')}${BELOW}`
          : `${shown.join('\n')}\n`,
      );
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, EVERY);
    });
  }
  if (screen) process.stdout.write(SHOW);
  return code;
}
