import { lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appOf, type InstanceId, numberOf } from '../config/instance-id.ts';
import type { Role } from '../config/types.ts';
import type { InstanceStatus, PortsFile } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import { claimant, knownProcesses, livenessOf, ofOtherBoot } from '../ports/claims/alive.ts';
import type { Claimant } from '../ports/claims/claim.ts';
import type { RunEvent } from '../run/events.ts';
import { discard, makePrivateFolder } from '../system/files.ts';

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

/** An instance as it was when something changed last: what a list of all runs shows without asking each. */
export interface RecordedRow {
  app: string;
  instance: number;
  /** `api`, or `api:1` where there are several. */
  name: string;
  role: Role | null;
  status: InstanceStatus;
  pid: number | null;
  port: number | null;
  ports: number[];
  url: string | null;
  /** Of its process's start: milliseconds since 1970. */
  since: number | null;
  restarts: number;
}

/** `<stateDir>/runs/<runId>.json`, version 1: what is needed to end what a dead launcher left, and to reach a living one. */
export interface RunRecord extends Claimant {
  version: 1;
  runId: string;
  /** What the run is called: the project's folder, or the config's `name`. */
  name?: string;
  /** Where its control API is, once it is open: a Unix socket, or a named pipe. */
  socket?: string;
  /** Small numbers, by instance: no other living run has them. */
  ids?: Record<InstanceId, number>;
  /** Names of the apps that it starts. */
  apps?: string[];
  /** The project's folder, absolute. */
  root: string;
  /** ISO. */
  startedAt: string;
  /** Seconds. */
  killTimeout: number;
  /** What the run last wrote, or would have written, into its ports file. */
  portsFile?: { file: string; content: PortsFile };
  rows?: RecordedRow[];
  /** Each setting with its source, as `--explain` has them; once all were ready. */
  explained?: { settings: object; lines: string[] };
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
  /** Likewise. */
  show(rows: RecordedRow[]): void;
  /** Written at once. @returns false where it cannot be written */
  tell(more: Pick<RunRecord, 'socket' | 'ids' | 'explained'>): boolean;
  /** The run has ended and nothing of it is left. */
  close(): void;
}

/** Beside those that change a process. */
const CHANGES: ReadonlySet<RunEvent['type']> = new Set(['ready', 'up', 'ended', 'restarting', 'planned']);

/** The folder of the records. @param dir the state directory */
export const folderOf = (dir: string): string => path.join(dir, 'runs');

/** Writes the run's record; before its first server. A folder that cannot be written is no record, never a failure. */
export function openRecord({ dir, plan, startedAt }: RecordOptions): RecordKeeper {
  if (dir === undefined) return { note() {}, keep() {}, show() {}, tell: () => false, close() {} };
  const file = path.join(folderOf(dir), `${plan.runId}.json`);
  const record: RunRecord = {
    version: 1,
    runId: plan.runId,
    name: plan.name,
    root: plan.root,
    ...claimant(),
    startedAt: startedAt.toISOString(),
    killTimeout: plan.killTimeout,
    apps: [...new Set(plan.instances.map(({ app }) => app))],
    instances: [],
  };
  let closed = false;
  const write = (): boolean => {
    if (closed) return false;
    try {
      replace(file, `${JSON.stringify(record)}\n`);
      return true;
    } catch {
      // The next event tries again: a disk is not full for ever.
      return false;
    }
  };
  write();
  return {
    note(event) {
      if (CHANGES.has(event.type)) write();
      if (event.type !== 'started' && event.type !== 'exited') return;
      const { id, pid } = event;
      const [app, instance] = [appOf(id), numberOf(id)];
      // Two of one instance while one takes the other's place.
      const goes =
        event.type === 'exited'
          ? (one: RecordedInstance) => one.pid === event.pid
          : (one: RecordedInstance) => !event.beside && one.app === app && one.instance === instance;
      record.instances = record.instances.filter((one) => !goes(one));
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
    show(rows) {
      record.rows = rows;
    },
    tell(more) {
      Object.assign(record, more);
      return write();
    },
    close() {
      closed = true;
      discard(file);
    },
  };
}

/** What is known of a run before it is planned. */
export interface Beginning extends Pick<RunRecord, 'runId' | 'root' | 'killTimeout'> {
  name: string;
  startedAt: Date;
  apps: readonly string[];
}

/** Makes a run known that is about to begin; `openRecord` says more. @throws the file system's own error */
export function announce(dir: string, { startedAt, apps, ...rest }: Beginning): void {
  const record: RunRecord = {
    version: 1,
    ...claimant(),
    ...rest,
    startedAt: startedAt.toISOString(),
    apps: [...apps],
    instances: [],
  };
  replace(path.join(folderOf(dir), `${rest.runId}.json`), `${JSON.stringify(record)}\n`);
}

/** It has not begun after all. */
export const withdraw = (dir: string, runId: string): void =>
  discard(path.join(folderOf(dir), `${runId}.json`));

/** No fsync: after a power cut there is nothing left to end. */
function replace(file: string, text: string): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.tmp`);
  const write = () => writeFileSync(temporary, text, { mode: 0o600 });
  try {
    write();
  } catch (error) {
    // A full disk: what has been begun is nothing.
    discard(temporary);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makePrivateFolder(folder);
    write();
  }
  renameSync(temporary, file);
}

/** The record's file is no longer needed, nor is the socket that a launcher has left. */
export function forget(dir: string, { runId, socket }: RunRecord): void {
  discard(path.join(folderOf(dir), `${runId}.json`));
  if (socket !== undefined && path.basename(socket).startsWith(runId) && isSocket(socket)) discard(socket);
}

function isSocket(file: string): boolean {
  try {
    return lstatSync(file).isSocket();
  } catch {
    return false;
  }
}

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

/** The records of launchers that live, of one project or (without `root`) of all. */
export function livingRecords(dir: string | undefined, root?: string): RunRecord[] {
  if (dir === undefined) return [];
  const all = readRecords(dir).filter((record) => root === undefined || record.root === root);
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
  const { name = '', socket = '', ids = {}, apps = [], rows = [] } = record ?? {};
  return (
    version === 1 &&
    [runId, root, start, boot, pidns, name, socket].every((text) => typeof text === 'string') &&
    Array.isArray(apps) &&
    Array.isArray(rows) &&
    typeof ids === 'object' &&
    ids !== null &&
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
