import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdirSync, openSync, writeFileSync } from 'node:fs';
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
  const small = written('small', 4, fifo);
  const large = written('large', LARGE, fifo);
  await compare({
    title: `start-up without a config: argv to both children running, in a project of ${LARGE} files`,
    unit: 'ms',
    contenders: [
      { name: 'of 4 files', once: () => untilBothRun([devstart], small, fifo) },
      { name: `of ${LARGE} files`, once: () => untilBothRun([devstart], large, fifo) },
    ],
    targets: [{ of: `of ${LARGE} files`, limit: 1.5, times: 'of 4 files' }],
  });
}

const LARGE = 2000;

/** A page and an API that import their parts, call each other by their ports and read env files, as people write them. */
function written(name: string, count: number, fifo: string): string {
  const root = path.join(folder, `written-${name}`);
  const write = (file: string, text: string, mode = 0o644): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text, { mode });
  };
  const dev = 'concurrently -n api,web "node server/index.js" "vite client"';
  write('package.json', JSON.stringify({ scripts: { dev }, devDependencies: { vite: '*', express: '*' } }));
  write('.env', 'SHOP_NAME=shop\nAPI_PORT=23101\n');
  write('node_modules/.bin/vite', `#!/bin/sh\necho up > ${fifo}\nexec sleep 1000\n`, 0o755);
  write(
    'server/index.js',
    `const port = process.env.PORT || 23101; // app.listen(port)\nrequire('node:fs').writeFileSync('${fifo}', 'up\\n'); setInterval(() => {}, 1e6);\n`,
  );
  write('client/index.html', '<script type="module" src="/src/main.js"></script>');
  write(
    'client/vite.config.js',
    "export default { server: { port: 23102, proxy: { '/api': 'http://localhost:23101' } } };\n",
  );
  for (let i = 0; i < count; i++) {
    const side = i % 2 ? 'client/src' : 'server/src';
    write(
      `${side}/part${i % 40}/module${i}.js`,
      `import './module${i + 40}.js';\nexport const settings = { name: process.env.NAME_${i} ?? 'x' };\n${'// what it does\n'.repeat(40)}`,
    );
  }
  return root;
}
