import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { processTable, type TreeRoot } from '../system/processes.ts';
import { GUARD_SCRIPT } from './generated/script.ts';

/** Outlives the launcher's death and ends what it leaves: a shell of its own session, at the end of a pipe. */
export interface Guard {
  /** Undefined where there is none. */
  readonly pid: number | undefined;
  /** An instance's leader with its tree, and the signal that ends its group politely. Default SIGTERM. */
  add(pid: number, root: TreeRoot, signal?: NodeJS.Signals): void;
  /** The leader and its group have ended: the number may be another's from now on. */
  del(pid: number): void;
  /** What `stty -g` printed: the terminal is put back so when the launcher dies. Needs the option `terminal`. */
  saveTerminal(settings: string): void;
  /** The run has ended. Resolves when the guard has, too. */
  dismiss(): Promise<void>;
}

export interface GuardOptions {
  /** DEVSTART_RUN of every process that the run starts. */
  runId: string;
  /** Between the polite signal and SIGKILL. */
  graceSeconds: number;
  /** The launcher's PATH: the guard calls grep, ps and sleep when the launcher has died. */
  path?: string | undefined;
  /** Hand it the terminal on fd 0, for `saveTerminal`. */
  terminal?: boolean;
}

/** Milliseconds that `dismiss` waits. */
const PATIENCE = 300;

/**
 * Starts the guard; before the first server, so that none is ever without. Costs a fork, holds nothing open.
 * Never throws: without a shell (and on Windows) it does nothing, and the run record is what is left.
 */
export function startGuard({ runId, graceSeconds, path, terminal }: GuardOptions): Guard {
  // dash is half of bash's size, and there where /bin/sh is bash.
  const shell = ['/bin/dash', '/bin/sh'].find((file) => existsSync(file));
  const child = shell ? start(shell) : undefined;
  const stdin = child?.stdin as Socket | null | undefined;
  stdin?.on('error', () => {});
  stdin?.unref();
  child?.unref();

  function start(file: string): ChildProcess | undefined {
    const grace = Math.max(0, Math.round(graceSeconds * 100));
    try {
      return spawn(file, ['-c', GUARD_SCRIPT, 'sh', runId, String(grace), processTable.source], {
        cwd: '/',
        // Nothing of devstart's: the guard must not look like one of the run's servers.
        env: { PATH: path || '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC0' },
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore', ...(terminal && isatty(0) ? [0] : [])],
      }).on('error', () => {});
    } catch {
      return undefined;
    }
  }

  const say = (line: string): void => {
    if (stdin?.writable) stdin.write(`${line}\n`);
  };

  return {
    pid: child?.pid,
    add(pid, { start, pipes }, signal = 'SIGTERM') {
      // Only Linux's start is a word that the guard reads, too.
      const begun = processTable.source === 'proc' && start ? start : '-';
      const inodes = pipes.map((pipe) => pipe.replace(/\D/g, ''));
      say(`add ${pid}/${begun}/${signal.slice(3)}/${inodes}`);
    },
    del: (pid) => say(`del ${pid}`),
    saveTerminal: (settings) => say(`tty ${settings.trim()}`),
    async dismiss() {
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        say('done');
      });
      child.unref();
    },
  };
}
