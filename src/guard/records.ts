import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appOf, numberOf } from '../config/instance-id.ts';
import type { PortsFile } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { claimant, knownProcesses, livenessOf, ofOtherBoot } from '../ports/claims/alive.ts';
import type { Claimant } from '../ports/claims/claim.ts';
import type { RunEvent } from '../run/events.ts';
import { makePrivateFolder } from '../system/files.ts';

export interface RecordedInstance {
  app: string;
  instance: number;
  pid: number;
  /** Of the leader, in the system's own words; empty where the system hides it. */
  start: string;
  stopSignal: NodeJS.Signals;
  /** Its three pipes (`socket:[4711]`), where the system tells. */
  pipes: string[];
}

/** `<stateDir>/runs/<runId>.json`, version 1: what is needed to end what a dead launcher left. */
export interface RunRecord extends Claimant {
  version: 1;
  runId: string;
  /** The project's folder, absolute. */
  root: string;
  /** ISO. */
  startedAt: string;
  /** Seconds. */
  killTimeout: number;
  /** What the run last wrote, or would have written, into its ports file. */
  portsFile?: { file: string; content: PortsFile };
  instances: RecordedInstance[];
}

export interface RecordOptions {
  /** The state directory; undefined: there is none, and no record. */
  dir: string | undefined;
  plan: LaunchPlan;
  startedAt: Date;
}

/** Keeps a run's record as true as the run. */
export interface RecordKeeper {
  note(event: RunEvent): void;
  /** Written with the next event. */
  keep(portsFile: RunRecord['portsFile']): void;
  /** The run has ended and nothing of it is left. */
  close(): void;
}

const folderOf = (dir: string): string => path.join(dir, 'runs');

/** Writes the run's record; before its first server. A folder that cannot be written is no record, never a failure. */
export function openRecord({ dir, plan, startedAt }: RecordOptions): RecordKeeper {
  if (dir === undefined) return { note() {}, keep() {}, close() {} };
  const file = path.join(folderOf(dir), `${plan.runId}.json`);
  const record: RunRecord = {
    version: 1,
    runId: plan.runId,
    root: plan.root,
    ...claimant(),
    startedAt: startedAt.toISOString(),
    killTimeout: plan.killTimeout,
    instances: [],
  };
  let writable = true;
  const write = (): void => {
    if (!writable) return;
    try {
      replace(file, `${JSON.stringify(record)}\n`);
    } catch {
      writable = false;
    }
  };
  write();
  return {
    note(event) {
      if (event.type === 'up' || event.type === 'ended') write();
      if (event.type !== 'started' && event.type !== 'exited') return;
      const { id, pid } = event;
      const [app, instance] = [appOf(id), numberOf(id)];
      record.instances = record.instances.filter((one) => one.app !== app || one.instance !== instance);
      if (event.type === 'started') {
        const planned = plan.instances.find((one) => one.id === id);
        const { start = '', pipes } = event.root;
        record.instances.push({
          app,
          instance,
          pid,
          start,
          stopSignal: planned?.stopSignal ?? 'SIGTERM',
          pipes,
        });
      }
      write();
    },
    keep(portsFile) {
      if (portsFile) record.portsFile = portsFile;
    },
    close() {
      writable = false;
      remove(file);
    },
  };
}

/** No fsync: after a power cut there is nothing left to end. */
function replace(file: string, text: string): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.tmp`);
  const write = () => writeFileSync(temporary, text, { mode: 0o600 });
  try {
    write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makePrivateFolder(folder);
    write();
  }
  renameSync(temporary, file);
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a folder that became read-only: the next start sees that the launcher is dead
  }
}

/** The record's file is no longer needed. */
export const forget = (dir: string, { runId }: RunRecord): void =>
  remove(path.join(folderOf(dir), `${runId}.json`));

/**
 * The records of launchers that have died, of one project or (without `root`) of all. Those of another boot are
 * removed: nothing of them can be alive. Never throws; what cannot be read is nobody's.
 */
export function deadRecords(dir: string | undefined, root?: string): RunRecord[] {
  if (dir === undefined) return [];
  const all = readRecords(dir).filter((record) => root === undefined || record.root === root);
  if (all.length === 0) return [];
  const here = claimant();
  const knownOf = knownProcesses(all);
  const dead = all.filter(
    (record) => record.pid !== here.pid && livenessOf(record, here, knownOf) === 'dead',
  );
  for (const record of dead) if (ofOtherBoot(record, here)) forget(dir, record);
  return dead.filter((record) => !ofOtherBoot(record, here));
}

/** The records of launchers that live, of one project. */
export function livingRecords(dir: string | undefined, root: string): RunRecord[] {
  if (dir === undefined) return [];
  const all = readRecords(dir).filter((record) => record.root === root);
  const here = claimant();
  const knownOf = knownProcesses(all);
  return all.filter((record) => livenessOf(record, here, knownOf) !== 'dead');
}

/** Every record that can be read, of the living and of the dead. */
export function readRecords(dir: string): RunRecord[] {
  const folder = folderOf(dir);
  try {
    const names = readdirSync(folder).filter((name) => /^[\w-]+\.json$/.test(name));
    return names.flatMap((name) => {
      try {
        const record: RunRecord = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
        return isRecord(record) && name === `${record.runId}.json` ? record : [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** It decides what is ended, so every part must be what it says. */
function isRecord(record: RunRecord): boolean {
  const { version, runId, root, pid, start, boot, pidns, killTimeout, instances } = record ?? {};
  return (
    version === 1 &&
    [runId, root, start, boot, pidns].every((text) => typeof text === 'string') &&
    Number.isInteger(pid) &&
    Number.isFinite(killTimeout) &&
    Array.isArray(instances) &&
    instances.every(
      (one) =>
        Number.isInteger(one?.pid) &&
        one.pid > 1 &&
        typeof one.start === 'string' &&
        (one.stopSignal === 'SIGTERM' || one.stopSignal === 'SIGINT') &&
        Array.isArray(one.pipes),
    )
  );
}
