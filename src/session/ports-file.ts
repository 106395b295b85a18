import { readFileSync } from 'node:fs';
import { type PortsFile, portsFileOf, type RunStatus } from '../plan/ports-file.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from '../run/events.ts';
import { replaceFile } from '../system/files.ts';

/** Keeps `.ports.json` as true as the run; a folder that cannot be written is one warning, never a failure. */
export interface Announcer {
  write(status: RunStatus): void;
  note(event: RunEvent): void;
}

/** The pid in the file; ours where there is none to be read. */
function writerOf(file: string): number {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).pid ?? process.pid;
  } catch {
    return process.pid;
  }
}

/**
 * @param planNow the plan as it is at the moment: ports may move
 * @param warn told at most once
 */
export function createAnnouncer(
  planNow: () => LaunchPlan,
  startedAt: Date,
  warn: (message: string) => void,
): Announcer {
  const pids = new Map<string, number>();
  const launcher = { pid: process.pid, startedAt: startedAt.toISOString() };
  let status: RunStatus = 'starting';
  let writable = true;
  let begun = false;

  function write(next: RunStatus): void {
    status = next;
    if (!writable) return;
    const plan = planNow();
    // A later run of this project has the file now.
    if (begun && writerOf(plan.portsFile) !== process.pid) return;
    begun = true;
    try {
      const content: PortsFile = portsFileOf(plan, status, launcher, pids);
      replaceFile(plan.portsFile, `${JSON.stringify(content, null, 2)}\n`);
    } catch (error) {
      writable = false;
      warn(`could not write ${plan.portsFile} (${(error as NodeJS.ErrnoException).code ?? error})`);
    }
  }

  return {
    write,
    note(event) {
      switch (event.type) {
        case 'started':
          pids.set(`${event.app}:${event.instance}`, event.pid);
          return write(status);
        case 'exited':
          pids.delete(`${event.app}:${event.instance}`);
          return write(status);
        case 'restarting':
          return write('starting');
        case 'drift':
          return write(status);
        case 'up':
          return write('running');
      }
    },
  };
}
