import { isLoopback, readUrl } from './addresses.ts';
import type { EnvNeed } from './env.ts';
import { type Kind, kindOf } from './kinds.ts';

/** What the code that opens a connection has written down as its default. Pure. */

/** Files in which people write a connection down, relative to a folder of sources. */
export const LIKELY =
  /^(?:config|settings|base|local|dev|development|env|environment|database|databases|db|data-source|datasource|connection|connect(?:ToD|D|Mongo)\w*|(?:config|mongoose)(?:Db|DB|Database)|db(?:Config|Conn\w*)|mongo\w*|redis|cache|queue|main|app|server|index|core|drizzle\.config|rxconfig|knexfile|ormconfig|mikro-orm\.config|application(?:-(?!prod|test|stag|ci\b|docker)\w+)?|app\.module|db\.config|data\.source)\.(?:[cm]?[jt]s|py|go|rs|rb|ya?ml|properties|toml|json|exs)$/;

export interface CodeSays {
  needs: EnvNeed[];
  /** A database in a file is written down as the default. */
  file: boolean;
  /** Databases that it reaches over a socket file of this machine, with the file that says so. */
  sockets: { kind: Kind; name: string }[];
}

/** Rails' adapters that take a socket file where no host is said. */
const ADAPTERS: readonly [RegExp, string][] = [
  [/^(?:postgresql|postgis)$/, 'postgres'],
  [/^(?:mysql2|trilogy)$/, 'mysql'],
];

/** The names of databases in options. */
const CHOSEN: Record<string, string> = {
  pg: 'postgres',
  postgresql: 'postgres',
  mysql2: 'mysql',
  mariadb: 'mysql',
};

/** `{ type: 'postgres', host: 'localhost', port: 5432 }`: TypeORM's, Sequelize's and Knex's options. */
function optionsIn(source: string, file: string): EnvNeed[] {
  const found: EnvNeed[] = [];
  const chosen =
    /["']?\b(?:type|dialect|client)["']?\s*:\s*["'](postgres(?:ql)?|pg|mysql2?|mariadb|mssql|mongodb)["']/g;
  for (const match of source.matchAll(chosen)) {
    const [, name = ''] = match;
    const around = source.slice(Math.max(0, match.index - 300), match.index + 400);
    const [, host = ''] = /["']?\bhost["']?\s*:\s*["']([\w.-]+)["']/.exec(around) ?? [];
    const [, port] = /["']?\bport["']?\s*:\s*["']?(\d{4,5})\b/.exec(around) ?? [];
    const kind = kindOf(CHOSEN[name] ?? name);
    if (kind && isLoopback(host))
      found.push({ kind, host, port: port === undefined ? kind.port : Number(port), name: file, sure: true });
  }
  return found;
}

/** `config :shop, Shop.Repo, hostname: "localhost"`: Ecto's; which database it is says the driver. */
function repoIn(source: string, file: string): EnvNeed[] {
  const repo = source.split(/^config\b/m).find((one) => /^\s+:\w+,\s*[\w.]*\bRepo,/.test(one)) ?? '';
  const [, host] = /\bhostname:[^\n]*"([\w.-]+)"/.exec(repo) ?? [];
  if (host === undefined || !isLoopback(host)) return [];
  const port = /\bport:[^\n]*?\b(\d{4,5})\b/.exec(repo)?.[1];
  return ['postgres', 'mysql'].flatMap((name) => {
    const kind = kindOf(name);
    return kind ? [{ kind, host, port: Number(port ?? kind.port), name: file, sure: true }] : [];
  });
}

export function readCode(text: string, file: string): CodeSays {
  const says: CodeSays = { needs: [], file: false, sockets: [] };
  const plain = text.replace(/^\s*(?:#|\/\/|--|\*).*$/gm, '');
  // Spring's `${DB_HOST:localhost}` is what stands behind its colon.
  const source = /\.(?:properties|ya?ml)$/.test(file)
    ? plain.replace(/\$\{[\w.-]+:([^{}]*)\}/g, '$1')
    : plain;
  if (
    /\bdjango\.db\.backends\.sqlite3\b|\bsqlite(?:\+\w+)?:\/\/|adapter:\s*sqlite|dialect:\s*['"](?:sqlite|turso)|\b\w*(?:DB|DATABASE)_?(?:ENGINE|TYPE|DRIVER|BACKEND)\w*\s*(?::\s*\w+\s*)?=\s*['"]sqlite|\b(?:j|r2)dbc:(?:h2|sqlite):/.test(
      source,
    )
  ) {
    says.file = true;
  }
  // Rails without a host speaks over a socket file.
  const adapter = /^\s*adapter:\s*["']?(\w+)(?![\w.])/m.exec(source)?.[1];
  if (adapter !== undefined && !/^\s*(?:host|url|socket):/m.test(source)) {
    const kind = kindOf(ADAPTERS.find(([pattern]) => pattern.test(adapter))?.[1] ?? '');
    if (kind) says.sockets.push({ kind, name: file });
    else says.file = true;
  }
  says.needs.push(...(file.endsWith('.exs') ? repoIn(source, file) : optionsIn(source, file)));
  for (const [written] of source.matchAll(
    /\b(?:jdbc:|r2dbc:)?[a-z][a-z\d]*(?:\+\w+)?:\/\/[^\s'"`<>)\\}]+/gi,
  )) {
    const url = readUrl(written);
    if (!url || 'file' in url) continue;
    const here = url.addresses.find(({ host }) => isLoopback(host));
    if (here) says.needs.push({ kind: url.kind, ...here, name: file, sure: true });
  }
  return says;
}
