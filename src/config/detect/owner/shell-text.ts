/** A shell file's text, cut into what can be read one after the other. Pure. */

/** One logical line, or a whole block. */
export interface Piece {
  kind: 'line' | 'block' | 'function';
  text: string;
}

const OPENS = /(?:^|[;&|]\s*|\b(?:then|do|else)\s+)(?:if|for|while|until|case)\b/gm;
const CLOSES = /(?:^|[;&|]\s*)\s*(?:fi|done|esac)\b/gm;
const FUNCTION = /^(?:function\s+[\w-]+\s*(?:\(\s*\))?|[\w-]+\s*\(\s*\))\s*(?:\{|$)/;

/** Comments gone, continued lines joined; undefined where a quote, a block or a here-document stays open. */
export function piecesOf(text: string): Piece[] | undefined {
  const plain = logicalLines(text);
  const lines = plain && withGroups(plain);
  if (!lines) return undefined;
  const pieces: Piece[] = [];
  for (let at = 0; at < lines.length; at++) {
    const kind = kindOf(lines[at] ?? '');
    let piece = lines[at] ?? '';
    while (kind !== 'line' && !isClosed(piece, kind)) {
      at++;
      if (at >= lines.length) return undefined;
      piece += `\n${lines[at]}`;
    }
    pieces.push({ kind, text: piece });
  }
  return pieces;
}

function kindOf(line: string): Piece['kind'] {
  if (FUNCTION.test(line)) return 'function';
  return /^(?:if|for|while|until|case)\b/.test(line) ? 'block' : 'line';
}

function isClosed(text: string, kind: 'block' | 'function'): boolean {
  const bare = withoutQuotes(text);
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
  if (kind === 'block') return count(OPENS) <= count(CLOSES);
  const open = count(/(?<!\$)\{/g);
  return open > 0 && open <= count(/\}/g) - count(/\$\{/g);
}

/** The words of a function's body, without its own frame. */
export const bodyOf = (text: string): string => text.replace(FUNCTION, '').replace(/\}\s*$/, '');

export const withoutQuotes = (text: string): string =>
  text.replace(/\\./g, '').replace(/'[^']*'|"[^"]*"/g, '""');

function logicalLines(text: string): string[] | undefined {
  const lines: string[] = [];
  let open = '';
  for (const raw of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    // What ends with an operator goes on, as an open quote does.
    const line = withoutComment(open ? `${open}${/[&|]$/.test(open) ? ' ' : '\n'}${raw}` : raw).trim();
    if (/<<-?\s*['"\\]?\w/.test(line)) return undefined;
    const bare = withoutQuotes(line).replaceAll('""', '');
    open = /['"]|(?:&&|\|)$/.test(bare) ? line : '';
    if (line && !open) lines.push(line);
  }
  return open ? undefined : lines;
}

/** A group in brackets over several lines, as one: `(`, `cd api`, `exec npm start`, `) &`. */
function withGroups(lines: string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const end = lines[at] === '(' ? lines.findIndex((line, i) => i > at && /^\)\s*&?$/.test(line)) : -1;
    const inner = lines.slice(at + 1, end);
    // `(`, `cd api && npm start &`, `)`: the whole of it goes on behind.
    const behind = /[^&]&$/.test(inner.at(-1) ?? '') ? ' &' : '';
    if (behind) inner.push(inner.pop()?.slice(0, -1) ?? '');
    if (end < 0 || inner.some((line) => kindOf(line) !== 'line' || /[()&;|]\s*$/.test(line)))
      joined.push(lines[at] ?? '');
    else {
      joined.push(`(${inner.join(' && ').trim()}${lines[end]}${lines[end] === ')' ? behind : ''}`);
      at = end;
    }
  }
  return joined;
}

function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (char === '\\' && quote !== "'") i++;
    else if (quote) {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '#' && (i === 0 || /\s/.test(line[i - 1] ?? ''))) return line.slice(0, i);
  }
  return line;
}
