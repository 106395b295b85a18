import type { WarningCode } from '../errors.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { Listener } from '../run/bus.ts';
import { whyHidden } from '../system/processes.ts';
import { startGuard } from './guard.ts';
import { watchParent } from './parent.ts';

/** What ends a run's processes when the launcher itself has no chance to. */
export interface Supervision {
  readonly note: Listener;
  /** The terminal's settings, put back when the launcher is killed. */
  saveTerminal(settings: string): void;
  /** The run has ended and nothing of it is left. */
  close(): Promise<void>;
}

export interface SupervisionOptions {
  plan: LaunchPlan;
  env: Readonly<Record<string, string | undefined>>;
  /** It is to outlive who has started it. */
  background: boolean;
  /** Whether keys are read from the terminal. */
  terminal: boolean;
  warn(code: WarningCode, message: string): void;
  /** The process that started us in the foreground has died. */
  onOrphaned(): void;
}

/** Call it before the first server starts. */
export function supervise({ plan, env, ...options }: SupervisionOptions): Supervision {
  const { runId, killTimeout } = plan;
  const guard = startGuard({ runId, graceSeconds: killTimeout, path: env.PATH, terminal: options.terminal });
  const endWatch = options.background ? () => {} : watchParent(options.onOrphaned, { underscore: env._ });
  /** Said once. */
  let why = whyHidden();
  return {
    note(event, view) {
      if (event.type === 'started') {
        const { id, pid, root } = event;
        guard.add(pid, root, view.plan.instances.find((one) => one.id === id)?.stopSignal);
        if (root.start !== undefined || why === undefined) return;
        options.warn('PROCESSES_HIDDEN', hiddenMessage(why));
        why = undefined;
      } else if (event.type === 'exited') guard.del(event.pid);
    },
    saveTerminal: guard.saveTerminal,
    async close() {
      endWatch();
      await guard.dismiss();
    },
  };
}

const hiddenMessage = (why: string): string =>
  `what a server starts cannot be seen (${why}): each server is ended with its process group, ` +
  'a process that has left the group is not found, and who listens on a port is not told';
