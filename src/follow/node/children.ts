import { ChildProcess } from 'node:child_process';
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
