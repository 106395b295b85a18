import { EventEmitter } from 'node:events';
import type { Command } from 'concurrently';
import type { InstanceId } from '../config/instance-id.ts';
import type { Prefix } from '../output/types.ts';
import type { InstancePlan } from '../plan/types.ts';
import { width } from '../width.ts';

/**
 * What concurrently sees of a server: its pid and its end. The streams are left out, so that the bytes do
 * not pass through its subjects, which lose them when the process ends before a slow reader.
 */
export class ChildHandle extends EventEmitter {
  readonly pid: number | undefined;
  readonly stdin = null;
  readonly stdout = null;
  readonly stderr = null;
  readonly send = undefined as never;

  constructor(pid: number | undefined) {
    super();
    this.pid = pid;
  }

  /** It has ended, or could not be started. */
  close({ code, signal, error }: { code: number | null; signal: string | null; error?: Error }): void {
    if (error) this.emit('error', error);
    this.emit('close', code, signal);
  }
}

export interface LaunchHooks {
  /** A process for the instance; a handle without a pid: not now. */
  spawn(id: InstanceId): ChildHandle;
  /** Ends the instance with that pid. */
  kill(pid: number): void;
  /** Told once each, before any output can arrive. */
  setPrefix(id: InstanceId, prefix: Prefix): void;
}

/** The instances as concurrently's commands. */
export interface Launcher {
  /** Starts it (again): calls `spawn`. */
  start(id: InstanceId): void;
  /** Ends it by way of `kill`. */
  kill(id: InstanceId): void;
}

/** The import costs some 25 ms: begin it while something else is waited for. */
export const preloadLauncher = () => import('concurrently');

/**
 * Starts all instances through concurrently, which chooses the colours, formats the prefixes and keeps the
 * commands' states. An opaque command line keeps its shortcut, wildcard and quote parsers out.
 */
export async function launch(
  instances: readonly InstancePlan[],
  prefixColors: string[],
  shouldStart: () => boolean,
  hooks: LaunchHooks,
): Promise<Launcher> {
  const { createConcurrently, Logger } = await preloadLauncher();
  const commands = new Map<InstanceId, Command>();
  if (instances.length > 0 && shouldStart()) {
    const made = createConcurrently(
      instances.map(({ label }, index) => ({ command: `devstart:${index}`, name: label })),
      {
        prefixColors,
        spawn(command) {
          const { id } = instances[Number(command.slice('devstart:'.length))] as InstancePlan;
          return hooks.spawn(id);
        },
        kill: (pid) => hooks.kill(pid),
      },
    );
    // Rejects when a command failed; we decide on that ourselves.
    made.result.catch(() => {});
    const logger = new Logger({});
    const columns = Math.max(...instances.map(({ label }) => width(label)));
    for (const [index, command] of made.commands.entries()) {
      const { id, label } = instances[index] as InstancePlan;
      commands.set(id, command);
      // It pads by characters.
      logger.setPrefixLength(columns - width(label) + label.length);
      const plain = logger.getPrefix(command);
      hooks.setPrefix(id, { plain: `${plain} `, colored: `${logger.colorText(command, plain)} ` });
    }
  }
  return {
    start: (id) => commands.get(id)?.start(),
    kill: (id) => commands.get(id)?.kill(),
  };
}
