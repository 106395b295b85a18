import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Place } from './locate.ts';

/** Source text to JavaScript, lines and all. @throws what it cannot read, with `loc` */
export type Transform = (text: string) => string;

/** Something in a file that cannot be read, or is not supported. */
export class CompileError extends SyntaxError {
  /** Absolute. */
  readonly file: string;
  readonly loc: Pick<Place, 'line' | 'column'> | undefined;

  constructor(file: string, message: string, loc: CompileError['loc']) {
    super(message);
    this.file = file;
    this.loc = loc;
  }
}

/** The names that Node gives CommonJS only; a TypeScript file may use them whichever it is. */
const COMMON = ['__dirname', '__filename', 'require', 'module', 'exports'];

/**
 * A TypeScript file as an ES module. Lines stay where they were; what is added stands behind them.
 * @param url file: URL
 * @throws CompileError
 */
export function compileModule(url: string, transform: Transform): string {
  const file = fileURLToPath(url);
  const text = readFileSync(file, 'utf8');
  refuseNamespaces(file, text);
  let code: string;
  try {
    code = transform(text);
  } catch (error) {
    const { message, loc } = error as Error & { loc?: CompileError['loc'] };
    throw new CompileError(file, message.replace(/ \(\d+:\d+\)$/, ''), loc);
  }
  const used = COMMON.filter((name) => uses(code, name) && !declares(code, name));
  const added =
    used.length > 0 ? [`import { ${used.join(', ')} } from ${JSON.stringify(commonNames(url))};`] : [];
  if (used.includes('module') && /\bmodule\.exports\s*=/.test(code) && !/^\s*export\b/m.test(code))
    added.push('export default module.exports;');
  return [code, ...added].join('\n');
}

/** A module of these names: imports come first wherever they stand, and what the file declares hides no import. */
function commonNames(url: string): string {
  const code = `import { createRequire } from 'node:module'; import { fileURLToPath } from 'node:url';
export const require = createRequire(${JSON.stringify(url)});
export const __filename = fileURLToPath(${JSON.stringify(url)});
export const __dirname = fileURLToPath(new URL('.', ${JSON.stringify(url)})).replace(/(.)[\\\\/]$/, '$1');
export const module = { exports: {} };
export const { exports } = module;`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

const uses = (code: string, name: string): boolean => new RegExp(`(?<![.\\w$])${name}\\b`).test(code);

/** Also where it only seems to: then the file gets an error that names it, and loses nothing. */
function declares(code: string, name: string): boolean {
  const word = `(?<![.\\w$])${name}\\b`;
  const plain = [
    `${word}\\s*=(?![=>])`,
    `\\b(?:let|var|function|class)\\s+${name}\\b`,
    `\\bimport\\s[^'"]*${word}[^'"]*\\bfrom\\b`,
  ];
  if (plain.some((pattern) => new RegExp(pattern).test(code))) return true;
  const taken = [...code.matchAll(/\b(?:const|let|var)\s*[{[]/g)];
  return taken.some(({ index, 0: { length } }) => new RegExp(word).test(bracketed(code, index + length)));
}

/** sucrase drops a namespace with all that is in it: right for types, a riddle where there are values. */
function refuseNamespaces(file: string, text: string): void {
  const found = /^[ \t]*(export[ \t]+)?(namespace|module)[ \t]+[\w$.]+\s*\{/gm;
  for (const match of text.matchAll(found)) {
    const body = bracketed(text, match.index + match[0].length);
    if (!/^\s*(export\s+)?(const|let|var|function|async|class|enum|namespace)\b/m.test(body)) continue;
    const before = text.slice(0, match.index).split('\n').length;
    const column = match[0].search(/\S/) + 1 + (match[1]?.length ?? 0);
    const message = `TypeScript's ${match[2]} is not supported in a config; an object, or a module of its own, is`;
    throw new CompileError(file, message, { line: before, column });
  }
}

/** Up to the bracket that closes; those in strings count, which at worst finds the end too early or late. */
function bracketed(text: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; end < text.length && depth > 0; end++)
    depth += /[{[]/.test(text[end] ?? '') ? 1 : /[}\]]/.test(text[end] ?? '') ? -1 : 0;
  return text.slice(start, end);
}
