import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from '../config/types.ts';
import { DevstartError } from '../errors.ts';
import { announce, type Beginning, folderOf, livingRecords, type RunRecord } from '../guard/records.ts';
import { claimant } from '../ports/claims/alive.ts';
import { takeTurn } from '../ports/claims/turn.ts';
import { makePrivateFolder } from '../system/files.ts';

/**
 * Takes the project for a run: one runs in a folder at a time, but for further copies (`--new`) and for apps that the
 * running one lacks. From its return on others see the run, before it has any port.
 * @param dir the state directory; undefined: there is none, and nobody to be seen
 * @returns the runs beside which it starts
 * @throws DevstartError ALREADY_RUNNING
 */
export async function takeProject(
  dir: string | undefined,
  beginning: Beginning,
  further: boolean,
): Promise<RunRecord[]> {
  if (dir === undefined) return [];
  const release = await turnIn(folderOf(dir));
  try {
    const others = livingRecords(dir, beginning.root);
    const same = others.find((other) => appsOf(other).some((app) => beginning.apps.includes(app)));
    if (same && !further) throw alreadyRunning(same);
    try {
      announce(dir, beginning);
    } catch {
      // No record, no failure: as with what the run writes later.
    }
    return further ? [] : others;
  } finally {
    release();
  }
}

/** A folder that cannot be written holds no records either: nobody is seen then. */
async function turnIn(folder: string): Promise<() => void> {
  try {
    makePrivateFolder(folder);
    return await takeTurn(folder, claimant());
  } catch {
    return () => {};
  }
}

/** What the run has, or is about to have; all of the project in a record of an older version. */
export const appsOf = ({ apps, portsFile }: RunRecord): readonly string[] =>
  apps ?? portsFile?.content.apps.map(({ name }) => name) ?? [];

function alreadyRunning(record: RunRecord): DevstartError {
  const { pid, root, portsFile } = record;
  const { urls = {}, status } = portsFile?.content ?? {};
  const where = urls.frontend ?? urls.backend;
  const how = status === 'running' ? '' : ', and is just starting';
  return new DevstartError(
    'ALREADY_RUNNING',
    `this project runs already: pid ${pid}${where ? `, ${where}` : ''}${how} (${root})`,
    {
      hint: [
        'devstart logs -f   shows what its servers print, devstart attach takes its keys, too',
        'devstart restart   starts its servers again',
        'devstart stop      ends it',
        'devstart --new     starts a further copy beside it, on other ports',
      ].join('\n'),
    },
  );
}

/** Milliseconds that the other run may take to have its ports. */
const PLANS_WITHIN = 15_000;
const POLL = 25;

/** The role's ports of runs that live beside ours: of one that has only begun as soon as it has them. */
export async function peersOf(
  beside: readonly RunRecord[],
  dir: string | undefined,
): Promise<Partial<Record<Role, number>> | undefined> {
  if (beside.length === 0) return undefined;
  const peers: Partial<Record<Role, number>> = {};
  for (const { runId, root } of beside) {
    const now = () => livingRecords(dir, root).find((record) => record.runId === runId);
    const deadline = performance.now() + PLANS_WITHIN;
    let record = now();
    while (record && !record.portsFile && performance.now() < deadline) {
      await sleep(POLL);
      record = now();
    }
    const { backend, frontend } = record?.portsFile?.content ?? {};
    if (backend !== undefined) peers.backend = backend;
    if (frontend !== undefined) peers.frontend = frontend;
  }
  return peers;
}
