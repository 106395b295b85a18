// npm run bench [-- TOPIC…] [-- --runs N]: each figure of devstart beside its rival's in the same run, in turn;
// medians. Without a topic: all. It measures a copy of what is built, so a build meanwhile does no harm.
import { parseArgs } from 'node:util';
import { end, setRuns } from './bench/setup.ts';

const topics = {
  startup: () => import('./bench/startup.ts'),
  claims: () => import('./bench/claims.ts'),
  reservations: () => import('./bench/reservations.ts'),
  race: () => import('./bench/race.ts'),
  readiness: () => import('./bench/readiness.ts'),
  memory: () => import('./bench/memory.ts'),
  lines: () => import('./bench/lines.ts'),
  follow: () => import('./bench/follow.ts'),
  steering: () => import('./bench/steering.ts'),
  sockets: () => import('./bench/sockets.ts'),
  // The last: what it leaves in TIME_WAIT is taken for busy by the rivals of the race.
  starts: () => import('./bench/starts.ts'),
};

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !Object.hasOwn(topics, name));
const runs = Number(values.runs ?? 20);
if (unknown !== undefined || !(runs >= 1)) {
  console.error(
    unknown === undefined
      ? `"${values.runs}" is not a number of runs`
      : `there is no topic "${unknown}": ${Object.keys(topics).join(', ')}`,
  );
  process.exit(2);
}
setRuns(runs);

try {
  for (const [name, load] of Object.entries(topics)) {
    if (positionals.length === 0 || positionals.includes(name)) await (await load()).bench();
  }
} finally {
  end();
}
