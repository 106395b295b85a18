import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { unclear } from '../../system/observed.ts';
import { entriesOf, SMALL } from '../small-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The files of a whole project in which a port may stand, found and read within bounds. */

const MOST_FILES = 2000;
const MOST_FOLDERS = 600;
/** Milliseconds for git: a repository of a hundred thousand files, a slow disk. */
const PATIENCE = 1000;

const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|html?|py|go|rb|ru|php|pl|rs|java|kts?|cs|exs?|ya?ml|toml|properties|conf|ini|jsonc?|sh)$|(?:^|\/)(?:Procfile(?:\.dev)?|Makefile|justfile|Caddyfile|\.proxyrc|bin\/dev)$/;
/** Tests, documents, what is generated, and what another place or another run is about. */
const ASIDE =
  /(?:^|\/)(?:node_modules|s?venv|site-packages|dist|build|out|target|vendor|coverage|migrations|__\w+__|e2e|tests?|specs?|cypress|playwright|docs?|documentation|fixtures|locales?|i18n|stories|k8s|kubernetes|helm|terraform|\.(?!proxyrc)[^/]+)\/|(?:^|\/)(?:\.env[^/]*|[^/]*compose[^/]*\.ya?ml|devstart\.config\.\w+|\.?ports\.json|tsconfig[^/]*|conftest\.py|(?:jest|vitest|playwright|cypress)[^/]*|test_[^/]*|[^/]*(?:[._-](?:test|spec|stories|cy)|\.d|[.-]min|-lock|\.lock|\.snap)\.[^/]+|(?:package|npm-shrinkwrap|composer|deno)[.-]lock[^/]*)$/i;
/** Of JSON only what configures something: the rest is data. */
const JSON_FILE = /\.jsonc?$/;
const JSON_CONFIG =
  /(?:^|\/)(?:package|proxy[^/]*|[^/]*config[^/]*|[^/]*settings[^/]*|wrangler|angular|project|launchSettings)\.jsonc?$/i;

export const isLookedAt = (file: string): boolean =>
  CODE.test(file) && !ASIDE.test(file) && (!JSON_FILE.test(file) || JSON_CONFIG.test(file));

/**
 * The files that hold one of the texts, and some more: relative paths with `/`, those of `first` before the others.
 * git finds them among what it has or would take, in a fraction of the time of reading them all; without git a bounded
 * walk lists what may.
 */
export async function filesWith(
  texts: readonly string[],
  { root, first, shell }: { root: string; first: readonly string[]; shell: Environment },
): Promise<string[]> {
  unclear();
  const all = (await foundByGit(root, texts, shell)) ?? walk(root);
  const found = all.filter(isLookedAt);
  if (found.length <= MOST_FILES) return found;
  const isFirst = (file: string): boolean => first.some((dir) => file.startsWith(`${dir}/`));
  return [...found.filter(isFirst), ...found.filter((file) => !isFirst(file))].slice(0, MOST_FILES);
}

/** Undefined: no repository, none of its files, or no git. */
async function foundByGit(
  root: string,
  texts: readonly string[],
  shell: Environment,
): Promise<string[] | undefined> {
  const wanted = texts.flatMap((text) => ['-e', text]);
  const found = await git(
    root,
    ['-c', 'grep.fullName=false', 'grep', '--untracked', '-I', '-l', '-z', '-F', ...wanted],
    shell,
  );
  if (found.length > 0) return found;
  // None of them has it, or it has none.
  const known = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--directory'];
  return (await git(root, known, shell)).length > 0 ? [] : undefined;
}

/** The paths that it prints; those that it has printed where it takes too long. */
function git(cwd: string, args: readonly string[], shell: Environment): Promise<string[]> {
  return new Promise((resolve) => {
    const options = { cwd, maxBuffer: 16 << 20, timeout: PATIENCE, env: quietly(shell) };
    execFile('git', args, options, (_, out) => resolve(out.split('\0').filter(Boolean)));
  });
}

/** Neither another repository's settings nor a lock for who only looks. */
function quietly({ GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...env }: Environment) {
  return { ...env, GIT_OPTIONAL_LOCKS: '0' };
}

function walk(root: string): string[] {
  const found: string[] = [];
  const folders = [''];
  for (let at = 0; at < folders.length && at < MOST_FOLDERS && found.length < 4 * MOST_FILES; at++) {
    const folder = folders[at] as string;
    for (const entry of entriesOf(path.join(root, folder))) {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) found.push(file);
      else if (entry.isDirectory() && !ASIDE.test(`${file}/`)) folders.push(file);
    }
  }
  return found;
}

/** Reads files one after the other into the same memory. */
export class Reader {
  readonly #bytes = Buffer.allocUnsafe(SMALL + 1);

  /** The file's bytes, until the next call; undefined: it is not there, not a file, or no small text. */
  read(file: string): Buffer | undefined {
    let fd: number | undefined;
    try {
      fd = openSync(file, 'r');
      const length = readSync(fd, this.#bytes, 0, SMALL + 1, 0);
      return length > SMALL ? undefined : this.#bytes.subarray(0, length);
    } catch {
      return undefined;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}
