/** The public API of devstart. */
import type { DevstartConfig } from './config/generated/types.ts';

export type { AppConfig, DevstartConfig } from './config/generated/types.ts';
export { DevstartError, type ErrorCode } from './errors.ts';
export { type ReserveOptions, reservePort } from './ports/reserve.ts';

/** What a config file may export: the config, or a function (async too) that returns it. */
export type DevstartConfigExport = DevstartConfig | (() => DevstartConfig | Promise<DevstartConfig>);

/** Gives a config file's editor the types; returns what it is given. */
export function defineConfig<T extends DevstartConfigExport>(config: T): T {
  return config;
}
