import { chownSync, linkSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../../system/files.ts';
import { exists } from '../../system/platform.ts';
import { type Claim, formatClaims, parseClaims } from './claim.ts';

/**
 * The registry is a chain of whole files, `<generation>.json`, each with all claims; the newest counts.
 * A change is staged beside it and linked to the next number, which succeeds for one process only. Nothing is
 * ever overwritten, so that a process which is paused or ends at any instruction harms nobody. No fsync: what a
 * power cut could tear is worth nothing after it, as every claimant is dead then.
 */
export interface Head {
  /** 0 before the first. */
  generation: number;
  claims: Claim[];
  /** The newest files up to the first good one: file names. */
  broken: string[];
}

/** Generations kept behind the head: a slow reader finds its file. */
const KEPT = 64;

const fileOf = (generation: number): string => `${generation}.json`;
const code = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** The newest state; broken files give what can be read of them, and the newest good one the rest. @throws the file system's errors */
export function readHead(dir: string): Head {
  for (let tries = 0; ; tries++) {
    const generations = list(dir).generations;
    const broken: string[] = [];
    const claims: Claim[] = [];
    try {
      for (const generation of generations) {
        const read = parseClaims(readText(path.join(dir, fileOf(generation))));
        claims.push(
          ...read.claims.filter(
            (claim) => !claims.some(({ port, net }) => port === claim.port && net === claim.net),
          ),
        );
        if (!read.broken) break;
        broken.push(fileOf(generation));
      }
      return { generation: generations[0] ?? 0, claims, broken };
    } catch (error) {
      // Removed since it was listed: we slept, others went on.
      if (code(error) !== 'ENOENT' || tries === 50) throw error;
    }
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (code(error) === 'EISDIR') return '';
    throw error;
  }
}

/**
 * Makes the claims the state after `generation`. False: another one was faster, read and choose again.
 * @param own those of the claims that the state must hold afterwards
 * @throws the file system's errors (read-only, full, no right)
 */
export function commit(
  dir: string,
  generation: number,
  claims: readonly Claim[],
  own: readonly Claim[] = [],
): boolean {
  const next = generation + 1;
  const staged = stage(dir, formatClaims(claims));
  try {
    linkSync(staged, path.join(dir, fileOf(next)));
  } catch (error) {
    // ENOENT: somebody who cannot see our pid took the staged file for a dead one's.
    if (code(error) === 'EEXIST' || code(error) === 'ENOENT') return false;
    throw error;
  } finally {
    remove(staged);
  }
  const now = list(dir);
  const newest = now.generations[0] ?? 0;
  tidy(dir, newest, now);
  if (newest === next) return true;
  // Either others have built on ours, or we slept so long that our number was used and removed before.
  const head = readHead(dir).claims;
  return own.every((mine) => head.some(({ port, run }) => port === mine.port && run === mine.run));
}

/** Removes what nobody needs: a bogus late link of ours is among it. */
function tidy(dir: string, newest: number, { generations, staged }: Listing): void {
  for (const generation of generations) {
    if (generation < newest - KEPT) remove(path.join(dir, fileOf(generation)));
  }
  for (const { name, pid } of staged) {
    if (!exists(pid)) remove(path.join(dir, name));
  }
}

/** Gone already or not to be removed: neither is our trouble. (`rmSync` would load a module of its own.) */
export function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {}
}

/** Keeps broken files for whoever wants to know, under names that nothing reads. @returns the new names */
export function setAside(dir: string, broken: readonly string[]): string[] {
  return broken.map((name) => {
    const aside = path.join(dir, `broken-${name}`);
    try {
      linkSync(path.join(dir, name), aside);
    } catch {
      // Another one has done it, or it cannot be linked: it goes with its generation.
    }
    return aside;
  });
}

/** Writes a whole file beside the chain. @returns its path */
function stage(dir: string, text: string): string {
  const file = path.join(dir, `stage-${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeNew(file, text);
  return file;
}

/** Writes a file that must not be there yet; its folder is made at need. @throws EEXIST, or what the disk says */
export function writeNew(file: string, text: string): void {
  const dir = path.dirname(file);
  const write = () => writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  try {
    write();
  } catch (error) {
    // A full disk has the name without the content.
    if (code(error) === 'ENOSPC' || code(error) === 'EDQUOT') remove(file);
    if (code(error) !== 'ENOENT') throw error;
    makePrivateFolder(dir);
    write();
  }
  giveToOwner(dir, file);
}

/** With `sudo devstart` in a user's home the user could not read the state any more. */
function giveToOwner(dir: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dir);
  if (uid !== 0) chownSync(file, uid, gid);
}

interface Listing {
  /** Newest first. */
  generations: number[];
  staged: { name: string; pid: number }[];
}

function list(dir: string): Listing {
  const generations: number[] = [];
  const staged: Listing['staged'] = [];
  let names: string[] = [];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (code(error) !== 'ENOENT') throw error;
  }
  for (const name of names) {
    if (/^[1-9]\d{0,14}\.json$/.test(name)) generations.push(Number.parseInt(name, 10));
    const pid = /^stage-(\d+)-/.exec(name)?.[1];
    if (pid) staged.push({ name, pid: Number(pid) });
  }
  return { generations: generations.sort((a, b) => b - a), staged };
}
