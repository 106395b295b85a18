import { pathToFileURL } from 'node:url';

/** The bundle is CommonJS; yargs asks for its own address. */
export const importMeta = {
  get url() {
    return pathToFileURL(__filename).href;
  },
};

const sinceItBegan = () => process.uptime() * 1000;

/** Node's own loads eight modules for the first look at the clock. Milliseconds. */
export const performance = { now: sinceItBegan, timeOrigin: Date.now() - sinceItBegan() };
