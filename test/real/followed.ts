/** Packages' servers as a run with a moved port starts them. */
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { FollowRequest } from '../../src/follow/environment.ts';
import { ask, followEnv, freePort, type Program, program } from '../rig/follow.ts';
import { environment, type Project, until } from './support.ts';

export interface Ports {
  written: number;
  real: number;
}

/** A script of the project's packages, followed. `{port}` is where it listens. */
export async function serve(
  t: TestContext,
  at: Project,
  ports: Ports,
  command: string,
  more: Partial<FollowRequest> = {},
): Promise<{ port: number; started: Program }> {
  const port = await freePort();
  const [name = '', ...args] = command.replaceAll('{port}', String(port)).split(' ');
  const file = path.join(at.root, 'node_modules/.bin', name);
  const follow = followEnv(new Map([[ports.written, ports.real]]), { inherited: environment, ...more });
  const started = program(t, name === 'node' ? [process.execPath, ...args] : [file, ...args], {
    cwd: at.root,
    env: { ...environment, NEXT_TELEMETRY_DISABLED: '1', ...follow, AT: String(port) },
  });
  await until(`an answer of ${command}`, () => ask(port)).catch((error) => {
    throw new Error(started.output(), { cause: error });
  });
  return { port, started };
}

/** A browser's handshake, but for the page it comes from. */
export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
