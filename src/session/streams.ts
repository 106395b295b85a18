import type { Context } from '../context.ts';
import type { Plane } from '../control/plane.ts';
import type { WarningCode } from '../errors.ts';
import { openLogs } from '../output/logs.ts';
import { createOutput } from '../output/output.ts';
import { ReaderWatch } from '../output/stall.ts';
import { readerHasGone, StreamWriter } from '../output/writer.ts';
import { createBus } from '../run/bus.ts';
import { createReporter } from '../ui/reporter.ts';
import type { SessionOptions } from './attached.ts';
import type { PlannedProject } from './project.ts';
import type { Scope } from './scope.ts';

export type Streams = ReturnType<typeof openStreams>;

/** Where everything goes that is printed, and the bus that brings it there. */
export function openStreams(
  { planner, home, settings }: PlannedProject,
  context: Context,
  { out, format }: SessionOptions,
  scope: Scope,
) {
  const { plan } = planner;
  const errors = new StreamWriter(process.stderr);
  const writer = new StreamWriter(out);
  const reader = new ReaderWatch([writer, errors], settings.killTimeout.value * 2000, (given) => {
    if (given === errors) return;
    const where = logs.folder === undefined ? 'lost' : `in ${logs.folder}`;
    errors.write(`warning the output’s reader takes nothing: what it has not read is ${where}\n`);
  });
  scope.defer('the look at the readers', () => reader.close());
  scope.defer('stderr', () => errors.flush());
  const bus = createBus(plan);
  const warn = (code: WarningCode, message: string) => bus.emit({ type: 'warning', code, message });
  const logs = openLogs({
    dir: home,
    root: plan.root,
    runId: plan.runId,
    onOff: (message) => warn('LOG_OFF', message),
  });
  const output = createOutput({
    mode: context.quiet ? 'quiet' : format,
    timestamps: context.timestamps,
    writer,
    onLine: (id, stream, line, more) =>
      reporter.event({ type: 'output', id, stream, line, ...(more ? { more } : {}) }),
    logs,
  });
  scope.defer('the logs', () => logs.close());
  scope.defer('the output', () => output.close());
  const reporter = createReporter({
    format,
    color: format === 'pretty',
    home: context.env.HOME,
    writeLine: output.writeLine,
    writeError(text) {
      output.status(undefined);
      errors.write(`${text}\n`, 'utf8');
    },
  });
  bus.subscribe(reporter.event);
  const abandon = () => {
    writer.abandon();
    errors.abandon();
  };
  return { writer, errors, reader, bus, warn, logs, output, reporter, abandon };
}

/** Nobody reads any more, or what is written cannot be kept. */
export function followReader({ writer, errors }: Streams, plane: Plane): void {
  writer.onClosed((error) => {
    const gone = readerHasGone(error);
    if (!gone) errors.write(`error the output could not be written: ${error.message}\n`);
    const reason = gone
      ? { code: 0, reason: 'the reader of the output has gone' }
      : { code: 1, reason: 'the output could not be written' };
    void plane.order({ do: 'stop', reason });
  });
}
