import childProcess, { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { type FollowFiles, followAssignments, withFolder, withRequire } from '../options.ts';

/** What Node's own spawn, exec and fork come down to. */
interface SpawnOptions {
  file?: string;
  args?: string[];
  envPairs?: string[];
}

/**
 * A parent that sets NODE_OPTIONS or PYTHONPATH for its children (cross-env, npm's node-options, a script's own
 * assignment in `sh -c`, a tool that clears its inspector) would drop the preload: it is put back, beside what was set.
 */
export function followChildren(files: FollowFiles): void {
  const prototype = ChildProcess.prototype as unknown as { spawn(options: SpawnOptions): unknown };
  const { spawn } = prototype;
  prototype.spawn = function (options: SpawnOptions) {
    // An environment made from nothing is meant so.
    const inherits = options?.envPairs?.some((pair) => pair.startsWith('DEVSTART_MOVED='));
    return Reflect.apply(spawn, this, [inherits ? keptIn(options, files) : options]);
  };
}

type Sync = (file: string, ...rest: unknown[]) => unknown;
interface SyncOptions {
  env?: Record<string, string | undefined>;
  shell?: unknown;
}

/** `spawnSync` and its like have no ChildProcess: their environment is what they are given, or this process's. */
export function followSyncChildren(files: FollowFiles): void {
  const all = childProcess as unknown as Record<string, Sync>;
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const run = all[name] as Sync;
    all[name] = function (this: unknown, file: string, ...rest: unknown[]) {
      return Reflect.apply(run, this, keptInSync(name, file, rest, files));
    };
  }
}

/** @param rest its arguments, where it takes any, and its options */
export function keptInSync(name: string, file: string, rest: unknown[], files: FollowFiles): unknown[] {
  const at = name === 'execSync' || !(Array.isArray(rest[0]) || rest[0] == null) ? 0 : 1;
  const options = (rest[at] ?? {}) as SyncOptions;
  const env = typeof options === 'object' ? (options.env ?? process.env) : {};
  if (env.DEVSTART_MOVED === undefined || typeof file !== 'string') return [file, ...rest];
  const args = at === 1 && Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
  const inShell = name === 'execSync' || Boolean(options.shell);
  const shown = inShell ? { file: 'sh', args: [file, ...args] } : { file, args };
  const envPairs = Object.entries(env).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  const kept = keptIn({ ...shown, envPairs }, files);
  const given = kept.envPairs?.map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]);
  const [first = file, ...others] = inShell ? (kept.args ?? []) : [file, ...(kept.args ?? [])];
  const before = at === 0 ? [] : [others];
  return [first, ...before, { ...options, env: Object.fromEntries(given ?? []) }, ...rest.slice(at + 1)];
}

export function keptIn(options: SpawnOptions, files: FollowFiles): SpawnOptions {
  const { file = '', args = [], envPairs = [] } = options;
  const pairs = [...envPairs];
  const set = (name: string, change: (value: string | undefined) => string) => {
    const at = pairs.findIndex((pair) => pair.startsWith(`${name}=`));
    const value = change(pairs[at]?.slice(name.length + 1));
    pairs[at < 0 ? pairs.length : at] = `${name}=${value}`;
  };
  set('NODE_OPTIONS', (value) => withRequire(value, files.node));
  set('PYTHONPATH', (value) => withFolder(value, files.python, path.delimiter));
  const isShell = /(?:^|[/\\])(?:ba|da|z|k|a)?sh$/.test(file);
  // Node goes on with the object that it gave.
  return Object.assign(options, {
    envPairs: pairs,
    args: isShell ? args.map((arg) => followAssignments(arg, files)) : args,
  });
}
