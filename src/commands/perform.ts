import type { Writable } from 'node:stream';
import type { Context } from '../cli.ts';
import type { Settings } from '../config/types.ts';
import type { LogFormat } from '../options.ts';
import { cleanCaches } from '../plan/clean.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { signalExitCode } from '../platform.ts';
import type { PortAssignment } from '../ports/types.ts';
import type { RunEvent } from '../run/events.ts';
import { openLogs } from '../run/logs.ts';
import { createOutput, type Output } from '../run/output.ts';
import { startRun } from '../run/run.ts';
import type { ByteWriter, Run, StopReason } from '../run/types.ts';
import { createProgress } from '../ui/progress.ts';
import { createReporter, type Reporter } from '../ui/reporter.ts';
import { createWriter, readerHasGone } from '../ui/writer.ts';
import { createAnnouncer } from './announce.ts';
import type { PlannedProject } from './project.ts';
import { supervise } from './supervise.ts';

/** Where a run is shown, and who takes part in it. */
export interface Stage {
  /** The servers' output and our own lines; errors go to stderr. */
  out: Writable & { isTTY?: boolean; columns?: number };
  format: LogFormat;
  /** Keys are read from the terminal. */
  keys: boolean;
  companion(tools: Tools): Companion;
}

/** What a companion may do with the run. */
export interface Tools {
  run: Run;
  plan(): LaunchPlan;
  output: Output;
  /** The folder of the log files. */
  logs: string | undefined;
  /** Asked again, it ends everything at once. */
  stop(reason: StopReason): void;
  /** Opens the frontend in the browser. */
  open(): void;
  saveTerminal(settings: string): void;
  /** A warning of ours. */
  warn(code: string, message: string): void;
}

/** Who accompanies the run from its start to its end: a person at the terminal, a command of `exec`. */
export interface Companion {
  event(event: RunEvent): void;
  /** A signal has arrived; the servers are being stopped. `again`: not the first one. */
  signal?(signal: NodeJS.Signals, again: boolean): void;
  /** The run has ended. */
  close(): Promise<void>;
}

