import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../config/settings/root.ts';
import { ROLES } from '../config/types.ts';
import { readSeconds } from '../config/values.ts';
import type { Context } from '../context.ts';
import { DevstartError, type ErrorCode } from '../errors.ts';
import { livingRecords, type RunRecord } from '../guard/records.ts';
import { logFolder } from '../output/logs.ts';
import { appsOf } from '../session/place.ts';
import { leader } from '../system/platform.ts';
import type { Report, Running } from '../system/report.ts';
import { stateDir } from '../system/state-dir.ts';
import { describeUp } from '../ui/background.ts';
import { printSync } from '../ui/print.ts';
import { wordsOf } from './words.ts';

/** Seconds until all must be ready. */
const READY_WITHIN = 120;
/** Milliseconds. */
const POLL = 50;
const LAST_BYTES = 20;

/** `devstart up`, `devstart -d`: the project in the background, ready when this returns. @returns the exit code */
export async function up(context: Context): Promise<number> {
  const { own, flags, env } = context;
  if (own.stdin !== undefined) {
    throw new DevstartError('USAGE', '--stdin is for a run in the foreground', {
      hint: 'devstart attach takes the keys of a run in the background.',
    });
  }
  const timeout = timeoutOf(context);
  const began = performance.now();
  const [root, home] = await Promise.all([projectRoot(context.cwd, flags.cwd), stateDir(env)]);
  const running = own.new ? undefined : runningHere(home, root, flags.only);
  if (running) return already(running, { context, home, timeout, began });
  const outcome = await startBehind(context, timeout);
  if (outcome.kind === 'up') {
    // A disk that is full has no record.
    const record = livingRecords(home, root).find(({ runId }) => runId === outcome.run.runId);
    const how = { already: false, ms: outcome.ms, recorded: record !== undefined };
    return tell((record ?? outcome.run) as RunRecord, how, { context, home });
  }
  const { error, code } = outcome;
  // Somebody else was faster.
  const other = error?.code === 'ALREADY_RUNNING' ? runningHere(home, root, flags.only) : undefined;
  if (other) return already(other, { context, home, timeout, began });
  if (error && !(error.shown && context.format !== 'json')) throw new UpFailure(error, code, context);
  return code || 1;
}

/** What the run has said of its end; its exit code is ours. */
class UpFailure extends DevstartError {
  readonly #exit: number;

  constructor({ code, message, hint, output = [] }: Failed, exit: number, { format, quiet }: Context) {
    // Its output has been seen, but where it was left out.
    const last =
      (format === 'json' || quiet) && output.length > 0 ? `The last output:\n${output.join('\n')}` : '';
    super(code as ErrorCode, message, {
      hint: [hint, last].filter(Boolean).join('\n') || 'Nothing is left running.',
    });
    this.#exit = exit || 1;
  }

  override get exitCode(): 1 | 2 {
    return this.#exit as 1 | 2;
  }
}

type Failed = Extract<Report, { type: 'error' }>;

/** A run of this project that has all that is asked for. */
function runningHere(
  home: string | undefined,
  root: string,
  only: string[] | undefined,
): RunRecord | undefined {
  const all = livingRecords(home, root).sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return all.find((record) => only?.every((app) => appsOf(record).includes(app)) ?? true);
}

interface Asked {
  context: Context;
  home: string | undefined;
}

/** Waits until the run that is there is ready. */
async function already(
  first: RunRecord,
  { context, home, timeout, began }: Asked & { timeout: number; began: number },
): Promise<number> {
  const { runId, root } = first;
  let record: RunRecord | undefined = first;
  while (record && record.portsFile?.content.status !== 'running') {
    if (performance.now() - began > timeout * 1000) {
      const message = `the devstart that runs here (pid ${first.pid}) was not ready within ${timeout} s`;
      throw new DevstartError('READY_TIMEOUT', message, {
        hint: 'devstart logs shows what its servers print.',
      });
    }
    await sleep(POLL);
    record = livingRecords(home, root).find((one) => one.runId === runId);
  }
  if (record) {
    const code = tell(
      record,
      { already: true, ms: Math.round(performance.now() - began), recorded: true },
      { context, home },
    );
    for (const line of unusedPorts(record, context)) printSync(2, `${line}\n`);
    return code;
  }
  throw new DevstartError(
    'START_FAILED',
    `the devstart that was starting here (pid ${first.pid}) has ended`,
    {
      hint: 'devstart logs shows what its servers printed.',
    },
  );
}

