import type { StartedProject, StartOptions } from './session/start.ts';

export { main } from './cli/cli.ts';
export { lendImport } from './config/file/import.ts';

/** For `start` of the package. Loaded when it is called: no command needs it. @throws DevstartError */
export const startProject = async (options: StartOptions): Promise<StartedProject> =>
  (await import('./session/start.ts')).startProject(options);
