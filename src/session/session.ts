import type { Settings } from '../config/types.ts';
import type { Context } from '../context.ts';
import { createLocalPlane } from '../control/local.ts';
import type { Plane } from '../control/plane.ts';
import { recordedRows } from '../control/recorded.ts';
import { openRecord, type RecordKeeper } from '../guard/records.ts';
import { supervise } from '../guard/supervise.ts';
import type { Logs } from '../output/logs.ts';
import { addedEnv } from '../plan/env.ts';
import { planCommandEnv } from '../plan/plan.ts';
import type { Listener } from '../run/bus.ts';
import type { RunEvent } from '../run/events.ts';
import { startRun } from '../run/run.ts';
import type { Run } from '../run/types.ts';
import { signalExitCode } from '../system/platform.ts';
import { Progress } from '../ui/progress.ts';
import type { Attached, SessionOptions } from './attached.ts';
import { PortsFileKeeper } from './ports-file.ts';
import type { PlannedProject } from './project.ts';
import { Scope } from './scope.ts';
import { Steering } from './steering.ts';
import { followReader, openStreams, type Streams } from './streams.ts';
import { followLater, openFrontend, ServicesLook, tellBeginning } from './telling.ts';

/**
 * One run from its first line to its last: a list of listeners to its events, each in a scope that closes them in the
 * reverse order. @returns the exit code
 */
export async function runSession(
  project: PlannedProject,
  context: Context,
  options: SessionOptions,
  scope: Scope = new Scope(),
): Promise<number> {
  try {
    return await run(project, context, options, scope);
  } finally {
    await scope.close();
  }
}

async function run(
  project: PlannedProject,
  context: Context,
  options: SessionOptions,
  scope: Scope,
): Promise<number> {
  const { settings, loaded, planner, claims } = project;
  const { plan } = planner;
  const streams = openStreams(project, context, options, scope);
  const { bus, logs, output } = streams;
  let code: number | undefined;
  let steering: Steering | undefined;
  scope.defer('the control API', () => steering?.close());
  scope.defer('the last line', () => code !== undefined && bus.emit({ type: 'down', code }));
  await tellBeginning(project, streams, options.format, context.env.HOME);

  const books = openBooks(project, streams, scope);
  const { record } = books;
  const supervision = supervise({
    plan,
    env: context.env,
    terminal: options.keys,
    background: options.background === true,
    warn: streams.warn,
    onOrphaned: () => void plane.order({ do: 'stop', reason: ORPHANED, insist: true }),
  });
  scope.defer('the guard', () => supervision.close());
  const progress = showProgress(options, streams);
  scope.defer('the progress', () => progress?.close());
  const open = () => void openFrontend(bus.view.plan, streams.warn, context.env.BROWSER);

  bus.subscribe(supervision.note);
  bus.subscribe((event, view) => progress?.note(event, view));
  bus.subscribe(books.note);
  bus.subscribe((event) => {
    noteInLogs(event, logs);
    if (event.type === 'up' && settings.open.value) open();
  });
  const services = new ServicesLook(project, context, streams);
  followLater(project, streams, context.env.HOME);
  const keeping = setTimeout(() => loaded.kept?.keep(), KEEP_AFTER).unref();
  scope.defer('what was found', () => clearTimeout(keeping));

  const running = begin(project, context, streams);
  const plane = createLocalPlane(running, bus, {
    onInsist: () => streams.reader.begin(),
    onKill: streams.abandon,
  });
  const attached = options.attach({
    plane,
    output,
    logs: logs.folder,
    open,
    saveTerminal: supervision.saveTerminal,
    fail: (error) => bus.emit({ type: 'error', ...error }),
    warn: streams.warn,
  });
  scope.defer('what is attached', () => attached.close());
  steering = steer(project, context, { streams, plane, record });
  bus.subscribe(steering.note);
  bus.subscribe(attached.event);
  context.onCrash(() => {
    running.killNow();
    return running.done;
  });
  followSignals(context, plane, attached);
  if (!options.background) followReader(streams, plane);
  scope.defer('the claims', () => claims.release());
  const { code: ended } = await running.done;
  // A server may fail faster than what it lacks is found; who has asked for the end waits for nothing.
  if (ended > 0 && ended < 128) await services.told();
  services.silence();
  code = ended;
  return code;
}

/** What others read of the run: its record, and the project's ports file. */
function openBooks(
  { planner, settings, home, startedAt, beside }: PlannedProject,
  { bus, warn }: Streams,
  scope: Scope,
) {
  const record = openRecord({ dir: home, plan: planner.plan, startedAt });
  scope.defer('the record', () => record.close());
  const { view } = bus;
  const file = new PortsFileKeeper({ view, startedAt, home, record, beside: beside.length > 0, warn });
  scope.defer('the ports file', () => file.close());
  let explained = false;
  const note: Listener = (event, view) => {
    file.note(event, view);
    record.show(recordedRows(view));
    record.note(event);
    if (event.type !== 'up' || explained) return;
    explained = true;
    void explainIn(record, settings);
  };
  return { record, note };
}

/** For `info`: after the start, which must not wait for it. */
async function explainIn(record: RecordKeeper, settings: Settings): Promise<void> {
  const { explain, explainLines } = await import('../config/settings/explain.ts');
  record.tell({ explained: { ...explain(settings), lines: explainLines(settings) } });
}

function begin(project: PlannedProject, { env }: Context, { output, bus }: Streams): Run {
  const { planner, handings, began } = project;
  return startRun(planner.plan, {
    env,
    output,
    ports: planner,
    handings,
    describeTaken: async (...asked) =>
      (await import('./taken.ts')).describeTaken(project, env.HOME, ...asked),
    began,
    emit: bus.emit,
  });
}

function noteInLogs(event: RunEvent, logs: Logs): void {
  if (event.type === 'started') logs.started(event.id, event.pid);
  if (event.type === 'restarting') logs.ended(event.id, `restarting: ${event.reason}`);
  if (event.type !== 'exited') return;
  const { id, code, signal } = event;
  logs.ended(id, signal ? `ended by ${signal}` : `exited with code ${code}`);
}

/** Milliseconds: the servers are on their way then. */
const KEEP_AFTER = 1000;
const ORPHANED = { code: 129, reason: 'the process that started devstart has gone' };

function showProgress({ format, out }: SessionOptions, { output, bus }: Streams): Progress | undefined {
  if (format !== 'pretty' && format !== 'plain') return undefined;
  return new Progress({
    view: () => bus.view,
    status: out.isTTY ? output.status : undefined,
    line: output.writeLine,
    columns: () => out.columns ?? 80,
  });
}

/** What opens the run's control API. */
function steer(
  { settings, planner, home, startedAt }: PlannedProject,
  { env }: Context,
  { streams, plane, record }: { streams: Streams; plane: Plane; record: RecordKeeper },
): Steering {
  const { output, logs, warn } = streams;
  const { runId } = planner.plan;
  const commandEnv = () =>
    addedEnv(planCommandEnv({ settings, ports: planner.ports, runId, inherited: env }));
  return new Steering({ plane, home, record, startedAt, logs: logs.folder, output, warn, commandEnv });
}

/** A signal ends the run, a second one at once. */
function followSignals(context: Context, plane: Plane, attached: Attached): void {
  let before = false;
  context.onSignal((signal) => {
    attached.signal?.(signal, before);
    before = true;
    const reason = { code: signalExitCode(signal), reason: signal === 'SIGINT' ? 'Ctrl-C' : signal };
    void plane.order({ do: 'stop', reason, insist: true });
  });
}
