import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare.ts';
import { concurrently, devstart, emptyNode, ended, env, folder, project } from './setup.ts';

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

export async function bench(): Promise<void> {
  const fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const command = `echo up > ${fifo}; exec sleep 1000`;
  const cwd = project('startup', {
    apps: [
      { name: 'api', role: 'backend', command },
      { name: 'web', role: 'frontend', command },
    ],
  });
  await compare({
    title: 'start-up: argv to both children running',
    unit: 'ms',
    contenders: [
      emptyNode,
      { name: 'devstart', once: () => untilBothRun([devstart], cwd, fifo) },
      { name: 'concurrently 9.2.5', once: () => untilBothRun([concurrently, command, command], cwd, fifo) },
    ],
    targets: [{ of: 'devstart', limit: 0.5, times: 'concurrently 9.2.5' }],
  });
}
