/** What the real suite shares: projects in folders of their own, made by their own tools. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd } from '../rig/at-end.ts';

export const MINUTE = 60_000;

/** What a shell around the test must not decide: ports, colours, the run of another devstart. */
const scrubbed =
  /^(PORT|HOST|CORS_ORIGINS|BACKEND_.*|FRONTEND_.*|DEVSTART_.*|REFLEX_.*|NODE_TEST_CONTEXT|(NO|FORCE)_COLOR)$/;
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !scrubbed.test(name)),
);

export interface Project {
  /** Absolute, no symlink in it, outside the repository. */
  root: string;
  /** DEVSTART_HOME of every run in it. */
  home: string;
  /** Files by path below `root`, folders made on the way. */
  write(files: Record<string, string>): void;
}

/** A folder that is removed when the test ends. */
export function project(t: TestContext, name: string): Project {
  const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'devstart-real-')));
  atEnd(t, () => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));
  const root = path.join(base, name);
  mkdirSync(root);
  const write = (files: Record<string, string>) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), text);
    }
  };
  return { root, home: path.join(base, 'home'), write };
}

/** Runs an installer or generator to its end; its output is told when it fails. */
export async function sh(cwd: string, command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...environment, PIP_DISABLE_PIP_VERSION_CHECK: '1', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 8 * MINUTE,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code, signal] = await once(child, 'close');
  assert.equal(
    code,
    0,
    `${[command, ...args].join(' ')} in ${cwd}: ${signal ?? `exit code ${code}`}\n${output}`,
  );
  return output;
}

/** `.venv` in a folder, with what pip installs into it. */
export async function venv(cwd: string, ...packages: string[]): Promise<void> {
  await sh(cwd, 'python3', '-m', 'venv', '.venv');
  await sh(cwd, path.join(cwd, '.venv/bin/pip'), 'install', '--quiet', ...packages);
}

/** What `npm create vite` makes, in the folder `name`. */
export async function createVite(cwd: string, name: string, template: string): Promise<void> {
  await sh(cwd, 'npm', 'create', '--yes', 'vite@9', name, '--', '--template', template, '--no-interactive');
}

/** Listens on a port on every address, so that it is taken whatever is asked. Held by others already: as good. */
export async function hold(t: TestContext, ...ports: number[]): Promise<void> {
  for (const port of ports) {
    const server = net.createServer((socket) => socket.destroy());
    server.listen({ port, host: '::', exclusive: true });
    await Promise.race([once(server, 'listening'), once(server, 'error')]).catch((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
    });
    atEnd(t, () => void server.close());
  }
}

/** Asks again until `check` does not throw. For what gives no event: another program's own reload. */
export async function until<T>(what: string, check: () => Promise<T>, ms = MINUTE): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what}: not in ${ms} ms`, { cause: error });
      await delay(100);
    }
  }
}

/** A GET that must answer 200. */
export async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  const text = await response.text();
  assert.equal(response.status, 200, `${url}: ${text.slice(0, 500)}`);
  return { text, headers: response.headers };
}
