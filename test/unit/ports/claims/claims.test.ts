import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimant, type Known, livenessOf } from '../../../../src/ports/claims/alive.ts';
import { type Claim, type Claimant, formatClaims, parseClaims } from '../../../../src/ports/claims/claim.ts';
import { openClaims, readClaims } from '../../../../src/ports/claims/claims.ts';
import { commit, readHead } from '../../../../src/ports/claims/registry.ts';
import { takeTurn } from '../../../../src/ports/claims/turn.ts';

const linux = process.platform === 'linux';

function folder(t: TestContext): string {
  const home = mkdtempSync(path.join(tmpdir(), 'devstart-claims-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return path.join(home, 'state', 'claims');
}

const claim = (port: number, who: Claimant, more: Partial<Claim> = {}): Claim => ({
  port,
  app: 'web',
  instance: 0,
  run: 'other',
  root: '/shop',
  ...who,
  ...more,
});

/** A run of this process. */
function run(dir: string | undefined, name: string, lookOnly = false) {
  const warnings: string[] = [];
  const messages: string[] = [];
  const claims = openClaims({
    dir,
    run: name,
    root: `/${name}`,
    lookOnly,
    warn: (code, message) => {
      warnings.push(code);
      messages.push(message);
    },
  });
  /** The first free ones from the base on. */
  const take = (base: number, count = 1, giveBack?: number[]) =>
    claims.take(async (claimOf) => {
      const ports: number[] = [];
      for (let port = base; ports.length < count; port++) if (!claimOf(port)) ports.push(port);
      return { value: ports, ports: ports.map((port) => ({ port, id: 'web:0' as const })) };
    }, giveBack);
  return { take, release: (ports?: number[]) => claims.release(ports), warnings, messages };
}

const portsIn = (dir: string) =>
  readHead(dir)
    .claims.map(({ port }) => port)
    .sort();

test('who is alive, dead or elsewhere', () => {
  const here: Claimant = { pid: 1, start: '1', boot: 'b', net: 'n', pidns: 'p' };
  const one: Claimant = { ...here, pid: 50, start: '700' };
  const unknown = { boot: '', net: '', pidns: '' };
  const seen = (more: object = {}): Known => ({ start: '700', zombie: false, stopped: false, ...more });
  const table: [string, Claimant, Known, string][] = [
    ['the very process', one, seen(), 'alive'],
    ['gone', one, undefined, 'dead'],
    ['its pid, another process', one, seen({ start: '701' }), 'dead'],
    ['ended, not yet collected', one, seen({ zombie: true }), 'dead'],
    ['stopped is not dead', one, seen({ stopped: true }), 'alive'],
    ['there, but nothing is told', one, 'hidden', 'alive'],
    ['no start was known', { ...one, start: '' }, seen(), 'alive'],
    ['another boot, same pid and start', { ...one, boot: 'c' }, seen(), 'dead'],
    ['another pid namespace', { ...one, pidns: 'q' }, undefined, 'alive'],
    ['another network', { ...one, net: 'm' }, seen(), 'elsewhere'],
    ['another network, gone', { ...one, net: 'm' }, undefined, 'dead'],
    ['another network and pid namespace', { ...one, net: 'm', pidns: 'q' }, undefined, 'elsewhere'],
    ['without its boot and namespaces', { ...one, ...unknown }, seen(), 'dead'],
    ['another boot counts before all', { ...one, boot: 'c', net: 'm', pidns: 'q' }, undefined, 'dead'],
  ];
  for (const [name, who, known, expected] of table) {
    assert.equal(
      livenessOf(who, here, () => known),
      expected,
      name,
    );
  }
  assert.equal(
    livenessOf(one, { ...here, ...unknown }, () => undefined),
    'alive',
    'who does not know his own namespace looks into no other',
  );
});

test('the text of claims: whole, torn, foreign', () => {
  const me = claimant();
  const both = [claim(3000, me), claim(3001, me, { app: "it's, a\nname" })];
  const text = formatClaims(both);
  assert.deepEqual(JSON.parse(text), both);
  assert.deepEqual(parseClaims(text), { claims: both, broken: false });
  assert.deepEqual(parseClaims(formatClaims([])), { claims: [], broken: false });
  const torn = text.slice(0, text.indexOf('\n', 3) + 20);
  const table: [string, Claim[]][] = [
    [torn, both.slice(0, 1)],
    ['', []],
    ['\0'.repeat(4096), []],
    ['{"port": 3000}', []],
    ['[{"port": 3000}]', []],
    [text.replace('"port":3000', '"port":"3000"'), both.slice(1)],
  ];
  for (const [broken, claims] of table) assert.deepEqual(parseClaims(broken), { claims, broken: true });
});

test('a claim is private, is known to others, and ends when it is released', async (t) => {
  const dir = folder(t);
  const [one, two] = [run(dir, 'one'), run(dir, 'two')];
  assert.deepEqual(await one.take(3000, 2), [3000, 3001]);
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.equal(statSync(path.dirname(dir)).mode & 0o777, 0o700);
  for (const name of readdirSync(dir)) assert.equal(statSync(path.join(dir, name)).mode & 0o777, 0o600);
  assert.deepEqual(await two.take(3000), [3002]);
  assert.deepEqual(readClaims(dir)[0], claim(3000, claimant(), { run: 'one', root: '/one' }));
  assert.deepEqual(await one.take(3000), [3000], 'its own are no obstacle');
  assert.deepEqual(await one.take(3005, 1, [3000]), [3005], 'another for one that is given back');
  assert.deepEqual(portsIn(dir), [3001, 3002, 3005]);
  assert.deepEqual(await run(dir, 'dry', true).take(3000, 2), [3000, 3003]);
  assert.deepEqual(portsIn(dir), [3001, 3002, 3005], 'looking claims nothing');
  one.release([3001]);
  assert.deepEqual(portsIn(dir), [3002, 3005]);
  one.release();
  one.release();
  two.release();
  assert.deepEqual(portsIn(dir), []);
  assert.deepEqual([...one.warnings, ...two.warnings], []);
  assert.deepEqual(
    readdirSync(dir).filter((name) => !/^\d+\.json$/.test(name)),
    [],
  );
});

test('looking makes no folder', async (t) => {
  const dir = folder(t);
  assert.deepEqual(await run(dir, 'dry', true).take(3000), [3000]);
  assert.deepEqual(readClaims(dir), []);
  assert.ok(!existsSync(path.dirname(dir)));
});

test('dead claims hold nothing and go with the next change', { skip: !linux && 'needs /proc' }, async (t) => {
  const dir = folder(t);
  const me = claimant();
  const child = spawn('true');
  await once(child, 'exit');
  const stranger = claim(3005, { ...me, net: 'net:[1]', pidns: 'pid:[1]' });
  commit(dir, 0, [
    claim(3000, { ...me, start: '1' }), // recycled pid
    claim(3001, { ...me, boot: 'another' }),
    claim(3002, { ...me, pid: child.pid as number }),
    claim(3003, me),
    claim(3004, { ...me, pidns: 'pid:[1]' }), // cannot be verified
    stranger,
  ]);
  assert.deepEqual(
    readClaims(dir).map(({ port }) => port),
    [3003, 3004],
  );
  assert.deepEqual(await run(dir, 'new').take(3000, 5), [3000, 3001, 3002, 3005, 3006]);
  const { claims } = readHead(dir);
  assert.equal(claims.length, 8);
  assert.deepEqual(
    claims.find(({ net }) => net === 'net:[1]'),
    stranger,
  );
});

test('a choice that fails leaves nothing, and the next one gets its turn', async (t) => {
  const dir = folder(t);
  const one = run(dir, 'one');
  const failing = openClaims({ dir, run: 'two', root: '/two', warn: assert.fail }).take(async () => {
    throw new Error('port 3000 is taken');
  });
  await assert.rejects(failing, /3000 is taken/);
  assert.deepEqual(readdirSync(dir), []);
  assert.deepEqual(await one.take(3000), [3000]);
});

test('the faster one wins; a choice that stands is not asked for again', async (t) => {
  const dir = folder(t);
  const slow = openClaims({ dir, run: 'slow', root: '/slow', warn: assert.fail });
  for (const [wanted, other, rounds] of [
    [3000, 3000, 2],
    [4000, 4001, 1],
  ] as const) {
    let asked = 0;
    const got = await slow.take(async (claimOf) => {
      asked++;
      const port = claimOf(wanted) ? wanted + 10 : wanted;
      if (asked === 1) {
        const { generation, claims } = readHead(dir);
        assert.ok(commit(dir, generation, [...claims, claim(other, claimant())]));
      }
      return { value: port, ports: [{ port, id: 'web:0' as const }] };
    });
    assert.equal(asked, rounds);
    assert.equal(got, rounds === 2 ? wanted + 10 : wanted);
  }
  assert.deepEqual(portsIn(dir), [3000, 3010, 4000, 4001]);
});

test('a late link to a number that was used and removed counts for nothing', (t) => {
  const dir = folder(t);
  const me = claimant();
  for (let generation = 0; generation < 100; generation++) commit(dir, generation, [claim(3000, me)]);
  const late = claim(3000, me, { run: 'late' });
  assert.equal(commit(dir, 5, [late], [late]), false);
  assert.deepEqual(
    readHead(dir).claims.map(({ run: name }) => name),
    ['other'],
  );
  assert.ok(!existsSync(path.join(dir, '6.json')));
  assert.equal(readdirSync(dir).length, 65);
});

test('broken files are set aside and told once, and what can be read counts', async (t) => {
  const me = claimant();
  const good = formatClaims([claim(3000, me), claim(3001, me)]);
  const newer = formatClaims([claim(3000, me), claim(3002, me)]);
  const torn = newer.slice(0, newer.lastIndexOf('{') + 30);
  const table: [string, Record<string, string>, number[], string[]][] = [
    ['torn head', { '1.json': good, '2.json': torn }, [3000, 3001], ['broken-2.json']],
    ['empty head', { '7.json': good, '8.json': '' }, [3000, 3001], ['broken-8.json']],
    [
      'several',
      { '1.json': good, '2.json': 'x', '3.json': newer.replace('[', '') },
      [3000, 3001, 3002],
      ['broken-2.json', 'broken-3.json'],
    ],
    ['all broken', { '1.json': 'x', '2.json': '\0\0' }, [], ['broken-1.json', 'broken-2.json']],
    ['broken long ago', { '1.json': 'x', '2.json': good }, [3000, 3001], []],
    [
      'foreign names',
      { 'x.json': 'x', '0.json': 'x', '2.json': good, '99999999999999999999.json': 'x' },
      [3000, 3001],
      [],
    ],
  ];
  for (const [name, files, known, aside] of table) {
    const dir = path.join(folder(t), name);
    mkdirSync(dir, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(dir, file), text);
    assert.deepEqual(
      readClaims(dir)
        .map(({ port }) => port)
        .sort(),
      known,
      name,
    );
    const one = run(dir, 'one');
    assert.deepEqual(await one.take(4000), [4000]);
    assert.deepEqual(await one.take(4001), [4001]);
    assert.deepEqual(one.warnings, aside.length > 0 ? ['CLAIMS_BROKEN'] : [], name);
    const next = run(dir, 'next');
    await next.take(5000);
    assert.deepEqual(next.warnings, []);
    assert.deepEqual(portsIn(dir), [...known, 4000, 4001, 5000], name);
    const kept = readdirSync(dir).filter((file) => file.startsWith('broken-'));
    assert.deepEqual(kept, aside, name);
    for (const file of aside) {
      assert.equal(readFileSync(path.join(dir, file), 'utf8'), files[file.replace('broken-', '')]);
      assert.ok(one.messages[0]?.includes(path.join(dir, file)));
    }
  }
});

test('a folder in place of the newest file does not stop anyone', async (t) => {
  const dir = folder(t);
  commit(dir, 0, [claim(3000, claimant())]);
  mkdirSync(path.join(dir, '2.json'));
  const one = run(dir, 'one');
  assert.deepEqual(await one.take(3000), [3001]);
  assert.deepEqual(one.warnings, ['CLAIMS_BROKEN']);
});

test('where nothing can be kept there is one warning, and the start goes on', async (t) => {
  const dir = folder(t);
  mkdirSync(path.dirname(dir), { recursive: true });
  writeFileSync(path.join(path.dirname(dir), 'file'), '');
  for (const where of [undefined, path.join(path.dirname(dir), 'file', 'claims'), '/proc/nothing/claims']) {
    const one = run(where, 'one');
    assert.deepEqual(await one.take(3000, 2), [3000, 3001]);
    assert.deepEqual(await one.take(3000), [3000]);
    one.release();
    assert.deepEqual(one.warnings, ['CLAIMS_OFF']);
    assert.match(one.messages[0] ?? '', where ? /cannot be used \(E[A-Z]+\)/ : /no home/);
    assert.deepEqual(readClaims(where), []);
  }
});

test('what stands in a read-only folder still counts', async (t) => {
  if (process.getuid?.() === 0) {
    t.skip('root may write everywhere: see the full disk in claims-processes');
    return;
  }
  const dir = folder(t);
  commit(dir, 0, [claim(3000, claimant())]);
  chmodSync(dir, 0o500);
  const one = run(dir, 'one');
  assert.deepEqual(await one.take(3000), [3001]);
  assert.deepEqual(one.warnings, ['CLAIMS_OFF']);
  chmodSync(dir, 0o700);
});

test('the turn: dead, torn and stopped holders lose it', async (t) => {
  const dir = folder(t);
  mkdirSync(dir, { recursive: true });
  const file = path.join(dir, 'turn');
  const me = claimant();
  const stopped = spawn('sleep', ['60']);
  const sleeper = claimant(stopped.pid);
  process.kill(stopped.pid as number, 'SIGSTOP');
  const table: [string, string, number][] = [
    ['gone', JSON.stringify({ ...me, pid: 4_194_303 }), 100],
    ['recycled pid', JSON.stringify({ ...me, start: '1' }), 100],
    ['another boot', JSON.stringify({ ...me, boot: 'x' }), 100],
    ['stopped', JSON.stringify(sleeper), 100],
    ['torn', '{"pid":', 600],
    ['alive and slow', JSON.stringify(me), 600],
  ];
  for (const [name, text, most] of table) {
    if (!linux && name !== 'torn') continue;
    writeFileSync(file, text);
    const start = performance.now();
    const leave = await takeTurn(dir, me);
    const took = performance.now() - start;
    assert.ok(took < most, `${name}: ${took} ms`);
    if (most > 100) assert.ok(took >= 250, `${name}: ${took} ms`);
    assert.notEqual(readFileSync(file, 'utf8'), text);
    leave();
    assert.ok(!existsSync(file), name);
  }
  stopped.kill('SIGKILL');
  await once(stopped, 'exit');

  const first = await takeTurn(dir, me);
  const second = takeTurn(dir, me);
  first();
  const leave = await second;
  const held = readFileSync(file, 'utf8');
  first(); // late: it is another's now
  assert.equal(readFileSync(file, 'utf8'), held);
  leave();
});
