import type { InstancePlan } from '../plan/types.ts';
import { describeReadiness } from '../ready/checks.ts';
import type { RunEvent } from '../run/events.ts';

export interface ProgressOptions {
  /** Instances by `app` and `instance`, as they are planned now. */
  instances(): readonly InstancePlan[];
  /** A terminal: shows a line that the next one replaces; undefined takes it away. Absent elsewhere. */
  status?: ((text: string | undefined) => void) | undefined;
  /** A line of its own, where there is no terminal. */
  line(text: string): void;
  /** The terminal's width in characters. */
  columns(): number;
}

/** Says what is waited for while it takes its time. */
export interface Progress {
  note(event: RunEvent): void;
  close(): void;
}

/** Seconds. A plain log gets a line after this long, then after twice as long … */
const FIRST_LINE = 10;

export function createProgress({ instances, status, line, columns }: ProgressOptions): Progress {
  const waiting = new Set<string>();
  let since = 0;
  let next = FIRST_LINE;
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    const seconds = Math.round((performance.now() - since) / 1000);
    const text = `waiting for ${describe()}  ${seconds} s`;
    if (status) status(text.slice(0, Math.max(20, columns() - 1)));
    else if (seconds >= next) {
      next *= 2;
      line(text);
    }
  }

  function describe(): string {
    const found = instances().filter(({ app, instance }) => waiting.has(`${app}:${instance}`));
    return found.map((instance) => `${instance.label} (${describeReadiness(instance)})`).join(' and ');
  }

  function end(): void {
    clearInterval(timer);
    timer = undefined;
    status?.(undefined);
  }

  return {
    note(event) {
      if (event.type === 'stopping') {
        waiting.clear();
        end();
      } else if (event.type === 'started') {
        waiting.add(`${event.app}:${event.instance}`);
        if (timer) return;
        since = performance.now();
        next = FIRST_LINE;
        timer = setInterval(tick, 1000);
        timer.unref();
      } else if (event.type === 'ready' || event.type === 'exited') {
        waiting.delete(`${event.app}:${event.instance}`);
        if (waiting.size === 0) end();
      }
    },
    close: end,
  };
}
