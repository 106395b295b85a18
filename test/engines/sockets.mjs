// In the machine's network: starts the exported target and says, as JSON, who answers on which port while the
// instances that share a socket are restarted one after the other.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const [name, unit, count, shared, ...ports] = process.argv.slice(2);
const run = promisify(execFile);
const inMachine = (...words) => run('in-machine', words);
const units = `/srv/${name}/deploy/systemd`;
const ask = async (port) =>
  (await run('curl', ['--silent', '--fail', '--max-time', '20', `http://127.0.0.1:${port}/`])).stdout.trim();

await inMachine(
  'sh',
  '-c',
  `systemctl link ${units}/*.service ${units}/*.socket && systemctl enable --now ${units}/${name}.target`,
);
const seen = { answers: {}, pids: 0, requests: 0, failed: 0, units: [], after: true };
for (const port of ports) {
  // One that opens its port itself may not have done so yet.
  for (let tries = 0; ; tries++) {
    const answer = await ask(port).catch((error) => tries >= 200 && Promise.reject(error));
    if (answer) {
      seen.answers[port] = answer;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const pids = new Set();
let rolling = true;
const load = Array.from({ length: 4 }, async () => {
  while (rolling) {
    const answer = await ask(shared).catch(() => undefined);
    seen.requests++;
    if (answer === undefined) seen.failed++;
    else pids.add(answer);
  }
});
for (let at = 0; at < Number(count); at++) await inMachine('systemctl', 'restart', `${unit}@${at}`);
rolling = false;
await Promise.all(load);
seen.pids = pids.size;
const listed = await inMachine(
  'sh',
  '-c',
  `systemctl list-units --no-legend --plain '${name}-*' | awk '{ print $1, $4 }'`,
);
seen.units = listed.stdout.trim().split('\n');
await inMachine('systemctl', 'stop', `${name}.target`, `${unit}.socket`);
seen.after = await ask(shared).then(
  () => true,
  () => false,
);
console.log(JSON.stringify(seen));
