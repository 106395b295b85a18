import { looksSecret } from './secrets.ts';
import { shellWord } from './text.ts';

/** Marks a name in a word whose value is the user's, until the words are written. */
const MARK = '\u0000';
const FLAG = /^--?([A-Za-z][\w-]*)(?:=([\s\S]+))?$/;
/** A file that holds one, or what is filled in later. */
const NO_SECRET = /[{}]|^[./~]|\.(?:pem|crt|key|json|txt|ya?ml)$/;

const nameOf = (flag: string): string => flag.replaceAll('-', '_').toUpperCase();

/**
 * The words of a command with names in place of the secrets among them: `--api-key X`, `--token=X`, a URL with a login.
 * In a line for a shell also `NAME=X`. Pure.
 */
export function withoutSecrets(words: readonly string[]): { words: string[]; names: string[] } {
  const names = new Set<string>();
  const hide = (name: string): string => {
    names.add(name);
    return `${MARK}${name}${MARK}`;
  };
  let flag: string | undefined;
  const hidden = words.map((word, at) => {
    const before = flag;
    flag = undefined;
    if (words[0] === 'sh' && words[1] === '-c' && at > 1) return hiddenLine(word, names);
    const [, name, value] = FLAG.exec(word) ?? [];
    if (name !== undefined && value === undefined) flag = nameOf(name);
    else if (name !== undefined && isSecret(nameOf(name), value))
      return word.slice(0, -(value ?? '').length) + hide(nameOf(name));
    else if (isSecret(before ?? '', word)) return hide(before ?? `SECRET_${names.size + 1}`);
    return word;
  });
  return { words: hidden, names: [...names] };
}

const isSecret = (name: string, value: string | undefined): boolean =>
  value !== undefined && !NO_SECRET.test(value) && looksSecret(name, value);

/** What a shell takes apart itself. */
function hiddenLine(line: string, names: Set<string>): string {
  const value = String.raw`("[^"]*"|'[^']*'|[^\s;&|]+)`;
  const bare = (text: string) => text.replace(/^(['"])(.*)\1$/, '$2');
  return line
    .replace(
      new RegExp(`(^|[\\s;&|(])(\\w+)=${value}\\s+`, 'g'),
      (whole, start: string, name: string, said: string) => {
        if (!isSecret(name, bare(said))) return whole;
        names.add(name);
        return start;
      },
    )
    .replace(
      new RegExp(`(\\s--?)([A-Za-z][\\w-]*)([ =])${value}`, 'g'),
      (whole, dashes, flag, between, said) => {
        if (!isSecret(nameOf(flag), bare(said))) return whole;
        names.add(nameOf(flag));
        return `${dashes}${flag}${between}"$${nameOf(flag)}"`;
      },
    );
}

/** Words as they are run: where one holds a name, a shell fills it in. Pure. */
export function filledByShell(words: readonly string[]): string[] {
  if (!words.some((word) => word.includes(MARK))) return [...words];
  const line = words.map((word) =>
    word
      .split(MARK)
      .map((part, at) => (at % 2 === 1 ? `"$${part}"` : part && shellWord(part)))
      .join(''),
  );
  return ['sh', '-c', `exec ${line.join(' ')}`];
}
