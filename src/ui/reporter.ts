import pc from 'picocolors';
import { appOf } from '../config/instance-id.ts';
import type { App } from '../config/types.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import { type RunEvent, toJson } from '../run/events.ts';
import { type Wording, wordsOf } from './event-words.ts';
import { columns, tilde } from './format.ts';

export interface ReporterOptions {
  /** `json` has its own reporter; `raw` shows devstart's own lines nowhere but for warnings and errors. */
  format: 'pretty' | 'plain' | 'raw' | 'json';
  color: boolean;
  home: string | undefined;
  /** A line of ours on stdout, in order with the servers' output. */
  writeLine(text: string): void;
  /** A line on stderr. */
  writeError(text: string): void;
}

export interface Reporter {
  header(plan: LaunchPlan, apps: readonly App[]): void;
  note(text: string): void;
  event(event: RunEvent): void;
}

export function createReporter(options: ReporterOptions): Reporter {
  return options.format === 'json' ? jsonReporter(options) : textReporter(options);
}

function jsonReporter({ writeLine }: ReporterOptions): Reporter {
  return {
    header() {},
    note() {},
    event(event) {
      const told = toJson(event, new Date());
      if (told) writeLine(JSON.stringify(told));
    },
  };
}

/** Places that follow: more lines than these nobody reads. */
const MOST_FOLLOWED = 12;

function textReporter(options: ReporterOptions): Reporter {
  const { format, home, writeError } = options;
  const color = pc.createColors(options.color);
  const writeLine = format === 'raw' ? () => {} : options.writeLine;
  let wording: Wording = { color, home, several: false, labelOf: appOf };
  let followed = 0;
  const learn = ({ instances }: LaunchPlan): void => {
    const labels = new Map(instances.map(({ id, label }) => [id, label]));
    const labelOf: Wording['labelOf'] = (id) => labels.get(id) ?? appOf(id);
    wording = { ...wording, several: instances.length > 1, labelOf };
  };
  return {
    header(plan, apps) {
      learn(plan);
      if (followed > MOST_FOLLOWED)
        writeLine(color.dim(`and ${followed - MOST_FOLLOWED} more places follow (--dry-run lists them)`));
      if (options.color) writeLine('');
      writeLine(`  ${color.bold('devstart')}  ${color.dim(tilde(plan.root, home))}`);
      writeLine('');
      for (const line of columns(rowsOf(plan, apps))) {
        writeLine(`  ${line.replace(/https?:\/\/\S+/, (url) => color.cyan(url))}`);
      }
      writeLine('');
    },
    note: writeLine,
    event(event) {
      if (event.type === 'followed' && ++followed > MOST_FOLLOWED) return;
      if (event.type === 'planned') learn(event.plan);
      const words = wordsOf(event, wording);
      if (words) (words.wrong ? writeError : writeLine)(words.text);
    },
  };
}

/** Each port with its URL, and why the app was found. */
function rowsOf(plan: LaunchPlan, apps: readonly App[]): string[][] {
  return plan.instances.flatMap(({ app, label, ports, url }) => {
    const evidence = apps.find(({ name }) => name === app)?.evidence ?? '';
    const keys = Object.entries(ports);
    if (keys.length === 0) return [[label, '', evidence]];
    return keys.map(([key, port]) => [
      keys.length > 1 ? `${label} ${key}` : label,
      url ? urlText({ ...url, port }) : '',
      evidence,
    ]);
  });
}
