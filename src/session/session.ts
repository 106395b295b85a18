import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { createLocalPlane } from '../control/local.ts';
import type { Plane } from '../control/plane.ts';
import type { WarningCode } from '../errors.ts';
import { openRecord } from '../guard/records.ts';
import { supervise } from '../guard/supervise.ts';
import { openLogs } from '../output/logs.ts';
import { createOutput } from '../output/output.ts';
import { ReaderWatch } from '../output/stall.ts';
import { readerHasGone, StreamWriter } from '../output/writer.ts';
import type { FollowedCopy, LaunchPlan } from '../plan/types.ts';
import { urlText } from '../plan/url.ts';
import { type Bus, createBus } from '../run/bus.ts';
import { startRun } from '../run/run.ts';
import { cleanCaches } from '../system/caches.ts';
import { signalExitCode } from '../system/platform.ts';
import { describeLeftOut } from '../ui/left-out.ts';
import { Progress } from '../ui/progress.ts';
import { createReporter } from '../ui/reporter.ts';
import type { Attached, SessionOptions } from './attached.ts';
import { PortsFileKeeper } from './ports-file.ts';
import type { PlannedProject } from './project.ts';
import { Scope } from './scope.ts';
import { inTheWay, notAnswering } from './surroundings.ts';

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

type Streams = ReturnType<typeof openStreams>;

async function run(
  project: PlannedProject,
  context: Context,
  options: SessionOptions,
  scope: Scope,
): Promise<number> {
  const { settings, planner, claims, home, startedAt } = project;
  const { plan } = planner;
  const streams = openStreams(project, context, options, scope);
  const { bus, logs, output } = streams;
  let code: number | undefined;
  scope.defer('the last line', () => code !== undefined && bus.emit({ type: 'down', code }));
  await tellBeginning(project, streams, options.format);

  const record = openRecord({ dir: home, plan, startedAt });
  scope.defer('the record', () => record.close());
  const file = new PortsFileKeeper({ view: bus.view, startedAt, home, record, warn: streams.warn });
  scope.defer('the ports file', () => file.close());
  const supervision = supervise({
    plan,
    env: context.env,
    terminal: options.keys,
    warn: streams.warn,
    onOrphaned: () => void plane.order({ do: 'stop', reason: ORPHANED, insist: true }),
  });
  scope.defer('the guard', () => supervision.close());
  const progress = showProgress(options, streams);
  scope.defer('the progress', () => progress?.close());
  const open = () => void openFrontend(bus.view.plan, streams.warn, context.env.BROWSER);

  bus.subscribe(supervision.note);
  bus.subscribe((event, view) => progress?.note(event, view));
  bus.subscribe((event, view) => file.note(event, view));
  bus.subscribe((event) => record.note(event));
  bus.subscribe((event) => {
    if (event.type === 'started') logs.started(event.id, event.pid);
    if (event.type === 'up' && settings.open.value) open();
  });
  const services = tellServices(project, context, streams);

  const running = startRun(plan, {
    env: context.env,
    output,
    ports: planner,
    startedAt: startedAt.getTime(),
    emit: bus.emit,
  });
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
  bus.subscribe(attached.event);
  context.onCrash(() => {
    running.killNow();
    return running.done;
  });
  followSignals(context, plane, attached);
  followReader(streams, plane);
  scope.defer('the claims', () => claims.release());
  const { code: ended } = await running.done;
  // A server may fail faster than what it lacks is found; who has asked for the end waits for nothing.
  if (ended > 0 && ended < 128) await services.told();
  services.silence();
  code = ended;
  return code;
}

const ORPHANED = { code: 129, reason: 'the process that started devstart has gone' };

/** Where everything goes that is printed, and the bus that brings it there. */
function openStreams(
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
    sinks: [logs],
  });
  scope.defer('the output', () => output.close());
  scope.defer('the logs', () => logs.close());
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

