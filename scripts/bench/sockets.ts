import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connections } from '../../test/rig/connections.ts';
import { compare } from './compare.ts';
import { type Contender, devstart, ended, env, folder, leftOut, project, start, which } from './setup.ts';

const RESTARTS = 10;
const CONNECTIONS = 2000;
const INSTANCES = 2;

/** It drains, on the signal of either manager. */
const SERVER = `const http = require('node:http');
const server = http.createServer((_, response) => response.setHeader('connection', 'close').end('ok'));
server.listen(Number(process.env.PORT));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit()));
`;

/** Answers on the port. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const { failed } = await connections({ host: '127.0.0.1', port }, 1, Promise.resolve(), 1);
    if (Object.keys(failed).length === 0) return;
  }
}

/** How many of 2,000 connections fail while all is restarted ten times in a row. */
async function failing(port: number, restart: () => Promise<void>): Promise<number> {
  const restarts = (async () => {
    for (let count = 0; count < RESTARTS; count++) await restart();
  })();
  const { asked, failed } = await connections({ host: '127.0.0.1', port }, CONNECTIONS, restarts);
  const all = Object.values(failed).reduce((sum, one) => sum + one, 0);
  return (all * CONNECTIONS) / asked;
}

const silent = (program: string, args: string[], cwd: string, more = {}): Promise<void> =>
  ended(start(program, args, { cwd, env: { ...env, ...more }, stdio: 'ignore' }));

/** @param verb `restart`, all at once; `reload`, the new ones first */
function byDevstart(name: string, port: number, verb: string, handover: boolean): Contender {
  const command = 'node server.cjs';
  const app = { name: 'api', role: 'backend', command, port, handover, instances: handover ? INSTANCES : 1 };
  const cwd = project(`sockets/${port}`, { apps: [app] });
  writeFileSync(path.join(cwd, 'server.cjs'), SERVER);
  return {
    name,
    async once() {
      const child = start(process.execPath, [devstart], { cwd, env, stdio: 'ignore' });
      try {
        await answers(port);
        await silent(process.execPath, [devstart, 'wait', '--timeout', '60'], cwd);
        return await failing(port, () => silent(process.execPath, [devstart, verb, 'api'], cwd));
      } finally {
        await ended(child, 'SIGTERM');
      }
    },
  };
}

/** PM2's program, here or from npm; or why not. */
function installPm2(): { script: string } | string {
  const known = which('pm2');
  if (known) return { script: known };
  const at = path.join(folder, 'pm2');
  mkdirSync(at, { recursive: true });
  try {
    const install = ['install', '--prefix', at, '--no-audit', '--no-fund', 'pm2@7'];
    execFileSync('npm', install, { stdio: 'ignore', timeout: 120_000 });
    return { script: path.join(at, 'node_modules/pm2/bin/pm2') };
  } catch {
    return 'npm could not install it';
  }
}

function byPm2(script: string, port: number, verb: string): Contender {
  const cwd = path.join(folder, `pm2-${port}`);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, 'server.cjs'), SERVER);
  const pm2 = (...args: string[]) =>
    silent(process.execPath, [script, ...args], cwd, {
      PM2_HOME: path.join(cwd, 'home'),
      PORT: String(port),
    });
  return {
    name: `PM2 cluster, ${verb}`,
    async once() {
      try {
        await pm2('start', 'server.cjs', '-i', String(INSTANCES), '--name', 'api');
        await answers(port);
        return await failing(port, () => pm2(verb, 'api'));
      } finally {
        await pm2('kill');
      }
    },
  };
}

export async function bench(): Promise<void> {
  const first = 21_000 + (process.pid % 1000) * 10;
  const pm2 = installPm2();
  if (typeof pm2 === 'string') leftOut('PM2 cluster', pm2);
  const theirs =
    typeof pm2 === 'string'
      ? []
      : [byPm2(pm2.script, first + 3, 'restart'), byPm2(pm2.script, first + 4, 'reload')];
  const [restart, reload] = ['devstart restart, one socket', 'devstart reload, one socket'];
  await compare({
    title: `connections that fail of ${CONNECTIONS} over ${RESTARTS} restarts`,
    unit: 'connections',
    contenders: [
      byDevstart(restart, first, 'restart', true),
      byDevstart(reload, first + 1, 'reload', true),
      ...theirs,
      byDevstart('devstart restart, own port', first + 2, 'restart', false),
    ],
    targets: [
      { of: restart, limit: 0 },
      { of: reload, limit: 0 },
    ],
    most: 3,
    cold: true,
  });
}
