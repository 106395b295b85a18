import { stripVTControlCharacters } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { DevstartError } from '../errors.ts';
import { readPattern, readSince } from '../output/log-query.ts';
import { type LogLine, type LogQuery, readLogs } from '../output/log-reader.ts';
import type { AnswerOf } from './protocol.ts';

/** What is asked for, as it was written. */
export interface LogsAsked {
  lines: number;
  names?: readonly string[] | undefined;
  since?: string | undefined;
  grep?: string | undefined;
}

/** Milliseconds that a pattern may take over all: one that never ends must not keep the run from its work. */
const MOST_FOR_PATTERN = 1000;

/** The lines of a run's log files. @throws DevstartError USAGE */
export async function logLines(
  folder: string,
  { lines, names, since, grep }: LogsAsked,
): Promise<AnswerOf<'logs'>> {
  const query: LogQuery = {
    ...(names && { names }),
    ...(since !== undefined && { since: readSince(since, new Date()) }),
    // The last ones of those that match are found among all.
    ...(grep === undefined && { lines }),
  };
  const matching = grep === undefined ? undefined : matcher(grep);
  let found: LogLine[] = [];
  for await (const batch of readLogs(folder, query)) {
    found.push(...(matching ? matching(batch) : batch));
    if (found.length > 2 * lines + 1000) found = found.slice(found.length - lines);
  }
  return found
    .slice(found.length - Math.min(lines, found.length))
    .map(({ text, ...line }) => ({ ...line, line: text }));
}

/** @throws DevstartError USAGE where the pattern is none, or takes too long */
function matcher(grep: string): (batch: LogLine[]) => LogLine[] {
  const { source, flags } = readPattern(grep);
  const context = createContext(Object.assign(Object.create(null), { source, flags }));
  runInContext('pattern = new RegExp(source, flags)', context);
  let left = MOST_FOR_PATTERN;
  return (batch) => {
    context.texts = JSON.stringify(batch.map(({ text }) => stripVTControlCharacters(text)));
    const began = performance.now();
    try {
      const hits = runInContext(
        'JSON.stringify(JSON.parse(texts).map((text) => pattern.test(text)))',
        context,
        {
          timeout: Math.max(1, Math.ceil(left)),
        },
      );
      const wanted: boolean[] = JSON.parse(hits);
      return batch.filter((_, index) => wanted[index]);
    } catch {
      throw new DevstartError('USAGE', `the pattern "${grep.slice(0, 100)}" takes too long`, {
        hint: 'devstart logs --grep reads the files itself, and takes its time.',
      });
    } finally {
      left -= performance.now() - began;
    }
  };
}
