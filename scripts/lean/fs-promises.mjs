// A start reads a dozen small files: at once is faster than by turns of the thread pool, and Node's own promises
// load readline and more. What takes long (rm) or is rare (open) stays Node's.
import fs from 'node:fs';

const atOnce =
  (call) =>
  async (...args) =>
    call(...args);

export const access = atOnce(fs.accessSync);
export const lstat = atOnce(fs.lstatSync);
export const readdir = atOnce(fs.readdirSync);
export const readFile = atOnce(fs.readFileSync);
export const realpath = atOnce(fs.realpathSync);
export const rename = atOnce(fs.renameSync);
export const stat = atOnce(fs.statSync);
export const writeFile = atOnce(fs.writeFileSync);
export const appendFile = atOnce(fs.appendFileSync);
export const open = (...args) => fs.promises.open(...args);
export const rm = (...args) => fs.promises.rm(...args);
export const { constants } = fs;
