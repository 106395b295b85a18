import { Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { portsFileOf } from '../plan/ports-file.ts';
import { type RunEvent, toJson } from '../run/events.ts';
import { closeReport, type Report, sendReport } from '../system/report.ts';
import { describeWaiting } from '../ui/progress.ts';
import type { Attached, SessionHandle } from './attached.ts';

/** Of the reasons of an end: somebody's command, a signal. */
const ASKED_FOR = /^(?:devstart \w+|SIG[A-Z]+|Ctrl-C)$/;

/** How much of the output a failure shows. */
const LAST_LINES = 20;

/** Until it is ready it prints where its starter reads; from then on nobody does. */
export class BackgroundOut extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  #detached = false;

  constructor({ columns }: NonNullable<Context['background']>) {
    super();
    this.isTTY = columns > 0;
    this.columns = columns || 80;
    // The starter may end at any time: the run goes on.
    process.stdout.on('error', () => {
      this.#detached = true;
    });
    process.stderr.on('error', () => {});
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    if (this.#detached) done();
    else process.stdout.write(chunk, () => done());
  }

  /** Calls back when all that was written before is with the reader. */
  detach(onDone: () => void): void {
    process.stdout.write('', () => onDone());
    this.#detached = true;
  }
}

/** The run's own end of its beginning in the background: reports that it is ready, or why it is not. */
export class AttachedBackground implements Attached {
  readonly #handle: SessionHandle;
  readonly #out: BackgroundOut;
  readonly #fd: number;
  readonly #late: NodeJS.Timeout;
  #state: 'waiting' | 'up' | 'failed' = 'waiting';

  constructor(handle: SessionHandle, out: BackgroundOut, { fd, timeout }: { fd: number; timeout: number }) {
    this.#handle = handle;
    this.#out = out;
    this.#fd = fd;
    this.#late = setTimeout(() => this.#giveUp(timeout), timeout * 1000);
  }

  readonly event = (event: RunEvent): void => {
    if (this.#state !== 'waiting') return;
    if (event.type === 'up') this.#up(event.ms);
    else if (event.type === 'error') this.#tell(event);
    else if (event.type === 'stopping') this.#stopping(event.reason);
  };

  async close(): Promise<void> {
    clearTimeout(this.#late);
  }

  #up(ms: number): void {
    clearTimeout(this.#late);
    this.#state = 'up';
    const { plan, instances } = this.#handle.plane.view;
    const launcher = { pid: process.pid, startedAt: new Date().toISOString() };
    const content = portsFileOf(plan, 'running', launcher, instances);
    const { runId, name, root, portsFile: file } = plan;
    const run = { runId, name, root, pid: process.pid, portsFile: { file, content } };
    // After the lines that the same event has brought.
    setImmediate(() => this.#out.detach(() => this.#send({ type: 'up', run, ms }, true)));
  }

  /** A server has failed, or somebody has asked for the end. */
  #stopping(reason: string): void {
    clearTimeout(this.#late);
    this.#state = 'failed';
    const { plan, instances } = this.#handle.plane.view;
    const lacking = plan.instances.filter(({ id }) => instances.get(id)?.status !== 'ready');
    const message = ASKED_FOR.test(reason) ? `it was stopped before all were ready (${reason})` : reason;
    this.#send({ type: 'error', code: 'START_FAILED', message, output: this.#lastLines(lacking) });
  }

  #giveUp(timeout: number): void {
    const { plane, fail } = this.#handle;
    const { plan, instances } = plane.view;
    const waiting = plan.instances.filter(({ id }) => instances.get(id)?.status !== 'ready');
    const message = `not ready within ${timeout} s: ${describeWaiting(plane.view, waiting)}`;
    const lines = this.#lastLines(waiting);
    fail({
      code: 'READY_TIMEOUT',
      message,
      hint: lines.length > 0 ? `The last output:\n${lines.join('\n')}` : 'Nothing was printed.',
    });
    this.#state = 'failed';
    void plane.order({ do: 'stop', reason: { code: 1, reason: 'not ready in time' }, insist: true });
  }

  #lastLines(of: readonly { id: `${string}:${number}` }[]): string[] {
    return of.flatMap(({ id }) => this.#handle.output.lastLines(id, LAST_LINES));
  }

  #tell(event: RunEvent): void {
    const { code, message, hint } = toJson(event, new Date()) as {
      code: string;
      message: string;
      hint?: string;
    };
    this.#send({ type: 'error', code, message, hint: hint ?? null, shown: true });
  }

  #send(report: Report, last = false): void {
    sendReport(this.#fd, report);
    if (last) closeReport(this.#fd);
  }
}
