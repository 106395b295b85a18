import { closeSync, writeSync } from 'node:fs';

/** What runs, as its record would have it: where none can be written, too. */
export interface Running {
  runId: string;
  name?: string;
  root: string;
  pid: number;
  portsFile?: { file: string; content: object };
}

/**
 * What a run in the background says to the command that has started it: one a line, as JSON, on a pipe of its own.
 * An error is `shown` where the run has printed it.
 */
export type Report =
  | { type: 'up'; run: Running; ms: number }
  | { type: 'error'; code: string; message: string; hint?: string | null; output?: string[]; shown?: true };

/** The starter may have gone. */
export function sendReport(fd: number, report: Report): void {
  try {
    writeSync(fd, `${JSON.stringify(report)}\n`);
  } catch {
    // nobody listens
  }
}

export function closeReport(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // closed already
  }
}
