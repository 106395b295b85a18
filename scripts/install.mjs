// Brings a folder's node_modules to what its package-lock.json says, and leaves it alone when it is there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Runs `npm ci` in `folder` when node_modules is missing or differs from the lock. */
export async function ensureInstalled(folder) {
  if (isInstalled(folder)) return;
  const { npm_execpath: npm } = process.env;
  // Under `npm run` npm names its own program; elsewhere it is found on PATH (a .cmd on Windows).
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(command, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm ci in ${folder} failed (${signal ?? `exit code ${code}`})`);
}

/** Whether npm's own record of what it installed has every package of the lock, in the lock's version. */
function isInstalled(folder) {
  const wanted = packagesOf(path.join(folder, 'package-lock.json'));
  const there = packagesOf(path.join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || there === undefined) return false;
  return Object.entries(wanted).every(
    ([place, { version, optional, link }]) =>
      place === '' || link || (there[place] ? there[place].version === version : optional),
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
