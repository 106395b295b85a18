import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isOneAFolder, type OneAFolder } from '../one-a-folder.ts';
import type { App, Warning } from '../types.ts';
import { listens } from './knock.ts';
import { homeOf } from './scripts.ts';

/** Dev servers that allow one of their kind in a folder: what they write there while they run. Read before the start. */

interface LockFile {
  label: string;
  command: string;
  /** With `*`: each file of a folder, beside the nearest package.json. */
  file: string;
  /** How two can run all the same. */
  beside?: string;
}

const VITE = { label: 'Vite', file: 'node_modules/.vite/lock/*.json', beside: '--bypass-lock' };

const locks: Record<OneAFolder, LockFile[]> = {
  next: [{ label: 'Next.js', command: 'next dev', file: '.next/dev/lock' }],
  vinext: [{ label: 'vinext', command: 'vinext dev', file: '.vinext/dev/lock.json' }],
  nuxt: [{ label: 'Nuxt', command: 'nuxt dev', file: '.nuxt/nuxt.lock' }],
  astro: [
    { label: 'Astro', command: 'astro dev', file: '.astro/dev.json' },
    { label: 'Astro', command: 'astro preview', file: '.astro/preview.json' },
  ],
  vite: [
    { command: 'vite dev', ...VITE },
    { command: 'vite preview', ...VITE },
  ],
};

/** One warning for each server of another run that stands in the way. Never throws. */
export async function standingDevServers(
  root: string,
  apps: readonly App[],
  prod: boolean,
): Promise<Warning[]> {
  const found = await Promise.all(
    apps.map(async (app): Promise<Warning | undefined> => {
      if (!isOneAFolder(app.framework)) return undefined;
      const files = locks[app.framework];
      const home = homeOf(app);
      const lock = files[prod ? files.length - 1 : 0] as LockFile;
      const held = await holderOf(lock, home);
      if (!held) return undefined;
      const place = path.relative(root, home).replaceAll(path.sep, '/') || 'this folder';
      const where = [`pid ${held.pid}`, ...(held.url ? [held.url] : [])].join(', ');
      return {
        code: 'DEV_LOCK',
        message: `${app.name}: ${lock.command} runs in ${place} already (${where}), and ${lock.label} allows one${lock.beside ? ` without ${lock.beside}` : ''}: \`kill ${held.pid}\` would end it`,
      };
    }),
  );
  return found.filter((warning) => warning !== undefined);
}

async function holderOf({ file, command }: LockFile, home: string): Promise<Holder | undefined> {
  for (const one of await filesOf(file, home)) {
    const held = readLock(await readFile(one, 'utf8').catch(() => ''));
    if (!held || !isAlive(held.pid)) continue;
    if (held.root !== undefined && path.relative(held.root, home) !== '') continue;
    if (held.command !== undefined && !command.endsWith(held.command)) continue;
    // A number that another process has by now holds no port.
    if (held.port === undefined || (await listens('localhost', held.port)) !== false) return held;
  }
  return undefined;
}

async function filesOf(file: string, home: string): Promise<string[]> {
  if (!file.includes('*')) return [path.join(home, file)];
  let dir = home;
  while (!existsSync(path.join(dir, 'package.json')) && path.dirname(dir) !== dir) dir = path.dirname(dir);
  const folder = path.join(dir, path.dirname(file));
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
}

interface Holder {
  pid: number;
  port?: number;
  url?: string;
  /** The folder that it serves, and its command's word, where several share the place of their locks. */
  root?: string;
  command?: string;
}

/** What a lock says of its holder; undefined for anything else. Pure. */
export function readLock(text: string): Holder | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { pid, appUrl, urls, command, root, ...said } = raw as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || command === 'build') return undefined;
  const local = (urls as { local?: unknown[] } | null | undefined)?.local?.[0];
  const { url = appUrl ?? local, port = local === undefined ? undefined : portOf(local) } = said;
  return {
    pid,
    ...(typeof port === 'number' && port > 0 && port < 65536 && { port }),
    ...(typeof url === 'string' && /^https?:\/\/[\w.:[\]-]+\/?$/.test(url) && { url }),
    ...(typeof root === 'string' && { root }),
    ...(typeof root === 'string' && typeof command === 'string' && { command }),
  };
}

const portOf = (url: unknown): number | undefined =>
  typeof url === 'string' && URL.canParse(url) ? Number(new URL(url).port) : undefined;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