/** Runs the project's servers to their end. @returns the exit code */
export async function perform(project: PlannedProject, context: Context, stage: Stage): Promise<number> {
  const { settings, loaded, planner, claims, home, startedAt } = project;
  const { plan, assignments } = planner;
  const { format } = stage;
  const color = format === 'pretty';

  const writer = createWriter(stage.out);
  const errors = createWriter(process.stderr);
  const warn = (code: string, message: string) => reporter.event({ type: 'warning', code, message });
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
    onLine: ({ app, instance }, stream, line) =>
      reporter.event({ type: 'output', app, instance, stream, line }),
    tee: logs,
  });
  const reporter = createReporter({
    format,
    color,
    home: context.env.HOME,
    writeLine: output.writeLine,
    writeError(text) {
      output.status(undefined);
      errors.write(`${text}\n`, 'utf8');
    },
  });
  project.warn(warn);
  for (const { code, message } of loaded.warnings) warn(code, message);
  for (const note of loaded.notes) reporter.note(note);
  for (const event of portEvents(assignments)) reporter.event(event);
  reporter.header(plan, settings.apps);
  if (settings.clean.value) await cleanFirst(settings, reporter);

  const file = createAnnouncer(
    () => planner.plan,
    startedAt,
    (message) => warn('PORTS_FILE', message),
  );
  file.write('starting');
  const progress =
    format === 'pretty' || format === 'plain'
      ? createProgress({
          instances: () => planner.plan.instances,
          status: stage.out.isTTY ? output.status : undefined,
          line: output.writeLine,
          columns: () => stage.out.columns ?? 80,
        })
      : undefined;
  const open = () => void openFrontend(planner.plan, warn, context.env.BROWSER);
  let stops = 0;
  let stalled: NodeJS.Timeout | undefined;
  const stop = (reason: StopReason): void => {
    if (stops++ === 0) {
      void running.stop(reason);
      return;
    }
    running.killNow();
    writer.abandon();
  };
  const supervision = supervise({
    plan,
    dir: home,
    startedAt,
    env: context.env,
    terminal: stage.keys,
    onOrphaned: () => stop({ code: 129, reason: 'the process that started devstart has gone' }),
  });
  const running = startRun(plan, {
    env: context.env,
    output,
    ports: planner,
    startedAt: startedAt.getTime(),
    emit(event) {
      supervision.note(event);
      progress?.note(event);
      reporter.event(event);
      file.note(event);
      if (event.type === 'started') logs.started(event, event.pid);
      if (event.type === 'up' && settings.open.value) open();
      companion.event(event);
    },
  });
  context.onCrash(() => {
    running.killNow();
    return running.done;
  });
  context.onSignal((signal) => {
    companion.signal?.(signal, stops > 0);
    stalled ??= watchReader(writer, settings.killTimeout.value * 2000, () => {
      const where = logs.folder === undefined ? 'lost' : `in ${logs.folder}`;
      errors.write(`warning the output’s reader takes nothing: what it has not read is ${where}\n`);
    });
    stop({ code: signalExitCode(signal), reason: signal === 'SIGINT' ? 'Ctrl-C' : signal });
  });
  const companion = stage.companion({
    run: running,
    plan: () => planner.plan,
    output,
    logs: logs.folder,
    stop,
    open,
    saveTerminal: supervision.saveTerminal,
    warn,
  });
  writer.onClosed((error) => {
    if (readerHasGone(error)) {
      void running.stop({ code: 0, reason: 'the reader of the output has gone' });
      return;
    }
    errors.write(`error the output could not be written: ${error.message}\n`);
    void running.stop({ code: 1, reason: 'the output could not be written' });
  });

  const { code } = await running.done;
  claims.release();
  await companion.close();
  progress?.close();
  await supervision.close();
  await logs.close();
  file.write('stopped');
  reporter.event({ type: 'down', code });
  await output.close();
  clearInterval(stalled);
  await errors.flush();
  return code;
}

/** Milliseconds. */
const SHORTEST_STALL = 2000;
const LOOK = 100;

/** Someone wants the end: a reader that takes nothing for as long is given up. @param patience milliseconds */
function watchReader(writer: ByteWriter, patience: number, onGivenUp: () => void): NodeJS.Timeout {
  let last = writer.waiting;
  let since = performance.now();
  const timer = setInterval(() => {
    const { waiting } = writer;
    const now = performance.now();
    if (waiting === 0 || waiting !== last) {
      last = waiting;
      since = now;
    } else if (now - since >= Math.max(SHORTEST_STALL, patience)) {
      clearInterval(timer);
      onGivenUp();
      writer.abandon();
    }
  }, LOOK);
  return timer;
}

const portEvents = (assignments: readonly PortAssignment[]): RunEvent[] =>
  assignments.map(({ app, role, instance, port, requested, moved, holder }) => ({
    type: 'port',
    app,
    role,
    instance,
    port,
    requested,
    moved,
    ...(holder ? { holder } : {}),
  }));

async function cleanFirst(settings: Settings, reporter: Reporter): Promise<void> {
  const { cleanItems, describeCleaned } = await import('../ui/cleaned.ts');
  const result = await cleanCaches(settings.root, cleanItems(settings));
  for (const line of describeCleaned(result, settings.root)) reporter.note(line);
}

async function openFrontend(
  plan: LaunchPlan,
  warn: Tools['warn'],
  browser: string | undefined,
): Promise<void> {
  const url = plan.urls.frontend ?? plan.urls.backend ?? plan.instances[0]?.url;
  if (!url) return;
  const { openUrl } = await import('../ui/open.ts');
  await openUrl(url, browser).catch((error: Error) => {
    warn('OPEN_FAILED', `could not open ${url}: ${error.message}`);
  });
}
