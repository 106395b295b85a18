/**
 * Loaded into the Node processes of a run in which a port has moved (`--require`, by NODE_OPTIONS): lets the copies of
 * the old number that the project has written down mean the new one. See docs/follow.md.
 */
import { parseSettings } from '../settings.ts';

const settings = parseSettings(process.env.DEVSTART_MOVED);
if (settings && settings.run === process.env.DEVSTART_RUN) {
  // Only then node:net and its like are loaded.
  const { install } = require('./install.ts') as typeof import('./install.ts');
  install(settings, __dirname);
}
