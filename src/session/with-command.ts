import type { Context } from '../context.ts';
import { type RunningCommand, runCommand } from '../launch/command.ts';
import { planCommandEnv } from '../plan/plan.ts';
import type { Companion, Tools } from './companion.ts';
import type { PlannedProject } from './project.ts';

/** The command of a run that is ours: it begins when all are ready, and its end ends the run. */
export function accompany(
  words: readonly string[],
  { settings, planner }: PlannedProject,
  { env }: Context,
  tools: Tools,
): Companion {
  let command: RunningCommand | undefined;
  let begun = false;
  let stopping = false;
  /** A signal of a person's has reached the command: it ends in its own way. */
  let signalled = false;
  let patience: NodeJS.Timeout | undefined;

  function begin(): void {
    begun = true;
    const { assignments, plan } = planner;
    const added = planCommandEnv({
      settings,
      assignments,
      runId: plan.runId,
      inherited: env,
      forceColor: false,
    });
    const started = runCommand(words, settings.root, { ...env, ...added }, (message) =>
      tools.warn('COMMAND', message),
    );
    command = started;
    void started.code.then((code) => {
      command = undefined;
      clearTimeout(patience);
      if (!stopping) tools.stop({ code, reason: `${words[0]} has ended with ${code}` });
    });
  }

  return {
    event({ type }) {
      if (type === 'up' && !begun && !stopping) begin();
      if (type !== 'stopping') return;
      stopping = true;
      if (!signalled) command?.signal('SIGTERM');
      patience = setTimeout(() => command?.signal('SIGKILL'), settings.killTimeout.value * 1000);
    },
    signal(signal, again) {
      signalled = true;
      if (command) pass(command, signal, again);
    },
    async close() {
      await command?.code;
      clearTimeout(patience);
    },
  };
}

/** A terminal's Ctrl-C has reached the command already: it is in our process group. */
export function pass(command: RunningCommand, signal: NodeJS.Signals, again: boolean): void {
  if (again) command.signal('SIGKILL');
  else if (signal !== 'SIGINT' || !process.stdin.isTTY) command.signal(signal);
}