/** A port that was asked for, and is not the one that runs. */
function unusedPorts({ portsFile }: RunRecord, { flags }: Context): string[] {
  const content = portsFile?.content;
  return ROLES.flatMap((role) => {
    const asked = flags[`${role}Port`] ?? '';
    const has = content?.[role];
    if (!/^\d+$/.test(asked) || has === undefined || Number(asked) === has) return [];
    const name = content?.apps.find((app) => (app.roles ?? [app.role]).includes(role))?.name ?? role;
    return `warning --${role}-port ${asked} changes nothing: ${name} runs already, on ${has}; devstart restart ${name} --port ${asked} moves it`;
  });
}

/** What runs now, and what may be done with it. */
function tell(
  record: RunRecord,
  { already, ms, recorded }: { already: boolean; ms: number; recorded: boolean },
  { context, home }: Asked,
): number {
  const { runId: run, name = '', root, pid, portsFile } = record;
  const { backend, frontend, urls = {}, corsOrigins = [], apps = [] } = portsFile?.content ?? {};
  const ports = { ...(backend !== undefined && { backend }), ...(frontend !== undefined && { frontend }) };
  const logs = home === undefined ? null : logFolder(home, root);
  const told = {
    type: 'up',
    already,
    run,
    name,
    root,
    pid,
    ports,
    urls,
    corsOrigins,
    portsFile: portsFile?.file ?? null,
    logs,
    ms,
    apps,
  };
  if (context.format === 'json') printSync(1, `${JSON.stringify(told)}\n`);
  else
    printSync(
      1,
      `${describeUp(told, { color: context.format === 'pretty', home: context.env.HOME, recorded }).join('\n')}\n`,
    );
  return 0;
}

type Outcome =
  | { kind: 'up'; run: Running; ms: number }
  | { kind: 'ended'; error: Failed | undefined; code: number };

/** Starts the run in a session of its own, and shows what it prints until it is ready or has ended. */
async function startBehind(context: Context, timeout: number): Promise<Outcome> {
  const json = context.format === 'json';
  const columns = !json && process.stdout.isTTY ? (process.stdout.columns ?? 80) : 0;
  const words = wordsOf(context.own, ['detach', 'json', 'log-format', 'timeout']);
  const format = json ? 'plain' : context.format;
  const child = spawn(context.program[0], [...context.program.slice(1), ...words, `--log-format=${format}`], {
    ...leader,
    cwd: context.cwd,
    env: { ...context.env, DEVSTART_BACKGROUND: JSON.stringify({ fd: 3, columns, timeout }) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  let signalled: NodeJS.Signals | undefined;
  context.onSignal((signal) => {
    signalled ??= signal;
    child.kill('SIGTERM');
  });
  show(child, json);
  const { isUp, failure } = readReports(child.stdio[3] as Readable);
  const outcome = await Promise.race([isUp, ended]);
  if (typeof outcome === 'number') {
    if (signalled) return { kind: 'ended', error: undefined, code: signalCode(signalled) };
    return { kind: 'ended', error: failure(), code: outcome };
  }
  // What it has printed before is in the pipe already.
  await sleep(LAST_BYTES);
  for (const stream of child.stdio) (stream as Readable | null)?.destroy();
  child.unref();
  return { kind: 'up', ...outcome };
}

const signalCode = (signal: NodeJS.Signals): number =>
  ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })[signal as 'SIGINT'] ?? 1;

/** With --json stdout is the object's alone. */
function show(child: ChildProcess, json: boolean): void {
  child.stdout?.on('data', (chunk: Buffer) => (json ? process.stderr : process.stdout).write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
}

function readReports(stream: Readable) {
  let failed: Failed | undefined;
  const isUp = new Promise<{ run: Running; ms: number }>((resolve) => {
    createInterface({ input: stream }).on('line', (line) => {
      const report: Report = JSON.parse(line);
      if (report.type === 'up') resolve({ run: report.run, ms: report.ms });
      // The first one is the reason, the last output comes with the end.
      else failed = failed ? { ...failed, ...(report.output && { output: report.output }) } : report;
    });
  });
  return { isUp, failure: () => failed };
}

const timeoutOf = ({ own }: Context): number =>
  own.timeout === undefined ? READY_WITHIN : readSeconds(own.timeout, { kind: 'flag', name: '--timeout' });
