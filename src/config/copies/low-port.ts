import type { Env } from './env-files.ts';
import { foundAt, type SourceFile } from './sources.ts';
import type { Found } from './types.ts';

/** `server: { port: 80 }` (not that of hot updates), `const port = process.env.PORT || 80`, `.listen(443)`. */
const SAID =
  /(?:(?<=\b(?:serve|server|devServer)\b(?:(?!\bhmr\b)[^}])*)\bport['"]?\s*:|\bport\w*\s*=(?!=)|\.listen\()\s*(?:[^;\n{}]*?(?:\|\||\?\?)\s*)?['"]?(80|443|8\d\d|9\d\d)['"]?(?=\s*[,;)}\n])/i;

/** A port below 1024 of a server's config or entry, or of its env files. */
export function lowPort(files: readonly SourceFile[], env: Env): Found | undefined {
  const given = env.values.get('PORT');
  if (given && /^\d{2,3}$/.test(given.value))
    return foundAt(
      { source: given.source, start: given.start, end: given.start + given.value.length },
      'env',
    );
  for (const source of files) {
    const match = SAID.exec(source.code);
    if (!match?.[1]) continue;
    const start = match.index + match[0].lastIndexOf(match[1]);
    return foundAt({ source, start, end: start + match[1].length }, 'literal');
  }
  return undefined;
}
