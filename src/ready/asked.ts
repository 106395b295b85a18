import type { Role } from '../config/types.ts';
import { firstAccepting } from './ownership.ts';

/** Milliseconds: dev servers hold the first request while they compile. */
const TIMEOUT = 15_000;
/** How much of a page is read. Bytes. */
const BODY_LIMIT = 1 << 16;

/** What a listener answers to GET /. */
export interface Answer {
  port: number;
  /** Undefined where nothing HTTP answers; 0 where it takes its time. */
  status: number | undefined;
  /** The content type. */
  type: string;
  /** It is a page of a development server. */
  built: boolean;
}

/** A port on which something listens, and whose role that is. */
export interface Listener {
  port: number;
  role: Role | undefined;
}

const BUILT =
  /\/@vite\/client|\/_next\/|\/__webpack|webpackHotUpdate|__nuxt|\/_astro\/|\bid=["']?(?:root|app|__next)\b|<app-root/;

/**
 * Which of several listeners is the frontend and which the backend: what serves pages, a development server's before
 * any other; what answers without a page. The first port where several are alike. Pure.
 */
export function rolesOf(answers: readonly Answer[]): Listener[] {
  const sorted = [...answers].sort((a, b) => a.port - b.port);
  // Debuggers answer 400, websocket servers 426: neither is what a person opens.
  const http = sorted.filter(({ status }) => status !== undefined && status !== 400 && status !== 426);
  const pages = http.filter(isPage);
  const frontend = pages.find(({ built }) => built) ?? pages[0];
  const rest = http.filter((one) => one !== frontend);
  const backend = rest.find((one) => !isPage(one)) ?? rest[0];
  return sorted.map(({ port }) => ({
    port,
    role: port === frontend?.port ? 'frontend' : port === backend?.port ? 'backend' : undefined,
  }));
}

/** A server that holds its first answer is busy with a page. */
const isPage = ({ status, type }: Answer): boolean =>
  status === 0 || (status !== undefined && status < 400 && type.includes('text/html'));

/** Asks each of the ports once. @param hosts where a connection is tried, in order */
export async function askListeners(ports: readonly number[], hosts: readonly string[]): Promise<Listener[]> {
  return rolesOf(await Promise.all(ports.map((port) => ask(port, hosts))));
}

async function ask(port: number, hosts: readonly string[]): Promise<Answer> {
  const nobody: Answer = { port, status: undefined, type: '', built: false };
  const host = await firstAccepting(port, hosts);
  if (host === undefined) return nobody;
  const { get } = await import('node:http');
  return new Promise((resolve) => {
    const headers = { host: `localhost:${port}`, accept: 'text/html,*/*' };
    const call = get({ host, port, path: '/', agent: false, timeout: TIMEOUT, headers }, (response) => {
      const status = response.statusCode;
      const type = response.headers['content-type'] ?? '';
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > BODY_LIMIT) call.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => resolve({ port, status, type, built: BUILT.test(body) }));
    });
    call.on('timeout', () => {
      resolve({ ...nobody, status: 0 });
      call.destroy();
    });
    call.on('error', () => resolve(nobody));
  });
}
