/** The bundle's entry, for bin/devstart.cjs. */
export { main } from './cli.ts';
export { lendImport } from './config/import.ts';
