import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Flags } from '../config/options.ts';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { withAbsoluteHome } from '../system/state-dir.ts';
import type { SessionHandle } from './attached.ts';
import { loadProject, planProject } from './project.ts';
import { runSession } from './session.ts';

/** What `start` takes: the command line's options by the config's names; what is absent is found as there. */
export interface StartOptions {
  /** The project's folder. Default: the current one. */
  cwd?: string;
  /** SPECs: `8080`, `8000-8003`, `auto`, `auto:5000-5100`. */
  backendPort?: number | string;
  frontendPort?: number | string;
  /** Of further apps, by name. */
  ports?: Record<string, number | string>;
  basePort?: number;
  host?: string;
  strictPort?: boolean;
  maxAttempts?: number;
  corsOrigins?: string[];
  portsFile?: string;
  sticky?: boolean;
  clean?: boolean;
  prod?: boolean;
  /** Just these apps. */
  only?: string[];
  /** Config file, relative to the current folder. */
  config?: string;
  /** Seconds that servers may take to stop. */
  killTimeout?: number;
  keepGoing?: boolean;
  /** A further copy where the project runs already. */
  new?: boolean;
  /** Beside process.env. */
  env?: Record<string, string>;
  /** Seconds until all must be ready. Default: as long as it takes. */
  timeout?: number;
  /** Told each object of `--json`: `port`, `started`, `output`, `ready`, `up`, `exited`, `warning` … */
  onEvent?(event: StartEvent): void;
}

/** An object of `--json`. */
export interface StartEvent {
  type: string;
  /** ISO. */
  time: string;
  [key: string]: unknown;
}

/** A project that runs, all of it ready. */
export interface StartedProject {
  /** DEVSTART_RUN of its processes. */
  run: string;
  ports: { backend?: number; frontend?: number };
  urls: { backend?: string; frontend?: string };
  corsOrigins: string[];
  /** Ends every server; resolves when nothing is left. */
  stop(): Promise<void>;
  /** The exit code that the command would have had; resolves when nothing is left, however it ended. */
  exited: Promise<number>;
}

/**
 * Starts a project as the command does, in this process, and resolves when all are ready. Signals are the caller's;
 * should this process die, the guard ends the servers all the same.
 * @throws DevstartError as the command would say it; READY_TIMEOUT, or START_FAILED where a server ended before all
 * were ready: nothing is left running then
 */
export async function startProject(options: StartOptions): Promise<StartedProject> {
  const context = contextOf(options);
  const planned = await planProject(await loadProject(context), {
    env: context.env,
    lookOnly: false,
    forceColor: false,
    further: options.new === true,
  });
  const events = new EventSink(options.onEvent);
  let attach = (_: SessionHandle): void => {};
  const attached = new Promise<SessionHandle>((resolve) => {
    attach = resolve;
  });
  let isUp = (): void => {};
  const up = new Promise<'up'>((resolve) => {
    isUp = () => resolve('up');
  });
  const exited = runSession(planned, context, {
    out: events,
    format: 'json',
    keys: false,
    attach(given) {
      attach(given);
      return { event: ({ type }) => type === 'up' && isUp(), close: async () => {} };
    },
  });
  const stop = async (): Promise<void> => {
    // The session may still be opening, or fail while it does.
    const handle = await Promise.race([attached, exited]);
    if (typeof handle !== 'number')
      await handle.plane.order({ do: 'stop', reason: { code: 0, reason: 'stop()' }, insist: true });
    await exited;
  };
  const { timeout } = options;
  const outcome = await within(Promise.race([up, exited]), timeout);
  if (outcome === 'late') {
    await stop();
    throw new DevstartError('READY_TIMEOUT', `the project was not ready within ${timeout} s`);
  }
  if (typeof outcome === 'number') throw events.failure(outcome);
  const { runId, ports, urls, corsOrigins } = (await attached).plane.view.plan;
  return { run: runId, ports, urls, corsOrigins, stop, exited };
}

/** @param seconds undefined: as long as it takes */
async function within<T>(promise: Promise<T>, seconds: number | undefined): Promise<T | 'late'> {
  if (seconds === undefined) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, 'late');
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The world as a command would have it: signals and the terminal are the caller's. */
function contextOf({ cwd, ports, env, timeout: _, onEvent: __, ...options }: StartOptions): Context {
  const text = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );
  const flags: Flags = { ...text, cwd };
  if (options.corsOrigins) flags.corsOrigin = options.corsOrigins;
  if (ports) flags.port = Object.entries(ports).map(([name, spec]) => `${name}=${spec}`);
  return {
    args: [],
    rest: [],
    own: {},
    flags,
    dryRun: false,
    explain: false,
    quiet: false,
    timestamps: false,
    yes: false,
    format: 'json',
    env: withAbsoluteHome({ ...process.env, ...env }),
    cwd: process.cwd(),
    program: [process.execPath],
    onSignal() {},
    onSuspend() {},
    onCrash() {},
  };
}

/** The lines of `--json`, each an object for the listener. */
class EventSink extends Writable {
  readonly #onEvent: StartOptions['onEvent'];
  readonly #decoder = new StringDecoder();
  #text = '';
  #error: { message: string; hint?: string } | undefined;

  constructor(onEvent: StartOptions['onEvent']) {
    super();
    this.#onEvent = onEvent;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const lines = (this.#text + this.#decoder.write(chunk)).split('\n');
    this.#text = lines.pop() ?? '';
    done();
    for (const line of lines) {
      const event: StartEvent = JSON.parse(line);
      if (event.type === 'error') this.#error ??= event as unknown as { message: string; hint?: string };
      this.#onEvent?.(event);
    }
  }

  /** Why it ended before it was ready. */
  failure(code: number): DevstartError {
    const { message = `the project ended with code ${code} before it was ready`, hint } = this.#error ?? {};
    return new DevstartError('START_FAILED', message, { hint });
  }
}
