import pc from 'picocolors';
import { appOf, type InstanceId } from '../config/instance-id.ts';
import type { App } from '../config/types.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { describeHolding, describeOwner } from '../ports/holders/words.ts';
import { type RunEvent, toJson } from '../run/events.ts';
import { columns, duration, indent, tilde } from './format.ts';

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

function textReporter(options: ReporterOptions): Reporter {
  const { format, home, writeError } = options;
  const color = pc.createColors(options.color);
  const writeLine = format === 'raw' ? () => {} : options.writeLine;
  const tick = color.green('✓');
  let several = false;
  let labels = new Map<InstanceId, string>();
  /** As its output is marked: `api`, or `api.1` where there are several copies. */
  const labelOf = ({ id }: { id: InstanceId }) => labels.get(id) ?? appOf(id);

  const header = (plan: LaunchPlan, apps: readonly App[]) => {
    several = plan.instances.length > 1;
    labels = new Map(plan.instances.map((one) => [one.id, one.label]));
    const rows: string[][] = [];
    for (const instance of plan.instances) {
      const app = apps.find((candidate) => candidate.name === instance.app);
      for (const [key, port] of Object.entries(instance.ports)) {
        const both = Object.keys(instance.ports).length > 1;
        const url = instance.url.replace(/:\d+$/, `:${port}`);
        rows.push([both ? `${instance.label} ${key}` : instance.label, url, app?.evidence ?? '']);
      }
      if (Object.keys(instance.ports).length === 0) rows.push([instance.label, '', app?.evidence ?? '']);
    }
    if (options.color) writeLine('');
    writeLine(`  ${color.bold('devstart')}  ${color.dim(tilde(plan.root, home))}`);
    writeLine('');
    for (const line of columns(rows)) {
      writeLine(`  ${line.replace(/https?:\/\/\S+/, (url) => color.cyan(url))}`);
    }
    writeLine('');
  };

  const event = (event: RunEvent) => {
    switch (event.type) {
      case 'port':
        if (event.moved && event.holder) {
          const holding = describeHolding(event.holder, home);
          writeLine(`port ${event.requested} is ${holding}, using ${event.port}`);
        } else if (event.moved && typeof event.requested === 'number') {
          writeLine(
            `${appOf(event.id)} uses port ${event.port} in place of ${event.requested}, to fit the other ports of this run`,
          );
        }
        break;
      case 'ready':
        if (several) writeLine(`${tick} ${labelOf(event)} ready in ${duration(event.ms)}`);
        break;
      case 'up': {
        const url = event.urls.frontend ?? event.urls.backend;
        writeLine(
          `${tick} ${color.bold(several ? 'all ready' : 'ready')} in ${duration(event.ms)}${url ? `  ${color.cyan(url)}` : ''}`,
        );
        break;
      }
      case 'exited':
        if (!event.expected) {
          const how = event.signal ? `was ended by ${event.signal}` : `exited with code ${event.code}`;
          const mark = event.code === 0 ? color.dim('-') : color.red('✗');
          writeLine(`${mark} ${labelOf(event)} ${how}`);
        }
        break;
      case 'restarting':
        writeLine(
          event.attempt === 0
            ? `${color.cyan('↻')} restarting ${labelOf(event)}: ${event.reason}`
            : `${color.yellow('↻')} ${event.reason}: restarting it in ${duration(event.delay)} (${event.attempt})`,
        );
        break;
      case 'stolen':
        if (event.using !== undefined) {
          const holder = describeOwner(event.holder, home);
          writeLine(
            `port ${event.port} was taken by ${holder} before ${labelOf(event)} could listen, using ${event.using}`,
          );
        }
        break;
      case 'drift':
        writeError(
          `${color.yellow('warning')} ${labelOf(event)} listens on port ${event.port} and not on ${event.expected}, which it was given: all others are told.\n${indent(event.hint)}`,
        );
        break;
      case 'stopping':
        writeLine(color.dim(`stopping: ${event.reason}`));
        break;
      case 'warning':
        writeError(`${color.yellow('warning')} ${event.message}`);
        break;
      case 'error':
        writeError(
          `${color.red(color.bold('error'))} ${event.message}${event.hint ? `\n${indent(event.hint)}` : ''}`,
        );
        break;
      default:
        break;
    }
  };
  return { header, event, note: (text) => writeLine(text) };
}
