/** Texts of many languages, as far as a port's place in them needs it. Pure. */

export type Syntax = 'js' | 'python' | 'go' | 'rust' | 'jvm' | 'php' | 'ruby' | 'elixir' | 'hash' | 'json';

const BY_ENDING: Record<string, Syntax> = {
  js: 'js',
  jsx: 'js',
  mjs: 'js',
  cjs: 'js',
  ts: 'js',
  tsx: 'js',
  mts: 'js',
  cts: 'js',
  vue: 'js',
  svelte: 'js',
  json: 'json',
  jsonc: 'json',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'jvm',
  kt: 'jvm',
  kts: 'jvm',
  gradle: 'jvm',
  scala: 'jvm',
  cs: 'jvm',
  fs: 'jvm',
  php: 'php',
  rb: 'ruby',
  ru: 'ruby',
  ex: 'elixir',
  exs: 'elixir',
};

/** By the file's ending; without a known one `#` begins a comment. */
export const syntaxOf = (file: string): Syntax => BY_ENDING[/\.(\w+)$/.exec(file)?.[1] ?? ''] ?? 'hash';

const HASHED: ReadonlySet<Syntax> = new Set(['python', 'ruby', 'elixir', 'hash']);
const TRIPLED: ReadonlySet<Syntax> = new Set(['python', 'elixir']);
/** A quote mark there is a single character's, or a lifetime's. */
const CHARACTERS: ReadonlySet<Syntax> = new Set(['go', 'rust', 'jvm']);

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Where a comment, a text or a template's code may begin or end; all between is copied as it stands. */
const TELLING: Record<'js' | 'hashed' | 'others', RegExp> = {
  js: /["'`/{}]/g,
  hashed: /["'#=]/g,
  others: /["'`/#]/g,
};

/** The text with its comments and doc strings blanked, every other character where it was. */
export function withoutComments(text: string, syntax: Syntax): string {
  const pieces: string[] = [];
  /** Open braces of the code inside `${…}` of each template around. */
  const templates: number[] = [];
  const telling = syntax === 'js' ? TELLING.js : HASHED.has(syntax) ? TELLING.hashed : TELLING.others;
  let at = 0;
  while (at < text.length) {
    telling.lastIndex = at;
    const start = telling.exec(text)?.index ?? text.length;
    if (start > at) pieces.push(text.slice(at, start));
    if (start === text.length) break;
    const comment = commentEnd(text, start, syntax);
    at = comment ?? codeEnd(text, start, syntax, templates);
    const piece = text.slice(start, at);
    pieces.push(comment === undefined ? piece : blank(piece));
  }
  return pieces.join('');
}

/** The end of what begins here and is no comment. */
function codeEnd(text: string, at: number, syntax: Syntax, templates: number[]): number {
  const char = text[at];
  const depth = templates.length - 1;
  if (syntax === 'js' && (char === '`' || (char === '}' && templates[depth] === 0))) {
    if (char === '}') templates.pop();
    const end = templateEnd(text, at + 1);
    if (text[end - 1] === '{') templates.push(0);
    return end;
  }
  if (depth >= 0 && (char === '{' || char === '}'))
    templates[depth] = (templates[depth] as number) + (char === '{' ? 1 : -1);
  return literalEnd(text, at, syntax);
}

/** Where the comment that begins here ends. */
function commentEnd(text: string, at: number, syntax: Syntax): number | undefined {
  const lineEnd = (): number => {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  };
  const after = (mark: string, from: number): number => {
    const end = text.indexOf(mark, from);
    return end < 0 ? text.length : end + mark.length;
  };
  const char = text[at];
  if (TRIPLED.has(syntax) && (char === '"' || char === "'")) {
    const mark = char.repeat(3);
    return text.startsWith(mark, at) ? after(mark, at + 3) : undefined;
  }
  if (char === '#') {
    if (syntax === 'php') return text[at + 1] === '[' ? undefined : lineEnd();
    // In YAML and shells a # within a word is a letter of it.
    const begins = syntax !== 'hash' || at === 0 || /\s/.test(text[at - 1] as string);
    return HASHED.has(syntax) && begins ? lineEnd() : undefined;
  }
  if (syntax === 'ruby' && text.startsWith('=begin', at) && (at === 0 || text[at - 1] === '\n'))
    return after('\n=end', at);
  if (char !== '/' || HASHED.has(syntax)) return undefined;
  if (text[at + 1] === '*') return after('*/', at + 2);
  return text[at + 1] === '/' ? lineEnd() : undefined;
}

/** The end of the template's text that begins here: after its closing mark, or after `${`. */
function templateEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return at + 1;
    else if (text[at] === '$' && text[at + 1] === '{') return at + 2;
  }
  return text.length;
}

/** The end of the string or regular expression that begins here; of anything else its one character. */
function literalEnd(text: string, at: number, syntax: Syntax): number {
  const char = text[at] as string;
  if (char === '`' && syntax === 'go') {
    const end = text.indexOf('`', at + 1);
    return end < 0 ? text.length : end + 1;
  }
  if (char === "'" && CHARACTERS.has(syntax)) {
    const [whole] = /^'(?:\\.[^'\n]*|[^'\\\n])'/.exec(text.slice(at, at + 12)) ?? [];
    return at + (whole?.length ?? 1);
  }
  if (char === '"' || (char === "'" && syntax !== 'json')) {
    for (let end = at + 1; end < text.length; end++) {
      if (text[end] === '\\') end++;
      else if (text[end] === char) return end + 1;
      // A quote that its line does not close was none: an apostrophe in a page's text.
      else if (text[end] === '\n') return at + 1;
    }
    return at + 1;
  }
  if (
    char === '/' &&
    syntax === 'js' &&
    /(?:^|[=(,:[!&|?{};\n]|\breturn)\s*$/.test(text.slice(Math.max(0, at - 12), at))
  ) {
    const [whole] = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//.exec(text.slice(at, at + 400)) ?? [];
    return at + (whole?.length ?? 1);
  }
  return at + 1;
}

const OPEN = '([{';
const CLOSE = ')]}';

/**
 * Where the expression that begins at `from` ends: before a comma, semicolon or bracket that is not its own, or at
 * the end of a line that it does not go on from. The text is without comments.
 */
export function expressionEnd(code: string, from: number, syntax: Syntax): number {
  let depth = 0;
  for (let at = from; at < code.length; ) {
    const char = code[at] as string;
    if (OPEN.includes(char)) depth++;
    else if (CLOSE.includes(char)) {
      if (depth === 0) return at;
      depth--;
    } else if (depth === 0) {
      if (char === ',' || char === ';') return at;
      if (char === '\n' && !goesOn(code, from, at)) return at;
    }
    at = char === '`' && syntax === 'js' ? skipTemplate(code, at) : literalEnd(code, at, syntax);
  }
  return code.length;
}

function goesOn(code: string, from: number, newline: number): boolean {
  const before = code.slice(Math.max(from, newline - 40), newline).trimEnd();
  if (before === '' || /(?:[=+:?,(&|]|\|\||\?\?|\\)$/.test(before)) return true;
  return /^\s*(?:[.?:|&+]|\bor\b)/.test(code.slice(newline, newline + 60));
}

function skipTemplate(code: string, from: number): number {
  let at = templateEnd(code, from + 1);
  while (code[at - 1] === '{' && at < code.length) {
    const end = closing(code, at - 1, 'js');
    if (end === undefined) return code.length;
    at = templateEnd(code, end + 1);
  }
  return at;
}

/** The bracket that closes the one at `open`; undefined where there is none. The text is without comments. */
export function closing(code: string, open: number, syntax: Syntax): number | undefined {
  let depth = 0;
  for (let at = open; at < code.length; ) {
    const char = code[at] as string;
    if (OPEN.includes(char)) depth++;
    else if (CLOSE.includes(char) && --depth === 0) return at;
    at = char === '`' && syntax === 'js' ? skipTemplate(code, at) : literalEnd(code, at, syntax);
  }
  return undefined;
}

/** Line and column of an offset: 1-based, 0-based. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) };
}

const RUST_TESTS = /#\[cfg\(test\)\]\s*(?:#!?\[[^\]]*\]\s*)*(?:pub\s+)?mod\s+\w+\s*(?=\{)/g;

/** Rust's unit tests stand in the file that they test: blanked, every other character where it was. */
export function withoutRustTests(code: string): string {
  let result = code;
  for (const match of code.matchAll(RUST_TESTS)) {
    const open = match.index + match[0].length;
    const end = (closing(code, open, 'rust') ?? code.length - 1) + 1;
    result = result.slice(0, match.index) + blank(code.slice(match.index, end)) + result.slice(end);
  }
  return result;
}

export const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
