import type { SourceFile } from './sources.ts';

/** Whose port a key of that name is: never the server's own. */
const OTHERS =
  /^(?:\w*db(?:config|conf|cfg|settings|options)?|\w*database\w*|redis\w*|mongo\w*|postgres\w*|pg|mysql\w*|sql|smtp\w*|\w*mail\w*|queue|rabbit\w*|amqp|kafka|cache|elastic\w*|minio|s3|session|metrics|hmr|inspector|proxy|ssh|ftp|ldap|client|frontend)$/i;

/**
 * The offsets behind a pattern's matches, the likeliest first: what stands within the keys that are asked for, then
 * what stands less deep. A database's `port` is nobody's. Pure.
 */
export function placesOf(
  source: SourceFile,
  pattern: RegExp,
  { within, path = [] }: { within?: [number, number]; path?: readonly string[] },
): number[] {
  const { code, syntax } = source;
  const middle = path.slice(1, -1).filter((key) => key !== '()');
  const found: { from: number; rank: number }[] = [];
  for (const match of code.matchAll(pattern)) {
    const from = match.index + match[0].length;
    if (within && (match.index < within[0] || from > within[1])) continue;
    const keys = enclosingKeys(code, match.index);
    if (syntax === 'python') keys.push(...classOf(code, match.index));
    if (keys.some((key) => OTHERS.test(key) && !path.includes(key))) continue;
    const named = middle.filter((key) => keys.some((one) => isOf(one, key))).length;
    found.push({ from, rank: keys.length - named * 100 });
  }
  return found.sort((one, other) => one.rank - other.rank).map(({ from }) => from);
}

/** Its own, or the type's that it has: `ServerConfig` of `config.Server.Port`. */
const isOf = (enclosing: string, key: string): boolean =>
  enclosing.toLowerCase().startsWith(key.toLowerCase());

const FAR = 6000;

/** The keys of the objects around an offset, the innermost first; a function's and the like are `''`. */
function enclosingKeys(code: string, at: number): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (let place = at - 1; place >= 0 && at - place < FAR; place--) {
    if (code[place] === '}') depth++;
    else if (code[place] === '{' && depth-- === 0) {
      depth = 0;
      const before = code.slice(Math.max(0, place - 80), place);
      keys.push(/(\w+)['"]?\s*(?:[:=]|=>|\bstruct)?\s*(?:[\w.]+\()?$/.exec(before)?.[1] ?? '');
    }
  }
  return keys;
}

/** The class that a line of Python is in: `class RedisSettings(BaseSettings)` speaks of redis. */
function classOf(code: string, at: number): string[] {
  const name = [...code.slice(0, at).matchAll(/^class\s+(\w+)/gm)].at(-1)?.[1];
  const other =
    name && /redis|mongo|postgres|mysql|database|smtp|mail|kafka|rabbit|elastic|minio/i.exec(name)?.[0];
  return other ? [other] : [];
}
