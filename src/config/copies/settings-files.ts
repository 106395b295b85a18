import type { SourceFile } from './sources.ts';

/** One value of a file of settings: YAML, TOML, JSON, INI, properties or an env file. */
export interface Setting {
  /** From the outside in: `server`, `port`. */
  keys: readonly string[];
  /** Without its quotes. */
  value: string;
  /** Offset of its first character. */
  start: number;
}

/** The plain values of a file of settings, as they stand: nothing is computed, lists are left out. Pure. */
export function settingsIn({ file, code }: Pick<SourceFile, 'file' | 'code'>): Setting[] {
  if (/\.jsonc?$/.test(file)) return ofBraces(code);
  return /\.ya?ml$/.test(file) ? ofIndents(code) : ofSections(code);
}

const split = (key: string): string[] => key.replace(/^["']|["']$/g, '').split('.');

function settingOf(keys: readonly string[], raw: string, from: number): Setting {
  const [, quote = '', inner = raw] = /^(["'])(.*)\1/.exec(raw) ?? [];
  return { keys, value: inner.trim(), start: from + quote.length };
}

function ofIndents(code: string): Setting[] {
  const found: Setting[] = [];
  const around: { indent: number; keys: string[] }[] = [];
  for (const match of code.matchAll(
    /^([ \t]*)("[^"\n]*"|'[^'\n]*'|[\w$%.-]+)[ \t]*:(?:[ \t]+([^\n]*))?$/gm,
  )) {
    const [whole, space = '', key = '', raw = ''] = match;
    while ((around.at(-1)?.indent ?? -1) >= space.length) around.pop();
    const keys = [...(around.at(-1)?.keys ?? []), ...split(key)];
    around.push({ indent: space.length, keys });
    const value = raw.trimEnd();
    if (value !== '') found.push(settingOf(keys, value, match.index + whole.length - raw.length));
  }
  return found;
}

function ofSections(code: string): Setting[] {
  const found: Setting[] = [];
  let section: string[] = [];
  for (const match of code.matchAll(/^[ \t]*(?:\[([\w."'-]+)\]|(["'\w%.-]+)[ \t]*[=:][ \t]*([^\n]*))/gm)) {
    const [whole, name, key = '', raw = ''] = match;
    if (name !== undefined) section = split(name);
    else if (raw.trim() !== '')
      found.push(
        settingOf([...section, ...split(key)], raw.trimEnd(), match.index + whole.length - raw.length),
      );
  }
  return found;
}

function ofBraces(code: string): Setting[] {
  const found: Setting[] = [];
  const around: string[] = [];
  let key: string | undefined;
  for (const match of code.matchAll(/"((?:[^"\\\n]|\\.)*)"(\s*:)?|[{}[\],]|[\w.+-]+/g)) {
    const [token, text = token, colon] = match;
    if (colon) key = text;
    else if (token === '{' || token === '[') {
      around.push(key ?? '');
      key = undefined;
    } else if (token === '}' || token === ']') around.pop();
    else if (token !== ',' && key !== undefined) {
      const keys = [...around.slice(1), ...split(key)];
      found.push({ keys, value: text, start: match.index + Number(token !== text) });
      key = undefined;
    }
  }
  return found;
}
