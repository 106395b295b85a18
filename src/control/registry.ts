import path from 'node:path';
import { appOf, type InstanceId, instanceId, numberOf } from '../config/instance-id.ts';
import { livingRecords, type RunRecord } from '../guard/records.ts';
import type { KnownRun } from './names.ts';

/** A run of this user that lives, from its record. */
export interface RegisteredRun extends KnownRun {
  record: RunRecord;
}

/**
 * Every run of this user that lives: its launcher's pid, start and boot are those of the record.
 * @param dir the state directory; undefined: there are none
 */
export const registeredRuns = (dir: string | undefined): RegisteredRun[] =>
  livingRecords(dir)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.runId.localeCompare(b.runId))
    .map((record) => ({
      record,
      run: record.runId,
      project: nameOf(record),
      root: record.root,
      instances: instancesOf(record),
    }));

/** What the run is called; a record of an older version has the folder's name. */
const nameOf = ({ name, root }: RunRecord): string => name || path.basename(root) || root;

/** Those with a number, which all of them get; before that those that have been started. */
function instancesOf({ ids = {}, instances, portsFile }: RunRecord): KnownRun['instances'] {
  const known = new Map<string, KnownRun['instances'][number]>();
  for (const { name } of portsFile?.content.apps ?? []) {
    known.set(instanceId(name, 0), { app: name, instance: 0, id: null });
  }
  for (const { app, instance } of instances)
    known.set(instanceId(app, instance), { app, instance, id: null });
  for (const [key, id] of Object.entries(ids) as [InstanceId, number][]) {
    known.set(key, { app: appOf(key), instance: numberOf(key), id });
  }
  return [...known.values()];
}

/** The numbers that other living runs have. */
export const idsOfOthers = (dir: string | undefined, runId: string): ReadonlySet<number> =>
  new Set(
    livingRecords(dir)
      .filter((record) => record.runId !== runId)
      .flatMap(({ ids = {} }) => Object.values(ids)),
  );
