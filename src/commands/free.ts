import { setTimeout as sleep } from 'node:timers/promises';
import { readRange } from '../config/port-spec.ts';
import { resolveOption } from '../config/settings/options.ts';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { planFreeing } from '../ports/holders/free-plan.ts';
import { findHoldings, type Holding, isFree } from '../ports/holders/holding.ts';
import { commandLines, listProcesses, uidsOf } from '../system/processes.ts';
import type { Ended } from '../terminate/end-all.ts';
import { endTree } from '../terminate/others.ts';
import { ask, canAsk } from '../ui/ask.ts';
import { describeEnded, describeTarget, portWords, resultOf, shorten, type Title } from '../ui/free.ts';
import { printSync } from '../ui/print.ts';
import { claimsDir } from './who.ts';

/** Milliseconds that the system may take to close what the ended had open. */
const SETTLE = 500;

/** `devstart free PORT...`: ends what listens there, after asking. @returns 0 when all are free at the end */
export async function free(context: Context): Promise<number> {
  const ports = [...new Set(context.args.map(readPort))];
  const json = context.format === 'json';
  const say = (...lines: string[]): void => {
    if (!json && lines.length > 0) printSync(1, `${lines.join('\n')}\n`);
  };
  const { flags, env } = context;
  const seconds = resolveOption({ root: '', flags, env, envFiles: [] }, 'killTimeout').value;
  const claims = await claimsDir(context.env);
  const before = await findHoldings(ports, claims);
  const processes = listProcesses();
  const argvOf = commandLines();
  const uidOf = uidsOf(processes.map(({ pid }) => pid));
  const uid = process.getuid?.();
  const { targets, refusals } = planFreeing(before, { processes, self: process.pid, uid, uidOf, argvOf });
  if (refusals.length > 0) {
    const [{ port, reason }] = refusals as [(typeof refusals)[0]];
    const others = refusals.slice(1).map((one) => `port ${one.port}: ${one.reason}`);
    throw new DevstartError('STOP_FAILED', `port ${port} cannot be freed: ${reason}`, {
      hint: [...others, 'Nothing was ended.'].join('\n'),
    });
  }
  const title: Title = ({ pid }) => shorten(argvOf(pid).join(' ')) || 'a process';
  const shown = targets.flatMap((target) => describeTarget(target, title, context.env.HOME));
  say(...before.filter(isFree).map(({ port }) => `port ${port} is free`));
  if (targets.length > 0 && !context.yes) {
    if (json || !canAsk()) {
      throw new DevstartError('USAGE', 'nobody can be asked here: devstart free needs --yes', {
        hint: ['It would end', ...shown].join('\n'),
      });
    }
    say(...shown);
    if (!(await ask('End it? [y/N] ', false))) {
      say('nothing was ended');
      return 1;
    }
  } else say(...shown);
  const titles = targets.map(({ root }) => title(root));
  const ended = await Promise.all(targets.map((target) => endTree(target, seconds * 1000)));
  targets.forEach((target, at) => {
    const one = ended[at];
    if (one) say(describeEnded(target, one, titles[at] ?? '', seconds));
  });
  const after = await settled(ports, claims);
  if (json) printSync(1, after.map((one) => `${JSON.stringify(resultOf(one, targets, ended))}\n`).join(''));
  return conclude(before, after, ended, say);
}

/** How the ports are once all is done: a process's first thread may be gone before its sockets are. */
async function settled(ports: number[], claims: string | undefined): Promise<Holding[]> {
  const deadline = performance.now() + SETTLE;
  for (;;) {
    const found = await findHoldings(ports, claims);
    if (found.every(isFree) || performance.now() > deadline) return found;
    await sleep(20);
  }
}

/** Says of each port that was not free how it is now. */
function conclude(before: Holding[], after: Holding[], ended: Ended[], say: (line: string) => void): number {
  const asked = new Set(before.filter((one) => !isFree(one)).map(({ port }) => port));
  const now = after.filter(isFree).map(({ port }) => port);
  const freed = now.filter((port) => asked.has(port));
  if (freed.length > 0) say(`${portWords(freed)} ${freed.length === 1 ? 'is' : 'are'} free`);
  const held = after.filter((one) => !isFree(one));
  if (held.length === 0) return 0;
  const [{ port, holders, claim }] = held as [Holding];
  const pid = holders[0]?.pid ?? claim?.pid;
  const signalled = ended.flatMap(({ procs }) => procs.map((proc) => proc.pid));
  const by = `${holders[0]?.name ?? (claim ? 'devstart' : 'a process')}${pid === undefined ? '' : ` (pid ${pid})`}`;
  const again = pid !== undefined && !signalled.includes(pid);
  throw new DevstartError(
    'STOP_FAILED',
    again ? `port ${port} is held again, by ${by}` : `port ${port} is still held by ${by}`,
    again ? { hint: 'Something starts it anew: a service manager, a container, a watcher. End that.' } : {},
  );
}

/** A range would be a mighty slip of the finger. */
function readPort(text: string): number {
  const { start, end } = readRange(text);
  if (start === end) return start;
  throw new DevstartError('USAGE', `devstart free takes single ports, not the range ${text}`, {
    hint: `devstart who ${text} shows who has them.`,
  });
}
