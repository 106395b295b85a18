import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../../../src/ports/claims/claim.ts';
import { planFreeing, type World } from '../../../../src/ports/holders/free-plan.ts';
import type { Holder, Holding } from '../../../../src/ports/holders/holding.ts';
import type { Proc } from '../../../../src/system/processes.ts';

/** `pid: [parent, group, command, uid]`. */
type Processes = Record<number, [ppid: number, pgid: number, command: string, uid?: number]>;

const SELF = 900;
const BASE: Processes = {
  1: [0, 1, 'init', 0],
  10: [1, 10, '-bash', 1000],
  [SELF]: [10, SELF, 'node devstart free'],
};

function world(more: Processes): World {
  const all: Processes = { ...BASE, ...more };
  const processes = Object.entries(all).map(
    ([pid, [ppid, pgid]]): Proc => ({
      pid: Number(pid),
      ppid,
      pgid,
      sid: 10,
      start: `s${pid}`,
      zombie: false,
      stopped: false,
    }),
  );
  return {
    processes,
    self: SELF,
    uid: 1000,
    uidOf: (pid) => all[pid]?.[3] ?? 1000,
    argvOf: (pid) => {
      const command = all[pid]?.[2] ?? '';
      return command.startsWith('sh -c ') ? ['sh', '-c', command.slice(6)] : command.split(' ');
    },
  };
}

const held = (port: number, ...holders: Holder[]): Holding => ({ port, holders });
const by = (pid: number, uid = 1000): Holder => ({
  pid,
  uid,
  name: 'node',
  user: uid === 0 ? 'root' : `u${uid}`,
});

/** `root: all of its tree`, and the refusals. */
function planned(holdings: Holding[], more: Processes): { ends: string[]; refused: string[] } {
  const { targets, refusals } = planFreeing(holdings, world(more));
  return {
    ends: targets.map(
      ({ ports, root, procs }) => `${ports.join('+')}: ${root.pid}: ${procs.map(({ pid }) => pid).join(' ')}`,
    ),
    refused: refusals.map(({ port, reason }) => `${port}: ${reason}`),
  };
}

const ENDS: [name: string, holdings: Holding[], processes: Processes, expected: string[]][] = [
  ['nobody', [held(3000)], {}, []],
  ['a server alone', [held(3000, by(20))], { 20: [10, 20, 'node server.js'] }, ['3000: 20: 20']],
  [
    'its children with it, in whatever group',
    [held(3000, by(20))],
    { 20: [10, 20, 'node server.js'], 21: [20, 20, 'esbuild'], 22: [21, 22, 'worker'] },
    ['3000: 20: 20 21 22'],
  ],
  [
    'npm, its shell and the server',
    [held(3000, by(22))],
    { 20: [10, 20, 'npm run dev'], 21: [20, 20, 'sh -c node server.js'], 22: [21, 20, 'node server.js'] },
    ['3000: 20: 20 21 22'],
  ],
  [
    'one of two side by side: not the other, nor what runs both',
    [held(3000, by(23))],
    {
      20: [10, 20, 'npm run dev'],
      21: [20, 20, 'node node_modules/.bin/concurrently api web'],
      22: [21, 20, 'sh -c node api.js'],
      23: [22, 20, 'node api.js'],
      24: [21, 20, 'sh -c node web.js'],
      25: [24, 20, 'node web.js'],
    },
    ['3000: 22: 22 23'],
  ],
  [
    'a script that started it goes on',
    [held(3000, by(21))],
    { 20: [10, 20, 'bash start.sh'], 21: [20, 20, 'node server.js'] },
    ['3000: 21: 21'],
  ],
  [
    'an own group below a runner is a job of its own',
    [held(3000, by(21))],
    { 20: [10, 20, 'npm run dev'], 21: [20, 21, 'node server.js'] },
    ['3000: 21: 21'],
  ],
  [
    'a runner of another user stays',
    [held(3000, by(21))],
    { 20: [10, 20, 'npm run dev', 0], 21: [20, 20, 'node server.js'] },
    ['3000: 21: 21'],
  ],
  [
    'two listeners on one port, one under the other',
    [held(3000, by(20), by(21))],
    { 20: [10, 20, 'gunicorn'], 21: [20, 20, 'gunicorn: worker'] },
    ['3000: 20: 20 21'],
  ],
  [
    'a worker that became another user',
    [held(3000, by(20), by(21, 33))],
    { 20: [10, 20, 'nginx'], 21: [20, 20, 'nginx: worker', 33] },
    ['3000: 20: 20 21'],
  ],
  [
    'two ports of one server',
    [held(3000, by(20)), held(8000, by(20))],
    { 20: [10, 20, 'reflex run'] },
    ['3000+8000: 20: 20'],
  ],
  [
    'a server inside another one’s tree',
    [held(3000, by(21)), held(8000, by(20))],
    { 20: [10, 20, 'node api.js'], 21: [20, 20, 'node web.js'] },
    ['8000+3000: 20: 20 21'],
  ],
  [
    'a shell line that runs us, too, stays',
    [held(3000, by(30))],
    {
      20: [10, 20, 'sh -c node server.js & devstart free 3000'],
      30: [20, 20, 'node x'],
      [SELF]: [20, 20, 'node'],
    },
    ['3000: 30: 30'],
  ],
];

