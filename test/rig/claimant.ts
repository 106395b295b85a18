// One run that claims ports as it is told: a JSON command a line on stdin, a JSON answer a line on stdout.
// Bundled by the tests, as a hundred of them start at once.
import { createInterface } from 'node:readline';
import { openClaims } from '../../src/ports/claims/claims.ts';

const [dir = '', run = '', clock] = process.argv.slice(2);
if (clock === 'back') Date.now = () => 0;

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const claims = openClaims({ dir, run, root: `/projects/${run}`, warn: (code) => say({ warning: code }) });
let go = () => {};
let queue: Promise<unknown> = Promise.resolve();

/** The first free ones from the base on; with `hold` it says "choosing" and waits for "go" before it answers. */
const take = ({ base, count = 2, hold }: { base: number; count?: number; hold?: boolean }) => {
  let rounds = 0;
  return claims.take(async (claimOf) => {
    rounds++;
    const ports: number[] = [];
    for (let port = base; ports.length < count; port++) if (!claimOf(port)) ports.push(port);
    if (hold && rounds === 1) {
      const waiting = new Promise<void>((resolve) => {
        go = resolve;
      });
      say({ choosing: ports });
      await waiting;
    }
    return { value: { ports, rounds }, ports: ports.map((port) => ({ port, id: 'web:0' as const })) };
  });
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    if (command.go) go();
    else if (command.release) {
      claims.release(command.release === true ? undefined : command.release);
      say({ released: true });
    } else {
      queue = queue.then(async () => {
        const start = performance.now();
        let answer = {};
        for (let i = 0; i < (command.times ?? 1); i++) answer = await take(command);
        say({ ...answer, ms: performance.now() - start });
      });
    }
  })
  .on('close', () => process.exit(0));
say({ pid: process.pid });
