import type { Settings } from '../config/types.ts';
import type { Context } from '../context.ts';
import { supervise } from '../guard/supervise.ts';
import { openLogs } from '../output/logs.ts';
import { createOutput } from '../output/output.ts';
import { watchReader } from '../output/stall.ts';
import { createWriter, readerHasGone } from '../output/writer.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { PortAssignment } from '../ports/types.ts';
import type { RunEvent } from '../run/events.ts';
import { startRun } from '../run/run.ts';
import type { StopReason } from '../run/types.ts';
import { cleanCaches } from '../system/caches.ts';
import { signalExitCode } from '../system/platform.ts';
import { createProgress } from '../ui/progress.ts';
import { createReporter, type Reporter } from '../ui/reporter.ts';
import type { Stage, Tools } from './companion.ts';
import { createAnnouncer } from './ports-file.ts';
import type { PlannedProject } from './project.ts';

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
  const [{ cleanItems }, { describeCleaned }] = await Promise.all([
    import('../plan/caches.ts'),
    import('../ui/cleaned.ts'),
  ]);
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
