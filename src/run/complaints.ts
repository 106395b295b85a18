import { setTimeout as sleep } from 'node:timers/promises';
import { takenPorts } from '../ready/taken.ts';
import type { Instance } from './instance.ts';
import type { Life } from './state.ts';
import type { RunDeps } from './types.ts';

/** Milliseconds: side ports (hot updates, inspectors) are wanted a little after the server's own. */
const GOES_ON = 5000;
/** Milliseconds that an end waits for what is being found out. */
const PATIENCE = 1000;
/** How much of the last output is looked through at an end. */
const LAST_LINES = 60;

/** Ports that an instance could not get, beside those that it was given. */
export interface Complaints {
  /** It is ready: what comes long after is its own business. */
  ready(): void;
  /** It has ended: waits until all is told. */
  ended(): Promise<void>;
}

/** Reads along, and tells of each port once: who has it, and what in the project asks for it. */
export function watchComplaints(
  instance: Instance,
  life: Life,
  { output, emit, describeTaken }: Pick<RunDeps, 'output' | 'emit' | 'describeTaken'>,
): Complaints {
  const told = new Set<number>();
  const telling: Promise<void>[] = [];
  const hear = (text: string): void => {
    const given = Object.values(instance.plan.ports);
    for (const port of takenPorts(text)) {
      if (given.includes(port) || told.has(port) || !describeTaken) continue;
      told.add(port);
      const processes = life.terminator?.processes() ?? [];
      telling.push(
        describeTaken(instance.plan, port, new Set(processes.map(({ pid }) => pid))).then((message) =>
          emit({ type: 'warning', code: 'PORT_COLLISION', message }),
        ),
      );
    }
  };
  const end = output.watch(instance.id, hear);
  let timer: NodeJS.Timeout | undefined;
  return {
    ready() {
      timer = setTimeout(end, GOES_ON);
      timer.unref();
    },
    async ended() {
      clearTimeout(timer);
      end();
      for (const line of output.lastLines(instance.id, LAST_LINES)) hear(line);
      if (telling.length > 0) await Promise.race([Promise.all(telling), sleep(PATIENCE)]);
    },
  };
}
