export { main } from './cli/cli.ts';
export { lendImport } from './config/file/import.ts';
export { startProject } from './session/start.ts';
