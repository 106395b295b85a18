import { closing, type Syntax } from './text.ts';

interface Code {
  code: string;
  syntax: Syntax;
}

const BRANCH = /\bif\s*\(\s*(?:\w+\.)?(mode|command)\s*([!=]=)=?\s*(['"])([\w-]+)\3\s*\)\s*(?=\{)/g;
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/**
 * A config that Vite asks with its mode and command, without the branches that others take: every other character stays
 * where it was. Pure.
 */
export function takenBranches<S extends Code>(source: S, asked: { mode: string; command: string }): S {
  let { code } = source;
  for (const match of source.code.matchAll(BRANCH)) {
    const [whole, variable, sign, , value] = match;
    const open = match.index + whole.length;
    const close = closing(source.code, open, source.syntax);
    // Never closed: nothing of it can be told.
    if (close === undefined) break;
    const end = close + 1;
    const holds = (asked[variable as 'mode' | 'command'] === value) === (sign === '==');
    const other = /^\s*else\s*(?=\{)/.exec(source.code.slice(end));
    const otherEnd = other && closing(source.code, end + other[0].length, source.syntax);
    // What comes back from the branch leaves nothing of what follows.
    const returns = /\breturn\b/.test(source.code.slice(open, end));
    const [from, to] = !holds ? [open, end] : [end, otherEnd ?? (returns ? source.code.length : end)];
    code = code.slice(0, from) + blank(code.slice(from, to)) + code.slice(to);
  }
  return code === source.code ? source : { ...source, code };
}

const IN_PRODUCTION = /\bif\s*\(\s*process\.env\.NODE_ENV\s*([!=])==?\s*(['"])production\2\s*\)\s*(?=\{)/g;

/** A server's file without what it does in production alone, every other character where it was. Pure. */
export function developing<S extends Code>(source: S): S {
  let { code } = source;
  for (const match of source.code.matchAll(IN_PRODUCTION)) {
    const open = match.index + match[0].length;
    const close = closing(source.code, open, source.syntax);
    if (close === undefined) break;
    const end = close + 1;
    const other = /^\s*else\s*(?=\{)/.exec(source.code.slice(end, end + 40));
    const from = match[1] === '=' ? open : other ? end + other[0].length : end;
    const to = match[1] === '=' ? end : other ? (closing(source.code, from, source.syntax) ?? from) + 1 : end;
    code = code.slice(0, from) + blank(code.slice(from, to)) + code.slice(to);
  }
  return { ...source, code };
}
