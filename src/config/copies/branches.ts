import { closing, type Syntax } from './text.ts';

interface Code {
  code: string;
  syntax: Syntax;
}

const BRANCH = /\bif\s*\(\s*(?:\w+\.)?(mode|command)\s*([!=]=)=?\s*(['"])([\w-]+)\3\s*\)\s*(?=\{)/g;
const IN_PRODUCTION = /\bif\s*\(\s*process\.env\.NODE_ENV\s*([!=])==?\s*(['"])production\2\s*\)\s*(?=\{)/g;

interface Branch {
  match: RegExpExecArray;
  /** Of its block, the end exclusive. */
  open: number;
  end: number;
  /** Of the block behind its `else`, and where that closes. */
  other: { open: number; close: number | undefined } | undefined;
}

/** What an `if` has; one that is never closed ends them: nothing of what follows can be told. */
function* branches({ code, syntax }: Code, pattern: RegExp): Generator<Branch> {
  for (const match of code.matchAll(pattern)) {
    const open = match.index + match[0].length;
    const close = closing(code, open, syntax);
    if (close === undefined) return;
    const end = close + 1;
    const [otherwise] = /^\s*else\s*(?=\{)/.exec(code.slice(end)) ?? [];
    const from = end + (otherwise?.length ?? 0);
    const other = otherwise === undefined ? undefined : { open: from, close: closing(code, from, syntax) };
    yield { match, open, end, other };
  }
}

/** The code with spaces in place of a part of it: every other character stays where it was. */
const blanked = (code: string, from: number, to: number): string =>
  code.slice(0, from) + code.slice(from, to).replace(/[^\n]/g, ' ') + code.slice(to);

/** A config that Vite asks with its mode and command, without the branches that others take. Pure. */
export function takenBranches<S extends Code>(source: S, asked: { mode: string; command: string }): S {
  let { code } = source;
  for (const { match, open, end, other } of branches(source, BRANCH)) {
    const [, variable, sign, , value] = match;
    const holds = (asked[variable as 'mode' | 'command'] === value) === (sign === '==');
    // What comes back from the branch leaves nothing of what follows.
    const returns = /\breturn\b/.test(source.code.slice(open, end));
    code = holds
      ? blanked(code, end, other?.close ?? (returns ? source.code.length : end))
      : blanked(code, open, end);
  }
  return code === source.code ? source : { ...source, code };
}

/** A server's file without what it does in production alone. Pure. */
export function developing<S extends Code>(source: S): S {
  let { code } = source;
  for (const { match, open, end, other } of branches(source, IN_PRODUCTION)) {
    if (match[1] === '=') code = blanked(code, open, end);
    else if (other) code = blanked(code, other.open, (other.close ?? other.open) + 1);
  }
  return { ...source, code };
}
