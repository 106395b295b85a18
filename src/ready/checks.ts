import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyCheck } from '../config/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { leader, sendSignal, shell } from '../system/platform.ts';
import { firstAccepting } from './ownership.ts';

/** Milliseconds. */
const INTERVAL = 100;
/** Next and Nuxt hold the first request for up to 15 s: accepting is not answering. */
const REQUEST_TIMEOUT = 30_000;
/** How much of an answer is searched for `includes`. Bytes. */
const BODY_LIMIT = 1 << 20;

export interface CheckContext {
  plan: InstancePlan;
  /** Where a connection is tried, in order. */
  hosts: readonly string[];
  signal: AbortSignal;
  /** Calls back with whole lines of the instance's output; the answer stops it. */
  watchOutput(onText: (text: string) => void): () => void;
  /** The environment of a check's command. */
  env: NodeJS.ProcessEnv;
  /** What the last try came to, for the message of a timeout. */
  tried(check: string, result: string): void;
}

/** The checks that go beyond listening on its own ports. */
export function furtherChecks(plan: InstancePlan): ReadyCheck[] {
  return plan.ready.filter(
    ({ port, path, url, log, command }) =>
      typeof port === 'number' || [path, url, log, command].some((part) => part !== undefined),
  );
}

/**
 * What is waited for, for people: `port 8000, /health`; once an answer has come, that: `http://localhost:8000/health: status 403`.
 * @param tried what was tried last and has not passed, each with what came of it
 */
export function describeReadiness(
  { ports, ready, once, opaque }: Pick<InstancePlan, 'ports' | 'ready' | 'once' | 'opaque'>,
  tried: readonly string[] = [],
): string {
  if (once) return 'its end';
  if (opaque) return 'its listeners';
  const answers = tried.filter(
    (one) => !one.endsWith('(nobody listens)') && !one.endsWith('(no connection)'),
  );
  if (answers.length > 0) return answers.map((one) => one.replace(/ \((.*)\)$/, ': $1')).join(', ');
  const numbers = [...new Set(Object.values(ports))].map((port) => `port ${port}`);
  const further = ready.flatMap(
    ({ path, url, log, command }) => path ?? url ?? (log ? `output /${log}/` : (command ?? [])),
  );
  return [...numbers, ...further].join(', ') || 'its start';
}

/** Resolves when the check has passed or the signal says that it is over; a failed try is repeated. */
export async function passCheck(check: ReadyCheck, context: CheckContext): Promise<void> {
  if (check.log !== undefined) return passLog(check.log, context);
  const attempt = attemptOf(check, context);
  const interval = context.plan.readyInterval === undefined ? INTERVAL : context.plan.readyInterval * 1000;
  while (!context.signal.aborted && !(await attempt())) await pause(interval, context.signal);
}

/** Resolves at the latest when the signal comes. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}

function attemptOf(check: ReadyCheck, context: CheckContext): () => Promise<boolean> {
  const { plan, hosts, tried } = context;
  if (check.command !== undefined) {
    const line = check.command;
    return async () => {
      const code = await runCommand(line, context);
      tried(line, `exit code ${code}`);
      return code === 0;
    };
  }
  const port = typeof check.port === 'number' ? check.port : (plan.ports[check.port] ?? mainPort(plan));
  if (check.path === undefined && check.url === undefined) {
    return async () => {
      const found = await firstAccepting(port, hosts);
      tried(`port ${port}`, 'no connection');
      return found !== undefined;
    };
  }
  let secure = check.url?.startsWith('https:') ?? false;
  return async () => {
    const address = check.url === undefined ? await firstAccepting(port, hosts) : new URL(check.url).hostname;
    const name = check.url ?? `http://localhost:${port}${check.path}`;
    if (address === undefined) {
      tried(name, 'no connection');
      return false;
    }
    const url =
      check.url ?? `http://${address.includes(':') ? `[${address}]` : address}:${port}${check.path}`;
    const headers = check.url === undefined ? { host: `localhost:${port}` } : {};
    const result = await request(url, { secure, headers, check, signal: context.signal });
    // A server that speaks TLS hangs up on plain HTTP.
    if (check.url === undefined && result === 'hung up') secure = !secure;
    tried(name, result === true ? 'passed' : result);
    return result === true;
  };
}

const mainPort = ({ ports }: InstancePlan): number => Object.values(ports)[0] ?? 0;

interface RequestOptions {
  secure: boolean;
  headers: Record<string, string>;
  check: Pick<ReadyCheck, 'includes' | 'status'>;
  signal: AbortSignal;
}

/** One GET: true, or why not. */
async function request(url: string, options: RequestOptions): Promise<true | string> {
  const { secure, headers, check, signal } = options;
  const { includes } = check;
  const counts = (status: number) => check.status?.includes(status) ?? status < 400;
  const { get } = secure ? await import('node:https') : await import('node:http');
  const target = new URL(url);
  if (secure) target.protocol = 'https:';
  return new Promise((resolve) => {
    const call = get(
      target,
      // A development server's certificate is its own.
      {
        headers,
        agent: false,
        signal,
        timeout: REQUEST_TIMEOUT,
        ...(secure ? { rejectUnauthorized: false } : {}),
      },
      (response) => {
        const status = response.statusCode ?? 500;
        response.on('error', () => resolve('the answer broke off'));
        if (!counts(status) || includes === undefined) {
          resolve(counts(status) ? true : `status ${status}`);
          call.destroy();
          return;
        }
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length > BODY_LIMIT) call.destroy();
        });
        response.on('close', () => resolve(body.includes(includes) || `its answer lacks ${includes}`));
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const hungUp = code === 'ECONNRESET' || code === 'EPROTO' || code?.startsWith('HPE_');
      resolve(hungUp ? 'hung up' : (code ?? message));
    });
  });
}

/** The status of GET / within a second: undefined where nothing HTTP answers, 0 where it takes its time. */
export async function httpStatus(port: number, hosts: readonly string[]): Promise<number | undefined> {
  const address = await firstAccepting(port, hosts);
  if (address === undefined) return undefined;
  const { get } = await import('node:http');
  return new Promise((resolve) => {
    const call = get({ host: address, port, path: '/', agent: false, timeout: 1000 }, (response) => {
      resolve(response.statusCode);
      call.destroy();
    });
    call.on('timeout', () => {
      resolve(0);
      call.destroy();
    });
    call.on('error', () => resolve(undefined));
  });
}

async function passLog(pattern: string, { watchOutput, signal, tried }: CheckContext): Promise<void> {
  const expression = new RegExp(pattern, 'm');
  tried(`output matching /${pattern}/`, 'no such line');
  await new Promise<void>((resolve) => {
    const stop = watchOutput((text) => {
      if (expression.test(text)) done();
    });
    const done = () => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
  });
}

function runCommand(line: string, { plan, env, signal }: CheckContext): Promise<number> {
  const { file, args, ...windows } = shell(line);
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: plan.cwd,
      env,
      stdio: 'ignore',
      ...leader,
      ...windows,
    });
    const kill = () => void (child.pid && (sendSignal(-child.pid, 'SIGKILL') || child.kill('SIGKILL')));
    signal.addEventListener('abort', kill);
    const done = (code: number | null) => {
      signal.removeEventListener('abort', kill);
      resolve(code ?? 1);
    };
    child.on('error', () => done(127));
    child.on('exit', done);
  });
}
