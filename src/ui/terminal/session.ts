import pc from 'picocolors';
import type { LaunchPlan } from '../../plan/types.ts';
import type { RunEvent } from '../../run/events.ts';
import type { Run } from '../../run/types.ts';
import { columns } from '../format.ts';
import { KEYS, type KeyAction, type KeyState, press, splitKeys } from './keys.ts';
import { inForeground, oneKeyMode, setTerminal } from './terminal.ts';

export interface SessionOptions {
  /** As it is now: ports that are lost are replaced. */
  plan(): LaunchPlan;
  run: Run;
  /** Keys are read: stdin and stdout are terminals and people sit there. */
  keys: boolean;
  /** The app that gets what is typed or piped in; keys are off then. */
  stdinTo: string | undefined;
  color: boolean;
  /** Where the logs are, for the help. */
  logs: string | undefined;
  output: { writeLine(text: string): void; focus(app: string | undefined): void };
  open(): void;
  quit(): void;
  /** Told the settings to put back, for whoever outlives a SIGKILL; '' when they are back. */
  saveTerminal?: ((settings: string) => void) | undefined;
  onSuspend(hooks: { before(): Promise<void>; after(): void }): void;
}

/** What a person does to a run at its terminal: keys, input for one app, Ctrl-Z and `fg`. */
export interface TerminalSession {
  event(event: RunEvent): void;
  /** Puts the terminal back, reads no more. */
  close(): Promise<void>;
}

/** Milliseconds after `r` in which an app can be named. */
const CHOICE = 5000;
/** Milliseconds until input that the app did not take is offered again. */
const RETRY = 50;
/** Milliseconds after which a job in the background looks whether it still is. */
const LOOK = 1000;
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

export function createTerminalSession(options: SessionOptions): TerminalSession {
  const { plan, run, output, stdinTo } = options;
  const color = pc.createColors(options.color);
  const apps = [...new Set(plan().instances.map(({ app }) => app))];
  const reads = options.keys || stdinTo !== undefined;
  /** As it was; undefined: it still is. */
  let settings: string | undefined;
  let begun = false;
  let reading = false;
  let closed = false;
  let hint: 'none' | 'due' | 'shown' = 'none';
  let state: KeyState;
  let choice: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  let focused: string | undefined;

  /** Turning the terminal on and off takes a while: one after the other. */
  let turn = Promise.resolve();
  const next = (step: () => Promise<void>): Promise<void> => {
    turn = turn.then(step);
    return turn;
  };

  async function on(): Promise<void> {
    if (!reads || closed) return;
    clearTimeout(look);
    const { stdin } = process;
    if (stdin.isTTY && !(await inForeground())) {
      stdin.pause();
      // A shell's `fg` tells a job that runs nothing; elsewhere asking costs a fork.
      if (process.platform === 'linux') look = setTimeout(() => void next(on), LOOK).unref();
      return;
    }
    if (options.keys) {
      const before = await oneKeyMode();
      if (before === undefined) return;
      settings ??= before;
      options.saveTerminal?.(settings);
    }
    if (!reading) {
      stdin.on('data', take).on('error', () => {});
      reading = true;
    }
    stdin.resume();
    if (hint === 'due') showHint();
  }

  async function off(): Promise<void> {
    clearTimeout(look);
    if (reading) process.stdin.pause();
    if (settings === undefined || !(await inForeground())) return;
    await setTerminal(settings);
    settings = undefined;
    options.saveTerminal?.('');
  }

  const say = (text: string): void => output.writeLine(color.dim(text));

  function showHint(): void {
    hint = 'shown';
    say('press h for help');
  }

  function take(data: Buffer): void {
    if (stdinTo !== undefined) {
      hand(stdinTo, data);
      return;
    }
    for (const key of splitKeys(data.toString('utf8'))) {
      const result = press(state, key, apps);
      state = result.state;
      clearTimeout(choice);
      if (state !== undefined) choice = setTimeout(cancel, CHOICE);
      if (result.action) act(result.action);
    }
  }

  function cancel(): void {
    state = undefined;
    say('nothing restarted');
  }

  /** Input waits, and its sender with it, while the app starts or is busy. */
  function hand(app: string, data: Buffer): void {
    if (closed || run.sendInput(app, data)) {
      if (retry) process.stdin.resume();
      retry = undefined;
      return;
    }
    process.stdin.pause();
    retry = setTimeout(hand, RETRY, app, data);
  }

  function act(action: KeyAction): void {
    switch (action.do) {
      case 'restart':
        run
          .restart(action.app)
          .catch((error: Error) => output.writeLine(`could not restart: ${error.message}`));
        break;
      case 'choose':
        output.writeLine(`restart: ${apps.map((app, index) => `${index + 1} ${app}`).join('  ')}  a all`);
        break;
      case 'cancel':
        say('nothing restarted');
        break;
      case 'open':
        options.open();
        break;
      case 'urls':
        for (const line of urls()) output.writeLine(line);
        break;
      case 'focus':
        if (apps.length > 1) focusNext();
        break;
      case 'clear':
        output.writeLine(CLEAR);
        break;
      case 'quit':
        options.quit();
        break;
      case 'help':
        for (const line of help()) output.writeLine(line);
        break;
      case 'blank':
        output.writeLine('');
        break;
    }
  }

  function focusNext(): void {
    focused = apps[focused === undefined ? 0 : apps.indexOf(focused) + 1];
    output.focus(focused);
    say(focused === undefined ? 'showing all' : `showing ${focused} alone`);
  }

  function urls(): string[] {
    const rows = run.instances().map(({ app, instance, pid, ports, ready }) => {
      const of = plan().instances.find((one) => one.app === app && one.instance === instance);
      const at = ports.map((port) => (of?.url || 'http://localhost').replace(/(:\d+)?$/, `:${port}`));
      const how = ready ? color.green('ready') : color.dim(pid === undefined ? 'not running' : 'starting');
      return [of?.label ?? app, at.join(' '), how];
    });
    return columns(rows).map((line) => `  ${line.replace(/https?:\/\/\S+/g, (url) => color.cyan(url))}`);
  }

  function help(): string[] {
    const keys = KEYS.filter(([key]) => key !== 'l' || apps.length > 1);
    const more = [
      ['Ctrl-Z', 'pause the servers and devstart; fg goes on'],
      ['Ctrl-C', 'stop'],
    ];
    const logs = options.logs ? [['logs', options.logs]] : [];
    return columns([...keys, ...more, ...logs]).map((line) => `  ${line}`);
  }

  options.onSuspend({
    async before() {
      await next(off);
      run.pause();
    },
    after() {
      run.resume();
      if (begun) void next(on);
    },
  });

  return {
    event({ type }) {
      if (type === 'started' && !begun) {
        begun = true;
        void next(on);
      } else if (type === 'up' && options.keys && hint === 'none') {
        if (reading) showHint();
        else hint = 'due';
      }
    },
    async close() {
      closed = true;
      clearTimeout(choice);
      clearTimeout(retry);
      clearTimeout(look);
      await next(off);
    },
  };
}
