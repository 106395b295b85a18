import { readFileSync } from 'node:fs';
import type { WarningCode } from '../errors.ts';
import { livingRecords, type RecordKeeper } from '../guard/records.ts';
import { type PortsFile, portsFileOf, type RunStatus } from '../plan/ports-file.ts';
import type { RunView } from '../run/bus.ts';
import type { RunEvent } from '../run/events.ts';
import { replaceFile } from '../system/files.ts';

export interface PortsFileOptions {
  view: RunView;
  startedAt: Date;
  /** The state directory. */
  home: string | undefined;
  /** Keeps what the file says, for the day when another run of the project has had the file and ends. */
  record: Pick<RecordKeeper, 'keep'>;
  /** Told at most once. */
  warn(code: WarningCode, message: string): void;
}

/**
 * Keeps `.ports.json` as true as the run, from its construction on. A later run of the same project has the file for
 * as long as it lives. A folder that cannot be written is one warning, never a failure.
 */
export class PortsFileKeeper {
  readonly #options: PortsFileOptions;
  #view: RunView;
  #status: RunStatus = 'starting';
  #writable = true;
  #begun = false;

  constructor(options: PortsFileOptions) {
    this.#options = options;
    this.#view = options.view;
    this.#write();
  }

  note(event: RunEvent, view: RunView): void {
    this.#view = view;
    // The last word is close's.
    if (view.status === 'stopping') return;
    if (event.type === 'up') this.#status = 'running';
    else if (event.type === 'restarting') this.#status = 'starting';
    else if (!CHANGES.has(event.type)) return;
    this.#write();
  }

  /** The run has ended: the file goes back to one that still lives, or says that nothing runs. */
  close(): void {
    const { home } = this.#options;
    const { root, portsFile, runId } = this.#view.plan;
    this.#status = 'stopped';
    if (!this.#isOurs()) return;
    const others = livingRecords(home, root).filter(
      ({ runId: other, portsFile: theirs }) => other !== runId && theirs?.file === portsFile,
    );
    const latest = others.sort((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1)?.portsFile;
    if (latest) this.#replace(portsFile, latest.content);
    else this.#write();
  }

  #write(): void {
    const { startedAt, record } = this.#options;
    const { plan, instances } = this.#view;
    const launcher = { pid: process.pid, startedAt: startedAt.toISOString() };
    const content: PortsFile = portsFileOf(plan, this.#status, launcher, instances);
    record.keep({ file: plan.portsFile, content });
    if (!this.#isOurs()) return;
    this.#begun = true;
    this.#replace(plan.portsFile, content);
  }

  #replace(file: string, content: PortsFile): void {
    if (!this.#writable) return;
    try {
      replaceFile(file, `${JSON.stringify(content, null, 2)}\n`);
    } catch (error) {
      this.#writable = false;
      const why = (error as NodeJS.ErrnoException).code ?? error;
      this.#options.warn('PORTS_FILE', `could not write ${file} (${why})`);
    }
  }

  /** Unless another run of this project has written it since. */
  #isOurs(): boolean {
    return !this.#begun || writerOf(this.#view.plan.portsFile) === process.pid;
  }
}

const CHANGES: ReadonlySet<RunEvent['type']> = new Set(['started', 'ready', 'exited', 'ended', 'planned']);

/** The pid in the file; ours where there is none to be read. */
function writerOf(file: string): number {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).pid ?? process.pid;
  } catch {
    return process.pid;
  }
}
