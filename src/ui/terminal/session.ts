import pc from 'picocolors';
import type { KeyPlane } from '../../control/plane.ts';
import { urlText } from '../../plan/url.ts';
import type { RunEvent } from '../../run/events.ts';
import { columns } from '../format.ts';
import { Feed } from './feed.ts';
import { TerminalInput } from './input.ts';
import { KEYS, type KeyAction, type KeyState, press, splitKeys } from './keys.ts';

export interface SessionOptions {
  plane: KeyPlane;
  /** Keys are read: stdin and stdout are terminals and people sit there. */
  keys: boolean;
  /** The app that gets what is typed or piped in; keys are off then. */
  stdinTo: string | undefined;
  color: boolean;
  /** The run is another process: it goes on when this one ends. */
  attached?: boolean;
  /** Where the logs are, for the help. */
  logs: string | undefined;
  output: { writeLine(text: string): void; focus(app: string | undefined): void };
  open(): void;
  /** Told the settings to put back, for whoever outlives a SIGKILL; '' when they are back. */
  saveTerminal?: ((settings: string) => void) | undefined;
  onSuspend(hooks: { before(): Promise<void>; after(): void }): void;
}

/** Milliseconds after `r` in which an app can be named. */
const CHOICE = 5000;
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/** What a person does to a run at its terminal: keys, input for one app, Ctrl-Z and `fg`. */
export class TerminalSession {
  readonly #options: SessionOptions;
  readonly #color: ReturnType<typeof pc.createColors>;
  readonly #input: TerminalInput | undefined;
  readonly #feed: Feed | undefined;
  #begun = false;
  #hint: 'none' | 'due' | 'shown' = 'none';
  #state: KeyState;
  #choice: NodeJS.Timeout | undefined;
  #focused: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#color = pc.createColors(options.color);
    const { plane, keys, stdinTo, saveTerminal } = options;
    if (stdinTo !== undefined) this.#feed = new Feed((data) => plane.input(stdinTo, data));
    if (keys || stdinTo !== undefined) {
      this.#input = new TerminalInput({
        keys,
        saveTerminal,
        onReading: () => this.#hint === 'due' && this.#showHint(),
        onData: (data) => this.#take(data),
      });
    }
    options.onSuspend({
      before: async () => {
        await this.#input?.off();
        plane.pause();
      },
      after: () => {
        plane.resume();
        if (this.#begun) void this.#input?.on();
      },
    });
  }

  readonly event = ({ type }: RunEvent): void => {
    if (type === 'started' && !this.#begun) {
      this.#begun = true;
      void this.#input?.on();
    } else if (type === 'up' && this.#options.keys && this.#hint === 'none') {
      if (this.#input?.reading) this.#showHint();
      else this.#hint = 'due';
    }
  };

  /** Puts the terminal back, reads no more. */
  async close(): Promise<void> {
    clearTimeout(this.#choice);
    this.#feed?.close();
    await this.#input?.close();
  }

  /** In the plan's order: their numbers for the keys. */
  get #apps(): string[] {
    return [...new Set(this.#options.plane.view.plan.instances.map(({ app }) => app))];
  }

  #write(text: string): void {
    this.#options.output.writeLine(text);
  }

  #say(text: string): void {
    this.#write(this.#color.dim(text));
  }

  #showHint(): void {
    this.#hint = 'shown';
    this.#say('press h for help');
  }

  #take(data: Buffer): void {
    if (this.#feed) {
      this.#feed.take(data);
      return;
    }
    for (const key of splitKeys(data.toString('utf8'))) {
      const { state, action } = press(this.#state, key, this.#apps);
      this.#state = state;
      clearTimeout(this.#choice);
      if (state !== undefined) this.#choice = setTimeout(() => this.#cancel(), CHOICE);
      if (action) this.#act(action);
    }
  }

  #cancel(): void {
    this.#state = undefined;
    this.#say('nothing restarted');
  }

  #act(action: KeyAction): void {
    const { plane, open } = this.#options;
    switch (action.do) {
      case 'restart':
        plane
          .order({ do: 'restart', who: { app: action.app }, until: 'started' })
          .catch((error: Error) => this.#write(`could not restart: ${error.message}`));
        break;
      case 'choose':
        this.#write(`restart: ${this.#apps.map((app, index) => `${index + 1} ${app}`).join('  ')}  a all`);
        break;
      case 'cancel':
        this.#cancel();
        break;
      case 'open':
        open();
        break;
      case 'urls':
        for (const line of this.#urls()) this.#write(line);
        break;
      case 'focus':
        if (this.#apps.length > 1) this.#focusNext();
        break;
      case 'clear':
        this.#write(CLEAR);
        break;
      case 'quit':
        plane
          .order({ do: 'stop', reason: { code: 0, reason: 'q' }, insist: true })
          .catch((error: Error) => this.#write(`could not stop: ${error.message}`));
        break;
      case 'help':
        for (const line of this.#help()) this.#write(line);
        break;
      case 'blank':
        this.#write('');
        break;
    }
  }

  #focusNext(): void {
    const apps = this.#apps;
    this.#focused = apps[this.#focused === undefined ? 0 : apps.indexOf(this.#focused) + 1];
    this.#options.output.focus(this.#focused);
    this.#say(this.#focused === undefined ? 'showing all' : `showing ${this.#focused} alone`);
  }

  #urls(): string[] {
    const { plan, instances } = this.#options.plane.view;
    const rows = plan.instances.map(({ id, label, url, ports }) => {
      const now = instances.get(id);
      const numbers = [...new Set(Object.values(ports))];
      const at = numbers.map((port) => (url ? urlText({ ...url, port }) : ''));
      const idle = now?.pid === undefined ? 'not running' : 'starting';
      const how = now?.status === 'ready' ? this.#color.green('ready') : this.#color.dim(idle);
      return [label, at.join(' '), how];
    });
    return columns(rows).map(
      (line) => `  ${line.replace(/https?:\/\/\S+/g, (found) => this.#color.cyan(found))}`,
    );
  }

  #help(): string[] {
    const { logs } = this.#options;
    const keys = KEYS.filter(([key]) => key !== 'l' || this.#apps.length > 1);
    const more = this.#options.attached
      ? [['Ctrl-C', 'leave it running']]
      : [
          ['Ctrl-Z', 'pause the servers and devstart; fg goes on'],
          ['Ctrl-C', 'stop'],
        ];
    return columns([...keys, ...more, ...(logs ? [['logs', logs]] : [])]).map((line) => `  ${line}`);
  }
}