/** What is known before anything starts. */
async function tellBeginning(
  project: PlannedProject,
  { bus, reporter, warn }: Streams,
  format: SessionOptions['format'],
): Promise<void> {
  const { settings, loaded, planner } = project;
  project.warn(warn);
  for (const { code, message } of loaded.warnings) warn(code, message);
  for (const { code, message } of await inTheWay(settings)) warn(code, message);
  for (const note of loaded.notes) reporter.note(note);
  for (const one of loaded.leftOut) {
    // A program that reads our lines hears of it as a warning.
    if (format === 'json') warn('LEFT_OUT', describeLeftOut(one));
    else reporter.note(describeLeftOut(one));
  }
  for (const { key: _, ...assigned } of planner.ports.all) bus.emit({ type: 'port', ...assigned });
  for (const copy of planner.plan.copies) tellCopy(copy, bus);
  reporter.header(planner.plan, settings.apps);
  if (settings.clean.value) {
    const [{ cleanItems }, { describeCleaned }] = await Promise.all([
      import('../plan/caches.ts'),
      import('../ui/cleaned.ts'),
    ]);
    const result = await cleanCaches(settings.root, cleanItems(settings));
    for (const line of describeCleaned(result, settings.root)) reporter.note(line);
  }
}

/** Milliseconds that the end waits for what is being looked for. */
const MOST_FOR_SERVICES = 500;

/** Looks for services once all that starts at once has been started; `told`: what was found is said. */
function tellServices(
  { settings, planner }: PlannedProject,
  { env }: Context,
  { bus, warn }: Streams,
): { told(): Promise<unknown>; silence(): void } {
  let looking: Promise<void> | undefined;
  let silent = false;
  bus.subscribe(({ type }) => {
    if (looking || type !== 'started') return;
    looking = notAnswering(settings, env, planner.ports.numbers).then((warnings) => {
      if (!silent) for (const { code, message } of warnings) warn(code, message);
    });
  });
  return {
    told: () => Promise.race([looking, sleep(MOST_FOR_SERVICES, undefined, { ref: false })]),
    silence: () => {
      silent = true;
    },
  };
}

/** One line a place; what cannot follow is a warning with the place. */
function tellCopy({ by, file, line, kind, of, from, to, follows }: FollowedCopy, bus: Bus): void {
  if (follows) {
    bus.emit({ type: 'followed', app: by, file, line, from, to, kind });
    return;
  }
  const message = `${file}:${line} names port ${from}, which is not ${of}’s in this run: ${by} reaches whoever has it. ${of} is on ${to}.`;
  bus.emit({ type: 'warning', code: 'STRAY_PORT', message });
}

function showProgress({ format, out }: SessionOptions, { output, bus }: Streams): Progress | undefined {
  if (format !== 'pretty' && format !== 'plain') return undefined;
  return new Progress({
    view: () => bus.view,
    status: out.isTTY ? output.status : undefined,
    line: output.writeLine,
    columns: () => out.columns ?? 80,
  });
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

/** Nobody reads any more, or what is written cannot be kept. */
function followReader({ writer, errors }: Streams, plane: Plane): void {
  writer.onClosed((error) => {
    const gone = readerHasGone(error);
    if (!gone) errors.write(`error the output could not be written: ${error.message}\n`);
    const reason = gone
      ? { code: 0, reason: 'the reader of the output has gone' }
      : { code: 1, reason: 'the output could not be written' };
    void plane.order({ do: 'stop', reason });
  });
}

async function openFrontend(
  plan: LaunchPlan,
  warn: Streams['warn'],
  browser: string | undefined,
): Promise<void> {
  const [first] = plan.instances;
  const url = plan.urls.frontend ?? plan.urls.backend ?? (first?.url && urlText(first.url));
  if (!url) return;
  const { openUrl } = await import('../ui/open.ts');
  await openUrl(url, browser).catch((error: Error) => {
    warn('OPEN_FAILED', `could not open ${url}: ${error.message}`);
  });
}
