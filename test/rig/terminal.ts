import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PATIENCE, type Rig } from './rig.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const helper = path.join(here, 'terminal.py');
const program = path.join(here, '../../bin/devstart.cjs');

/** What the shell in the terminal tells of its job. */
interface JobState {
  state: 'running' | 'stopped' | 'exited';
  /** `stty -g` at that moment. */
  tty: string;
  pid?: number;
  code?: number;
}

/** devstart, or another program, as the foreground job of a shell, in a terminal of its own. */
export interface Terminal {
  type(keys: string): void;
  /** Wakes the stopped job; `take`: brings a running one to the front, which it is not told. */
  wake(how: 'fg' | 'bg' | 'take'): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the text appears after all that was waited for before. */
  screen(text: string | RegExp): Promise<void>;
  /** After `exited` the terminal is gone, too. */
  state(state: JobState['state']): Promise<JobState>;
  /** The settings now. */
  stty(): Promise<string>;
  /** All that was shown. */
  text(): string;
}

/** Needs python3 for the terminal; its `pty` module comes with it. */
export function openTerminal(
  t: TestContext,
  rig: Rig,
  args: string[],
  env: Record<string, string> = {},
  /** What `args` are for. */
  command: string[] = [process.execPath, program],
): Terminal {
  const child = spawn('python3', [helper, ...command, ...args], {
    cwd: rig.dir,
    env: { ...rig.env, CI: undefined, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const close = async (): Promise<void> => {
    child.stdin.end();
    await exit;
  };
  t.after(close);
  let shown = '';
  let read = 0;
  const states: JobState[] = [];
  const settings: string[] = [];
  const waiting: (() => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line);
    if (told.screen !== undefined) shown += told.screen;
    else if (told.state) states.push(told);
    else settings.push(told.tty);
    for (const wake of waiting.splice(0)) wake();
  });
  const order = (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`);
  async function until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      assert.ok(Date.now() < deadline, `no ${what} on the terminal:\n${shown}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
  return {
    type: (keys) => order({ keys }),
    wake: (how) => order({ do: how }),
    kill: (signal) => order({ kill: signal }),
    async screen(text) {
      await until(String(text), () => {
        const rest = shown.slice(read);
        const found =
          typeof text === 'string'
            ? { index: rest.indexOf(text), length: text.length }
            : { index: rest.search(text), length: text.exec(rest)?.[0].length ?? 0 };
        if (found.index === -1) return undefined;
        read += found.index + found.length;
        return true;
      });
    },
    async state(state) {
      const told = await until(state, () => {
        const index = states.findIndex((one) => one.state === state);
        return index === -1 ? undefined : states.splice(index, 1)[0];
      });
      if (state === 'exited') await close();
      return told;
    },
    async stty() {
      order({ do: 'stty' });
      return until('stty', () => settings.shift());
    },
    text: () => shown,
  };
}
