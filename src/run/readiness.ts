import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstancePlan } from '../plan/types.ts';

/** Milliseconds. */
const POLL = 20;
const SLOW_POLL = 100;
const SLOW_AFTER = 20_000;
const CONNECT_TIMEOUT = 1000;
/** Next and Nuxt hold the first request for up to 15 s: accepting is not answering. */
const REQUEST_TIMEOUT = 30_000;
const HTTP_RETRY = 100;
/** How much of an answer is searched for `includes`. Bytes. */
const BODY_LIMIT = 1 << 20;

/** One thing to wait for, its port resolved. */
export interface Check {
  port: number;
  path?: string;
  includes?: string;
}

/** The instance's checks; without its own, that each of its ports accepts connections. */
export function checksOf(plan: InstancePlan): Check[] {
  const checks: Check[] = [];
  for (const { port: key, ...rest } of plan.ready) {
    const port = typeof key === 'number' ? key : (plan.ports[key] ?? Object.values(plan.ports)[0]);
    if (port !== undefined) checks.push({ port, ...rest });
  }
  if (checks.length > 0) return checks;
  return Object.values(plan.ports).map((port) => ({ port }));
}

/**
 * Resolves true when all checks pass, false when aborted. Connects, never binds: a bind could take the
 * port from the server that it waits for. `host` is asked too where it is neither loopback nor wildcard.
 */
export async function waitUntilReady(checks: Check[], host: string, signal: AbortSignal): Promise<boolean> {
  const hosts = ['127.0.0.1', '::1'];
  if (!['', 'localhost', '0.0.0.0', '::', ...hosts].includes(host)) hosts.push(host);
  const results = await Promise.all(checks.map((check) => passes(check, hosts, signal)));
  return results.every(Boolean) && !signal.aborted;
}

async function passes(check: Check, hosts: string[], signal: AbortSignal): Promise<boolean> {
  const started = Date.now();
  while (!signal.aborted) {
    const address = await firstAccepting(check.port, hosts);
    if (address !== undefined) {
      if (check.path === undefined) return true;
      if (await answers(check, address, signal)) return true;
      await pause(HTTP_RETRY, signal);
    } else {
      await pause(Date.now() - started > SLOW_AFTER ? SLOW_POLL : POLL, signal);
    }
  }
  return false;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}

/** The first of the addresses that accepts a connection on the port. */
export async function firstAccepting(port: number, hosts: string[]): Promise<string | undefined> {
  const found = await Promise.all(hosts.map((host) => accepts(port, host)));
  return hosts[found.indexOf(true)];
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const done = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(CONNECT_TIMEOUT, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

async function answers(check: Check, address: string, signal: AbortSignal): Promise<boolean> {
  const { get } = await import('node:http');
  return new Promise((resolve) => {
    const request = get(
      {
        host: address,
        port: check.port,
        path: check.path,
        headers: { host: `localhost:${check.port}` },
        agent: false,
        signal,
        timeout: REQUEST_TIMEOUT,
      },
      (response) => {
        if ((response.statusCode ?? 500) >= 400 || check.includes === undefined) {
          resolve((response.statusCode ?? 500) < 400);
          response.on('error', () => {});
          request.destroy();
          return;
        }
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length > BODY_LIMIT) request.destroy();
        });
        response.on('error', () => resolve(false));
        response.on('close', () => resolve(body.includes(check.includes ?? '')));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
