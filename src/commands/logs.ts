import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../config/settings/root.ts';
import { readInteger } from '../config/values.ts';
import type { Context } from '../context.ts';
import { nameWithin, resolveName, runsHere } from '../control/names.ts';
import { registeredRuns } from '../control/registry.ts';
import { DevstartError } from '../errors.ts';
import { livingRecords } from '../guard/records.ts';
import { readPattern, readSince } from '../output/log-query.ts';
import { followLogs, type LogQuery, lastRunStart, readLogs } from '../output/log-reader.ts';
import { logFile, logFolder } from '../output/logs.ts';
import { StreamWriter } from '../output/writer.ts';
import { stateDir } from '../system/state-dir.ts';
import { LogPrinter } from '../ui/log-printer.ts';

/** Where lines are read, and what of them. */
interface Wanted {
  /** The project's folder of log files. */
  folder: string;
  /** Runs of it that live. */
  living: readonly { runId: string; startedAt: string }[];
  names?: string[];
}

/** `devstart logs [NAME…]`: from the log files, also of what has ended. Without `-n` and `--since`: of the last run. */
export async function logs(context: Context): Promise<number> {
  const { own, args } = context;
  const asked = queryOf(context);
  const dir = await stateDir(context.env);
  if (dir === undefined) throw new DevstartError('NOT_FOUND', 'nothing is logged: this user has no home');
  const root = await projectRoot(context.cwd, context.flags.cwd);
  const { folder, living, names } = wantedOf(dir, root, args);
  const since = asked.since ?? (asked.lines === undefined ? startOf(folder, living, names) : undefined);
  const query: LogQuery = { ...asked, ...(names && { names }), ...(since && { since }) };
  const writer = new StreamWriter(process.stdout);
  const printer = new LogPrinter(writer, {
    format: context.format,
    timestamps: context.timestamps,
    ids: names,
  });
  const runs = new Set(living.map(({ runId }) => runId));
  const lives = () => livingRecords(dir, root).some(({ runId }) => runs.has(runId));
  const lines = own.follow
    ? followLogs(folder, query, { ended: slowed(() => !lives()), signal: printer.gone })
    : readLogs(folder, query);
  for await (const batch of lines) {
    await printer.print(batch);
    if (printer.gone.aborted) break;
  }
  await writer.flush();
  return 0;
}

/** @throws DevstartError for what is no query */
function queryOf({ own }: Context): Pick<LogQuery, 'lines' | 'since' | 'grep'> {
  const { lines, since, grep } = own;
  return {
    ...(lines !== undefined && {
      lines: readInteger(0, 1_000_000)(lines, { kind: 'flag', name: '--lines' }),
    }),
    ...(since !== undefined && { since: readSince(String(since), new Date()) }),
    ...(grep !== undefined && { grep: readPattern(String(grep)) }),
  };
}

/** The last run's begin: of those that live the first one's. */
function startOf(folder: string, living: Wanted['living'], names: string[] | undefined): Date | undefined {
  const starts = living.map(({ startedAt }) => Date.parse(startedAt));
  return starts.length > 0 ? new Date(Math.min(...starts)) : lastRunStart(folder, names);
}

/**
 * What the names mean: apps of the folder's project that have been logged, else, as everywhere, what runs.
 * @throws DevstartError NOT_FOUND for what has no log, AMBIGUOUS, USAGE
 */
function wantedOf(dir: string, root: string, names: readonly string[]): Wanted {
  const here = logFolder(dir, root);
  const found = names.map((name) => (isLogged(here, name) ? { root, name } : runningAs(name, dir, root)));
  const [first = { root }, ...others] = found;
  if (others.some((one) => one.root !== first.root)) {
    throw new DevstartError('USAGE', `${names.join(' and ')} are of several projects`, {
      hint: 'Ask for the logs of one after the other.',
    });
  }
  const folder = logFolder(dir, first.root);
  if (!existsSync(folder)) {
    throw new DevstartError('NOT_FOUND', `nothing has been logged in ${first.root}`, { hint: hintOf(dir) });
  }
  const apps = found.flatMap(({ name }) => name ?? []);
  // One name may mean a whole run.
  return {
    folder,
    living: livingRecords(dir, first.root),
    ...(apps.length > 0 && apps.length === found.length && { names: apps }),
  };
}

const isLogged = (folder: string, name: string): boolean =>
  [name, name.replace(/:\d+$/, '')].some((app) => existsSync(logFile(folder, app)));

/** @throws DevstartError NOT_FOUND, AMBIGUOUS */
function runningAs(name: string, dir: string, root: string): { root: string; name: string | undefined } {
  const runs = registeredRuns(dir);
  try {
    const target = resolveName(name, runs, runsHere(runs, root));
    return {
      root: target.run.root,
      name: target.app === undefined ? undefined : nameWithin(target),
    };
  } catch (error) {
    if (!(error instanceof DevstartError) || error.code !== 'NOT_FOUND') throw error;
    throw new DevstartError('NOT_FOUND', `there is no log of "${name}" in ${root}`, {
      hint: [hintOf(dir, logFolder(dir, root)), ...(runs.length > 0 ? [error.hint] : [])].join('\n'),
    });
  }
}

/** What there is. */
function hintOf(dir: string, folder = path.join(dir, 'logs')): string {
  try {
    const found = readdirSync(folder).filter((name) => !/\.log\.\d+$/.test(name));
    if (found.length > 0) return `There are: ${found.map((name) => name.replace(/\.log$/, '')).join(', ')}`;
  } catch {
    // none at all
  }
  return 'A run writes them as soon as its servers print something.';
}

/** Milliseconds between two looks at the records. */
const LOOK = 500;

function slowed(look: () => boolean): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < LOOK) return false;
    last = now;
    return look();
  };
}
