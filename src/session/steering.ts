import type { InstanceId } from '../config/instance-id.ts';
import { prepareAddress } from '../control/address.ts';
import { claimIds } from '../control/ids.ts';
import type { Plane } from '../control/plane.ts';
import { idsOfOthers } from '../control/registry.ts';
import type { Control } from '../control/server.ts';
import type { WarningCode } from '../errors.ts';
import type { RecordKeeper } from '../guard/records.ts';
import type { Output } from '../output/output.ts';
import type { RunEvent } from '../run/events.ts';
import { branchOf } from '../system/branch.ts';

export interface SteeringOptions {
  plane: Plane;
  /** The state directory. */
  home: string | undefined;
  record: Pick<RecordKeeper, 'tell'>;
  startedAt: Date;
  /** The folder of the log files. */
  logs: string | undefined;
  output: Pick<Output, 'follow'>;
  commandEnv(): Record<string, string>;
  warn(code: WarningCode, message: string): void;
}

/** Milliseconds after the first start, where not all are up sooner: until then the launcher has only them to look after. */
const AFTER_START = 1000;

/** Opens the run's control API once its servers have been started, and keeps the instances' numbers. */
export class Steering {
  readonly #options: SteeringOptions;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<Control | undefined> | undefined;
  #closed = false;
  #ids: Readonly<Record<InstanceId, number>> = {};
  /** Numbers are chosen one time after the other. */
  #numbering: Promise<void> = Promise.resolve();

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  readonly note = ({ type }: RunEvent): void => {
    if (type === 'started') this.#timer ??= setTimeout(() => this.#begin(), AFTER_START);
    else if (type === 'up') setImmediate(() => this.#begin());
    else if (type === 'planned' && this.#opening) this.#number();
  };

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#numbering;
    await (await this.#opening)?.close();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#opening ??= this.#open();
  }

  async #open(): Promise<Control | undefined> {
    const { plane, home, record, startedAt, logs, output, commandEnv, warn } = this.#options;
    if (home === undefined) return undefined;
    const { openControl } = await import('../control/server.ts');
    const { runId, root } = plane.view.plan;
    const open = async (address: string) => {
      const control = await openControl({
        address,
        plane,
        facts: () => ({ branch: branchOf(root) ?? null, ids: this.#ids }),
        about: { logs: logs ?? null, startedAt: startedAt.toISOString() },
        commandEnv,
        follow: (onLine) => output.follow(onLine),
      });
      if (record.tell({ socket: address })) return control;
      // Nobody would find it.
      await control.close();
      throw new Error(`its record in ${home} cannot be written`);
    };
    let address = '';
    try {
      address = prepareAddress(home, runId);
      // A folder that takes no sockets (a share, a mount of another system): the other one does.
      const control = await open(address).catch((error) => {
        if (this.#closed) throw error;
        return open(prepareAddress(home, runId, [address]));
      });
      this.#number();
      return control;
    } catch (error) {
      // A run that has ended meanwhile has no record any more.
      if (this.#closed) return undefined;
      const { code, message } = error as NodeJS.ErrnoException;
      const end = `kill ${process.pid} ends it`;
      warn('CONTROL_OFF', `this run cannot be steered from elsewhere: ${code ?? message}; ${end}`);
      return undefined;
    }
  }

  #number(): void {
    const { plane, home, record } = this.#options;
    const { runId } = plane.view.plan;
    this.#numbering = this.#numbering.then(async () => {
      const instances = plane.view.plan.instances.map(({ id }) => id);
      this.#ids = await claimIds(instances, this.#ids, {
        others: () => idsOfOthers(home, runId),
        write: (ids) => record.tell({ ids }),
      });
    });
  }
}
