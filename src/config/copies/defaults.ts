import { isSwitch } from './expressions.ts';
import { languageOf } from './languages.ts';
import type { SourceFile } from './sources.ts';

/** Defaults beside a variable's name in code, and what the variable would have to be in their place. Pure. */

/** The variable beside which a URL stands: `import.meta.env.VITE_API_URL ?? 'http://…'`, a schema's key. */
export function nameBefore(source: SourceFile, at: number): string | undefined {
  const before = source.code.slice(Math.max(0, at - 200), at);
  const statement = before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('\n\n')) + 1);
  const reads = [...statement.matchAll(languageOf(source.syntax).env)].map((match) => ({
    name: match.slice(1).find((group) => group !== undefined),
    end: match.index + match[0].length,
  }));
  const { name, end } = reads.filter((read) => read.name && !isSwitch(read.name)).at(-1) ?? {};
  const between = statement.slice(end ?? 0);
  if (
    name &&
    /^['"`\])!\s]*(?:as\s+string\s*)?\)?\s*(?:\|\||\?\?|,|\bor\b|\?[^:?]*:)\s*(?:default\s*=\s*)?(?:f|`|'|"|\[|\s)*$/.test(
      between,
    )
  )
    return name;
  // `X ? X : 'http://…'`
  if (
    name &&
    /^\s*:\s*['"`]$/.test(between) &&
    new RegExp(`\\b${name}\\s*\\?[^:?]*\\b${name}$`).test(statement.slice(0, end))
  )
    return name;
  const [, key] = /(?<![\w.])([A-Z][A-Z0-9_]+)\s*:[^,\n{}]*\bdefault\s*\(\s*['"`]$/.exec(statement) ?? [];
  return key ?? (source.syntax === 'python' ? settingBefore(source, statement) : undefined);
}

/** Likewise of an address further on in the same text: `"http://localhost:3000,http://127.0.0.1:3000"`. */
export function nameAround(source: SourceFile, at: number): string | undefined {
  const quote = quoteBefore(source.code, at);
  return nameBefore(source, at) ?? (quote && quote.start < at ? nameBefore(source, quote.start) : undefined);
}

/** A field of pydantic's settings: `FRONTEND_HOST: str = "http://…"`, and a list of them. */
function settingBefore({ code }: SourceFile, statement: string): string | undefined {
  if (!/\bBaseSettings\b/.test(code)) return undefined;
  const field =
    /(?:^|\n)[ \t]*([A-Za-z_]\w*)\s*:[^=\n]+=\s*(?:Field\(\s*(?:default\s*=\s*)?)?(?:\[[^\]]*)?["']$/;
  const name = field.exec(statement)?.[1];
  const prefix = /env_prefix\s*=\s*['"](\w*)['"]/.exec(code)?.[1] ?? '';
  return name && (prefix + name).toUpperCase();
}

/** What says yes or no is no place for an address: `USE_MOCK ? '/mock' : 'http://…'`. */
const CHOICE = /^(?:USE|IS|ENABLE|DISABLE|HAS|NO|SKIP|WITH|MOCK|DEBUG)_|MOCK|_(?:ENABLED|DISABLED)$/;

/**
 * The whole value that a variable has where nobody sets it and whose text begins at `at`, as the variable itself would
 * hold it: `http://localhost:3001/api`, `3001`, `["http://localhost:5173"]`. Undefined: it cannot be told by the
 * variable. Pure.
 */
export function defaultAt(source: SourceFile, at: number, name: string): string | undefined {
  if (CHOICE.test(name)) return undefined;
  const { code } = source;
  const [number] = /^\d+/.exec(code.slice(at, at + 6)) ?? [];
  if (number && nameBefore(source, at) === name) return number;
  const quote = quoteBefore(code, at);
  if (!quote || nameBefore(source, quote.start) !== name) return undefined;
  const end = code.indexOf(quote.mark, at);
  const value = code.slice(quote.start, end);
  if (end < 0 || /\n|\\|\$\{/.test(value)) return undefined;
  const before = code.slice(0, quote.start - 1);
  return /\[[^\]]*$/.test(before.slice(-600)) && /(?:\[|,)\s*$/.test(before)
    ? listAt(source, quote.start)
    : value;
}

/** The quote mark that opens the text around an offset on its line; `start` is behind it. */
function quoteBefore(code: string, at: number): { mark: string; start: number } | undefined {
  let start = at;
  while (start > 0 && !/["'`\n]/.test(code[start - 1] as string)) start--;
  const mark = code[start - 1];
  return mark === undefined || mark === '\n' ? undefined : { mark, start };
}

/** A list of texts in a settings class, which reads its variable as JSON. */
function listAt({ code, syntax }: SourceFile, at: number): string | undefined {
  if (syntax !== 'python' || !/\bBaseSettings\b/.test(code)) return undefined;
  const open = code.lastIndexOf('[', at);
  const list = code.slice(open + 1, code.indexOf(']', at));
  const items = [...list.matchAll(/(["'])(.*?)\1/g)].map(([, , text = '']) => text);
  return list.replace(/(["'])(.*?)\1|[\s,]/g, '') === '' ? JSON.stringify(items) : undefined;
}
