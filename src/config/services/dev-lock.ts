import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { App, Warning } from '../types.ts';
import { listens } from './knock.ts';
import { homeOf } from './scripts.ts';

/** Dev servers that allow one of their kind in a folder: what they write there while they run. Read before the start. */

interface LockFile {
  label: string;
  command: string;
  file: string;
}

/** By framework. */
const locks: Record<string, LockFile[]> = {
  next: [{ label: 'Next.js', command: 'next dev', file: '.next/dev/lock' }],
  vinext: [{ label: 'vinext', command: 'vinext dev', file: '.vinext/dev/lock.json' }],
  nuxt: [{ label: 'Nuxt', command: 'nuxt dev', file: '.nuxt/nuxt.lock' }],
  astro: [
    { label: 'Astro', command: 'astro dev', file: '.astro/dev.json' },
    { label: 'Astro', command: 'astro preview', file: '.astro/preview.json' },
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
      const files = locks[app.framework ?? ''];
      if (!files) return undefined;
      const home = homeOf(app);
      const lock = files[prod ? files.length - 1 : 0] as LockFile;
      const held = readLock(await readFile(path.join(home, lock.file), 'utf8').catch(() => ''));
      if (!held || !isAlive(held.pid)) return undefined;
      // A number that another process has by now holds no port.
      if (held.port !== undefined && (await listens('localhost', held.port)) === false) return undefined;
      const place = path.relative(root, home).replaceAll(path.sep, '/') || 'this folder';
      const where = [`pid ${held.pid}`, ...(held.url ? [held.url] : [])].join(', ');
      return {
        code: 'DEV_LOCK',
        message: `${app.name}: ${lock.command} runs in ${place} already (${where}), and ${lock.label} allows one: \`kill ${held.pid}\` would end it`,
      };
    }),
  );
  return found.filter((warning) => warning !== undefined);
}

/** What a lock says of its holder; undefined for anything else. Pure. */
export function readLock(text: string): { pid: number; port?: number; url?: string } | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { pid, port, appUrl, url = appUrl, command = 'dev' } = raw as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || command === 'build') return undefined;
  return {
    pid,
    ...(typeof port === 'number' && port > 0 && port < 65536 && { port }),
    ...(typeof url === 'string' && /^https?:\/\/[\w.:[\]-]+\/?$/.test(url) && { url }),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
