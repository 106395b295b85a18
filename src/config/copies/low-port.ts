import type { Env } from './env-files.ts';
import { foundAt, type SourceFile } from './sources.ts';
import type { Found } from './types.ts';

/** `port: 80`, `const port = process.env.PORT || 80`, `.listen(443)`. */
const SAID =
  /(?:\bport['"]?\s*(:)|\bport\w*\s*=(?!=)|\.listen\()\s*(?:[^;\n{}]*?(?:\|\||\?\?)\s*)?['"]?(80|443|8\d\d|9\d\d)['"]?(?=\s*[,;)}\n])/gi;

/** The block around it is the server's, and not that of hot updates. */
const IN_SERVER = /\b(?:serve|server|devServer)\b(?:(?!\bhmr\b)[^}])*$/;

/** A port below 1024 of a server's config or entry, or of its env files. */
export function lowPort(files: readonly SourceFile[], env: Env): Found | undefined {
  const given = env.values.get('PORT');
  if (given && /^\d{2,3}$/.test(given.value))
    return foundAt(
      { source: given.source, start: given.start, end: given.start + given.value.length },
      'env',
    );
  for (const source of files) {
    for (const match of source.code.matchAll(SAID)) {
      const [whole, key, port = ''] = match;
      const before = source.code.slice(Math.max(0, match.index - 1000), match.index);
      if (key && !IN_SERVER.test(before.slice(before.lastIndexOf('}') + 1))) continue;
      const start = match.index + whole.lastIndexOf(port);
      return foundAt({ source, start, end: start + port.length }, 'literal');
    }
  }
  return undefined;
}
