import { readFileSync } from 'node:fs';
import type { WarningCode } from '../errors.ts';
import { livingRecords, type RecordKeeper } from '../guard/records.ts';
import { mergePortsFiles, type PortsFile, portsFileOf, type RunStatus } from '../plan/ports-file.ts';
import type { RunView } from '../run/bus.ts';
import type { RunEvent } from '../run/events.ts';
import { replaceFile } from '../system/files.ts';

export interface PortsFileOptions {
  view: RunView;
  startedAt: Date;
  /** The state directory. */
  home: string | undefined;
  /** Another run of the project had begun before: each has apps that the other lacks. */
  beside: boolean;
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
  #soon: NodeJS.Immediate | undefined;

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
    // Servers that start together are one change.
    if (event.type === 'started') this.#soon ??= setImmediate(() => this.#write());
    else this.#write();
  }

  /** The run has ended: the file goes back to one that still lives, or says that nothing runs. */
  close(): void {
    clearImmediate(this.#soon);
    const { portsFile } = this.#view.plan;
    this.#status = 'stopped';
    const others = this.#others();
    if (others.length > 0) this.#replace(portsFile, mergePortsFiles(together(others)));
    else if (this.#isOurs()) this.#replace(portsFile, this.#content());
  }

  #write(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    const { record, beside } = this.#options;
    const { portsFile } = this.#view.plan;
    const content = this.#content();
    record.keep({ file: portsFile, content });
    // A copy of the project that has begun later has the file; one with other apps shares it.
    const all = beside || !this.#isOurs() ? together([...this.#others(), content]) : [content];
    if (!all.includes(content)) return;
    this.#begun = true;
    this.#replace(portsFile, mergePortsFiles(all));
  }

  #content(): PortsFile {
    const { plan, instances } = this.#view;
    const launcher = { pid: process.pid, startedAt: this.#options.startedAt.toISOString() };
    return portsFileOf(plan, this.#status, launcher, instances);
  }

  /** What other living runs say in the same file. */
  #others(): PortsFile[] {
    const { runId, root, portsFile } = this.#view.plan;
    const others = livingRecords(this.#options.home, root).filter((record) => record.runId !== runId);
    return others.flatMap(({ portsFile: theirs }) => (theirs?.file === portsFile ? [theirs.content] : []));
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

/** The latest, and those before it that have none of its apps; in the order of their beginning. */
function together(files: readonly PortsFile[]): PortsFile[] {
  const chosen: PortsFile[] = [];
  const apps = new Set<string>();
  for (const file of [...files].sort((a, b) => b.startedAt.localeCompare(a.startedAt))) {
    if (file.apps.some(({ name }) => apps.has(name))) continue;
    for (const { name } of file.apps) apps.add(name);
    chosen.unshift(file);
  }
  return chosen;
}

const CHANGES: ReadonlySet<RunEvent['type']> = new Set([
  'started',
  'ready',
  'exited',
  'ended',
  'planned',
  'replaced',
]);

/** The pid in the file; ours where there is none to be read. */
function writerOf(file: string): number {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).pid ?? process.pid;
  } catch {
    return process.pid;
  }
}