for (const [name, holdings, processes, expected] of ENDS) {
  test(`ends: ${name}`, () => {
    assert.deepEqual(planned(holdings, processes), { ends: expected, refused: [] });
  });
}

const REFUSALS: [name: string, holding: Holding, processes: Processes, reason: RegExp][] = [
  ['pid 1', held(80, by(1, 1000)), { 1: [0, 1, 'node', 1000] }, /pid 1 listens/],
  ['ourselves', held(80, by(SELF)), {}, /this very command/],
  ['an ancestor', held(80, by(10)), {}, /this command runs under -bash \(pid 10\)/],
  [
    'another user’s',
    held(80, by(20, 0)),
    { 20: [1, 20, 'nginx', 0] },
    /node \(pid 20\) belongs to user root/,
  ],
  ['an unseen process', held(80, { uid: 0, user: 'root' }), {}, /it belongs to user root/],
  ['one of whom nothing is known', held(80, {}), {}, /who listens on it cannot be seen from here/],
];

for (const [name, holding, processes, reason] of REFUSALS) {
  test(`refuses: ${name}`, () => {
    const { ends, refused } = planned([holding], processes);
    assert.deepEqual(ends, []);
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', reason);
  });
}

test('root, too, ends its own alone', () => {
  const root = { ...world({ 20: [1, 20, 'node x', 1000] }), uid: 0, uidOf: () => 0 };
  const { targets, refusals } = planFreeing([held(3000, by(20))], root);
  assert.deepEqual(targets, []);
  assert.match(refusals[0]?.reason ?? '', /belongs to user u1000/);
});

test('a run of devstart ends by its launcher, whichever of its ports is asked for', () => {
  const claim = {
    port: 3000,
    app: 'web',
    instance: 0,
    run: 'r',
    root: '/shop',
    pid: 20,
    start: 's20',
  } as Claim;
  const more: Processes = {
    20: [10, 20, 'node devstart'],
    21: [20, 21, 'vite'],
    22: [20, 22, 'node api.js'],
  };
  const listening = { ...held(3000, { ...by(21), claimed: true }), claim };
  const silent = { ...held(8000), claim: { ...claim, port: 8000, app: 'api' } };
  assert.deepEqual(planned([listening, silent], more).ends, ['3000+8000: 20: 20 21 22']);
  // A stranger on a claimed port is ended as himself.
  const stolen = { ...held(3000, by(30)), claim };
  assert.deepEqual(planned([stolen], { ...more, 30: [10, 30, 'node thief.js'] }).ends, ['3000: 30: 30']);
  // The launcher's pid in another's hands.
  const recycled = { ...listening, claim: { ...claim, start: 'earlier' } };
  assert.match(planned([recycled], more).refused[0] ?? '', /cannot be seen from here/);
});
