import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { Rig } from './rig.ts';
import { socketOf } from './steer.ts';

/** Answers with its pid, each on a connection of its own; told to end, it ends what it has begun. */
export const SERVER = `import http from 'node:http';
const server = http.createServer((_, response) => response.setHeader('connection', 'close').end(String(process.pid)));
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close());
`;

/** A run that is ready, of one app `api` with SERVER on its handed socket. @param app what it has beside that */
export async function handedRun(t: TestContext, app: object) {
  const rig = await Rig.create(t);
  const [port] = (await rig.freePorts(1)) as [number];
  await writeFile(path.join(rig.dir, 'server.mjs'), SERVER);
  const api = { name: 'api', command: 'node server.mjs', port, handover: true, ...app };
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps: [api] }));
  const run = rig.spawnDevstart(['--json']);
  await run.waitFor('up');
  const pids = run.events.filter(({ type }) => type === 'started').map(({ pid }) => Number(pid));
  return { rig, at: { host: '127.0.0.1', port }, run, pids, socket: await socketOf(rig.home) };
}
