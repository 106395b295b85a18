// npm run bench [-- RUNS]: each figure of devstart beside its rival's in the same run, in turn; medians.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const devstart = path.join(root, 'bin/devstart.cjs');
const concurrently = path.join(
  path.dirname(require.resolve('concurrently/package.json')),
  'dist/bin/concurrently.js',
);
const runs = Number(process.argv[2] ?? 20);
const folder = mkdtempSync(path.join(tmpdir(), 'devstart-bench-'));
const env = { ...process.env, DEVSTART_HOME: path.join(folder, 'home'), FORCE_COLOR: '0' };

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Contender {
  name: string;
  once(): Promise<number>;
}

/** Runs the contenders in turn, so that a machine's moods hit all alike; prints their medians. */
async function compare(title: string, unit: string, contenders: Contender[], count = runs): Promise<void> {
  const taken = new Map<string, number[]>();
  for (const { once } of contenders) await once();
  for (let run = 0; run < count; run++) {
    for (const { name, once } of contenders) taken.set(name, [...(taken.get(name) ?? []), await once()]);
  }
  console.log(`\n${title} (${count} runs, ${unit}: min, median, max; ratio of medians to the last)`);
  const last = median(taken.get(contenders.at(-1)?.name ?? '') ?? []);
  for (const [name, values] of taken) {
    const figures = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
      value.toFixed(1).padStart(9),
    );
    console.log(`  ${name.padEnd(28)}${figures.join('')}   ${(median(values) / last).toFixed(2)}`);
  }
}

/** Milliseconds from the start of a launcher until both its children have said that they run. */
async function untilBothRun(argv: string[], cwd: string, fifo: string): Promise<number> {
  // Opened for both, so that it stays open between the children's writes.
  const reader = createReadStream('', { fd: openSync(fifo, 'r+') });
  const begin = performance.now();
  const child = spawn(process.execPath, argv, {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${argv[0]} ended with ${code}`)));
    reader.on('data', (chunk) => {
      seen += chunk.toString().split('\n').length - 1;
      if (seen >= 2) resolve();
    });
  });
  const taken = performance.now() - begin;
  await ended(child, 'SIGTERM');
  // A read that waits on the fifo holds its fd: a last write lets it go.
  writeFileSync(fifo, '\n');
  reader.destroy();
  return taken;
}

function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    if (signal) child.kill(signal);
  });
}

async function startup(): Promise<void> {
  const fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const command = `echo up > ${fifo}; exec sleep 1000`;
  const cwd = path.join(folder, 'project');
  execFileSync('mkdir', ['-p', cwd]);
  const apps = [
    { name: 'api', role: 'backend', command },
    { name: 'web', role: 'frontend', command },
  ];
  writeFileSync(path.join(cwd, 'devstart.config.json'), JSON.stringify({ apps }));
  await compare('start-up: argv to both children running', 'ms', [
    {
      name: 'empty Node program',
      async once() {
        const begin = performance.now();
        await ended(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }));
        return performance.now() - begin;
      },
    },
    { name: 'devstart', once: () => untilBothRun([devstart], cwd, fifo) },
    { name: 'concurrently 9.2.5', once: () => untilBothRun([concurrently, command, command], cwd, fifo) },
  ]);
}

/** Milliseconds until a million lines of 80 bytes have come through, counted by wc; fails where one is missing. */
async function throughput(): Promise<void> {
  const source = path.join(folder, 'lines.txt');
  execFileSync('sh', ['-c', `yes ${'x'.repeat(79)} | head -n 1000000 > ${source}`]);
  const cwd = path.join(folder, 'lines');
  execFileSync('mkdir', ['-p', cwd]);
  const config = { apps: [{ name: 'api', role: 'backend', command: `cat ${source}` }] };
  writeFileSync(path.join(cwd, 'devstart.config.json'), JSON.stringify(config));
  const piped = (name: string, command: string, exact: boolean): Contender => ({
    name,
    async once() {
      const begin = performance.now();
      const printed = execFileSync(
        'sh',
        ['-c', `{ ${command}; } 2>/dev/null | grep -c '${'x'.repeat(79)}$' || true`],
        {
          cwd,
          env,
        },
      );
      const lines = Number(printed.toString());
      if (exact && lines !== 1_000_000) throw new Error(`${name}: ${lines} of 1,000,000 lines`);
      return performance.now() - begin;
    },
  });
  await compare('1,000,000 lines of 80 bytes through the prefixer', 'ms', [
    piped('devstart', `${process.execPath} ${devstart}`, true),
    piped(
      'concurrently 9.2.5 (loses lines)',
      `${process.execPath} ${concurrently} -n api 'cat ${source}'`,
      false,
    ),
    piped('cat | sed', `cat ${source} | sed 's/^/[api] /'`, true),
  ]);
}

/** Milliseconds of a whole Node program. */
const program = (name: string, ...argv: string[]): Contender => ({
  name,
  async once() {
    const begin = performance.now();
    await ended(spawn(process.execPath, argv, { env, stdio: 'ignore' }));
    return performance.now() - begin;
  },
});

/** Microseconds for one reservation, of 200 in a row; fails where a number comes twice. */
async function reservations(): Promise<void> {
  const { reservePort } = require(path.join(root, 'dist/index.cjs')) as typeof import('../src/index.ts');
  const inRow = (name: string, next: () => Promise<number>, distinct: boolean): Contender => ({
    name,
    async once() {
      const ports = new Set<number>();
      const begin = performance.now();
      for (let i = 0; i < 200; i++) ports.add(await next());
      if (distinct && ports.size < 200) throw new Error(`${name}: ${ports.size} different ports of 200`);
      return ((performance.now() - begin) * 1000) / 200;
    },
  });
  const bindAndClose = async (): Promise<number> => {
    const server = createServer().listen({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  await compare(
    'reserving a port inside a process',
    'µs',
    [
      inRow('reservePort()', () => reservePort(), true),
      inRow('reservePort, one address', () => reservePort({ host: '127.0.0.1' }), true),
      inRow('bind 0 and close (repeats)', bindAndClose, false),
    ],
    10,
  );
  await compare('devstart port', 'ms', [
    program('devstart port', devstart, 'port'),
    program('empty Node program', '-e', '0'),
  ]);
}

try {
  await startup();
  await reservations();
  await throughput();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
