/** schemathesis against the control API of a real run, with all its checks: what openapi.json says is what is answered. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../rig/at-end.ts';
import { type Launched, Rig, within } from '../rig/rig.ts';
import { devstart, socketOf } from '../rig/steer.ts';
import { MINUTE, project, sh, venv } from './support.ts';

/** Answers on its PORT, and reads what is typed. */
const SERVER = [
  process.execPath,
  '-e',
  "require('node:http').createServer((_, r) => r.end('ok')).listen(process.env.PORT, '127.0.0.1'); process.stdin.resume();",
];

/** With these, orders are carried out and not only refused: names of the run's own apps. */
const EXAMPLES: Readonly<Record<string, object>> = {
  restart: { name: 'api' },
  reload: { name: 'api', port: 'auto' },
  scale: { name: 'api', instances: 2 },
  input: { name: 'api', data: 'hello\n' },
  stop: { name: 'spare' },
  start: { name: 'spare' },
  delete: { name: 'gone' },
};

function described(): string {
  const api = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
  for (const [order, example] of Object.entries(EXAMPLES))
    api.paths[`/v1/${order}`].post.requestBody.content['application/json'].example = example;
  api.paths['/v1/instances/{name}'].get.parameters[0].example = 'api';
  return JSON.stringify(api);
}

/** One run of many in a row. */
interface Life {
  socket: string;
  run: Launched;
}

/** The project's run, which is there again when it was ordered to end. */
class Lives {
  readonly #rig: Rig;
  #now: Promise<Life>;
  #last = false;
  count = 0;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#now = this.#next();
  }

  /** The run that is there, or about to be. */
  get now(): Promise<Life> {
    return this.#now;
  }

  /** Each of them ended because it was ordered to. */
  async end(): Promise<void> {
    const { run } = await this.#now;
    this.#last = true;
    assert.equal((await devstart(this.#rig, 'stop')).code, 0);
    assert.equal(await this.#rig.exitCode(run), 0);
  }

  async #next(): Promise<Life> {
    this.count++;
    const run = this.#rig.spawnDevstart(['--json']);
    void run.exit.then(({ code }) => {
      if (this.#last) return;
      this.#now = code === 0 ? this.#next() : Promise.reject(new Error(run.stdout() + run.stderr()));
      this.#now.catch(() => {});
    });
    await run.waitFor('up');
    return { run, socket: await socketOf(this.#rig.home) };
  }
}

/** The control API on a port of this machine, for what speaks TCP alone: a connection for each request. */
async function onPort(lives: Lives): Promise<{ url: string; close(): void }> {
  const server = createServer((from) => {
    const sent: Buffer[] = [];
    from.on('error', () => {});
    from.on('data', (chunk) => sent.push(chunk));
    void forward(from, sent, lives);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** What a run has not taken because it was about to end is the next one's; one that lives and says nothing is a fault. */
async function forward(from: Socket, sent: readonly Buffer[], lives: Lives): Promise<void> {
  const { socket, run } = await lives.now;
  const to = connect(socket);
  for (const chunk of sent) to.write(chunk);
  const more = (chunk: Buffer) => void to.write(chunk);
  from.on('data', more);
  to.on('error', () => {});
  to.on('data', (chunk) => from.write(chunk));
  await new Promise((resolve) => to.once('close', resolve));
  from.off('data', more);
  if (to.bytesRead > 0 || from.destroyed) {
    from.end();
    return;
  }
  await within('end of the run that did not answer', run.exit).then(
    () => forward(from, sent, lives),
    () => from.destroy(),
  );
}

test('schemathesis finds nothing', { timeout: 5 * MINUTE }, async (t) => {
  const at = project(t, 'schemathesis');
  await venv(at.root, 'schemathesis>=4.32,<5');
  const rig = await Rig.create(t);
  const apps = ['api', 'spare', 'gone'];
  const ports = await rig.freePorts(apps.length);
  const config = { apps: apps.map((name, index) => ({ name, command: SERVER, port: ports[index] })) };
  writeFileSync(path.join(rig.dir, 'devstart.config.json'), JSON.stringify(config));
  at.write({ 'openapi.json': described() });
  for (const file of ['schemathesis.toml', 'hooks.py'])
    copyFileSync(fileURLToPath(new URL(`api/${file}`, import.meta.url)), path.join(at.root, file));
  const lives = new Lives(rig);
  const { url, close } = await onPort(lives);
  atEnd(t, close);
  const words = 'run openapi.json --checks all --max-examples 15 --seed 1 --request-timeout 30 --no-color';
  // A connection for each request: a kept one would be lost with a run that was ordered to end.
  await sh(at.root, '.venv/bin/st', ...words.split(' '), '--url', url, '-H', 'Connection: close');
  assert.ok(lives.count > 1, 'no order has ended the run');
  await lives.end();
});
