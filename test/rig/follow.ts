/** A stranger on the port that a project has written down, its real server elsewhere, and programs that follow. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type FollowRequest, followEnvironment } from '../../src/follow/environment.ts';
import { filesIn } from '../../src/follow/options.ts';
import { atEnd } from './at-end.ts';

export const files = filesIn(fileURLToPath(new URL('../../dist/follow', import.meta.url)), path.sep);

/** Answers with its name, on every address. @returns its port */
export async function named(t: TestContext, name: string, port = 0): Promise<number> {
  const server = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end(`${name} ${request.method} ${request.url}`);
  });
  server.listen(port, '::');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A port that nobody has: the kernel's, let go. */
export async function freePort(): Promise<number> {
  const server = http.createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Two ports with equally many digits: who is on the written one, and the real one. */
export async function moved(t: TestContext): Promise<{ written: number; real: number }> {
  return { written: await named(t, 'stranger'), real: await named(t, 'own') };
}

/** What devstart would add to the environment of a process of the run. */
export const followEnv = (
  ports: ReadonlyMap<number, number>,
  more: Partial<FollowRequest> = {},
): Record<string, string> => ({
  DEVSTART_RUN: 'test',
  ...followEnvironment({
    run: 'test',
    ports,
    inherited: process.env,
    files,
    delimiter: path.delimiter,
    ...more,
  }),
});

export interface Program {
  child: ChildProcess;
  /** What it has said on both streams. */
  output(): string;
  /** Resolves with the match once the output holds it; fails when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its standard output, when it has ended well. */
  ended: Promise<string>;
  /** Ends it and all of its group. */
  stop(): Promise<void>;
}

/** A process group of its own, gone when the test ends. */
export function program(
  t: TestContext,
  argv: readonly string[],
  options: { env?: Record<string, string | undefined>; cwd?: string } = {},
): Program {
  const [file = '', ...args] = argv;
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, ...options.env };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(file, args, { ...options, env, detached: true, stdio: [...stdio] });
  let output = '';
  let stdout = '';
  const waiting = new Set<() => void>();
  const hear = (own: boolean) => (text: string) => {
    output += text;
    if (own) stdout += text;
    for (const look of waiting) look();
  };
  child.stdout?.setEncoding('utf8').on('data', hear(true));
  child.stderr?.setEncoding('utf8').on('data', hear(false));
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = closed.then(([code]) => {
    for (const look of waiting) look();
    assert.equal(code, 0, `${argv.join(' ')}\n${output}`);
    return stdout;
  });
  ended.catch(() => {});
  const stop = async () => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // It has ended.
    }
    await closed;
  };
  atEnd(t, stop);
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output);
        const over = child.exitCode !== null || child.signalCode !== null;
        if (!found && !over) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`${argv.join(' ')} has ended and has not said ${pattern}\n${output}`));
      };
      waiting.add(look);
      look();
    });
  return { child, output: () => output, says, ended, stop };
}

/** A Node server's code, in which `listen(server)` makes it known. @returns its port */
export async function server(
  t: TestContext,
  code: string,
  env: Record<string, string | undefined> = {},
): Promise<number> {
  const listen =
    'const listen = (server, ...args) => server.listen(...(args.length ? args : [0]), () => console.log("port", server.address().port));';
  const started = program(t, [process.execPath, '-e', `${listen}\n${code}`], { env });
  const [, port] = await started.says(/port (\d+)/);
  return Number(port);
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** The body's pieces as they arrived. */
  pieces: Buffer[];
}

/** One request, with exactly these headers. */
export async function ask(
  port: number,
  url = '/',
  headers: http.OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<Answer> {
  const request = http.request({ port, host: 'localhost', path: url, headers, method, agent: false }).end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces), pieces };
}
