import type { LaunchPlan } from '../plan/types.ts';
import type { RunEvent } from '../run/events.ts';
import { startGuard } from './guard.ts';
import { watchParent } from './parent.ts';
import { openRecord } from './records.ts';

/** What ends a run's processes when the launcher itself has no chance to. */
export interface Supervision {
  note(event: RunEvent): void;
  /** The terminal's settings, put back when the launcher is killed. */
  saveTerminal(settings: string): void;
  /** The run has ended and nothing of it is left. */
  close(): Promise<void>;
}

export interface SupervisionOptions {
  plan: LaunchPlan;
  /** The state directory. */
  dir: string | undefined;
  startedAt: Date;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether keys are read from the terminal. */
  terminal: boolean;
  /** The process that started us in the foreground has died. */
  onOrphaned(): void;
}

/** Call it before the first server starts. */
export function supervise({ plan, dir, env, ...options }: SupervisionOptions): Supervision {
  const { runId, killTimeout } = plan;
  const guard = startGuard({
    runId,
    graceSeconds: killTimeout,
    path: env.PATH,
    terminal: options.terminal,
  });
  const record = openRecord({ dir, plan, startedAt: options.startedAt });
  const endWatch = watchParent(options.onOrphaned, { underscore: env._ });
  const pids = new Map<string, number>();
  return {
    note(event) {
      if (event.type === 'started') {
        const { app, instance, pid } = event;
        const planned = plan.instances.find((one) => one.app === app && one.instance === instance);
        pids.set(`${app}:${instance}`, pid);
        guard.add(pid, planned?.stopSignal);
      } else if (event.type === 'exited') {
        const pid = pids.get(`${event.app}:${event.instance}`);
        if (pid !== undefined) guard.del(pid);
      }
      record.note(event);
    },
    saveTerminal: guard.saveTerminal,
    async close() {
      endWatch();
      record.close();
      await guard.dismiss();
    },
  };
}
