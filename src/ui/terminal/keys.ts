/** What a key asks for. */
export type KeyAction =
  | { do: 'restart'; app?: string }
  /** Show the apps: the next key names one. */
  | { do: 'choose' }
  | { do: 'cancel' | 'open' | 'urls' | 'focus' | 'clear' | 'quit' | 'help' | 'blank' };

/** Undefined: nothing is asked; else what was typed of an app's number after `r`. */
export type KeyState = string | undefined;

/** For the help, in its order. */
export const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['r', 'restart'],
  ['o', 'open the frontend in the browser'],
  ['u', 'show the URLs'],
  ['l', 'show one app’s output alone, the next one, all again'],
  ['c', 'clear the screen'],
  ['q', 'quit'],
  ['h', 'this help'],
];

const SIMPLE: Record<string, KeyAction['do']> = {
  o: 'open',
  u: 'urls',
  l: 'focus',
  c: 'clear',
  '\f': 'clear',
  q: 'quit',
  h: 'help',
  '?': 'help',
  '\r': 'blank',
  '\n': 'blank',
};

/**
 * What one key does.
 * @param key a character, or a whole escape sequence (an arrow), which means nothing
 * @param apps names in the order of their numbers; a single one is restarted without asking
 */
export function press(
  state: KeyState,
  key: string,
  apps: readonly string[],
): { state: KeyState; action?: KeyAction } {
  const lower = key.toLowerCase();
  if (state === undefined) {
    if (lower === 'r') {
      return apps.length > 1
        ? { state: '', action: { do: 'choose' } }
        : { state: undefined, action: { do: 'restart' } };
    }
    const action = Object.hasOwn(SIMPLE, lower) ? SIMPLE[lower] : undefined;
    return { state, ...(action ? { action: { do: action } as KeyAction } : {}) };
  }
  const enter = key === '\r' || key === '\n';
  if (lower === 'a' || (enter && state === '')) return { state: undefined, action: { do: 'restart' } };
  const typed = /^\d$/.test(key) ? state + key : enter ? state : '';
  const number = Number(typed);
  const app = apps[number - 1];
  if (typed === '' || app === undefined) return { state: undefined, action: { do: 'cancel' } };
  // 1 of twelve apps may become 10: Enter says that it does not.
  if (!enter && number * 10 <= apps.length) return { state: typed };
  return { state: undefined, action: { do: 'restart', app } };
}

/** The keys in what a terminal sent at once: characters, and escape sequences as one each. */
export function splitKeys(text: string): string[] {
  return text.match(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^[])?|[^\u001b]/gsu) ?? [];
}
