import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { type Launched, type Link, type Rig, within } from './rig.ts';

/** A command's end. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command of the built program to its end. */
export async function devstart(rig: Rig, ...args: string[]): Promise<Ended> {
  const launched = rig.spawnDevstart(args);
  const code = await rig.exitCode(launched);
  return { code, stdout: launched.stdout(), stderr: launched.stderr() };
}

/** The record of the only run in the rig's state folder. */
export function recordOf(home: string): {
  runId: string;
  socket: string;
  ids: Record<string, number>;
  pid: number;
} {
  const [file = ''] = readdirSync(path.join(home, 'runs')).filter((name) => name.endsWith('.json'));
  return JSON.parse(readFileSync(path.join(home, 'runs', file), 'utf8'));
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all routes are read by tests
  body: any;
  headers: Record<string, unknown>;
}

/** Asks a run's control API. @param body sent as it is, where it is text */
export function ask(socketPath: string, method: string, url: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return within(
    `answer to ${method} ${url}`,
    new Promise((resolve, reject) => {
      const sent = request({ socketPath, method, path: url, agent: false }, async (response) => {
        let all = '';
        for await (const chunk of response.setEncoding('utf8')) all += chunk;
        resolve({
          status: response.statusCode ?? 0,
          body: all === '' ? undefined : JSON.parse(all),
          headers: response.headers,
        });
      });
      sent.on('error', reject);
      sent.end(text);
    }),
  );
}

/** Sends bytes that may be no HTTP. @returns all that came back until the connection was closed */
export function sendRaw(socketPath: string, bytes: string): Promise<string> {
  return within(
    'end of the connection',
    new Promise((resolve) => {
      let all = '';
      const socket = connect(socketPath, () => socket.write(bytes));
      socket.setEncoding('utf8').on('data', (text: string) => {
        all += text;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
    }),
  );
}

export interface SteeredRun {
  run: Launched;
  links: Record<string, Link>;
  socket: string;
}

/** Starts the rig's project, with every server listening on its PORT, and waits until it can be steered. */
export async function steered(
  rig: Rig,
  apps: readonly { name: string; [key: string]: unknown }[],
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<SteeredRun> {
  const config = { apps: apps.map((app) => ({ command: rig.server(app.name), ...app })) };
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify(config));
  const home = options.env?.DEVSTART_HOME ?? rig.home;
  const run = rig.spawnDevstart(['--json', ...(options.args ?? [])], { env: options.env ?? {} });
  const links: Record<string, Link> = {};
  await Promise.all(
    apps.map(async ({ name }) => {
      links[name] = await listening(rig, name);
    }),
  );
  await run.waitFor('up');
  return { run, links, socket: await socketOf(home) };
}

/** The next life of a server: it listens on its PORT. */
export async function listening(rig: Rig, name: string): Promise<Link> {
  const link = await rig.link(name);
  const { PORT } = link.env;
  if (PORT) {
    rig.owns(Number(PORT));
    await link.tell('listen', {
      port: Number(PORT),
      body: String(link.pid),
      headers: { connection: 'close' },
    });
  }
  return link;
}

/** The socket, once the run has opened it and has numbers for its instances. */
export async function socketOf(home: string): Promise<string> {
  return within(
    'control socket',
    (async () => {
      for (;;) {
        try {
          const { socket, ids } = recordOf(home);
          if (socket && ids) return socket;
        } catch {
          // It is being written.
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  );
}

/** Who answers on the port: the pid in the body; undefined: nobody. */
export function whoAnswers(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, agent: false }, async (response) => {
      let all = '';
      for await (const chunk of response.setEncoding('utf8')) all += chunk;
      resolve(Number(all));
    });
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}
