/** The public API of devstart. */
import type { DevstartConfig } from './config/generated/types.ts';
import { DevstartError, type ErrorCode } from './errors.ts';
import type { StartedProject, StartOptions } from './session/start.ts';

export type { AppConfig, DevstartConfig } from './config/generated/types.ts';
export { type ReserveOptions, reservePort } from './ports/reserve.ts';
export type { StartEvent, StartedProject, StartOptions } from './session/start.ts';
export { DevstartError, type ErrorCode };

/** What a config file may export: the config, or a function (async too) that returns it. */
export type DevstartConfigExport = DevstartConfig | (() => DevstartConfig | Promise<DevstartConfig>);

/** Gives a config file's editor the types; returns what it is given. */
export function defineConfig<T extends DevstartConfigExport>(config: T): T {
  return config;
}

/**
 * Starts a project as the command does, in this process, and resolves when all are ready. Signals are the caller's;
 * should this process die, the guard ends the servers all the same.
 * @throws DevstartError as the command would say it; READY_TIMEOUT, or START_FAILED where a server ended before all
 * were ready: nothing is left running then
 */
export async function start(options: StartOptions = {}): Promise<StartedProject> {
  // The program itself, loaded when it is needed.
  const { lendImport, startProject } = await import('./main.ts');
  lendImport((url) => import(url));
  try {
    return await startProject(options);
  } catch (error) {
    throw isOurs(error) ? new DevstartError(error.code, error.message, { ...error, cause: error }) : error;
  }
}

/** The program's file has a class of its own by this name. */
const isOurs = (error: unknown): error is DevstartError =>
  error instanceof Error && error.name === 'DevstartError';
