/** Where `name` stands in the code, each time with the statement around it; comments are passed over. Pure. */
export function statementsWith(text: string, name: string): string[] {
  if (!text.includes(name)) return [];
  const word = new RegExp(`(?<![\\w$])${name}(?!\\w)`, 'g');
  const found: string[] = [];
  for (const { index } of text.matchAll(word)) {
    const line = text.slice(text.lastIndexOf('\n', index) + 1, index).trimStart();
    if (/^(?:#|\/\/|\*|--\s)/.test(line)) continue;
    found.push(text.slice(startOf(text, index), endOf(text, index)));
  }
  return found;
}

const OPENS = /[([{=:?,]\s*$/;

/** The line's own start, or that of the lines above which it goes on from. */
function startOf(text: string, index: number): number {
  let start = text.lastIndexOf('\n', index) + 1;
  for (let lines = 0; lines < 3 && start > 0; lines++) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    // A list's or an object's earlier entries are statements of their own.
    const line = text.slice(above, start - 1);
    if (!OPENS.test(line) || line.trimEnd().endsWith(',') || line.trimEnd().endsWith('{')) break;
    start = above;
  }
  return start;
}

const LONGEST = 600;

/** The end of the line on which all brackets are closed, and nothing goes on on the next one. */
function endOf(text: string, index: number): number {
  let depth = 0;
  for (let at = index; at < text.length && at < index + LONGEST; at++) {
    const char = text[at] as string;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (char === ';' && depth <= 0) return at;
    else if (
      char === '\n' &&
      depth <= 0 &&
      !/^\s*(?:\??\.|\|\||\?\?|[)\]])/.test(text.slice(at + 1, at + 80))
    )
      return at;
  }
  return Math.min(text.length, index + LONGEST);
}
