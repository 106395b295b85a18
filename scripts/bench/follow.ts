import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { followEnvironment } from '../../src/follow/environment.ts';
import { filesIn } from '../../src/follow/options.ts';
import { compare } from './compare.ts';
import { built, bundled, ended, env, folder, leftOut, start, which } from './setup.ts';

const root = path.resolve(import.meta.dirname, '../..');
const vite = path.join(root, 'examples/vite-api/node_modules/vite/bin/vite.js');

/** What a process of a run gets in which the backend has moved. */
const followed = (written: number, real: number) => ({
  ...env,
  DEVSTART_RUN: 'bench',
  ...followEnvironment({
    run: 'bench',
    ports: new Map([[written, real]]),
    pages: true,
    inherited: env,
    files: filesIn(path.join(built, 'dist/follow'), path.sep),
    delimiter: path.delimiter,
  }),
});

/** Requests a second: so many, some at a time, on connections that stay. */
async function rate(port: number, url: string): Promise<number> {
  const [count, atOnce] = [2000, 8];
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
  let left = count;
  const ask = async () => {
    while (left-- > 0) {
      const request = http.get({ port, path: url, agent });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      await once(response.resume(), 'end');
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: atOnce }, ask));
  agent.destroy();
  return count / ((performance.now() - begin) / 1000);
}

/** A Vite with a proxy to `target`. @returns its port */
async function viteFor(target: number, environment: NodeJS.ProcessEnv): Promise<number> {
  const cwd = path.join(folder, `vite-${target}`);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, 'index.html'), '<p>bench</p>');
  writeFileSync(path.join(cwd, 'main.js'), `fetch('http://localhost:${target}/')\n`);
  const config = `export default { server: { proxy: { '/api': 'http://localhost:${target}' } } }`;
  writeFileSync(path.join(cwd, 'vite.config.mjs'), config);
  const child = start(process.execPath, [vite, '--port', '0', '--host', 'localhost'], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const piece of child.stdout as NodeJS.ReadableStream) {
    said += piece;
    const [, port] = /localhost:\D*(\d+)/.exec(said.replace(/\x1b\[\d*m/g, '')) ?? [];
    if (port) return Number(port);
  }
  throw new Error(`vite has ended\n${said}`);
}

async function proxies(): Promise<void> {
  if (!existsSync(vite)) return leftOut('Vite, followed', 'npm ci in examples/vite-api');
  const backend = http.createServer((_, response) => response.end('{"hello":"bench"}')).listen(0);
  await once(backend, 'listening');
  const real = (backend.address() as AddressInfo).port;
  // Nobody is on the written port: what is measured is the way to the real one.
  const written = real - 1;
  const [plain, moved] = [await viteFor(real, env), await viteFor(written, followed(written, real))];
  const targets = [{ of: 'followed', limit: 0.9, times: 'as it is', least: true as const }];
  for (const [title, url] of [
    ["through Vite's proxy", '/api'],
    ['a module from Vite', '/main.js'],
  ] as const) {
    await compare({
      title: `following: ${title}`,
      unit: 'requests/s',
      contenders: [
        { name: 'followed', once: () => rate(moved, url) },
        { name: 'as it is', once: () => rate(plain, url) },
      ],
      targets,
      most: 10,
    });
  }
  backend.close();
  backend.closeAllConnections();
}

async function starts(): Promise<void> {
  const cwd = path.join(folder, 'npm-run');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, 'package.json'), '{"private":true,"scripts":{"dev":"node -e 0"}}');
  const timed = (name: string, environment: NodeJS.ProcessEnv, file: string, ...args: string[]) => ({
    name,
    async once() {
      const begin = performance.now();
      await ended(spawn(file, args, { cwd, env: environment, stdio: 'ignore' }));
      return performance.now() - begin;
    },
  });
  for (const [title, file, ...args] of [
    ['npm run of an empty Node program', 'npm', 'run', 'dev'],
    ['an empty Python program', 'python3', '-c', '0'],
  ] as const) {
    await compare({
      title: `following: ${title}`,
      unit: 'ms',
      contenders: [
        timed('followed', followed(8000, 8001), file, ...args),
        timed('as it is', env, file, ...args),
      ],
      targets: [{ of: 'followed', limit: 1.15, times: 'as it is' }],
    });
  }
}

/** A repository of two thousand files of code, some of which name a port. @returns its folder */
function repository(count: number): string {
  const cwd = path.join(folder, 'repository');
  const line = 'export const value = { a: 1, b: "text of some length", c: [1, 2, 3] }; // as code is\n';
  for (let i = 0; i < count; i++) {
    const dir = path.join(cwd, i % 2 ? 'web' : 'api', `d${i % 40}`);
    mkdirSync(dir, { recursive: true });
    const named = i % 51 === 0 ? "fetch('http://localhost:8000/api');\n" : '';
    writeFileSync(path.join(dir, `f${i}.ts`), line.repeat(20 + (i % 60)) + named);
  }
  execFileSync('git', ['init', '-q'], { cwd });
  execFileSync('git', ['add', '-A'], { cwd });
  return cwd;
}

async function look(): Promise<void> {
  if (!which('git')) return leftOut('the look through a project', 'git is not here');
  const cwd = repository(2000);
  const file = bundled('look');
  await compare({
    title: 'following: the look through 2,000 files when a port has moved',
    unit: 'ms',
    contenders: [
      {
        name: 'look',
        once: () => Number(execFileSync(process.execPath, [file, cwd]).toString().split(' ')[0]),
      },
    ],
    targets: [{ of: 'look', limit: 60 }],
  });
}

export async function bench(): Promise<void> {
  await look();
  await proxies();
  await starts();
}
