import { callsOfCode } from './calls.ts';
import { placesInScripts } from './commands.ts';
import { defaultAt } from './defaults.ts';
import type { Env } from './env-files.ts';
import { digitsIn } from './expressions.ts';
import { languageOf } from './languages.ts';
import { foundAt, type SourceFile } from './sources.ts';
import { escaped, expressionEnd } from './text.ts';
import type { Found } from './types.ts';

/** Where commands stand. */
const COMMANDS = /(?:\.sh|(?:^|\/)(?:Procfile(?:\.dev)?|Makefile|justfile|bin\/dev))$/;
/** What sends requests on. */
const PROXIES =
  /(?:^|\/)(?:[^/]*proxy[^/]*|(?:vite|next|nuxt|astro|rsbuild|webpack|rspack|snowpack|vue|farm)\.?(?:config|dev)?[^/]*\.[cm]?[jt]s|hooks\.server\.[jt]s|nginx[^/]*|Caddyfile)$/i;

/** The places of a file that name one of the ports, whoever reads them. @param env of its reader. Pure. */
export function placesIn(source: SourceFile, ports: ReadonlySet<number>, env: Env): Found[] {
  if (/(?:^|\/)package\.json$/.test(source.file))
    return placesInScripts(source).filter(({ port }) => ports.has(port));
  const found = callsOfCode(source, env)
    .map(({ found }) => found)
    .filter(({ port, file }) => ports.has(port) && file === source.file);
  const kindOf = ({ kind }: Found): Found['kind'] => {
    if (kind !== 'literal') return kind;
    return COMMANDS.test(source.file) ? 'script' : PROXIES.test(source.file) ? 'proxy' : 'literal';
  };
  const all = [
    ...found.map((one) => ({ ...one, kind: kindOf(one) })),
    ...numbersBeside(source, ports, env),
    ...apartFromHost(source, ports),
  ];
  const key = ({ line, columns }: Found) => `${line}:${columns[0]}`;
  return all.filter((one, index) => all.findIndex((other) => key(other) === key(one)) === index);
}

/** `process.env.API_PORT || 3001`: the number alone, beside a name that says that it is a port. */
function numbersBeside(source: SourceFile, ports: ReadonlySet<number>, env: Env): Found[] {
  const { code, syntax } = source;
  const found: Found[] = [];
  for (const match of code.matchAll(languageOf(syntax).env)) {
    const name = match.slice(1).find((group) => group !== undefined);
    // PORT is whoever's it is that reads it.
    if (!name || !/.PORT$/.test(name) || env.values.has(name)) continue;
    const end = expressionEnd(code, match.index, syntax);
    const place = digitsIn(code.slice(match.index, end));
    if (!place) continue;
    const [start, to] = place.map((at) => at + match.index) as [number, number];
    const one = foundAt({ source, start, end: to }, 'default', { name });
    const value = defaultAt(source, start, name);
    if (ports.has(one.port)) found.push({ ...one, ...(value && { value }) });
  }
  return found;
}

/** `localhost:${API_PORT}`, `location.hostname + ':' + PORT`: where the number behind such a name stands. */
function apartFromHost(source: SourceFile, ports: ReadonlySet<number>): Found[] {
  const { code, syntax } = source;
  const host = '(?:localhost|127\\.0\\.0\\.1|hostname\\}?)';
  const joined = new RegExp(
    `${host}['"\`]?\\s*(?:\\+\\s*['"\`])?:(?:\\$\\{|['"\`]\\s*\\+\\s*)([A-Za-z_$][\\w$]*)`,
    'g',
  );
  const names = new Set([...code.matchAll(joined)].map(([, name = '']) => name));
  const found: Found[] = [];
  for (const name of names) {
    const given = new RegExp(
      `(?<![\\w.$])${escaped(name)}\\s*(?::\\s*\\w+\\s*)?=\\s*['"\`]?(\\d{2,5})(?![\\w.])`,
    );
    const match = syntax === 'js' ? given.exec(code) : null;
    if (!match?.[1] || !ports.has(Number(match[1]))) continue;
    const end = match.index + match[0].length;
    found.push({ ...foundAt({ source, start: end - match[1].length, end }, 'literal'), bare: true });
  }
  return found;
}
