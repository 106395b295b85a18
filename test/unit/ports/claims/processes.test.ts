import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readClaims } from '../../../../src/ports/claims/claims.ts';
import { readProcess } from '../../../../src/system/processes.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const base = mkdtempSync(path.join(tmpdir(), 'devstart-claims-'));
const program = path.join(base, 'claimant.mjs');
const children = new Set<ChildProcess>();

before(async () => {
  chmodSync(base, 0o755);
  await build({
    entryPoints: [path.join(here, '../../../rig/claimant.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

after(async () => {
  const running = [...children].filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(running.map((child) => once(child, 'exit')));
  rmSync(base, { recursive: true, force: true });
});

interface Answer {
  pid?: number;
  choosing?: number[];
  ports?: number[];
  rounds?: number;
  ms?: number;
  warning?: string;
  released?: boolean;
}

let runs = 0;

/** A claimant process: `ask` sends a command and gives the next answer. */
function claimant(dir: string, { clock = '', ...who }: { clock?: string; uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, [program, dir, `run-${runs++}`, clock], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...who,
  });
  children.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    return done ? {} : JSON.parse(value);
  };
  child.stdin.on('error', () => {}); // killed
  const order = (command: object) => void child.stdin.write(`${JSON.stringify(command)}\n`);
  const ask = (command: object) => {
    order(command);
    return next();
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  const end = async () => {
    const gone = once(child, 'exit');
    child.stdin.end();
    await gone;
  };
  return { child, next, order, ask, kill, end };
}

const folder = (t: TestContext) => path.join(base, t.name.replace(/\W+/g, '-'), 'claims');

test('a hundred at once all get ports of their own, and nothing else is left behind', async (t) => {
  const dir = folder(t);
  const all = Array.from({ length: 100 }, () => claimant(dir));
  await Promise.all(all.map(({ next }) => next()));
  const start = performance.now();
  const answers = await Promise.all(all.map(({ ask }) => ask({ base: 3000 })));
  const took = performance.now() - start;
  const ports = answers.flatMap((answer) => answer.ports ?? []);
  assert.equal(new Set(ports).size, 200);
  assert.equal(Math.max(...ports), 3199, 'the first free ones');
  assert.deepEqual(
    readClaims(dir)
      .map(({ port }) => port)
      .sort(),
    ports.sort(),
  );
  const rounds = answers.map((answer) => answer.rounds ?? 0);
  t.diagnostic(`${took.toFixed(0)} ms for all, ${Math.max(...rounds)} rounds at most`);

  const late = claimant(dir);
  await late.next();
  const { ms = 1000 } = await late.ask({ base: 3000 });
  t.diagnostic(`${ms.toFixed(1)} ms with a hundred others alive`);
  await Promise.all([...all, late].map(({ end }) => end()));
  const again = claimant(dir);
  await again.next();
  assert.deepEqual((await again.ask({ base: 3000 })).ports, [3000, 3001], 'dead runs hold nothing');
  assert.deepEqual(
    readdirSync(dir).filter((name) => !/^\d+\.json$/.test(name)),
    [],
  );
  assert.ok(readdirSync(dir).length <= 66, `${readdirSync(dir).length} files`);
});

test('with SIGKILLs thrown among them the others get theirs', async (t) => {
  const dir = folder(t);
  const all = Array.from({ length: 100 }, () => claimant(dir));
  await Promise.all(all.map(({ next }) => next()));
  const [doomed, kept] = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)];
  const answers = kept.map(({ ask }) => ask({ base: 3000 }));
  // Each is killed at another moment of its work.
  for (const { order, kill } of doomed) {
    order({ base: 3000 });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    await kill();
  }
  const ports = (await Promise.all(answers)).flatMap((answer) => answer.ports ?? []);
  assert.equal(ports.length, 100);
  assert.equal(new Set(ports).size, 100);
  assert.deepEqual(
    readClaims(dir)
      .map(({ port }) => port)
      .sort(),
    ports.sort(),
  );
});

test('one that was stopped while it chose harms nobody when it goes on', async (t) => {
  const dir = folder(t);
  for (const others of [1, 100]) {
    const [slow, quick] = [claimant(dir), claimant(dir)];
    await Promise.all([slow.next(), quick.next()]);
    const { choosing } = await slow.ask({ base: 4000, hold: true });
    slow.child.kill('SIGSTOP');
    // Its number in the chain is taken, and with a hundred others removed, too.
    const held = await quick.ask({ base: 4000, times: others });
    assert.ok(held.ports?.length === 2);
    assert.ok((held.ms ?? 0) < 5000);
    slow.order({ go: true });
    slow.child.kill('SIGCONT');
    const { ports = [], rounds } = await slow.next();
    assert.equal(rounds, 2, 'chosen again');
    assert.notDeepEqual(ports, choosing);
    const claims = readClaims(dir);
    assert.equal(new Set(claims.map(({ port }) => port)).size, claims.length);
    assert.equal(claims.length, 4);
    for (const port of [...ports, ...(held.ports ?? [])]) {
      assert.equal(claims.filter((claim) => claim.port === port).length, 1);
    }
    await Promise.all([slow.end(), quick.end()]);
  }
});

test('two that find one stale turn both get their own', async (t) => {
  const dir = folder(t);
  const dead = claimant(dir);
  await dead.next();
  await dead.ask({ base: 5000, hold: true });
  await dead.kill();
  assert.ok(existsSync(path.join(dir, 'turn')), 'its turn is left');
  const two = [claimant(dir), claimant(dir)];
  await Promise.all(two.map(({ next }) => next()));
  const answers = await Promise.all(two.map(({ ask }) => ask({ base: 5000 })));
  assert.equal(new Set(answers.flatMap(({ ports }) => ports)).size, 4);
  assert.ok(!existsSync(path.join(dir, 'turn')));
});

test('one that holds its turn for long loses the turn, not its claims', async (t) => {
  const dir = folder(t);
  const [slow, quick] = [claimant(dir), claimant(dir)];
  await Promise.all([slow.next(), quick.next()]);
  await slow.ask({ base: 6000, hold: true });
  const { ports, ms = 0 } = await quick.ask({ base: 6000 });
  assert.deepEqual(ports, [6000, 6001]);
  assert.ok(ms < 2000, `${ms} ms`);
  assert.deepEqual((await slow.ask({ go: true })).ports, [6002, 6003]);
});

test('ports that are given back are free for others, and the rest stays', async (t) => {
  const dir = folder(t);
  const [one, two] = [claimant(dir), claimant(dir, { clock: 'back' })];
  await Promise.all([one.next(), two.next()]);
  assert.deepEqual((await one.ask({ base: 7000 })).ports, [7000, 7001]);
  assert.deepEqual((await two.ask({ base: 7000 })).ports, [7002, 7003], 'the clock is no matter');
  await one.ask({ release: [7000] });
  assert.deepEqual((await two.ask({ base: 7000, count: 1 })).ports, [7000]);
  await one.ask({ release: true });
  assert.deepEqual(
    readClaims(dir).map(({ port }) => port),
    [7002, 7003, 7000],
  );
});

test('a full or read-only disk turns claims off, with one warning', async (t) => {
  const disk = path.join(base, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    t.skip('no right to mount a small disk');
    return;
  }
  try {
    const dir = path.join(disk, 'claims');
    const first = claimant(dir);
    await first.next();
    await first.ask({ base: 8000 });
    execFileSync('sh', ['-c', 'cat /dev/zero > "$0/fill" 2>/dev/null || true', disk]);
    const second = claimant(dir);
    await second.next();
    assert.equal((await second.ask({ base: 8000 })).warning, 'CLAIMS_OFF');
    assert.deepEqual((await second.next()).ports, [8002, 8003], 'what can be read still counts');
    assert.ok((await second.ask({ base: 8000 })).ports, 'and no second warning');
    assert.deepEqual(
      readClaims(dir).map(({ port }) => port),
      [8000, 8001],
    );
    rmSync(path.join(disk, 'fill'));

    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const third = claimant(dir);
    await third.next();
    assert.equal((await third.ask({ base: 8000 })).warning, 'CLAIMS_OFF', 'read-only likewise');
    assert.deepEqual((await third.next()).ports, [8002, 8003]);
    await Promise.all([first.end(), second.end(), third.end()]);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('what root claims in a user’s folder stays the user’s', async (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('needs root');
    return;
  }
  const dir = folder(t);
  mkdirSync(dir, { recursive: true });
  chownSync(dir, 65534, 65534);
  const root = claimant(dir);
  await root.next();
  assert.deepEqual((await root.ask({ base: 8000 })).ports, [8000, 8001]);
  for (const name of readdirSync(dir)) assert.equal(statSync(path.join(dir, name)).uid, 65534);
  const user = claimant(dir, { uid: 65534, gid: 65534 });
  await user.next();
  assert.deepEqual((await user.ask({ base: 8000 })).ports, [8002, 8003]);
  assert.deepEqual((await root.ask({ base: 8002, count: 1 })).ports, [8004]);
});

test('another pid namespace with the same network cannot be looked into, and counts as alive', async (t) => {
  const dir = folder(t);
  const start = (flags: string[]) => {
    const args = [...flags, process.execPath, program, dir, `inside-${runs++}`];
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'ignore'] });
    children.add(child);
    return child;
  };
  const answerOf = async (child: ReturnType<typeof start>) => {
    child.stdin.on('error', () => {}).write('{"base": 9000}\n');
    const answers: Answer[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      answers.push(JSON.parse(line));
      if (answers.length === 2) break;
    }
    return answers[1];
  };
  const inside = start(['--pid', '--fork', '--mount-proc', '--kill-child']);
  if (!(await answerOf(inside))) {
    t.skip('no right to make namespaces');
    return;
  }
  const outside = claimant(dir);
  await outside.next();
  assert.deepEqual((await outside.ask({ base: 9000 })).ports, [9002, 9003]);
  inside.kill('SIGKILL');
  await once(inside, 'exit');
  assert.equal(readProcess(inside.pid ?? 0), undefined);
  assert.deepEqual((await outside.ask({ base: 9000, count: 1 })).ports, [9002], 'ours, and theirs is kept');

  const network = start(['--net']);
  assert.deepEqual((await answerOf(network))?.ports, [9000, 9001], 'another network has other ports');
  assert.ok(!readClaims(dir).some(({ run }) => run === `inside-${runs - 1}`));
});
