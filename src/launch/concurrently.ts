import { EventEmitter } from 'node:events';
import type { Command } from 'concurrently';
import type { Prefix } from '../output/types.ts';
import type { InstancePlan } from '../plan/types.ts';

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
}

export interface LaunchHooks {
  spawn(index: number): ChildHandle;
  /** Ends the instance with that pid. */
  kill(pid: number, signal: string | undefined): void;
  /** Told once each, before any output can arrive. */
  setPrefix(instance: InstancePlan, prefix: Prefix): void;
}

/** The import costs some 25 ms: begin it while something else is waited for. */
export const preloadLauncher = () => import('concurrently');

/**
 * Starts all instances through concurrently, which chooses the colours, formats the prefixes and keeps the
 * commands' states. An opaque command line keeps its shortcut, wildcard and quote parsers out.
 */
export async function launch(
  instances: InstancePlan[],
  prefixColors: string[],
  shouldStart: () => boolean,
  hooks: LaunchHooks,
): Promise<Command[]> {
  const { createConcurrently, Logger } = await preloadLauncher();
  if (instances.length === 0 || !shouldStart()) return [];
  const { commands, result } = createConcurrently(
    instances.map((instance, index) => ({ command: `devstart:${index}`, name: instance.label })),
    {
      prefixColors,
      spawn: (command) => hooks.spawn(Number(command.slice('devstart:'.length))),
      kill: (pid, signal) => hooks.kill(pid, signal),
    },
  );
  // Rejects when a command failed; we decide on that ourselves.
  result.catch(() => {});

  const logger = new Logger({});
  logger.setPrefixLength(Math.max(...instances.map((instance) => instance.label.length)));
  for (const [index, command] of commands.entries()) {
    const instance = instances[index];
    if (!instance) continue;
    const plain = logger.getPrefix(command);
    hooks.setPrefix(instance, { plain: `${plain} `, colored: `${logger.colorText(command, plain)} ` });
  }
  return commands;
}
