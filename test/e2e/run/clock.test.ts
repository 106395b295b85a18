import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Rig } from '../../rig/rig.ts';

const preload = fileURLToPath(new URL('../../rig/clock.cjs', import.meta.url));
const DAY = 86_400_000;

test('the clock is set back and forth during a run: readiness, restarts in a row and the end are as ever', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const clock = path.join(rig.home, 'clock');
  const setClock = (days: number) => writeFileSync(clock, String(days * DAY));
  setClock(0);
  const api = {
    name: 'api',
    role: 'backend',
    command: rig.server('api'),
    restart: 'on-failure',
    maxRestarts: 2,
    ready: { tcp: port },
  };
  await writeFile(path.join(rig.dir, 'devstart.config.json'), JSON.stringify({ apps: [api] }));
  const env = { NODE_OPTIONS: `--require ${preload}`, RIG_CLOCK: clock };
  const run = rig.spawnDevstart(['--json', '-b', String(port), '--kill-timeout', '0.5'], { env });
  const lives = [];
  for (const [atStart, atEnd] of [
    [2, -2],
    [-2, 2],
    [2, -2],
  ] as const) {
    const life = await rig.link('api');
    setClock(atStart);
    await life.tell('listen', { port });
    lives.push(life);
    await run.waitFor(
      'ready',
      () => run.events.filter(({ type }) => type === 'ready').length === lives.length,
    );
    setClock(atEnd);
    life.order('exit', { code: 3 });
  }
  assert.equal(await rig.exitCode(run), 3);
  const times = run.events.filter(({ type }) => type === 'ready' || type === 'up').map(({ ms }) => ms);
  assert.ok(
    times.every((ms) => Number.isInteger(ms) && ms >= 0 && ms < 20_000),
    `${times}`,
  );
  assert.deepEqual(
    run.events
      .filter(({ type }) => type === 'restarting' || type === 'error')
      .map(({ type, code }) => code ?? type),
    ['restarting', 'restarting', 'CRASH_LOOP'],
  );
});
