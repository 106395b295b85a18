import path from 'node:path';
import { isatty } from 'node:tty';
import type { Context } from '../cli.ts';
import { loadSettings, withConfigLines } from '../config/load.ts';
import { stateDir } from '../config/state-dir.ts';
import type { Settings } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import { cleanCaches } from '../plan/clean.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { openClaims } from '../ports/claims/claims.ts';
import { holdEphemeral } from '../ports/ephemeral.ts';
import type { PortAssignment } from '../ports/types.ts';
import type { RunEvent } from '../run/events.ts';
import { openLogs } from '../run/logs.ts';
import { createOutput } from '../run/output.ts';
import { startRun } from '../run/run.ts';
import type { StopReason } from '../run/types.ts';
import { createReporter, type Reporter } from '../ui/reporter.ts';
import { createTerminalSession } from '../ui/terminal-session.ts';
import { createWriter } from '../ui/writer.ts';
import { createAnnouncer } from './announce.ts';
import { createPlanner } from './planner.ts';
import { endFormerRun, supervise } from './supervise.ts';

const SIGNAL_NUMBERS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** `devstart`: starts the project in the foreground. @returns the exit code */
export async function run(context: Context): Promise<number> {
  const startedAt = new Date();
  const loaded = await loadSettings({ flags: context.flags, env: context.env, cwd: context.cwd });
  const { settings } = loaded;
  if (context.explain) {
    (await import('../ui/explain.ts')).printExplain(await withConfigLines(loaded), context.format === 'json');
    return 0;
  }

  const color = context.format === 'pretty';
  const runId = newRunId(startedAt);
  const stdinTo = stdinApp(context.own.stdin, settings);
  const home = await stateDir(context.env);
  if (!context.dryRun) await endFormerRun(home, settings, loaded);
  let onWarning = (code: string, message: string): void => void loaded.warnings.push({ code, message });
  const claims = openClaims({
    dir: home && path.join(home, 'claims'),
    run: runId,
    root: settings.root,
    lookOnly: context.dryRun,
    warn: (code, message) => onWarning(code, message),
  });
  const planner = await createPlanner({
    settings,
    runId,
    env: context.env,
    forceColor: color,
    claims,
    avoid: loaded.avoided,
  });
  const { plan, assignments } = planner;
  if (context.dryRun) {
    (await import('../ui/dry-run.ts')).printPlan(plan, settings, context.format === 'json');
    return 0;
  }
  await holdEphemeral(assignments.map(({ port }) => port));

  const writer = createWriter(process.stdout);
  const errors = createWriter(process.stderr);
  const logs = openLogs({
    dir: home,
    root: plan.root,
    runId: plan.runId,
    onOff: (message) => reporter.event({ type: 'warning', code: 'LOG_OFF', message }),
  });
  const output = createOutput({
    mode: context.quiet ? 'quiet' : context.format,
    timestamps: context.timestamps,
    writer,
    onLine: ({ app, instance }, stream, line) =>
      reporter.event({ type: 'output', app, instance, stream, line }),
    tee: logs.write,
  });
  const reporter = createReporter({
    format: context.format,
    color,
    home: context.env.HOME,
    writeLine: output.writeLine,
    writeError: (text) => void errors.write(`${text}\n`, 'utf8'),
  });
  onWarning = (code, message) => reporter.event({ type: 'warning', code, message });
  for (const { code, message } of loaded.warnings) onWarning(code, message);
  for (const note of loaded.notes) reporter.note(note);
  for (const event of portEvents(assignments)) reporter.event(event);
  reporter.header(plan, settings.apps);
  if (settings.clean.value) await cleanFirst(settings, reporter);

  const file = createAnnouncer(
    () => planner.plan,
    startedAt,
    (message) => reporter.event({ type: 'warning', code: 'PORTS_FILE', message }),
  );
  file.write('starting');
  const open = () => void openFrontend(planner.plan, reporter, context.env.BROWSER);
  const keys = !stdinTo && context.format !== 'json' && !isCI(context.env.CI) && isatty(0) && isatty(1);
  const supervision = supervise({
    plan,
    dir: home,
    startedAt,
    env: context.env,
    terminal: keys,
    onOrphaned: () => stop({ code: 129, reason: 'the process that started devstart has gone' }),
  });
  const running = startRun(plan, {
    env: context.env,
    output,
    ports: planner,
    startedAt: startedAt.getTime(),
    emit(event) {
      supervision.note(event);
      reporter.event(event);
      file.note(event);
      if (event.type === 'started') logs.started(event, event.pid);
      if (event.type === 'up' && settings.open.value) open();
      session.event(event);
    },
  });
  context.onCrash(() => {
    running.killNow();
    return running.done;
  });
  let stops = 0;
  /** Asked again, it ends everything at once. */
  const stop = (reason: StopReason): void => {
    if (stops++ === 0) {
      void running.stop(reason);
      return;
    }
    running.killNow();
    writer.abandon();
  };
  context.onSignal((signal) =>
    stop({
      code: 128 + (SIGNAL_NUMBERS[signal] ?? 0),
      reason: signal === 'SIGINT' ? 'Ctrl-C' : signal,
    }),
  );
  const session = createTerminalSession({
    plan: () => planner.plan,
    run: running,
    keys,
    saveTerminal: supervision.saveTerminal,
    stdinTo,
    color,
    logs: logs.folder,
    output,
    open,
    quit: () => stop({ code: 0, reason: 'q' }),
    onSuspend: context.onSuspend,
  });
  writer.onClosed(() => void running.stop({ code: 0, reason: 'the reader of the output has gone' }));

  const { code } = await running.done;
  claims.release();
  await session.close();
  await supervision.close();
  logs.close();
  file.write('stopped');
  reporter.event({ type: 'down', code });
  await output.close();
  await errors.flush();
  return code;
}

/** CI as everywhere: set, and not to say no. */
const isCI = (value: string | undefined): boolean => !/^(0|false)?$/.test(value ?? '');

/** The app of `--stdin NAME`. @throws DevstartError for another name */
function stdinApp(name: unknown, { apps }: Settings): string | undefined {
  if (name === undefined || apps.some((app) => app.name === name)) return name as string | undefined;
  throw new DevstartError('USAGE', `there is no app "${name}" (from --stdin)`, {
    hint: `Apps: ${apps.map((app) => app.name).join(', ')}`,
  });
}

/** Unique on this machine: no secret, so node:crypto and its 3 ms of loading stay out. */
const newRunId = (at: Date): string =>
  `${at.getTime().toString(36)}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

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
  reporter: Reporter,
  browser: string | undefined,
): Promise<void> {
  const url = plan.urls.frontend ?? plan.urls.backend ?? plan.instances[0]?.url;
  if (!url) return;
  const { openUrl } = await import('../ui/open.ts');
  await openUrl(url, browser).catch((error: Error) => {
    const message = `could not open ${url}: ${error.message}`;
    reporter.event({ type: 'warning', code: 'OPEN_FAILED', message });
  });
}
