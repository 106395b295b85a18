import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { type Claims, openClaims } from '../../src/ports/claims/claims.ts';
import { compare } from './compare.ts';
import { bundled, type Contender, ended, folder, start } from './setup.ts';

const warn = (_code: string, message: string): never => {
  throw new Error(message);
};

/** Claims a pair of ports as an own run does, from 8000 and 3000. */
const claimPair = (claims: Claims): Promise<void> =>
  claims.take(async (claimOf) => {
    const ports = [8000, 3000].map((first) => {
      let port = first;
      while (claimOf(port)) port++;
      return { port, id: 'api:0' as const };
    });
    return { value: undefined, ports };
  });

/** Without the probes, which cost the same with and without claims. */
export async function bench(): Promise<void> {
  const script = bundled('claim');
  const sleepers = Array.from({ length: 100 }, () => start('sleep', ['1000'], { stdio: 'ignore' }));
  const counts = [0, 10, 100];
  const dirOf = (live: number) => path.join(folder, `claims-${live}`);
  for (const live of counts) {
    for (const [index, { pid }] of sleepers.slice(0, live).entries()) {
      const run = `run-${index}`;
      if (pid) await claimPair(openClaims({ dir: dirOf(live), run, root: `/project-${index}`, pid, warn }));
    }
  }
  const first = (live: number): Contender => ({
    name: `first of a process, ${live} live runs`,
    once: () => Number(execFileSync(process.execPath, [script, dirOf(live)]).toString()),
  });
  const again = (live: number): Contender => ({
    name: `further one, ${live} live runs`,
    async once() {
      const claims = openClaims({ dir: dirOf(live), run: 'bench', root: folder, warn });
      const begin = performance.now();
      await claimPair(claims);
      const taken = performance.now() - begin;
      claims.release();
      return taken;
    },
  });
  await compare({
    title: 'claiming two ports, inside the process',
    unit: 'ms',
    contenders: [...counts.map(again), ...counts.toReversed().map(first)],
    targets: [
      { of: 'first of a process, 100 live runs', limit: 10 },
      { of: 'further one, 100 live runs', limit: 10 },
    ],
  });
  await Promise.all(sleepers.map((child) => ended(child, 'SIGTERM')));
}
