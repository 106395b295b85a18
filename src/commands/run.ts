import type { Context } from '../cli.ts';
import { loadSettings, withConfigLines } from '../config/load.ts';
import { stateDir } from '../config/state-dir.ts';
import type { Role, Settings } from '../config/types.ts';
import { cleanCaches } from '../plan/clean.ts';
import { makePlan } from '../plan/plan.ts';
import { type PortsFile, portsFileOf, type RunStatus, replaceFile } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { allocatePorts } from '../ports/allocate.ts';
import type { PortAssignment, PortRequest } from '../ports/types.ts';
import type { RunEvent } from '../run/events.ts';
import { openLogs } from '../run/logs.ts';
import { createOutput } from '../run/output.ts';
import { startRun } from '../run/run.ts';
import { createReporter, type Reporter } from '../ui/reporter.ts';
import { createWriter } from '../ui/writer.ts';

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

  const assignments = await allocatePorts(portRequests(settings), {
    maxAttempts: settings.maxAttempts.value,
    strict: settings.strictPort.value || settings.prod.value,
    home: context.env.HOME,
    ...(settings.basePort
      ? { basePort: settings.basePort.value, basePortSource: settings.basePort.source }
      : {}),
  });
  const color = context.format === 'pretty';
  const plan = makePlan({
    settings,
    assignments,
    runId: newRunId(startedAt),
    inherited: context.env,
    forceColor: color,
  });
  if (context.dryRun) {
    (await import('../ui/dry-run.ts')).printPlan(plan, settings, context.format === 'json');
    return 0;
  }

  const writer = createWriter(process.stdout);
  const errors = createWriter(process.stderr);
  const logs = openLogs({
    dir: await stateDir(context.env),
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
  for (const { code, message } of loaded.warnings) reporter.event({ type: 'warning', code, message });
  for (const note of loaded.notes) reporter.note(note);
  for (const event of portEvents(assignments)) reporter.event(event);
  reporter.header(plan, settings.apps);
  if (settings.clean.value) await cleanFirst(settings, reporter);

  const file = portsFileKeeper(plan, startedAt, reporter);
  file.write('starting');
  const running = startRun(plan, {
    env: context.env,
    output,
    startedAt: startedAt.getTime(),
    emit(event) {
      reporter.event(event);
      file.note(event);
      if (event.type === 'started') logs.started(event, event.pid);
      if (event.type === 'up' && settings.open.value) void openFrontend(plan, reporter, context.env.BROWSER);
    },
  });
  context.onCrash(() => {
    running.killNow();
    return running.done;
  });
  let signals = 0;
  context.onSignal((signal) => {
    if (signals++ > 0) {
      running.killNow();
      writer.abandon();
      return;
    }
    const reason = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    void running.stop({ code: 128 + (SIGNAL_NUMBERS[signal] ?? 0), reason });
  });
  writer.onClosed(() => void running.stop({ code: 0, reason: 'the reader of the output has gone' }));

  const { code } = await running.done;
  logs.close();
  file.write('stopped');
  reporter.event({ type: 'down', code });
  await output.close();
  await errors.flush();
  return code;
}

/** Unique on this machine: no secret, so node:crypto and its 3 ms of loading stay out. */
const newRunId = (at: Date): string =>
  `${at.getTime().toString(36)}-${process.pid.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

/** The ports to find, in the order of their numbers: backend, frontend, further apps. */
function portRequests(settings: Settings): PortRequest[] {
  const rank = (role: Role | null) => (role === 'backend' ? 0 : role === 'frontend' ? 1 : 2);
  return settings.apps
    .flatMap((app) =>
      Object.entries(settings.ports[app.name] ?? {}).map(([key, spec]) => {
        const role = key === 'own' ? (app.roles[0] ?? null) : (key as Role);
        return { app: app.name, key: key as PortRequest['key'], role, instances: app.instances, spec };
      }),
    )
    .sort((a, b) => rank(a.role) - rank(b.role));
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

/** Keeps `.ports.json` as true as the run; a folder that cannot be written is one warning, never a failure. */
function portsFileKeeper(plan: LaunchPlan, startedAt: Date, reporter: Reporter) {
  const pids = new Map<string, number>();
  const launcher = { pid: process.pid, startedAt: startedAt.toISOString() };
  let status: RunStatus = 'starting';
  let writable = true;
  const write = (next: RunStatus): void => {
    status = next;
    if (!writable) return;
    try {
      const content: PortsFile = portsFileOf(plan, status, launcher, pids);
      replaceFile(plan.portsFile, `${JSON.stringify(content, null, 2)}\n`);
    } catch (error) {
      writable = false;
      const message = `could not write ${plan.portsFile} (${(error as NodeJS.ErrnoException).code ?? error})`;
      reporter.event({ type: 'warning', code: 'PORTS_FILE', message });
    }
  };
  const note = (event: RunEvent): void => {
    if (event.type === 'started') pids.set(`${event.app}:${event.instance}`, event.pid);
    else if (event.type === 'exited') pids.delete(`${event.app}:${event.instance}`);
    else if (event.type !== 'up') return;
    write(event.type === 'up' ? 'running' : status);
  };
  return { write, note };
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
