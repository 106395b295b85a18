import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { compare } from './compare.ts';
import {
  api,
  type Contender,
  devstart,
  emptyNode,
  folder,
  leftOut,
  program,
  require,
  which,
} from './setup.ts';

const IN_A_ROW = 200;

/** Microseconds for one reservation, of 200 in a row; fails where a number comes twice. */
const inRow = (name: string, next: () => Promise<number>, distinct: boolean): Contender => ({
  name,
  async once() {
    const ports = new Set<number>();
    const begin = performance.now();
    for (let i = 0; i < IN_A_ROW; i++) ports.add(await next());
    const taken = performance.now() - begin;
    if (distinct && ports.size < IN_A_ROW) throw new Error(`${name}: ${ports.size} ports of ${IN_A_ROW}`);
    return (taken * 1000) / IN_A_ROW;
  },
});

async function bindAndClose(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** ephemeral-port-reserve from PyPI in an environment of its own: its script and its Python, or why not. */
function installOriginal(): { script: string; python: string } | string {
  if (!which('python3')) return 'there is no python3';
  const venv = path.join(folder, 'venv');
  try {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' });
    const pip = path.join(venv, 'bin/pip');
    execFileSync(pip, ['install', '-q', 'ephemeral-port-reserve==1.1.4'], {
      stdio: 'ignore',
      timeout: 60_000,
    });
    return { script: path.join(venv, 'bin/ephemeral-port-reserve'), python: path.join(venv, 'bin/python') };
  } catch {
    return 'pip could not install it';
  }
}

/** The original, 200 in a row in one Python. */
const originalInRow = (python: string): Contender => ({
  name: 'ephemeral-port-reserve (127.0.0.1)',
  once: () =>
    Number(
      execFileSync(python, [
        '-c',
        `import time
from ephemeral_port_reserve import reserve
begin = time.perf_counter()
for i in range(${IN_A_ROW}): reserve()
print((time.perf_counter() - begin) * 1e6 / ${IN_A_ROW})`,
      ]).toString(),
    ),
});

export async function bench(): Promise<void> {
  const { reservePort } = require(api) as typeof import('../../src/index.ts');
  const original = installOriginal();
  if (typeof original === 'string') leftOut('ephemeral-port-reserve', original);
  const found = typeof original === 'string' ? undefined : original;
  await compare({
    title: 'reserving a port inside a process',
    unit: 'µs',
    contenders: [
      inRow('reservePort() (127.0.0.1 and ::1)', () => reservePort(), true),
      inRow('reservePort (127.0.0.1)', () => reservePort({ host: '127.0.0.1' }), true),
      ...(found ? [originalInRow(found.python)] : []),
      inRow('bind 0 and close (repeats)', bindAndClose, false),
    ],
    targets: [
      { of: 'reservePort() (127.0.0.1 and ::1)', limit: 300 },
      { of: 'reservePort (127.0.0.1)', limit: 300 },
    ],
    most: 10,
  });
  const port = program('devstart port', process.execPath, devstart, 'port');
  await compare({
    title: 'reserving a port by a program',
    unit: 'ms',
    contenders: [port, ...(found ? [program('ephemeral-port-reserve', found.script)] : []), emptyNode],
    targets: [{ of: 'devstart port', limit: 1.3, times: emptyNode.name }],
  });
}
