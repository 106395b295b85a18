import type { Context } from '../context.ts';
import { endMarked } from '../guard/leftovers.ts';
import { type RunningCommand, runCommand } from '../launch/command.ts';
import { joinEnv } from '../launch/environment.ts';
import { planCommandEnv } from '../plan/plan.ts';
import type { RunEvent } from '../run/events.ts';
import { describeWaiting } from '../ui/progress.ts';
import type { Attached, SessionHandle } from './attached.ts';
import { followFiles, type PlannedProject } from './project.ts';

/** How much of the output a failure shows. */
const LAST_LINES = 20;

/** The command of a run that is ours: it begins when all are ready, and its end ends the run. */
export class AttachedCommand implements Attached {
  readonly #words: readonly string[];
  readonly #project: PlannedProject;
  readonly #env: Context['env'];
  readonly #handle: SessionHandle;
  #command: RunningCommand | undefined;
  #state: 'waiting' | 'running' | 'stopping' = 'waiting';
  /** A signal of a person's has reached the command: it ends in its own way. */
  #signalled = false;
  /** Its end was asked for, by a signal or as the run ends: what it leaves goes with it. */
  #cut = false;
  #again = false;
  #patience: NodeJS.Timeout | undefined;
  readonly #late: NodeJS.Timeout;

  /** @param options `timeout`: seconds until all must be ready */
  constructor(
    words: readonly string[],
    project: PlannedProject,
    { env, timeout }: { env: Context['env']; timeout: number },
    handle: SessionHandle,
  ) {
    this.#words = words;
    this.#project = project;
    this.#env = env;
    this.#handle = handle;
    this.#late = setTimeout(() => this.#giveUp(timeout), timeout * 1000);
  }

  readonly event = ({ type }: RunEvent): void => {
    if (type === 'up' && this.#state === 'waiting') this.#begin();
    if (type !== 'stopping') return;
    clearTimeout(this.#late);
    this.#state = 'stopping';
    this.#cut ||= this.#command !== undefined;
    if (!this.#signalled) this.#command?.signal('SIGTERM');
    const grace = this.#project.settings.killTimeout.value * 1000;
    this.#patience = setTimeout(() => this.#command?.signal('SIGKILL'), grace);
  };

  signal(signal: NodeJS.Signals, again: boolean): void {
    this.#signalled = true;
    this.#again = again;
    this.#cut ||= this.#command !== undefined;
    if (this.#command) pass(this.#command, signal, again);
  }

  async close(): Promise<void> {
    await this.#command?.code;
    clearTimeout(this.#patience);
    if (!this.#cut) return;
    const { settings, planner } = this.#project;
    await endMarked(planner.plan.runId, this.#again ? 0 : settings.killTimeout.value);
  }

  /** Not ready in time: says what was answered last and what was printed last. */
  #giveUp(timeout: number): void {
    const { plane, output, fail } = this.#handle;
    const { plan, instances } = plane.view;
    const waiting = plan.instances.filter(({ id }) => instances.get(id)?.status !== 'ready');
    const lines = waiting.flatMap(({ id }) => output.lastLines(id, LAST_LINES));
    fail({
      code: 'READY_TIMEOUT',
      message: `not ready within ${timeout} s: ${describeWaiting(plane.view, waiting)}; ${this.#words[0]} was not run.`,
      hint: lines.length > 0 ? `The last output:\n${lines.join('\n')}` : 'Nothing was printed.',
    });
    void plane.order({ do: 'stop', reason: { code: 1, reason: 'not ready in time' }, insist: true });
  }

  #begin(): void {
    clearTimeout(this.#late);
    this.#state = 'running';
    const { settings, planner } = this.#project;
    const { runId } = planner.plan;
    const inherited = this.#env;
    const layers = planCommandEnv({ settings, ports: planner.ports, runId, inherited }, followFiles);
    const { plane, warn } = this.#handle;
    const command = runCommand(this.#words, settings.root, joinEnv(inherited, layers), (message) =>
      warn('COMMAND', message),
    );
    this.#command = command;
    void command.code.then((code) => {
      this.#command = undefined;
      clearTimeout(this.#patience);
      if (this.#state === 'stopping') return;
      const reason = `${this.#words[0]} has ended with ${code}`;
      void plane.order({ do: 'stop', reason: { code, reason }, insist: true });
    });
  }
}

/** A terminal's Ctrl-C has reached the command already: it is in our process group. */
export function pass(command: RunningCommand, signal: NodeJS.Signals, again: boolean): void {
  if (again) command.signal('SIGKILL');
  else if (signal !== 'SIGINT' || !process.stdin.isTTY) command.signal(signal);
}
