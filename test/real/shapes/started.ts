/** The servers of a shape, started by their owner's command or by devstart, and what listens while they run. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { listListeners } from '../../../src/system/listeners.ts';
import { readProcess, socketsOf } from '../../../src/system/processes.ts';
import { descendants } from '../run.ts';
import { until } from '../support.ts';

type Environment = Record<string, string>;

/** A port on which the project's servers listen, below those that the system hands out. */
export interface Listening {
  port: number;
  /** `loopback`, `wildcard`. */
  reach: string;
  /** What the process was started with. */
  env: Environment;
}

const EPHEMERAL = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t')[0]);

/** Of all processes that carry this DEVSTART_HOME. In a namespace with nothing else. */
export function listening(home: string): Listening[] {
  const holders = new Map<string, number>();
  for (const { pid } of descendants(home)) {
    const proc = readProcess(pid);
    for (const socket of (proc && socketsOf(proc)) ?? []) if (!holders.has(socket)) holders.set(socket, pid);
  }
  const found = new Map<string, Listening>();
  for (const { port, socket, reach } of listListeners() ?? []) {
    const pid = holders.get(socket);
    if (pid === undefined || port >= EPHEMERAL) continue;
    found.set(`${port} ${reach}`, { port, reach, env: environmentOf(pid) });
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}

function environmentOf(pid: number): Environment {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** What the owner types, each line in a terminal of its own. */
export class Terminals {
  readonly #children: ChildProcess[];
  readonly #home: string;
  #output = '';

  constructor(lines: string[], cwd: string, env: NodeJS.ProcessEnv, home: string) {
    this.#home = home;
    this.#children = lines.map((line) => {
      const child = spawn('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.#output += text;
        });
      return child;
    });
  }

  output(): string {
    return this.#output.slice(-6000);
  }

  /** Ends all; nothing listens any more, and no lock's holder (Vite's) is there, not as a zombie either. */
  async close(): Promise<void> {
    const closed = this.#children.map((child) => once(child, 'close'));
    const seen = new Set<number>();
    await until('the end of the owner’s servers', async () => {
      for (const { pid } of descendants(this.#home)) {
        seen.add(pid);
        kill(pid);
      }
      assert.deepEqual(
        [...seen].filter((pid) => existsSync(`/proc/${pid}`)),
        [],
      );
    });
    await Promise.all(closed);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const STRANGER = Buffer.from(JSON.stringify({ from: 'a stranger' }));
/** What a browser's key is hashed with: RFC 6455, 1.3. */
const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Somebody else's server: has the port on every address, answers whatever it is asked, WebSockets too, and lets every
 * page read it. @returns what ends it
 */
export async function stranger(port: number): Promise<() => Promise<void>> {
  const server = http.createServer(({ headers }, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'access-control-allow-origin': headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-methods': 'GET, PUT',
    });
    response.end(STRANGER);
  });
  const sockets = new Set<Duplex>();
  server.on('upgrade', ({ headers }, socket) => {
    sockets.add(socket.on('error', () => {}));
    const key = createHash('sha1').update(`${headers['sec-websocket-key']}${WEBSOCKET}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.of(0x81, STRANGER.length), STRANGER]));
  });
  server.listen(port, '::');
  await once(server, 'listening');
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
}
