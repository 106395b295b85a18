/** Where a value stands in JavaScript or TOML: a reading of the text good enough for an error's underline. */

export type KeyPath = readonly (string | number)[];

/** Half-open offsets of the value and of its key. */
export interface Span {
  value: [number, number];
  key?: [number, number];
}

const CLOSERS: Record<string, string> = { '{': '}', '[': ']', '(': ')' };

/** The end of the string, template or comment that starts at `at`; `at` itself where none does. */
function skipOpaque(text: string, at: number): number {
  const char = text[at];
  if (char === '/' && text[at + 1] === '/') return endOr(text.indexOf('\n', at), text);
  if (char === '/' && text[at + 1] === '*') return endOr(text.indexOf('*/', at) + 2 || -1, text);
  if (char !== '"' && char !== "'" && char !== '`') return at;
  for (let index = at + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === char) return index + 1;
  }
  return text.length;
}

const endOr = (at: number, text: string): number => (at < 0 ? text.length : at);

/** The parts between commas of the bracket that opens at `open`, as trimmed offsets. */
function parts(text: string, open: number): [number, number][] {
  const found: [number, number][] = [];
  const closers: string[] = [];
  let start = open + 1;
  let index = open;
  const push = (end: number): void => {
    const from = skipBlank(text, start, end);
    const to = from + text.slice(from, end).trimEnd().length;
    if (to > from) found.push([from, to]);
  };
  while (index < text.length) {
    const past = skipOpaque(text, index);
    if (past > index) {
      index = past;
      continue;
    }
    const char = text[index] as string;
    if (char in CLOSERS) closers.push(CLOSERS[char] as string);
    else if (char === closers.at(-1)) {
      closers.pop();
      if (closers.length === 0) {
        push(index);
        return found;
      }
    } else if (char === ',' && closers.length === 1) {
      push(index);
      start = index + 1;
    }
    index++;
  }
  return found;
}

/** Past white space and comments. */
function skipBlank(text: string, from: number, end: number): number {
  let at = from;
  while (at < end) {
    if (/\s/.test(text[at] as string)) at++;
    else if (text[at] === '/' && /[/*]/.test(text[at + 1] ?? '')) at = skipOpaque(text, at);
    else break;
  }
  return at;
}

/** In the object that a JavaScript or TypeScript module exports, where it is written out in place. */
export function locateInScript(text: string, keys: KeyPath): Span | undefined {
  const start = /export\s+default\b|module\.exports\s*=|export\s*=/.exec(text);
  if (!start) return undefined;
  let from = start.index + start[0].length;
  const name = /^\s*(?:await\s+)?([\w$]+)\s*(?:satisfies\b.*|as\b.*)?;?\s*$/m.exec(text.slice(from));
  if (name?.index === 0) {
    const declared = new RegExp(`\\b(?:const|let|var)\\s+${name[1]?.replace(/\$/g, '\\$')}\\b`).exec(text);
    if (declared) from = declared.index;
  }
  // A function's own block comes before the object that it returns.
  const returned = /\breturn\s*\(?\s*(?=\{)/.exec(text.slice(from));
  const open = returned ? from + returned.index + returned[0].length : text.slice(from).search(/\{/) + from;
  return open < from ? undefined : within(text, open, keys);
}

function within(text: string, open: number, keys: KeyPath): Span | undefined {
  let at = open;
  let span: Span | undefined;
  for (const key of keys) {
    span = typeof key === 'number' ? element(text, at, key) : property(text, at, key);
    if (!span) return undefined;
    at = span.value[0];
  }
  return span;
}

function element(text: string, open: number, index: number): Span | undefined {
  const value = text[open] === '[' ? parts(text, open)[index] : undefined;
  return value && { value };
}

function property(text: string, open: number, key: string): Span | undefined {
  if (text[open] !== '{') return undefined;
  for (const [from, to] of parts(text, open)) {
    const match = /^(?:(["'])(.*?)\1|([\w$]+))\s*(?:[:=]\s*|$)/.exec(text.slice(from, to));
    if (!match || (match[2] ?? match[3]) !== key) continue;
    const length = match[1] ? key.length + 2 : key.length;
    const start = match[0].length === to - from ? from : from + match[0].length;
    return { key: [from, from + length], value: [start, to] };
  }
  return undefined;
}

/** In a TOML document: tables, arrays of tables, dotted headers, inline values. */
export function locateInToml(text: string, keys: KeyPath): Span | undefined {
  const counts = new Map<string, number>();
  let table: (string | number)[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]/.exec(line);
    const pair = /^(\s*)(["']?)([\w$.-]+)\2(\s*=\s*)/.exec(line);
    if (header) {
      table = tableOf(header[2] as string, header[1] === '[[', counts);
      if (same(table, keys)) {
        const start = offset + line.indexOf('[');
        return {
          key: [start, offset + line.trimEnd().length],
          value: [start, offset + line.trimEnd().length],
        };
      }
    } else if (pair) {
      const here = [...table, ...(pair[2] ? [pair[3] as string] : (pair[3] as string).split('.'))];
      if (same(here, keys.slice(0, here.length))) {
        const start = offset + pair[0].length;
        const rest = keys.slice(here.length);
        if (rest.length > 0) return within(text, start, rest);
        const from = offset + (pair[1] as string).length;
        const key: [number, number] = [from, start - (pair[4] as string).length];
        return { key, value: [start, start + valueLength(line.slice(pair[0].length))] };
      }
    }
    offset += line.length + 1;
  }
  return undefined;
}

function tableOf(header: string, many: boolean, counts: Map<string, number>): (string | number)[] {
  const names = header.split('.').map((name) => name.trim().replace(/^(["'])(.*)\1$/, '$2'));
  if (many) counts.set(header, (counts.get(header) ?? -1) + 1);
  return names.flatMap((name, index) => {
    const count = counts.get(names.slice(0, index + 1).join('.'));
    return count === undefined ? [name] : [name, count];
  });
}

function valueLength(text: string): number {
  const past = skipOpaque(text, 0);
  return past > 0 && text[0] !== '/' ? past : text.replace(/#.*$/, '').trimEnd().length;
}

const same = (a: KeyPath, b: KeyPath): boolean => a.length === b.length && a.every((key, i) => key === b[i]);
