/** The bundle's entry: the public API, and `main` for bin/devstart.cjs. */
export { main } from './cli.ts';
export * from './index.ts';
