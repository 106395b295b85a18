import type { InstancePlan } from '../plan/types.ts';
import { describeReadiness } from '../ready/checks.ts';
import type { RunView } from '../run/bus.ts';
import type { RunEvent } from '../run/events.ts';
import { cut } from '../width.ts';

export interface ProgressOptions {
  view(): RunView;
  /** A terminal: shows a line that the next one replaces; undefined takes it away. Absent elsewhere. */
  status?: ((text: string | undefined) => void) | undefined;
  /** A line of its own, where there is no terminal. */
  line(text: string): void;
  /** The terminal's width. */
  columns(): number;
}

/** Seconds. A plain log gets a line after this long, then after twice as long … */
const FIRST_LINE = 10;

/** Says what is waited for while it takes its time. */
export class Progress {
  readonly #options: ProgressOptions;
  #since = 0;
  #next = FIRST_LINE;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** @param view the run after the event */
  note(event: RunEvent, view: RunView): void {
    if (event.type === 'started') this.#begin();
    else if (event.type === 'stopping' || waitedFor(view).length === 0) this.close();
  }

  close(): void {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#options.status?.(undefined);
  }

  #begin(): void {
    if (this.#timer) return;
    this.#since = performance.now();
    this.#next = FIRST_LINE;
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#timer.unref();
  }

  #tick(): void {
    const { view, status, line, columns } = this.#options;
    const seconds = Math.round((performance.now() - this.#since) / 1000);
    const now = view();
    const text = `waiting for ${describeWaiting(now, waitedFor(now))}  ${seconds} s`;
    if (status) status(cut(text, Math.max(20, columns() - 1)));
    else if (seconds >= this.#next) {
      this.#next *= 2;
      line(text);
    }
  }
}

/** What has been started and is not ready, in the plan's order. */
const waitedFor = ({ plan, instances, status }: RunView) =>
  status === 'stopping' ? [] : plan.instances.filter(({ id }) => instances.get(id)?.status === 'starting');

/** Who is waited for, and for what: once an answer has come, that. */
export const describeWaiting = ({ instances }: RunView, waiting: readonly InstancePlan[]): string =>
  waiting
    .map((one) => `${one.label} (${describeReadiness(one, instances.get(one.id)?.tried)})`)
    .join(' and ');
