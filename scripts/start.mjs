// `npm start`: from a fresh clone to the running example. Arguments go to devstart: `npm start -- -f 4000`.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const example = path.join(root, 'examples', 'vite-api');
const program = path.join(root, 'bin', 'devstart.cjs');

await ensureInstalled(root);
await ensureInstalled(example);
const { buildBundle } = await import('./build.mjs');
await buildBundle();

// devstart runs in this very process: one Ctrl-C is one signal to it, and its exit code is ours.
process.chdir(example);
process.argv = [process.execPath, program, ...process.argv.slice(2)];
await import(pathToFileURL(program).href);
