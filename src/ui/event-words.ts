import type pc from 'picocolors';
import { appOf, type InstanceId } from '../config/instance-id.ts';
import { describeHolding, describeOwner } from '../ports/holders/words.ts';
import type { RunEvent } from '../run/events.ts';
import { duration, indent } from './format.ts';

export interface Wording {
  color: ReturnType<typeof pc.createColors>;
  home: string | undefined;
  /** More than one instance is started. */
  several: boolean;
  /** As its output is marked: `api`, or `api.1` where there are several copies. */
  labelOf(id: InstanceId): string;
}

/** A line for people, and whether it tells of something wrong. */
export interface Words {
  wrong?: true;
  text: string;
}

/** What an event is to people; undefined: nothing. */
export function wordsOf(event: RunEvent, by: Wording): Words | undefined {
  const { color } = by;
  switch (event.type) {
    case 'port':
      return portWords(event, by);
    case 'ready':
      return by.several
        ? { text: `${color.green('✓')} ${by.labelOf(event.id)} ready in ${duration(event.ms)}` }
        : undefined;
    case 'up': {
      const url = event.urls.frontend ?? event.urls.backend;
      const what = color.bold(by.several ? 'all ready' : 'ready');
      const where = url ? `  ${color.cyan(url)}` : '';
      return { text: `${color.green('✓')} ${what} in ${duration(event.ms)}${where}` };
    }
    case 'exited': {
      if (event.expected) return undefined;
      const how = event.signal ? `was ended by ${event.signal}` : `exited with code ${event.code}`;
      const mark = event.code === 0 ? color.dim('-') : color.red('✗');
      return { text: `${mark} ${by.labelOf(event.id)} ${how}` };
    }
    case 'restarting':
      return {
        text:
          event.attempt === 0
            ? `${color.cyan('↻')} restarting ${by.labelOf(event.id)}: ${event.reason}`
            : `${color.yellow('↻')} ${event.reason}: restarting it in ${duration(event.delay)} (${event.attempt})`,
      };
    case 'followed':
      return { text: color.dim(`${event.file}:${event.line} :${event.from} follows to :${event.to}`) };
    case 'stopping':
      return { text: color.dim(`stopping: ${event.reason}`) };
    default:
      return wrongWords(event, by);
  }
}

function portWords(
  { id, role, port, requested, moved, found, holder }: Extract<RunEvent, { type: 'port' }>,
  { color, home, labelOf }: Wording,
): Words | undefined {
  if (found) {
    const url = color.cyan(`http://localhost:${port}`);
    return { text: `${labelOf(id)} listens on ${role ? `${url} (${role})` : `port ${port}`}` };
  }
  if (!moved) return undefined;
  if (holder) return { text: `port ${requested} is ${describeHolding(holder, home)}, using ${port}` };
  return typeof requested === 'number'
    ? { text: `${appOf(id)} uses port ${port} in place of ${requested}, to fit the other ports of this run` }
    : undefined;
}

function wrongWords(event: RunEvent, { color, home, labelOf }: Wording): Words | undefined {
  const warning = color.yellow('warning');
  switch (event.type) {
    case 'stolen': {
      if (event.using === undefined) return undefined;
      const holder = describeOwner(event.holder, home);
      const text = `port ${event.port} was taken by ${holder} before ${labelOf(event.id)} could listen, using ${event.using}`;
      return { text };
    }
    case 'drift': {
      const { id, port, expected, hint } = event;
      const text = `${warning} ${labelOf(id)} listens on port ${port} and not on ${expected}, which it was given: all others are told.\n${indent(hint)}`;
      return { wrong: true, text };
    }
    case 'warning':
      return { wrong: true, text: `${warning} ${event.message}` };
    case 'error': {
      const hint = event.hint ? `\n${indent(event.hint)}` : '';
      return { wrong: true, text: `${color.red(color.bold('error'))} ${event.message}${hint}` };
    }
    default:
      return undefined;
  }
}
